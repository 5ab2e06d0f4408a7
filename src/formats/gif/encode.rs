//! Encodes GIF.

use image::codecs::gif::GifEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// Pixels that the palette is trained on. More take longer than decoding 12 megapixels, and add less than 1 dB.
const SAMPLES: u64 = 40_000;

/// The most sparing choice of pixels: one in this many.
const SPARSEST: u64 = 10;

/// The encoder of GIF.
#[derive(Debug)]
pub(crate) struct Gif;

impl Encoder for Gif {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let one_in = (samples.size.pixels() / SAMPLES).clamp(1, SPARSEST);
        let encoder = GifEncoder::new_with_speed(&mut bytes, i32::try_from(one_in).unwrap_or(1));
        picture::write(encoder, &picture::of_samples_in_color(samples)?, None)?;
        Ok(bytes)
    }
}
