//! Filters EXIF through the crate `kamadak-exif`.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Context, Field, In, Reader, Tag};

use crate::options::{Kept, Metadata};

/// Tags that describe the file that held them, or that may hold images: private data of a maker, and the size of the image.
const DROPPED: [Tag; 7] = [
    Tag::Orientation,
    Tag::MakerNote,
    Tag::PixelXDimension,
    Tag::PixelYDimension,
    Tag::RelatedSoundFile,
    Tag::InteroperabilityIndex,
    Tag::ColorSpace,
];

/// Tags of the first directory that are not of its image: what is shown, by whom, when and with what.
const OF_SCENE: [Tag; 8] = [
    Tag::ImageDescription,
    Tag::Make,
    Tag::Model,
    Tag::Software,
    Tag::DateTime,
    Tag::Artist,
    Tag::Copyright,
    Tag::ResolutionUnit,
];

/// Returns the fields of these kinds as a packet of their own. `None` if there are none, or the packet can't be read.
pub(super) fn keep(packet: Vec<u8>, kept: &Kept) -> Option<Vec<u8>> {
    let is_little_endian = packet.starts_with(b"II");
    let parsed = Reader::new()
        .continue_on_error(true)
        .read_raw(packet)
        .or_else(|error| error.distill_partial_result(|_| ()))
        .ok()?;
    let fields: Vec<&Field> = parsed.fields().filter(|field| is_kept(field, kept)).collect();
    if fields.is_empty() {
        return None;
    }
    let mut writer = Writer::new();
    fields.into_iter().for_each(|field| writer.push_field(field));
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, is_little_endian).ok()?;
    Some(bytes.into_inner())
}

fn is_kept(field: &Field, kept: &Kept) -> bool {
    let tag = field.tag;
    // The second directory is that of a preview.
    if field.ifd_num != In::PRIMARY || DROPPED.contains(&tag) || tag.description().is_none() {
        return false;
    }
    match tag.context() {
        Context::Gps => kept.contains(&Metadata::Gps),
        Context::Tiff if matches!(tag, Tag::Artist | Tag::Copyright) && kept.contains(&Metadata::Copyright) => true,
        Context::Tiff => kept.contains(&Metadata::Exif) && OF_SCENE.contains(&tag),
        Context::Exif => kept.contains(&Metadata::Exif),
        _ => false,
    }
}
