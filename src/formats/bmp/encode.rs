//! Encodes BMP.

use image::codecs::bmp::BmpEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of BMP.
#[derive(Debug)]
pub(crate) struct Bmp;

impl Encoder for Bmp {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        picture::write(BmpEncoder::new(&mut bytes), &picture::of_samples(samples)?, None)?;
        Ok(bytes)
    }
}
