//! Encodes GIF.

use image::codecs::gif::GifEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The palette is trained on one in this many pixels: the default of the crate `gif`. All of them take longer than decoding
/// 12 megapixels.
const SAMPLED: i32 = 10;

/// The encoder of GIF.
#[derive(Debug)]
pub(crate) struct Gif;

impl Encoder for Gif {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let encoder = GifEncoder::new_with_speed(&mut bytes, SAMPLED);
        picture::write(encoder, &picture::of_samples_in_color(samples)?, None)?;
        Ok(bytes)
    }
}
