//! Lists the previews in makers' own directories inside EXIF, where some keep their largest one.
//!
//! No maker has published these; the tags and the bases of offsets are those of ExifTool's tables. A wrong guess does
//! no harm, since a place counts only if a JPEG begins there.

use super::input::Reader;
use super::span::Span;
use super::tag::{JPEG_BYTES, JPEG_OFFSET};
use super::tiff::{Entry, Order, Tiff};

/// Nikon's directory of its preview.
const NIKON_PREVIEW: u16 = 0x11;

/// Olympus's directory of camera settings, the preview's offset and length in it, and the thumbnail.
const OLYMPUS_SETTINGS: u16 = 0x2020;
const OLYMPUS_PREVIEW: (u16, u16) = (0x101, 0x102);
const OLYMPUS_THUMBNAIL: u16 = 0x100;

/// Offset and length of Pentax's preview.
const PENTAX_PREVIEW: (u16, u16) = (4, 3);

/// Sony's preview, an entry's value.
const SONY_PREVIEW: u16 = 0x2001;

/// Lists the places of the previews in the note at `at`. It has `length` bytes and is named by the directories of
/// `tiff`.
pub(super) fn places(reader: &mut Reader<'_>, tiff: Tiff, at: u64, length: u64) -> Vec<Span> {
    let head: [u8; 16] = match reader.array(at) {
        Some(head) if length > 16 => head,
        _ => return Vec::new(),
    };
    if head.starts_with(b"Nikon\0") {
        return nikon(reader, at).unwrap_or_default();
    }
    if head.starts_with(b"OLYMPUS\0") || head.starts_with(b"OM SYSTEM\0") {
        let first = if head[0..2] == *b"OL" { 12 } else { 16 };
        let order = Order::of(&head[first - 4..first - 2]).unwrap_or(tiff.order);
        return olympus(reader, Tiff::bare(at, order), first as u64).unwrap_or_default();
    }
    if head.starts_with(b"OLYMP\0") {
        return olympus(reader, tiff, at.saturating_sub(tiff.base) + 8).unwrap_or_default();
    }
    if head.starts_with(b"PENTAX \0") {
        let order = Order::of(&head[8..10]).unwrap_or(tiff.order);
        return pair(reader, Tiff::bare(at, order), 10, PENTAX_PREVIEW).into_iter().collect();
    }
    if head.starts_with(b"AOC\0") {
        let order = Order::of(&head[4..6]).unwrap_or(tiff.order);
        let directory = at.saturating_sub(tiff.base) + 6;
        return pair(reader, Tiff::bare(tiff.base, order), directory, PENTAX_PREVIEW).into_iter().collect();
    }
    if head.starts_with(b"SONY") {
        let directory = tiff.directory(reader, at.saturating_sub(tiff.base) + 12);
        return directory.and_then(|d| d.find(SONY_PREVIEW).map(Entry::place)).into_iter().collect();
    }
    Vec::new()
}

/// Lists Nikon's preview, from a separate TIFF behind ten bytes.
fn nikon(reader: &mut Reader<'_>, at: u64) -> Option<Vec<Span>> {
    let (tiff, first) = Tiff::open(reader, at.checked_add(10)?)?;
    let preview = tiff.directory(reader, first)?.number(reader, NIKON_PREVIEW)?;
    Some(pair(reader, tiff, preview, (JPEG_OFFSET, JPEG_BYTES)).into_iter().collect())
}

fn olympus(reader: &mut Reader<'_>, tiff: Tiff, first: u64) -> Option<Vec<Span>> {
    let directory = tiff.directory(reader, first)?;
    let thumbnail = directory.find(OLYMPUS_THUMBNAIL).map(Entry::place);
    // The settings are named by an offset, or are the entry's value.
    let settings = directory.find(OLYMPUS_SETTINGS).and_then(|entry| match entry.length() {
        0..=8 => directory.number(reader, OLYMPUS_SETTINGS),
        _ => entry.at.checked_sub(tiff.base),
    });
    let preview = settings.and_then(|settings| pair(reader, tiff, settings, OLYMPUS_PREVIEW));
    Some(preview.into_iter().chain(thumbnail).collect())
}

/// Reads a place from two entries of the directory at `directory`.
fn pair(reader: &mut Reader<'_>, tiff: Tiff, directory: u64, (offset, length): (u16, u16)) -> Option<Span> {
    let directory = tiff.directory(reader, directory)?;
    let offset = tiff.base.checked_add(directory.number(reader, offset)?)?;
    Some(Span { offset, len: directory.number(reader, length)? })
}
