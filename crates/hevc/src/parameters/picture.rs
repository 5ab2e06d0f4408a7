//! Reads image parameter sets (ITU-T H.265, 7.3.2.3).

use super::chroma::Chroma;
use super::scaling::{self, ScalingFactors};
use super::sequence::SequenceParameters;
use crate::bits::Bits;
use crate::error::Error;

const NAME: &str = "the picture parameter set";

/// Most tiles along and down (ITU-T H.265, table A.6).
const MAX_TILES: (u32, u32) = (20, 22);

/// The sizes of tiles along one axis.
#[derive(Debug, Clone)]
enum Sizes {
    /// As equal as can be, this many.
    Equal(u32),
    /// In coding tree blocks, of all tiles but the last one.
    Stated(Vec<u32>),
}

impl Sizes {
    /// Returns the first blocks of all tiles, and the end of the last one, on an axis of `count` blocks.
    fn borders(&self, count: usize) -> Result<Vec<usize>, Error> {
        let borders: Vec<usize> = match self {
            Self::Equal(tiles) => (0..=*tiles as usize).map(|tile| tile * count / *tiles as usize).collect(),
            Self::Stated(sizes) => {
                let ends = sizes.iter().scan(0, |end, size| {
                    *end += *size as usize;
                    Some(*end)
                });
                std::iter::once(0).chain(ends).chain([count]).collect()
            }
        };
        let is_valid = borders.windows(2).all(|pair| pair[0] < pair[1]);
        if is_valid { Ok(borders) } else { Err(Error::Invalid(NAME)) }
    }
}

/// The borders of tiles along both axes, in coding tree blocks.
#[derive(Debug, Clone)]
pub(crate) struct Borders {
    pub(crate) columns: Vec<usize>,
    pub(crate) rows: Vec<usize>,
}

impl Borders {
    /// Returns the most luma rows of a band: one row of coding tree blocks, or of tiles where they stand side by side.
    pub(crate) fn band_rows(&self, log2_ctb: u32) -> usize {
        let blocks = match self.columns.len() {
            2 => 1,
            _ => self.rows.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(1),
        };
        blocks << log2_ctb
    }
}

#[derive(Debug, Clone)]
pub(crate) struct PictureParameters {
    pub(crate) id: u32,
    pub(crate) sequence: u32,
    pub(crate) has_dependent_slices: bool,
    pub(crate) has_output_flag: bool,
    pub(crate) extra_slice_bits: u32,
    pub(crate) hides_signs: bool,
    /// Whether predicted slices choose between sets of models.
    pub(crate) chooses_models: bool,
    /// Number of references where a slice states none.
    pub(crate) references: u32,
    pub(crate) first_qp: i32,
    pub(crate) skips_transforms: bool,
    /// Depth of the blocks with a quantiser of their own, if any have one.
    pub(crate) qp_depth: Option<u32>,
    /// Offsets of the quantisers of both chroma planes.
    pub(crate) qp_offsets: [i32; 2],
    pub(crate) has_slice_qp_offsets: bool,
    pub(crate) has_bypass: bool,
    /// Whether predicted slices have weights.
    pub(crate) has_weights: bool,
    /// Whether intra blocks are predicted from intra blocks alone.
    pub(crate) is_intra_constrained: bool,
    tiling: Option<(Sizes, Sizes)>,
    pub(crate) is_filtered_across_tiles: bool,
    pub(crate) has_wavefronts: bool,
    pub(crate) is_filtered_across_slices: bool,
    pub(crate) has_deblocking_override: bool,
    pub(crate) deblocking: Deblocking,
    pub(crate) scaling: Option<Box<ScalingFactors>>,
    /// Size of the areas whose blocks are merged independently.
    pub(crate) log2_merge_level: u32,
    pub(crate) has_slice_extension: bool,
}

/// Settings of the deblocking filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deblocking {
    pub(crate) is_disabled: bool,
    pub(crate) beta_offset: i32,
    pub(crate) tc_offset: i32,
}

impl Deblocking {
    /// Reads the settings (ITU-T H.265, 7.3.2.3.1 and 7.3.6.1).
    pub(crate) fn read(bits: &mut Bits<'_>) -> Result<Self, Error> {
        let is_disabled = bits.flag()?;
        let mut offset = || if is_disabled { Ok(0) } else { Ok(2 * bits.signed(6)?) };
        Ok(Self { is_disabled, beta_offset: offset()?, tc_offset: offset()? })
    }
}

impl PictureParameters {
    /// Reads a set. Lists of scaling factors depend on the chroma format, hence all known sequences.
    pub(crate) fn read(bytes: &[u8], sequences: &[SequenceParameters]) -> Result<Self, Error> {
        let bits = &mut Bits::new(bytes, NAME);
        let (id, sequence) = (bits.up_to(63)?, bits.up_to(15)?);
        let chroma = sequences.iter().rfind(|known| known.id == sequence).map_or(Chroma::Half, |known| known.chroma);
        let has_dependent_slices = bits.flag()?;
        let has_output_flag = bits.flag()?;
        let extra_slice_bits = bits.take(3)?;
        let hides_signs = bits.flag()?;
        let chooses_models = bits.flag()?;
        let references = bits.up_to(14)? + 1;
        bits.unsigned()?;
        let first_qp = 26 + bits.signed(26 + 48)?;
        let is_intra_constrained = bits.flag()?;
        let skips_transforms = bits.flag()?;
        let qp_depth = if bits.flag()? { Some(bits.up_to(3)?) } else { None };
        let qp_offsets = [bits.signed(12)?, bits.signed(12)?];
        let has_slice_qp_offsets = bits.flag()?;
        let has_weights = bits.flag()?;
        bits.skip(1)?;
        let has_bypass = bits.flag()?;
        let has_tiles = bits.flag()?;
        let has_wavefronts = bits.flag()?;
        let mut is_filtered_across_tiles = true;
        let tiling = if has_tiles {
            let tiling = read_tiling(bits)?;
            is_filtered_across_tiles = bits.flag()?;
            Some(tiling)
        } else {
            None
        };
        let is_filtered_across_slices = bits.flag()?;
        let mut has_deblocking_override = false;
        let mut deblocking = Deblocking { is_disabled: false, beta_offset: 0, tc_offset: 0 };
        if bits.flag()? {
            has_deblocking_override = bits.flag()?;
            deblocking = Deblocking::read(bits)?;
        }
        let scaling = if bits.flag()? { Some(Box::new(scaling::read(bits, chroma)?)) } else { None };
        // There is only one reference, so lists of them have one order.
        bits.skip(1)?;
        let log2_merge_level = bits.up_to(4)? + 2;
        let has_slice_extension = bits.flag()?;
        check_extensions(bits, skips_transforms)?;
        Ok(Self {
            id,
            sequence,
            has_dependent_slices,
            has_output_flag,
            extra_slice_bits,
            hides_signs,
            chooses_models,
            references,
            first_qp,
            skips_transforms,
            qp_depth,
            qp_offsets,
            has_slice_qp_offsets,
            has_bypass,
            has_weights,
            is_intra_constrained,
            tiling,
            is_filtered_across_tiles,
            has_wavefronts,
            is_filtered_across_slices,
            has_deblocking_override,
            deblocking,
            scaling,
            log2_merge_level,
            has_slice_extension,
        })
    }

    /// Returns whether there are tiles.
    pub(crate) const fn has_tiles(&self) -> bool {
        self.tiling.is_some()
    }

    /// Returns the borders of tiles in an image of this many coding tree blocks.
    pub(crate) fn borders(&self, (across, down): (usize, usize)) -> Result<Borders, Error> {
        match &self.tiling {
            Some((columns, rows)) => Ok(Borders { columns: columns.borders(across)?, rows: rows.borders(down)? }),
            None => Ok(Borders { columns: vec![0, across], rows: vec![0, down] }),
        }
    }
}

fn read_tiling(bits: &mut Bits<'_>) -> Result<(Sizes, Sizes), Error> {
    let (columns, rows) = (bits.up_to(MAX_TILES.0 - 1)? + 1, bits.up_to(MAX_TILES.1 - 1)? + 1);
    if bits.flag()? {
        return Ok((Sizes::Equal(columns), Sizes::Equal(rows)));
    }
    let mut read =
        |count: u32| (1..count).map(|_| Ok(bits.up_to(1 << 16)? + 1)).collect::<Result<_, Error>>().map(Sizes::Stated);
    Ok((read(columns)?, read(rows)?))
}

/// Refuses the tools of extensions (ITU-T H.265, 7.3.2.3.2 and 7.3.2.3.3).
fn check_extensions(bits: &mut Bits<'_>, skips_transforms: bool) -> Result<(), Error> {
    if !bits.flag()? {
        return Ok(());
    }
    let (has_range, _multilayer, _depth, has_screen) = (bits.flag()?, bits.flag()?, bits.flag()?, bits.flag()?);
    bits.skip(4)?;
    if has_screen {
        return Err(Error::Unsupported("the coding of screen content"));
    }
    if has_range {
        // Larger blocks without transform, prediction between planes, quantisers of chroma, scales of offsets.
        let has_larger = skips_transforms && bits.unsigned()? != 0;
        let has_tools = bits.take(2)? != 0;
        if has_larger || has_tools || bits.unsigned()? != 0 || bits.unsigned()? != 0 {
            return Err(Error::Unsupported("a tool of the range extensions"));
        }
    }
    Ok(())
}
