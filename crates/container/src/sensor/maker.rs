//! Tells whose RAW file it is.

use super::description::Sensor;
use super::file::File;
use super::{canon, nikon, sony};
use crate::input::Reader;
use crate::tiff::{Directory, Tiff};

// Tags of TIFF 6.0.
const MAKE: u16 = 271;
const MODEL: u16 = 272;

/// Limit of the bytes of a name.
const MAX_NAME: usize = 64;

/// Reads the description of the sensor's image in a file whose first directory is `main`.
pub(super) fn read(reader: &mut Reader<'_>, tiff: Tiff, first: u64, main: &Directory) -> Option<Sensor> {
    let [make, model] = [MAKE, MODEL].map(|tag| text(reader, main, tag));
    let file = File { tiff, first, main, model: &model };
    match make.to_uppercase().split_whitespace().next()? {
        "CANON" => canon::read(reader, file),
        "NIKON" => nikon::read(reader, file),
        "SONY" => sony::read(reader, file),
        _ => None,
    }
}

/// Returns the text of an entry up to its end mark.
fn text(reader: &mut Reader<'_>, directory: &Directory, tag: u16) -> String {
    let bytes = directory.numbers(reader, tag, MAX_NAME).into_iter().map_while(|byte| u8::try_from(byte).ok());
    let bytes: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
