//! Defines the channels of an image to encode, and their blocks.

use super::error::{EncodeError, MAX_SIDE};
use super::quality::ChromaResolution;
use super::transform::Transform;

/// The samples of one channel of an image, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Channel<'a> {
    /// Samples, `width * height` of them, without gaps between rows.
    pub samples: &'a [u8],
    /// Samples in a row.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
}

/// The channels of an image to encode.
#[derive(Clone, Copy, Debug)]
pub enum Channels<'a> {
    /// Luma alone.
    Grey(Channel<'a>),
    /// Luma and chroma of full-range BT.601, as in JFIF. Along each axis, chroma has the size of luma or half of it,
    /// rounded up.
    YCbCr([Channel<'a>; 3]),
}

impl Channels<'_> {
    pub(super) fn chroma_resolution(&self) -> ChromaResolution {
        match self {
            Self::YCbCr([luma, blue, _]) if (luma.width, luma.height) == (blue.width, blue.height) => {
                ChromaResolution::Full
            }
            Self::Grey(_) | Self::YCbCr(_) => ChromaResolution::Halved,
        }
    }
}

/// A channel and its coding parameters.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) channel: Channel<'a>,
    /// Sampling factors: blocks per MCU across and down.
    pub(super) sampling: (usize, usize),
    pub(super) transform: Transform,
    pub(super) is_chroma: bool,
}

/// Returns the parts of an image to encode with quantisation tables of luma and chroma in zigzag order.
pub(super) fn parts_of<'a>(channels: Channels<'a>, tables: &[[u8; 64]; 2]) -> Result<Vec<Part<'a>>, EncodeError> {
    let part = |channel: Channel<'a>, sampling, table: usize| Part {
        channel,
        sampling,
        transform: Transform::new(&tables[table]),
        is_chroma: table > 0,
    };
    let parts = match channels {
        Channels::Grey(grey) => vec![part(grey, (1, 1), 0)],
        Channels::YCbCr([luma, blue, red]) => {
            let factor = |luma: usize, chroma: usize| match chroma {
                _ if chroma == luma => Ok(1),
                _ if chroma == luma.div_ceil(2) => Ok(2),
                _ => Err(EncodeError::Planes),
            };
            let (mut across, mut down) = (factor(luma.width, blue.width)?, factor(luma.height, blue.height)?);
            // Chroma of 1 is both the full and the half size of luma of 1, which takes the factor of the other axis.
            if luma.width == 1 {
                across = down;
            } else if luma.height == 1 {
                down = across;
            }
            if (blue.width, blue.height) != (red.width, red.height) {
                return Err(EncodeError::Planes);
            }
            vec![part(luma, (across, down), 0), part(blue, (1, 1), 1), part(red, (1, 1), 1)]
        }
    };
    for Part { channel: Channel { samples, width, height }, .. } in &parts {
        let longest = *width.max(height);
        if longest > MAX_SIDE as usize {
            return Err(EncodeError::Side(longest));
        }
        if samples.is_empty() || samples.len() != width * height {
            return Err(EncodeError::Planes);
        }
    }
    Ok(parts)
}

impl Channel<'_> {
    /// Returns a block of samples around 0. Samples beyond an edge repeat the nearest one inside.
    ///
    /// `None` if the whole block lies outside, where an MCU extends beyond the plane.
    #[inline(always)]
    pub(super) fn block(&self, x: usize, y: usize) -> Option<[[f32; 8]; 8]> {
        let (left, top) = (8 * x, 8 * y);
        let is_inside = left + 8 <= self.width && top + 8 <= self.height;
        if !is_inside {
            return (left < self.width && top < self.height).then(|| self.edge_block(left, top));
        }
        let mut block = [[0.0; 8]; 8];
        for (row, out) in block.iter_mut().enumerate() {
            let at = (top + row) * self.width + left;
            let samples: [u8; 8] = self.samples[at..at + 8].try_into().expect("eight samples");
            *out = samples.map(|sample| f32::from(sample) - 128.0);
        }
        Some(block)
    }

    #[inline(never)]
    fn edge_block(&self, left: usize, top: usize) -> [[f32; 8]; 8] {
        let sample = |x: usize, y: usize| {
            let (x, y) = ((left + x).min(self.width - 1), (top + y).min(self.height - 1));
            f32::from(self.samples[y * self.width + x]) - 128.0
        };
        std::array::from_fn(|y| std::array::from_fn(|x| sample(x, y)))
    }
}
