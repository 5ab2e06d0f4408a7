//! Finds frames of a video that stand alone (ISO/IEC 14496-12), described like the images of a HEIF file.

use std::io;

use super::super::boxes::{Part, list_boxes, next_box};
use super::super::input::{Input, Reader};
use super::error::HeifError;
use super::image::{Codec, HeifImage};
use super::samples::Samples;
use super::track::{Description, MAX_BOXES, child, describe};
use crate::span::Span;

/// Boxes on the first level that are read: a fragmented video has two for each second or so.
const MOST_FRAGMENTS: usize = 4096;

/// The places of the frames in the video, in percent, the best one first: the first may be black.
const PLACES: [u64; 4] = [10, 25, 50, 75];

/// The frames that may stand for a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    /// Frames that stand alone, the best one first. They have one size and orientation.
    pub frames: Vec<HeifImage>,
    /// Width and height of the frames before turning, in px that are squares.
    pub shown: (u32, u32),
}

/// Reads the structure of a video.
///
/// # Errors
/// The system refused to read; or, inside, the file has no video that can be decoded.
pub fn read_video(input: &mut dyn Input) -> io::Result<Result<Video, HeifError>> {
    let mut reader = Reader::new(input);
    let video = read(&mut reader);
    reader.finish(video)
}

fn read(reader: &mut Reader<'_>) -> Result<Video, HeifError> {
    let file = Part { name: *b"file", content: 0, end: reader.length() };
    let moov = find_moov(reader, &file).ok_or(CUT)?;
    let tracks = list_boxes(reader, moov.content, moov.end, MAX_BOXES);
    let mut unknown = None;
    let mut best: Option<(Part, Description)> = None;
    for track in tracks.into_iter().filter(|part| part.name == *b"trak") {
        match describe(reader, &track, codec_of) {
            Some(described) if best.as_ref().is_none_or(|(_, other)| pixels(&described) > pixels(other)) => {
                best = Some((track, described));
            }
            Some(_) => {}
            None => unknown = unknown.or_else(|| codec_of_video(reader, &track)),
        }
    }
    let Some((track, described)) = best else {
        return Err(match unknown {
            Some(name) => HeifError::Unsupported(format!("the codec {}", name.escape_ascii())),
            None if is_cut(reader, &moov) => CUT,
            None => HeifError::Unsupported("it has no video".to_string()),
        });
    };
    let places = match Samples::read(reader, &described.table) {
        Some(samples) => places_in(reader, &samples),
        None => places_in_fragments(reader, &moov, described.id),
    };
    if places.is_empty() {
        return Err(HeifError::Damaged("the list of its frames is corrupt"));
    }
    let shown = shown_size(reader, &track, &described.image);
    let frame = |place| {
        let mut image = described.image.clone();
        image.tiles.iter_mut().for_each(|tile| tile.data = vec![place]);
        image
    };
    Ok(Video { frames: places.into_iter().map(frame).collect(), shown })
}

fn codec_of(name: &[u8; 4]) -> Option<Codec> {
    match name {
        b"hvc1" | b"hev1" => Some(Codec::Hevc),
        b"av01" => Some(Codec::Av1),
        b"avc1" | b"avc3" => Some(Codec::Avc),
        b"jpeg" | b"mjpg" | b"MJPG" => Some(Codec::Jpeg),
        _ => None,
    }
}

fn pixels(described: &Description) -> u64 {
    u64::from(described.image.size.0) * u64::from(described.image.size.1)
}

/// The error of a file that ends before, or in, the box that lists the frames.
const CUT: HeifError = HeifError::Damaged("the file ends before its list of frames");

/// Returns whether a box states a length beyond the end of the file.
fn is_cut(reader: &mut Reader<'_>, part: &Part) -> bool {
    let stated = reader.array(part.content - 8).map_or(0, u32::from_be_bytes);
    u64::from(stated) > part.end - part.content + 8
}

/// Finds the box that lists the frames, which comes last in a file that a camera wrote.
fn find_moov(reader: &mut Reader<'_>, file: &Part) -> Option<Part> {
    let mut at = file.content;
    for _ in 0..MOST_FRAGMENTS {
        let part = next_box(reader, at, file.end)?;
        if part.name == *b"moov" {
            return Some(part);
        }
        at = part.end;
    }
    None
}

/// Returns the name of a video track's codec.
fn codec_of_video(reader: &mut Reader<'_>, track: &Part) -> Option<[u8; 4]> {
    let media = child(reader, track, *b"mdia")?;
    let handler = child(reader, &media, *b"hdlr")?;
    if reader.array(handler.content + 8)? != *b"vide" {
        return None;
    }
    let information = child(reader, &media, *b"minf")?;
    let table = child(reader, &information, *b"stbl")?;
    let description = child(reader, &table, *b"stsd")?;
    Some(next_box(reader, description.content + 8, description.end)?.name)
}

fn places_in(reader: &mut Reader<'_>, samples: &Samples<'_>) -> Vec<Span> {
    let mut keys = Vec::new();
    for percent in PLACES {
        // A frame lasts as long as any other in most videos.
        let key = samples.key_at(reader, samples.count.saturating_sub(1) * percent / 100);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if !keys.contains(&0) {
        keys.push(0);
    }
    keys.into_iter().filter_map(|key| samples.place(reader, key)).filter(|place| place.len > 0).collect()
}

/// Returns the first samples of fragments (8.8), which begin with one that stands alone.
fn places_in_fragments(reader: &mut Reader<'_>, moov: &Part, track: u32) -> Vec<Span> {
    let (length, mut at) = (reader.length(), moov.end);
    let (mut places, mut last) = (Vec::new(), None);
    for _ in 0..MOST_FRAGMENTS {
        let Some(part) = next_box(reader, at, length) else { break };
        let start = at;
        at = part.end;
        let percent = PLACES.get(places.len()).copied().unwrap_or(100);
        if part.name == *b"moof" && (places.is_empty() || start.saturating_mul(100) >= length.saturating_mul(percent)) {
            let Some(place) = first_of_fragment(reader, &part, start, track) else { continue };
            places.push(place);
            last = Some(start);
        }
        if places.len() == PLACES.len() {
            break;
        }
    }
    // The first one was taken for lack of a better one.
    if places.len() > 1 && last.is_some() {
        places.rotate_left(1);
    }
    places
}

fn first_of_fragment(reader: &mut Reader<'_>, fragment: &Part, start: u64, track: u32) -> Option<Span> {
    for run in list_boxes(reader, fragment.content, fragment.end, MAX_BOXES) {
        if run.name != *b"traf" {
            continue;
        }
        let header = child(reader, &run, *b"tfhd")?;
        let [flags, id] = [0, 4].map(|at| reader.array(header.content + at).map(u32::from_be_bytes));
        if id != Some(track) {
            continue;
        }
        // Each field is there if its flag is set.
        let mut at = header.content + 8;
        let mut field = |flags: u32, flag: u32, bytes: u64| {
            let here = at;
            at += if flags & flag != 0 { bytes } else { 0 };
            (flags & flag != 0).then_some(here)
        };
        let flags = flags?;
        let base = field(flags, 1, 8);
        let _ = (field(flags, 2, 4), field(flags, 8, 4));
        let default_length = field(flags, 0x10, 4);
        let base = match base {
            Some(at) => u64::from_be_bytes(reader.array(at)?),
            None => start,
        };
        let default_length = match default_length {
            Some(at) => reader.array(at).map(u32::from_be_bytes),
            None => None,
        };
        let samples = child(reader, &run, *b"trun")?;
        let flags = u32::from_be_bytes(reader.array(samples.content)?);
        let mut at = samples.content + 8;
        let mut offset = base;
        if flags & 1 != 0 {
            offset = offset.checked_add_signed(i32::from_be_bytes(reader.array(at)?).into())?;
            at += 4;
        }
        at += if flags & 4 != 0 { 4 } else { 0 } + if flags & 0x100 != 0 { 4 } else { 0 };
        let length = match flags & 0x200 {
            0 => default_length?,
            _ => u32::from_be_bytes(reader.array(at)?),
        };
        return Some(Span { offset, len: length.into() });
    }
    None
}

/// Returns the size of the frames in square px: by the ratio of a px (12.1.4), or else by the size of the track.
fn shown_size(reader: &mut Reader<'_>, track: &Part, image: &HeifImage) -> (u32, u32) {
    let (width, height) = (image.window.width, image.window.height);
    let ratio = stated_ratio(reader, track).or_else(|| ratio_of_track(reader, track, image.size));
    let Some((across, down)) = ratio.filter(|(across, down)| is_plausible(*across, *down)) else {
        return (width, height);
    };
    let scaled = u64::from(width) * across / down;
    (u32::try_from(scaled).unwrap_or(width).max(1), height)
}

/// Returns whether a px is at most four times as long as wide, and not almost a square.
fn is_plausible(across: u64, down: u64) -> bool {
    let is_near = across.abs_diff(down) * 100 < across.max(down);
    across > 0 && down > 0 && !is_near && across <= 4 * down && down <= 4 * across
}

fn stated_ratio(reader: &mut Reader<'_>, track: &Part) -> Option<(u64, u64)> {
    let media = child(reader, track, *b"mdia")?;
    let information = child(reader, &media, *b"minf")?;
    let table = child(reader, &information, *b"stbl")?;
    let description = child(reader, &table, *b"stsd")?;
    let entry = next_box(reader, description.content + 8, description.end)?;
    let entry = Part { content: entry.content.checked_add(78)?, ..entry };
    let ratio = child(reader, &entry, *b"pasp")?;
    let [across, down] = [0, 4].map(|at| reader.array(ratio.content + at).map(u32::from_be_bytes));
    Some((across?.into(), down?.into()))
}

fn ratio_of_track(reader: &mut Reader<'_>, track: &Part, (width, height): (u32, u32)) -> Option<(u64, u64)> {
    let header = child(reader, track, *b"tkhd")?;
    let [version, ..]: [u8; 4] = reader.array(header.content)?;
    let at = header.content + if version == 0 { 76 } else { 88 };
    let [across, down] = [0, 4].map(|more| reader.array(at + more).map(u32::from_be_bytes));
    // 16 bits after the point.
    Some((u64::from(across? >> 16) * u64::from(height), u64::from(down? >> 16) * u64::from(width)))
}
