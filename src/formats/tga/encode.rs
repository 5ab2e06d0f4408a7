//! Encodes TGA.

use image::codecs::tga::TgaEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of TGA.
#[derive(Debug)]
pub(crate) struct Tga;

impl Encoder for Tga {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        // The encoder's runs continue from row to row, which some programs can't read; TGA 2.0 has them end with the row.
        let encoder = TgaEncoder::new(&mut bytes).disable_rle();
        picture::write(encoder, &picture::of_samples(samples)?, None)?;
        Ok(bytes)
    }
}
