//! Encodes baseline JPEGs (T.81) from planes of 8-bit samples, with the standard's example tables.
//!
//! Chroma is taken at the resolution that it is stored in, so whoever resizes an image makes small chroma planes at once, and
//! nothing is enlarged only to be halved again. `transform` turns blocks of samples into quantised coefficients, `entropy`
//! writes those, `quality` has the quantisation tables.

mod entropy;
mod error;
mod quality;
mod transform;

use pulp::{Arch, NullaryFnOnce};

use entropy::{BlockCodes, Writer};
use transform::Transform;

use super::huffman::standard;
use super::marker::{APP0, APP2, DHT, DQT, EOI, SOF0, SOI, SOS};

pub use error::{EncodeError, MAX_SIDE};

/// Bytes of an ICC profile in one APP2 segment (ICC.1:2022, B.4).
const ICC_PART: usize = 65_519;

/// One channel of an image, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Channel<'a> {
    /// `width * height` samples.
    pub samples: &'a [u8],
    /// Samples in a row.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
}

/// The channels of an image to encode.
#[derive(Clone, Copy, Debug)]
pub enum Channels<'a> {
    /// Luminance alone.
    Grey(Channel<'a>),
    /// Full-range BT.601 luma and chroma, as JFIF has them. Chroma has either the size of luma, or half of it, rounded up,
    /// along one axis or both.
    YCbCr([Channel<'a>; 3]),
}

/// A channel with its place in the frame.
#[derive(Debug)]
struct Part<'a> {
    channel: Channel<'a>,
    /// Sampling factors: blocks of an MCU across and down.
    sampling: (usize, usize),
    transform: Transform,
    codes: BlockCodes,
}

/// Encodes an image. `quality` goes from 1 to 100, on the scale of the Independent JPEG Group.
///
/// # Errors
/// The planes do not have the sizes that [`Channels`] asks for, a side exceeds [`MAX_SIDE`], or the profile is too long.
pub fn encode(channels: Channels<'_>, quality: u8, icc: Option<&[u8]>) -> Result<Vec<u8>, EncodeError> {
    let tables = [quality::luma(quality), quality::chroma(quality)];
    let parts = parts_of(channels, &tables)?;
    let Channel { width, height, .. } = parts[0].channel;
    let mut bytes = Vec::with_capacity(width * height / 4 + icc.map_or(0, <[u8]>::len) + 1024);
    write_head(&mut bytes, &parts, &tables, icc)?;
    Arch::new().dispatch(Scan { parts: &parts, bytes: &mut bytes });
    bytes.extend([0xFF, EOI]);
    Ok(bytes)
}

fn parts_of<'a>(channels: Channels<'a>, tables: &[[u8; 64]; 2]) -> Result<Vec<Part<'a>>, EncodeError> {
    let part = |channel: Channel<'a>, sampling, table: usize| Part {
        channel,
        sampling,
        transform: Transform::new(&tables[table]),
        codes: BlockCodes::new(&standard(false, table > 0), &standard(true, table > 0)),
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
            // One sample is also half of one, rounded up: then the frame gets the usual 2x2.
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

/// Writes everything in front of the entropy-coded data.
fn write_head(
    bytes: &mut Vec<u8>,
    parts: &[Part<'_>],
    tables: &[[u8; 64]; 2],
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
    for index in 0..kinds as u8 {
        for is_ac in [false, true] {
            let code = standard(is_ac, index == 1);
            write_segment(bytes, DHT, &[&[u8::from(is_ac) << 4 | index], &code.counts(), code.symbols()]);
        }
    }
    scan.extend([0, 63, 0]);
    write_segment(bytes, SOS, &[&scan]);
    Ok(())
}

/// Writes a segment, which is never longer than 16 bits can say.
fn write_segment(bytes: &mut Vec<u8>, marker: u8, payload: &[&[u8]]) {
    let length: usize = 2 + payload.iter().map(|part| part.len()).sum::<usize>();
    bytes.extend([0xFF, marker]);
    bytes.extend((length as u16).to_be_bytes());
    payload.iter().for_each(|part| bytes.extend(*part));
}

/// Writes the entropy-coded data; compiled once for each kind of processor, so everything in it is inlined.
struct Scan<'a> {
    parts: &'a [Part<'a>],
    bytes: &'a mut Vec<u8>,
}

impl NullaryFnOnce for Scan<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let luma = &self.parts[0];
        let across = luma.channel.width.div_ceil(8 * luma.sampling.0);
        let down = luma.channel.height.div_ceil(8 * luma.sampling.1);
        let mut writer = Writer::new(self.bytes);
        let mut predictions = [0_i32; 3];
        for y in 0..down {
            for x in 0..across {
                for (part, prediction) in self.parts.iter().zip(&mut predictions) {
                    let (h, v) = part.sampling;
                    for block in 0..h * v {
                        match part.channel.block(x * h + block % h, y * v + block / h) {
                            Some(samples) => {
                                let coefficients = part.transform.apply(&samples);
                                writer.put_block(&coefficients, prediction, &part.codes);
                            }
                            None => writer.put_repeated(&part.codes),
                        }
                    }
                }
            }
        }
        writer.finish();
    }
}

impl Channel<'_> {
    /// Returns a block of samples around 0; those beyond an edge repeat the nearest inside. `None` if the whole block lies
    /// outside, where an MCU reaches farther than the plane.
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
