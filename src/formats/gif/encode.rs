//! Encodes GIF.

use image::codecs::gif::GifEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of GIF.
#[derive(Debug)]
pub(crate) struct Gif;

impl Encoder for Gif {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        picture::write(GifEncoder::new(&mut bytes), &picture::of_samples_in_color(samples)?, None)?;
        Ok(bytes)
    }
}
