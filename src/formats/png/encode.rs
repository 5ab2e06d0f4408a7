//! Encodes PNG.

use image::codecs::png::PngEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of PNG.
#[derive(Debug)]
pub(crate) struct Png;

impl Encoder for Png {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        picture::write(PngEncoder::new(&mut bytes), &picture::of_samples(samples)?, settings.profile)?;
        Ok(bytes)
    }
}
