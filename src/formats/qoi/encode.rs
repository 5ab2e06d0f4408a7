//! Encodes QOI.

use image::codecs::qoi::QoiEncoder;

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of QOI.
#[derive(Debug)]
pub(crate) struct Qoi;

impl Encoder for Qoi {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        picture::write(QoiEncoder::new(&mut bytes), &picture::of_samples_in_color(samples)?, None)?;
        Ok(bytes)
    }
}
