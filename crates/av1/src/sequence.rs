//! Reads the sequence header (AV1 bitstream specification, 5.5).

use crate::bits::Bits;
use crate::error::Error;

/// The fields of a sequence header that decoding needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// Whether frames have the short header of still images.
    pub(crate) is_still: bool,
    /// Largest width and height, and the bits of each in frame headers.
    pub(crate) size: (u32, u32),
    pub(crate) size_bits: (u32, u32),
    /// Bits of a frame's number.
    pub(crate) id_bits: Option<u32>,
    /// Bits of the time in frame headers, where there is one.
    pub(crate) time_bits: Option<u32>,
    pub(crate) has_decoder_model: bool,
    pub(crate) has_large_superblocks: bool,
    pub(crate) has_recursive_intra: bool,
    pub(crate) filters_edges: bool,
    pub(crate) screen_content: Choice,
    pub(crate) whole_motion: Choice,
    pub(crate) order_bits: u32,
    pub(crate) has_superres: bool,
    pub(crate) has_directional_filter: bool,
    pub(crate) has_restoration: bool,
    pub(crate) depth: u32,
    pub(crate) is_grey: bool,
    /// Binary logarithms of luma samples for each chroma sample, along and down.
    pub(crate) shifts: (u32, u32),
    pub(crate) has_separate_deltas: bool,
    pub(crate) has_grain: bool,
}

/// A setting of the sequence, or one of each frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Off,
    On,
    Frame,
}

impl Sequence {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let bits = &mut Bits::new(bytes);
        let profile = bits.take(3)?;
        if profile > 2 {
            return Err(Error::Unsupported("a reserved profile"));
        }
        bits.flag()?;
        let is_still = bits.flag()?;
        let points = if is_still {
            bits.take(5)?;
            OperatingPoints::default()
        } else {
            OperatingPoints::read(bits)?
        };
        let size_bits = (bits.take(4)? + 1, bits.take(4)? + 1);
        let size = (bits.take(size_bits.0)? + 1, bits.take(size_bits.1)? + 1);
        let id_bits = if !is_still && bits.flag()? { Some(bits.take(4)? + bits.take(3)? + 3) } else { None };
        let has_large_superblocks = bits.flag()?;
        let (has_recursive_intra, filters_edges) = (bits.flag()?, bits.flag()?);
        let tools = if is_still { InterTools::default() } else { InterTools::read(bits)? };
        let (has_superres, has_directional_filter, has_restoration) = (bits.flag()?, bits.flag()?, bits.flag()?);
        let color = Color::read(bits, profile)?;
        let has_grain = bits.flag()?;
        Ok(Self {
            is_still,
            size,
            size_bits,
            id_bits,
            time_bits: points.time_bits,
            has_decoder_model: points.has_decoder_model,
            has_large_superblocks,
            has_recursive_intra,
            filters_edges,
            screen_content: tools.screen_content,
            whole_motion: tools.whole_motion,
            order_bits: tools.order_bits,
            has_superres,
            has_directional_filter,
            has_restoration,
            depth: color.depth,
            is_grey: color.is_grey,
            shifts: color.shifts,
            has_separate_deltas: color.has_separate_deltas,
            has_grain,
        })
    }

    /// Returns the number of planes: 1 or 3.
    pub(crate) const fn planes(&self) -> usize {
        if self.is_grey { 1 } else { 3 }
    }

    /// Returns the binary logarithms of luma samples for each sample of a plane, along and down.
    pub(crate) const fn shifts_of(&self, plane: usize) -> (u32, u32) {
        if plane == 0 { (0, 0) } else { self.shifts }
    }

    /// Returns the binary logarithm of the side of superblocks, in blocks of 4 samples.
    pub(crate) const fn superblock_log2(&self) -> u32 {
        if self.has_large_superblocks { 5 } else { 4 }
    }
}

/// The fields of operating points that frame headers need.
#[derive(Debug, Default)]
struct OperatingPoints {
    time_bits: Option<u32>,
    has_decoder_model: bool,
}

impl OperatingPoints {
    /// Reads the fields from `timing_info_present_flag` on (5.5.1, 5.5.3 and 5.5.4).
    fn read(bits: &mut Bits<'_>) -> Result<Self, Error> {
        let mut points = Self::default();
        let mut delay_bits = 0;
        if bits.flag()? {
            bits.take(32)?;
            bits.take(32)?;
            let has_equal_intervals = bits.flag()?;
            if has_equal_intervals {
                bits.variable()?;
            }
            points.has_decoder_model = bits.flag()?;
            if points.has_decoder_model {
                delay_bits = bits.take(5)? + 1;
                bits.take(32)?;
                bits.take(5)?;
                let time_bits = bits.take(5)? + 1;
                points.time_bits = if has_equal_intervals { None } else { Some(time_bits) };
            }
        }
        let has_display_delay = bits.flag()?;
        for _ in 0..=bits.take(5)? {
            let layers = bits.take(12)?;
            // Frames of higher layers would replace those of the first.
            if layers >> 9 != 0 {
                return Err(Error::Unsupported("a picture of several layers"));
            }
            if bits.take(5)? > 7 {
                bits.take(1)?;
            }
            if points.has_decoder_model && bits.flag()? {
                bits.take(delay_bits)?;
                bits.take(delay_bits)?;
                bits.take(1)?;
            }
            if has_display_delay && bits.flag()? {
                bits.take(4)?;
            }
        }
        Ok(points)
    }
}

/// The tools for other frames, as far as key frames need them.
#[derive(Debug)]
struct InterTools {
    screen_content: Choice,
    whole_motion: Choice,
    order_bits: u32,
}

impl Default for InterTools {
    fn default() -> Self {
        Self { screen_content: Choice::Frame, whole_motion: Choice::Frame, order_bits: 0 }
    }
}

impl InterTools {
    /// Reads the fields from `enable_interintra_compound` to `order_hint_bits_minus_1` (5.5.1).
    fn read(bits: &mut Bits<'_>) -> Result<Self, Error> {
        bits.take(4)?;
        let has_order = bits.flag()?;
        if has_order {
            bits.take(2)?;
        }
        let mut choose = || -> Result<Choice, Error> {
            if bits.flag()? {
                return Ok(Choice::Frame);
            }
            Ok(if bits.flag()? { Choice::On } else { Choice::Off })
        };
        let screen_content = choose()?;
        let whole_motion = if screen_content == Choice::Off { Choice::Frame } else { choose()? };
        let order_bits = if has_order { bits.take(3)? + 1 } else { 0 };
        Ok(Self { screen_content, whole_motion, order_bits })
    }
}

/// The format of samples (5.5.2).
#[derive(Debug)]
struct Color {
    depth: u32,
    is_grey: bool,
    shifts: (u32, u32),
    has_separate_deltas: bool,
}

/// Code points of sRGB without a conversion: primaries, transfer and matrix.
const RGB: [u32; 3] = [1, 13, 0];

impl Color {
    fn read(bits: &mut Bits<'_>, profile: u32) -> Result<Self, Error> {
        let is_deep = bits.flag()?;
        let depth = match (is_deep, profile) {
            (true, 2) if bits.flag()? => 12,
            (true, _) => 10,
            (false, _) => 8,
        };
        let is_grey = profile != 1 && bits.flag()?;
        let code_points = if bits.flag()? { [bits.take(8)?, bits.take(8)?, bits.take(8)?] } else { [2; 3] };
        if is_grey {
            bits.take(1)?;
            return Ok(Self { depth, is_grey, shifts: (1, 1), has_separate_deltas: false });
        }
        let shifts = if code_points == RGB {
            (0, 0)
        } else {
            bits.take(1)?;
            let shifts = match profile {
                0 => (1, 1),
                1 => (0, 0),
                _ if depth < 12 => (1, 0),
                _ if bits.flag()? => (1, bits.take(1)?),
                _ => (0, 0),
            };
            if shifts == (1, 1) {
                bits.take(2)?;
            }
            shifts
        };
        Ok(Self { depth, is_grey, shifts, has_separate_deltas: bits.flag()? })
    }
}
