//! Encodes baseline JPEG (T.81) from planes of 8-bit samples, with the shortest codes for them.
//!
//! Chroma is passed at its stored resolution, so that a resizer can produce small chroma planes directly instead of
//! having enlarged ones halved again. `transform` turns blocks of samples into quantised coefficients, `entropy` turns
//! these into symbols and writes them, and `quality` provides the quantisation tables.

mod entropy;
mod error;
mod quality;
mod transform;

use pulp::{Arch, NullaryFnOnce};

use entropy::{Table, Tokens, Words, Writer};
use transform::Transform;

use super::huffman::Code;
use super::marker::{APP0, APP2, DHT, DQT, EOI, SOF0, SOI, SOS};

pub use error::{EncodeError, MAX_SIDE};
pub use quality::{ChromaResolution, quantization_tables};

/// Maximum bytes of an ICC profile in one APP2 segment (ICC.1:2022, B.4).
const ICC_PART: usize = 65_519;

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
    fn chroma_resolution(&self) -> ChromaResolution {
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
struct Part<'a> {
    channel: Channel<'a>,
    /// Sampling factors: blocks per MCU across and down.
    sampling: (usize, usize),
    transform: Transform,
    is_chroma: bool,
}

/// Encodes an image as a baseline JPEG file.
///
/// `quality` is 1 to 100 as for [`quantization_tables`]. `icc` is the ICC profile to embed.
///
/// # Errors
/// [`EncodeError::Planes`] if the planes do not have the sizes that [`Channels`] requires, [`EncodeError::Side`] if a
/// side exceeds [`MAX_SIDE`], and [`EncodeError::Profile`] if the profile is too long.
pub fn encode(channels: Channels<'_>, quality: u8, icc: Option<&[u8]>) -> Result<Vec<u8>, EncodeError> {
    let tables = quantization_tables(quality, channels.chroma_resolution()).map(|table| quality::zigzag(&table));
    let parts = parts_of(channels, &tables)?;
    let Channel { width, height, .. } = parts[0].channel;
    let mut tokens = Tokens::new(width * height / 4 + 64);
    Arch::new().dispatch(Tokenizing { parts: &parts, tokens: &mut tokens });
    let codes: Vec<(Table, Code)> =
        Table::ALL.into_iter().take(2 * parts.len().min(2)).map(|table| (table, tokens.code(table))).collect();
    let mut bytes = Vec::with_capacity(width * height / 4 + icc.map_or(0, <[u8]>::len) + 1024);
    write_head(&mut bytes, &parts, &tables, &codes, icc)?;
    let words = Words::new(codes.iter().map(|(table, code)| (*table, code)));
    Arch::new().dispatch(Writing { tokens: &tokens, words: &words, bytes: &mut bytes });
    bytes.extend([0xFF, EOI]);
    Ok(bytes)
}

fn parts_of<'a>(channels: Channels<'a>, tables: &[[u8; 64]; 2]) -> Result<Vec<Part<'a>>, EncodeError> {
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

/// Writes everything before the entropy-coded data.
fn write_head(
    bytes: &mut Vec<u8>,
    parts: &[Part<'_>],
    tables: &[[u8; 64]; 2],
    codes: &[(Table, Code)],
    icc: Option<&[u8]>,
) -> Result<(), EncodeError> {
    bytes.extend([0xFF, SOI]);
    // JFIF 1.02, density unknown: square pixels.
    write_segment(bytes, APP0, &[b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"]);
    let icc_parts = icc.unwrap_or_default().chunks(ICC_PART);
    let count = u8::try_from(icc_parts.len()).map_err(|_| EncodeError::Profile)?;
    for (number, part) in (1..=count).zip(icc_parts) {
        write_segment(bytes, APP2, &[b"ICC_PROFILE\0", &[number, count], part]);
    }
    let kinds = parts.len().min(2);
    for (index, table) in (0..).zip(&tables[..kinds]) {
        write_segment(bytes, DQT, &[&[index], table]);
    }
    let Channel { width, height, .. } = parts[0].channel;
    let mut frame = vec![8];
    frame.extend((height as u16).to_be_bytes());
    frame.extend((width as u16).to_be_bytes());
    frame.push(parts.len() as u8);
    let mut scan = vec![parts.len() as u8];
    for (index, part) in (0_u8..).zip(parts) {
        let (across, down) = part.sampling;
        let table = u8::from(index > 0);
        frame.extend([index + 1, (across << 4 | down) as u8, table]);
        scan.extend([index + 1, table << 4 | table]);
    }
    write_segment(bytes, SOF0, &[&frame]);
    for (table, code) in codes {
        write_segment(bytes, DHT, &[&[table.head()], &code.counts(), code.symbols()]);
    }
    scan.extend([0, 63, 0]);
    write_segment(bytes, SOS, &[&scan]);
    Ok(())
}

/// Writes a segment. Its length always fits 16 bits.
fn write_segment(bytes: &mut Vec<u8>, marker: u8, payload: &[&[u8]]) {
    let length: usize = 2 + payload.iter().map(|part| part.len()).sum::<usize>();
    bytes.extend([0xFF, marker]);
    bytes.extend((length as u16).to_be_bytes());
    payload.iter().for_each(|part| bytes.extend(*part));
}

/// Turns samples into symbols. Compiled once for each kind of processor, so everything in it is inlined.
struct Tokenizing<'a> {
    parts: &'a [Part<'a>],
    tokens: &'a mut Tokens,
}

impl NullaryFnOnce for Tokenizing<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let luma = &self.parts[0];
        let across = luma.channel.width.div_ceil(8 * luma.sampling.0);
        let down = luma.channel.height.div_ceil(8 * luma.sampling.1);
        let mut predictions = [0_i32; 3];
        for y in 0..down {
            for x in 0..across {
                for (part, prediction) in self.parts.iter().zip(&mut predictions) {
                    let (h, v) = part.sampling;
                    for block in 0..h * v {
                        match part.channel.block(x * h + block % h, y * v + block / h) {
                            Some(samples) => {
                                let block = part.transform.apply(&samples);
                                self.tokens.put_block(&block, prediction, part.is_chroma);
                            }
                            None => self.tokens.put_repeated(part.is_chroma),
                        }
                    }
                }
            }
        }
    }
}

/// Writes the entropy-coded data, likewise.
struct Writing<'a> {
    tokens: &'a Tokens,
    words: &'a Words,
    bytes: &'a mut Vec<u8>,
}

impl NullaryFnOnce for Writing<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut writer = Writer::new(self.bytes);
        writer.put_all(self.tokens, self.words);
        writer.finish();
    }
}

impl Channel<'_> {
    /// Returns a block of samples around 0. Samples beyond an edge repeat the nearest one inside.
    ///
    /// `None` if the whole block lies outside, where an MCU extends beyond the plane.
    #[inline(always)]
    fn block(&self, x: usize, y: usize) -> Option<[[f32; 8]; 8]> {
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

#[cfg(test)]
mod tests;
