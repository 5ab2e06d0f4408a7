//! Opens files inside files like any other, from their own bytes.

use super::codec::{Codec, Embedded, OpenedImage, Plan, Strip, Tools};
use super::decoded::Decoded;
use super::header::Header;
use crate::container::Input;
use crate::formats::error::DecodeError;
use crate::geometry::Factors;

/// An opened image that holds its file.
#[derive(Debug)]
struct Inside {
    file: Vec<u8>,
    image: Box<dyn OpenedImage>,
}

/// Opens a file from these bytes. It is decoded from them, whatever the input.
pub(crate) fn open_inside(
    codec: &dyn Codec,
    file: Vec<u8>,
    tools: &mut Tools<'_>,
) -> Result<Box<dyn OpenedImage>, DecodeError> {
    let image = codec.open(&mut file.as_slice(), tools)?;
    Ok(Box::new(Inside { file, image }))
}

impl OpenedImage for Inside {
    fn header(&self) -> &Header {
        self.image.header()
    }

    fn memory(&self, _: &mut dyn Input, factors: Factors) -> u64 {
        self.image.memory(&mut self.file.as_slice(), factors)
    }

    fn is_light(&self) -> bool {
        self.image.is_light()
    }

    fn decode(&self, _: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.image.decode(&mut self.file.as_slice(), plan, tools)
    }

    fn decode_in_full(&self, _: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.image.decode_in_full(&mut self.file.as_slice(), tools)
    }

    fn decode_top(&self, _: &mut dyn Input, rows: u32, tools: &mut Tools<'_>) -> Option<Strip> {
        self.image.decode_top(&mut self.file.as_slice(), rows, tools)
    }

    fn embedded(&self) -> Embedded<'_> {
        self.image.embedded()
    }
}
