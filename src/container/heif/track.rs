//! The first frame of an image sequence (ISO/IEC 23008-12, 7) that has no item of it. In: the boxes of `moov`. Out: that
//! frame, as an item would be described.

use super::super::boxes::{Part, first_sample, list_boxes};
use super::super::input::Reader;
use super::properties::{self, Property, combine};
use super::{Codec, CodedItem, Heif, HeifPicture, Place, StatedLight};

/// Boxes of each box that are looked at; a track's have about ten.
const MAX_BOXES: usize = 64;

/// What stands before the boxes of a visual sample entry (ISO/IEC 14496-12, 12.1.3), and where in it width and height do.
const SAMPLE_ENTRY: u64 = 78;
const SIDES: u64 = 24;

/// The first frame of the first track that is one of pictures.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Heif> {
    let length = reader.length();
    let file = Part { name: *b"file", content: 0, end: length };
    let moov = child(reader, &file, *b"moov")?;
    let tracks = list_boxes(reader, moov.content, moov.end, MAX_BOXES);
    tracks.iter().filter(|part| part.name == *b"trak").find_map(|track| read_track(reader, track))
}

fn read_track(reader: &mut Reader<'_>, track: &Part) -> Option<Heif> {
    let media = child(reader, track, *b"mdia")?;
    let information = child(reader, &media, *b"minf")?;
    let table = child(reader, &information, *b"stbl")?;
    let parts = list_boxes(reader, table.content, table.end, MAX_BOXES);
    let description = parts.iter().find(|part| part.name == *b"stsd")?;
    // Version, flags and a count are 8 bytes.
    let entry = list_boxes(reader, description.content.checked_add(8)?, description.end, 1).pop()?;
    let codec = match &entry.name {
        b"hvc1" => Codec::Hevc,
        b"av01" => Codec::Av1,
        _ => return None,
    };
    let [w1, w0, h1, h0] = reader.array(entry.content.checked_add(SIDES)?)?;
    let size = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
    if size.0 == 0 || size.1 == 0 {
        return None;
    }
    let (mut configuration, mut icc, mut nclx, mut light) = (None, None, None, StatedLight::default());
    for part in list_boxes(reader, entry.content.checked_add(SAMPLE_ENTRY)?, entry.end, MAX_BOXES) {
        match properties::read(reader, &part, 0) {
            Property::Configuration(place) => configuration = Some(place),
            Property::Icc(place) => icc = Some(place),
            Property::Nclx(stated) => nclx = Some(stated),
            Property::ContentLight(stated) => light.content = Some(stated),
            Property::DisplayLight(stated) => light.display = Some(stated),
            _ => {}
        }
    }
    let (offset, length) = first_sample(reader, &parts)?;
    let item = CodedItem { codec, configuration: configuration?, data: vec![Place { offset, length }], size };
    let (window, orientation) = combine(size, &[]).ok()?;
    let primary = HeifPicture { tiles: vec![item], columns: 1, size, window, orientation, icc, nclx, light };
    Some(Heif { primary, alpha: None, is_premultiplied: false, thumbnails: Vec::new() })
}

fn child(reader: &mut Reader<'_>, parent: &Part, name: [u8; 4]) -> Option<Part> {
    list_boxes(reader, parent.content, parent.end, MAX_BOXES).into_iter().find(|part| part.name == name)
}
