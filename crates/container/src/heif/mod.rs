//! Reads the items of HEIF and AVIF files (ISO/IEC 23008-12; 23000-22 for the limits on writers).
//!
//! Returns the primary image with its alpha and its thumbnails: each as its coded items, their places in the file, and
//! the steps from them to the shown image. A file without items yields the first frame of its track.

mod error;
mod image;
mod items;
mod metadata;
mod mini;
mod overlay;
mod properties;
mod raw;
mod resolve;
mod samples;
mod track;
mod video;

use std::io;

use super::input::{Input, Reader};
use error::NO_IMAGE;
use items::Items;

pub use error::HeifError;
pub use image::{Alpha, Codec, CodedItem, Heif, HeifImage, Layer, Nclx, Overlay, StatedLight, Window};
pub use metadata::read_heif_metadata;
pub use raw::{ALPHA, Interleave, LUMA, Part, RED, RawComponent, RawLayout};
pub use video::{Video, read_video};

/// Reads the structure of a file.
///
/// # Errors
/// The system refused to read; or, inside, the file has no image that can be decoded.
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
        None => track::read(reader).ok_or(NO_IMAGE),
    }
}
