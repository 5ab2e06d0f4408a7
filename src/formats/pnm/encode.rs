//! Encodes PNM.

use image::ColorType;
use image::codecs::pnm::{PnmEncoder, PnmSubtype, SampleEncoding};

use crate::color::Samples;
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;

/// The encoder of PNM.
#[derive(Debug)]
pub(crate) struct Pnm;

impl Encoder for Pnm {
    fn encode(&self, samples: Samples, _: &Settings<'_>) -> Result<Vec<u8>, String> {
        let picture = picture::of_samples(samples)?;
        // The oldest form that fits, which most programs read.
        let form = match picture.color() {
            ColorType::L8 => PnmSubtype::Graymap(SampleEncoding::Binary),
            ColorType::Rgb8 => PnmSubtype::Pixmap(SampleEncoding::Binary),
            _ => PnmSubtype::ArbitraryMap,
        };
        let mut bytes = Vec::new();
        picture::write(PnmEncoder::new(&mut bytes).with_subtype(form), &picture, None)?;
        Ok(bytes)
    }
}
