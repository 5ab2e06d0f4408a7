//! Reads the first frame of an image sequence (ISO/IEC 23008-12, 7) that has no item for it.
//!
//! Describes that frame like an item, together with the frame of the track that is its opacity.

use super::super::boxes::{Part, first_sample, list_boxes};
use super::super::input::Reader;
use super::image::{Alpha, Codec, CodedItem, Heif, HeifImage, StatedLight};
use super::properties::{self, Property, Transformation, combine};
use crate::span::Span;

/// Limit of boxes read in each box; a track's have about ten.
pub(super) const MAX_BOXES: usize = 64;

/// Bytes before the boxes of a visual sample entry (ISO/IEC 14496-12, 12.1.3), and the offset of width and height in
/// them.
const SAMPLE_ENTRY: u64 = 78;
const SIDES: u64 = 24;

/// A track of images.
struct Track {
    id: u32,
    /// The tracks that it is auxiliary to, and those whose opacity its colours are multiplied by.
    auxiliary_to: Vec<u32>,
    multiplied_by: Vec<u32>,
    is_alpha: bool,
    image: HeifImage,
}

/// Reads the first frame of the first image track that is not auxiliary.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Heif> {
    let length = reader.length();
    let file = Part { name: *b"file", content: 0, end: length };
    let moov = child(reader, &file, *b"moov")?;
    let tracks = list_boxes(reader, moov.content, moov.end, MAX_BOXES);
    let tracks = tracks.iter().filter(|part| part.name == *b"trak");
    let tracks: Vec<Track> = tracks.filter_map(|track| read_track(reader, track)).collect();
    let main = tracks.iter().find(|track| track.auxiliary_to.is_empty() && !track.is_alpha);
    let main = main.or(tracks.first())?;
    let alpha = tracks.iter().find(|track| track.is_alpha && track.auxiliary_to.contains(&main.id));
    Some(Heif {
        primary: main.image.clone(),
        alpha: alpha.map_or(Alpha::None, |track| Alpha::Item(track.image.clone())),
        is_premultiplied: alpha.is_some_and(|track| main.multiplied_by.contains(&track.id)),
        thumbnails: Vec::new(),
    })
}

fn read_track(reader: &mut Reader<'_>, track: &Part) -> Option<Track> {
    let codec_of = |name: &[u8; 4]| match name {
        b"hvc1" => Some(Codec::Hevc),
        b"av01" => Some(Codec::Av1),
        _ => None,
    };
    let Description { mut image, table, is_alpha, id } = describe(reader, track, codec_of)?;
    image.tiles.first_mut()?.data = vec![first_sample(reader, &table)?];
    let mut linked = |name| read_links(reader, track, name).unwrap_or_default();
    Some(Track { id, auxiliary_to: linked(*b"auxl"), multiplied_by: linked(*b"prem"), is_alpha, image })
}

/// The description of a track's frames.
pub(super) struct Description {
    pub(super) id: u32,
    /// A frame without its data.
    pub(super) image: HeifImage,
    pub(super) is_alpha: bool,
    /// The boxes of the sample table.
    pub(super) table: Vec<Part>,
}

/// Reads the description of a track in one of the codecs that `codec_of` knows by the name of its sample entry.
pub(super) fn describe(
    reader: &mut Reader<'_>,
    track: &Part,
    codec_of: impl FnOnce(&[u8; 4]) -> Option<Codec>,
) -> Option<Description> {
    let media = child(reader, track, *b"mdia")?;
    let information = child(reader, &media, *b"minf")?;
    let table = child(reader, &information, *b"stbl")?;
    let table = list_boxes(reader, table.content, table.end, MAX_BOXES);
    let description = table.iter().find(|part| part.name == *b"stsd")?;
    // Version, flags and a count are 8 bytes.
    let entry = list_boxes(reader, description.content.checked_add(8)?, description.end, 1).pop()?;
    let codec = codec_of(&entry.name)?;
    let [w1, w0, h1, h0] = reader.array(entry.content.checked_add(SIDES)?)?;
    let size = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
    if size.0 == 0 || size.1 == 0 {
        return None;
    }
    let (mut configuration, mut icc, mut nclx, mut is_alpha, mut steps) = (None, None, None, false, Vec::new());
    let mut light = StatedLight::default();
    for part in list_boxes(reader, entry.content.checked_add(SAMPLE_ENTRY)?, entry.end, MAX_BOXES) {
        match properties::read(reader, &part, 0) {
            Property::Configuration(place) => configuration = Some(place),
            Property::Icc(place) => icc = Some(place),
            Property::Nclx(stated) => nclx = Some(stated),
            Property::ContentLight(stated) => light.content = Some(stated),
            Property::DisplayLight(stated) => light.display = Some(stated),
            Property::Alpha => is_alpha = true,
            Property::Transformation(step) => steps.push(step),
            _ => {}
        }
    }
    // JPEGs have none.
    let configuration = match codec {
        Codec::Jpeg => configuration.unwrap_or(Span { offset: 0, len: 0 }),
        _ => configuration?,
    };
    let (predicted_from, layer) = (None, None);
    let item = CodedItem { codec, configuration, data: Vec::new(), size, predicted_from, operating_point: 0, layer };
    let (id, turn) = read_header(reader, track).unwrap_or((0, None));
    if steps.is_empty() {
        steps.extend(turn);
    }
    let (window, orientation) = combine(size, &steps).ok()?;
    let image = HeifImage { tiles: vec![item], columns: 1, size, window, orientation, icc, nclx, light, overlay: None };
    Some(Description { id, image, is_alpha, table })
}

/// Reads a track's number, and its matrix' rotation in quarter turns (ISO/IEC 14496-12, 8.3.2).
fn read_header(reader: &mut Reader<'_>, track: &Part) -> Option<(u32, Option<Transformation>)> {
    let header = child(reader, track, *b"tkhd")?;
    let [version, _, _, _] = reader.array(header.content)?;
    // Times and the duration have 8 bytes each in the later version.
    let (id_at, matrix_at) = if version == 0 { (12, 40) } else { (20, 52) };
    let id = u32::from_be_bytes(reader.array(header.content.checked_add(id_at)?)?);
    let matrix: [u8; 20] = reader.array(header.content.checked_add(matrix_at)?)?;
    let number = |at: usize| i32::from_be_bytes([matrix[at], matrix[at + 1], matrix[at + 2], matrix[at + 3]]).signum();
    // a, b, c and d; turned clockwise, x becomes y.
    let turn = match [number(0), number(4), number(12), number(16)] {
        [0, 1, -1, 0] => Some(Transformation::Turn(3)),
        [-1, 0, 0, -1] => Some(Transformation::Turn(2)),
        [0, -1, 1, 0] => Some(Transformation::Turn(1)),
        _ => None,
    };
    Some((id, turn))
}

/// Returns the tracks to which a track has references of one kind.
fn read_links(reader: &mut Reader<'_>, track: &Part, name: [u8; 4]) -> Option<Vec<u32>> {
    let links = child(reader, track, *b"tref")?;
    let part = child(reader, &links, name)?;
    let count = ((part.end - part.content) / 4).min(MAX_BOXES as u64);
    (0..count).map(|index| reader.array(part.content + 4 * index).map(u32::from_be_bytes)).collect()
}

pub(super) fn child(reader: &mut Reader<'_>, parent: &Part, name: [u8; 4]) -> Option<Part> {
    list_boxes(reader, parent.content, parent.end, MAX_BOXES).into_iter().find(|part| part.name == name)
}
