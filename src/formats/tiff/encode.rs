//! Encodes TIFF.

use std::io::Cursor;

use image::codecs::tiff::TiffEncoder;

use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of TIFF.
#[derive(Debug)]
pub(crate) struct Tiff;

impl Encoder for Tiff {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let picture = match samples.layout {
            // The crate writes no grey with alpha.
            Layout::GreyAlpha => picture::of_samples_in_color(samples)?,
            _ => picture::of_samples(samples)?,
        };
        let mut bytes = Cursor::new(Vec::new());
        picture::write(TiffEncoder::new(&mut bytes), &picture, settings.profile)?;
        Ok(bytes.into_inner())
    }
}
