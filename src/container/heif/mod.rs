//! HEIF and AVIF (ISO/IEC 23008-12, and 23000-22 for what writers may do): the items of the `meta` box. In: a file. Out:
//! the primary picture with its alpha, and the thumbnails that the file has of it: each as the coded items it is made of,
//! where they lie, and how they become the picture to be shown. Where a file has no items, the first frame of its track.

mod error;
mod items;
mod mini;
mod overlay;
mod picture;
mod properties;
mod raw;
mod resolve;
mod track;

use std::io;

use super::input::{Input, Reader};
use error::NO_PICTURE;
use items::Items;

pub use error::HeifError;
pub use picture::{Alpha, Codec, CodedItem, Heif, HeifPicture, Layer, Nclx, Overlay, Place, StatedLight, Window};
pub use raw::{ALPHA, Interleave, LUMA, Part, RED, RawComponent, RawLayout};

/// Reads the structure of a file.
///
/// # Errors
/// The system refused to read; or, inside, the file has no picture that can be decoded.
pub fn read_heif(input: &mut dyn Input) -> io::Result<Result<Heif, HeifError>> {
    let mut reader = Reader::new(input);
    let heif = read(&mut reader);
    reader.finish(heif)
}

fn read(reader: &mut Reader<'_>) -> Result<Heif, HeifError> {
    if let Some(minimised) = mini::read(reader) {
        return minimised;
    }
    let items = Items::read(reader).filter(|items| items.has_places);
    match items.as_ref().and_then(|items| Some((items, items.primary()?))) {
        Some((items, primary)) => items.resolve_all(reader, primary),
        None => track::read(reader).ok_or(NO_PICTURE),
    }
}
