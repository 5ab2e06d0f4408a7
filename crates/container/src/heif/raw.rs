//! Reads the layout of uncompressed images (ISO/IEC 23001-17): a pixel's components and their order.

use super::super::boxes::Fields;
use super::error::HeifError;

/// Limit of components per pixel.
const MAX_COMPONENTS: u32 = 16;

/// The layout of an uncompressed image's samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLayout {
    /// The components, in the order of their samples.
    pub components: Vec<RawComponent>,
    /// Luma samples for each chroma sample, along and down.
    pub ratio: (u32, u32),
    /// The order of samples.
    pub interleave: Interleave,
    /// Whether samples of several bytes are little endian.
    pub is_little_endian: bool,
    /// Bytes per pixel, 0 for the sum of its samples.
    pub pixel_size: u32,
    /// Bytes of which each row takes a multiple, 0 for no padding.
    pub row_align: u32,
    /// Bytes of which each tile takes a multiple, 0 for no padding.
    pub tile_align: u32,
    /// Columns and rows of tiles.
    pub tiles: (u32, u32),
    /// The components that the image is made of.
    pub part: Part,
}

/// A part of the components of an uncompressed image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All but opacity.
    Colors,
    /// Opacity alone.
    Opacity,
}

/// One component of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawComponent {
    /// Index into the list of components; once that is read, the meaning (23001-17, table 1).
    pub kind: u16,
    /// Bits of each sample, 1 to 16.
    pub bits: u8,
    /// Bytes per sample, 0 for as few bits as it has.
    pub align: u8,
}

/// The order of samples (23001-17, table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interleave {
    /// Planes, one after the other.
    Component,
    /// All samples of a pixel together.
    Pixel,
    /// A plane of luma, then one of pairs of chroma.
    Mixed,
    /// A row of each component.
    Row,
    /// All tiles of a component before those of the next.
    TileComponent,
}

/// Meanings of components (23001-17, table 1).
const MONOCHROME: u16 = 0;
/// Luma; blue and red chroma are the next two.
pub const LUMA: u16 = 1;
/// Red; green and blue are the next two.
pub const RED: u16 = 4;
const BLUE: u16 = 6;
/// Opacity.
pub const ALPHA: u16 = 7;

/// The description of uncompressed data: a layout, or the name of an unsupported one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Description {
    Layout(RawLayout),
    Exotic(&'static str),
}

impl RawLayout {
    /// Returns whether one of the components is opacity.
    #[must_use]
    pub fn has_alpha(&self) -> bool {
        self.components.iter().any(|component| component.kind == ALPHA)
    }
}

impl Description {
    /// Reads a `uncC` box.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let (version, _) = fields.version()?;
        let profile = fields.array()?;
        match version {
            0 => Self::read_in_full(fields),
            1 => Some(Self::of_profile(profile)),
            _ => Some(Self::Exotic("an uncompressed image of an unknown version")),
        }
    }

    /// Returns the layout of a profile that needs no description (table 5).
    fn of_profile(profile: [u8; 4]) -> Self {
        let kinds: &[u16] = match &profile {
            b"rgb3" => &[RED, RED + 1, BLUE],
            b"rgba" => &[RED, RED + 1, BLUE, ALPHA],
            b"abgr" => &[ALPHA, BLUE, RED + 1, RED],
            _ => return Self::Exotic("an uncompressed image of an unknown profile"),
        };
        Self::Layout(RawLayout {
            // The list of components is left out, so these are past its end.
            components: kinds.iter().map(|kind| RawComponent { kind: *kind | KNOWN, bits: 8, align: 0 }).collect(),
            ratio: (1, 1),
            interleave: Interleave::Pixel,
            is_little_endian: false,
            pixel_size: 0,
            row_align: 0,
            tile_align: 0,
            tiles: (1, 1),
            part: Part::Colors,
        })
    }

    fn read_in_full(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let count = fields.u32()?;
        if count == 0 || count > MAX_COMPONENTS {
            return Some(Self::Exotic("an uncompressed image of very many components"));
        }
        let mut components = Vec::new();
        let mut exotic = None;
        for _ in 0..count {
            let (kind, bits, format, align) = (fields.u16()?, fields.u8()?, fields.u8()?, fields.u8()?);
            match (format, bits) {
                (0, 0..=15) if align <= 2 => components.push(RawComponent { kind, bits: bits + 1, align }),
                (0, _) => exotic = Some("an uncompressed image of more than 16 bits for each sample"),
                _ => exotic = Some("an uncompressed image of numbers that are not whole"),
            }
        }
        let [sampling, interleave, block_size, flags] = fields.array()?;
        let [pixel_size, row_align, tile_align] = [fields.u32()?, fields.u32()?, fields.u32()?];
        let tiles = (fields.u32()?.checked_add(1)?, fields.u32()?.checked_add(1)?);
        let ratio = match sampling {
            0 => Some((1, 1)),
            1 => Some((2, 1)),
            2 => Some((2, 2)),
            3 => Some((4, 1)),
            _ => None,
        };
        let interleave = match interleave {
            0 => Some(Interleave::Component),
            1 => Some(Interleave::Pixel),
            2 => Some(Interleave::Mixed),
            3 => Some(Interleave::Row),
            4 => Some(Interleave::TileComponent),
            _ => None,
        };
        Some(match (exotic, ratio, interleave, block_size) {
            (Some(exotic), ..) => Self::Exotic(exotic),
            (_, Some(ratio), Some(interleave), 0) => Self::Layout(RawLayout {
                components,
                ratio,
                interleave,
                is_little_endian: flags & 0x80 != 0,
                pixel_size,
                row_align,
                tile_align,
                tiles,
                part: Part::Colors,
            }),
            (.., 0) => Self::Exotic("an uncompressed image of an unknown order of samples"),
            _ => Self::Exotic("an uncompressed image whose samples are packed in blocks"),
        })
    }

    /// Returns the layout with the meanings from the list of components.
    pub(super) fn with_kinds(self, kinds: &[u16]) -> Result<RawLayout, HeifError> {
        let mut layout = match self {
            Self::Layout(layout) => layout,
            Self::Exotic(name) => return Err(HeifError::Unsupported(name.to_string())),
        };
        for component in &mut layout.components {
            component.kind = match kinds.get(usize::from(component.kind)) {
                _ if component.kind & KNOWN != 0 => component.kind & !KNOWN,
                Some(kind) => *kind,
                None => return Err(HeifError::Damaged("an uncompressed component without a type")),
            };
        }
        let mut colors: Vec<u16> = layout.components.iter().map(|component| component.kind).collect();
        colors.retain(|kind| *kind != ALPHA && *kind != PADDING);
        colors.sort_unstable();
        match colors.as_slice() {
            [MONOCHROME | LUMA] | [LUMA, 2, 3] | [RED, 5, BLUE] => Ok(layout),
            _ => Err(HeifError::Unsupported(format!("an uncompressed image of {}", name_of(&colors)))),
        }
    }
}

/// The mark of a component whose meaning is known without the list.
const KNOWN: u16 = 0x8000;

/// A meaning outside the table.
const UNKNOWN: u16 = 0x7fff;

/// Samples without a meaning.
const PADDING: u16 = 12;

fn name_of(kinds: &[u16]) -> &'static str {
    match kinds.iter().find(|kind| !matches!(kind, 0..=7)) {
        Some(8) => "depths",
        Some(9) => "disparities",
        Some(10) => "a palette",
        Some(11) => "a color filter array",
        _ => "an unusual set of components",
    }
}

/// Reads a `cmpd` box: the meanings that components refer to by index.
pub(super) fn read_kinds(fields: &mut Fields<'_, '_>) -> Option<Vec<u16>> {
    let count = fields.u32()?.min(MAX_COMPONENTS);
    let mut kinds = Vec::new();
    for _ in 0..count {
        let kind = fields.u16()?;
        // A custom meaning is named by a URI.
        if kind & KNOWN != 0 {
            while fields.u8()? != 0 {}
        }
        kinds.push(if kind & KNOWN != 0 { UNKNOWN } else { kind });
    }
    Some(kinds)
}
