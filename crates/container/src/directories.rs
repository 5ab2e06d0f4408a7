//! Walks the directories of RAW files with TIFF's structure: DNG, CR2, NEF, NRW, ARW, SR2, ORF, RW2, PEF, SRW.
//!
//! Follows the chain of directories, the sub-directories and the maker's own directory.

use std::collections::HashSet;

use super::found::{Found, side};
use super::input::Reader;
use super::maker_note;
use super::page::{Page, size_of};
use super::span::Span;
use super::tag::{
    COMPRESSION, DNG_VERSION, EXIF, EXIF_HEIGHT, EXIF_WIDTH, HEIGHT, JPEG_BYTES, JPEG_OFFSET, MAKER_NOTE,
    NEW_SUBFILE_TYPE, PHOTOMETRIC, STRIP_BYTES, STRIP_OFFSETS, SUB_DIRECTORIES, WIDTH,
};
use super::tiff::{Directory, Tiff};

/// Limit of directories read per file. A DNG with a pyramid of previews has about a dozen.
const MAX_DIRECTORIES: usize = 64;

/// Limit of sub-directories per entry.
const MAX_SUB_DIRECTORIES: usize = 16;

/// Panasonic's whole JPEG inside an entry, and the borders of the image on its sensor: top, left, bottom, right.
const PANASONIC_JPEG: u16 = 0x2e;
const PANASONIC_BORDERS: [u16; 4] = [4, 5, 6, 7];

/// The result of a walk through the directories.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Whether a feature was found that only RAW files have.
    pub(super) is_raw: bool,
    pub(super) found: Found,
    /// Previews that are not JPEGs.
    pub(super) pages: Vec<Page>,
}

/// Walks all directories that can be reached from the one at `first`.
pub(super) fn walk(reader: &mut Reader<'_>, tiff: Tiff, first: u64) -> Walked {
    let mut walked = Walked::default();
    let mut sensor = None;
    let mut exif = None;
    let mut is_first = true;
    visit(reader, tiff, first, &mut |reader, directory, offset| {
        if exif.is_none() {
            exif = directory.number(reader, EXIF);
        }
        if std::mem::take(&mut is_first) {
            walked.found.orientation = directory.orientation(reader);
            walked.is_raw = directory.has(DNG_VERSION);
        }
        let is_sensor = holds_sensor_data(reader, directory);
        walked.is_raw |= is_sensor;
        if is_sensor && directory.number(reader, NEW_SUBFILE_TYPE).unwrap_or(0) & 1 == 0 {
            sensor = sensor.or_else(|| size_of(reader, directory, WIDTH, HEIGHT));
        }
        if let Some(size) = panasonic_size(reader, directory) {
            sensor = Some(size);
        }
        let places = walked.found.places.len();
        list_places(reader, tiff, directory, is_sensor, &mut walked.found.places);
        if !is_sensor && walked.found.places.len() == places {
            walked.pages.extend(Page::read(reader, tiff, directory, offset));
        }
    });
    if let Some(directory) = exif.and_then(|exif| tiff.directory(reader, exif)) {
        sensor = sensor.or_else(|| size_of(reader, &directory, EXIF_WIDTH, EXIF_HEIGHT));
        if let Some(note) = directory.find(MAKER_NOTE) {
            walked.found.guesses = maker_note::places(reader, tiff, note.at, note.length());
        }
    }
    walked.found.size = sensor;
    walked
}

/// Passes each directory that can be reached from the one at `first` to `visit`, with its offset. Sub-directories follow their
/// own directory.
pub(super) fn visit(
    reader: &mut Reader<'_>,
    tiff: Tiff,
    first: u64,
    visit: &mut dyn FnMut(&mut Reader<'_>, &Directory, u64),
) {
    let mut seen = HashSet::new();
    // The directories still to be read, the next one last.
    let mut waiting = vec![first];
    while let Some(offset) = waiting.pop() {
        if offset == 0 || seen.len() >= MAX_DIRECTORIES || !seen.insert(offset) {
            continue;
        }
        let Some(directory) = tiff.directory(reader, offset) else { continue };
        waiting.push(directory.next);
        waiting.extend(directory.numbers(reader, SUB_DIRECTORIES, MAX_SUB_DIRECTORIES).into_iter().rev());
        visit(reader, &directory, offset);
    }
}

/// Returns whether a directory's image is sensor data.
fn holds_sensor_data(reader: &mut Reader<'_>, directory: &Directory) -> bool {
    // Colour filter array and linear RAW (DNG 1.7, chapter 4); compression of Sony, Samsung, Nikon, Pentax.
    matches!(directory.number(reader, PHOTOMETRIC), Some(32803 | 34892))
        || matches!(directory.number(reader, COMPRESSION), Some(32767 | 32769 | 32770 | 34713 | 65535))
}

/// Lists the places of possible JPEGs.
fn list_places(reader: &mut Reader<'_>, tiff: Tiff, directory: &Directory, is_sensor: bool, places: &mut Vec<Span>) {
    let mut add = |offset: Option<u64>, length: Option<u64>| {
        let offset = offset.and_then(|offset| tiff.base.checked_add(offset));
        places.extend(offset.zip(length).map(|(offset, len)| Span { offset, len }));
    };
    add(directory.number(reader, JPEG_OFFSET), directory.number(reader, JPEG_BYTES));
    if let Some(entry) = directory.find(PANASONIC_JPEG) {
        places.push(entry.place());
    } else if !is_sensor && matches!(directory.number(reader, COMPRESSION), Some(6 | 7)) {
        // A JPEG in several strips is several JPEGs.
        if let ([offset], [length]) =
            (&directory.numbers(reader, STRIP_OFFSETS, 2)[..], &directory.numbers(reader, STRIP_BYTES, 2)[..])
        {
            places.extend(tiff.base.checked_add(*offset).map(|offset| Span { offset, len: *length }));
        }
    }
}

fn panasonic_size(reader: &mut Reader<'_>, directory: &Directory) -> Option<(u32, u32)> {
    directory.find(PANASONIC_JPEG)?;
    let [top, left, bottom, right] = PANASONIC_BORDERS.map(|tag| directory.number(reader, tag));
    Some((side(right?.checked_sub(left?)?)?, side(bottom?.checked_sub(top?)?)?))
}
