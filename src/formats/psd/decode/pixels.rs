//! Joins the samples of all channels to pixels, and pushes them as rows of the model.

use super::layout::{Colors, Depth, Layout, Transparency};
use crate::pixels::shrink::BoxReducer;

/// The brightest light. An infinite one would spread over the image.
const BRIGHTEST: f32 = 65_504.0;

/// Buffers for a row of pixels.
#[derive(Debug, Default)]
pub(super) struct Pixels {
    bytes: Vec<u8>,
    words: Vec<u16>,
    floats: Vec<f32>,
}

impl Pixels {
    /// Pushes the pixels of one row of every channel.
    pub(super) fn push<'r>(
        &mut self,
        layout: &Layout,
        rows: impl Iterator<Item = &'r [u8]> + Clone,
        reducer: &mut BoxReducer<'_>,
    ) {
        let width = layout.size.width as usize;
        let model = layout.model();
        match (&layout.colors, layout.depth, layout.transparency) {
            (Colors::Bitmap, ..) => {
                let bits = rows.flatten().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
                self.bytes.clear();
                self.bytes.extend(bits.take(width).map(|bit| if bit == 0 { 255 } else { 0 }));
                reducer.push_bytes(&self.bytes);
            }
            (Colors::Indexed(colors), _, transparency) => {
                self.bytes.clear();
                let hidden = match transparency {
                    Transparency::Index(index) => Some(index),
                    _ => None,
                };
                for index in rows.flatten() {
                    self.bytes.extend(colors[usize::from(*index)]);
                    self.bytes.extend(hidden.map(|hidden| if *index == hidden { 0 } else { 255 }));
                }
                reducer.push_bytes(&self.bytes);
            }
            (Colors::Grey | Colors::Rgb | Colors::Cmyk | Colors::Cmy, Depth::Byte, Transparency::Opaque) => {
                // Black is no ink where there is none.
                self.bytes.resize(width * model.planes(), 255);
                interleave(rows, model.planes(), &mut self.bytes, |[sample]: [u8; 1]| sample);
                reducer.push_bytes(&self.bytes);
            }
            (Colors::Grey | Colors::Rgb | Colors::Cmyk | Colors::Cmy, Depth::Word, Transparency::Opaque) => {
                self.words.resize(width * model.planes(), u16::MAX);
                interleave(rows, model.planes(), &mut self.words, u16::from_be_bytes);
                reducer.push_words(&self.words);
            }
            (colors, depth, transparency) => {
                self.floats.resize(width * model.planes(), 0.0);
                let row = &mut self.floats;
                match depth {
                    Depth::Float => interleave(rows, model.planes(), row, light),
                    Depth::Word => {
                        interleave(rows, model.planes(), row, |two| f32::from(u16::from_be_bytes(two)) / 257.0);
                    }
                    _ => interleave(rows, model.planes(), row, |[sample]: [u8; 1]| f32::from(sample)),
                }
                if *colors == Colors::Lab {
                    row.as_chunks_mut().0.iter_mut().for_each(|pixel| *pixel = lab(*pixel, depth));
                } else if transparency == Transparency::Channel {
                    row.chunks_exact_mut(model.planes()).for_each(take_off_white);
                }
                reducer.push_row(row);
            }
        }
    }
}

/// Spreads the samples of each row over the pixels.
fn interleave<'r, T, const N: usize>(
    rows: impl Iterator<Item = &'r [u8]>,
    planes: usize,
    pixels: &mut [T],
    convert: impl Fn([u8; N]) -> T,
) {
    for (plane, row) in rows.enumerate() {
        let places = pixels.iter_mut().skip(plane).step_by(planes);
        places.zip(row.as_chunks::<N>().0).for_each(|(place, sample)| *place = convert(*sample));
    }
}

fn light(four: [u8; 4]) -> f32 {
    let light = f32::from_be_bytes(four);
    if light.is_nan() { 0.0 } else { light.clamp(-BRIGHTEST, BRIGHTEST) * 255.0 }
}

/// Decodes L* from 0 to 100, a* and b*.
fn lab([l, a, b]: [f32; 3], depth: Depth) -> [f32; 3] {
    // The middle of 16 bits is 0x8000, 256 of whose steps are one of a*.
    let step = if depth == Depth::Word { 257.0 / 256.0 } else { 1.0 };
    [l * (100.0 / 255.0), a * step - 128.0, b * step - 128.0]
}

/// Returns to the colours before they were mixed with white.
fn take_off_white(pixel: &mut [f32]) {
    let Some((alpha, colors)) = pixel.split_last_mut() else { return };
    *alpha = alpha.clamp(0.0, 255.0);
    for color in colors {
        let white = 255.0 - *alpha;
        *color = if *alpha > 0.0 { ((*color - white) * (255.0 / *alpha)).max(0.0) } else { 0.0 };
    }
}
