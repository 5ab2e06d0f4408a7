//! Reads the metadata items of HEIF and AVIF files (ISO/IEC 23008-12, A.2 and A.3).

use std::io;

use super::super::exif::bare_exif;
use super::super::input::{Input, Reader};
use super::super::packet::{LONGEST_PACKET, Metadata};
use super::items::Items;

/// Reads the metadata items of a HEIF or AVIF file that describe its primary image.
///
/// # Errors
/// The system refused to read.
pub fn read_heif_metadata(input: &mut dyn Input) -> io::Result<Metadata> {
    let mut reader = Reader::new(input);
    let items = Items::read(&mut reader);
    let mut metadata = Metadata::default();
    if let Some(items) = items {
        let read = |reader: &mut Reader<'_>, item: Option<u32>| read_item(reader, &items, item?);
        // An offset of 4 bytes precedes the header (ISO/IEC 23008-12, A.2.1).
        metadata.exif = read(&mut reader, items.exif()).and_then(|item| {
            let (offset, rest) = item.split_first_chunk::<4>()?;
            let start = rest.get(usize::try_from(u32::from_be_bytes(*offset)).ok()?..)?;
            Some(bare_exif(start).to_vec())
        });
        metadata.xmp = read(&mut reader, items.xmp());
    }
    reader.finish(metadata)
}

fn read_item(reader: &mut Reader<'_>, items: &Items, item: u32) -> Option<Vec<u8>> {
    let places = items.data_of(item);
    let length = places.iter().fold(0_u64, |sum, place| sum.saturating_add(place.len));
    if length == 0 || length > LONGEST_PACKET {
        return None;
    }
    let parts = places.iter().map(|place| reader.bytes(place.offset, usize::try_from(place.len).ok()?));
    Some(parts.collect::<Option<Vec<_>>>()?.concat())
}
