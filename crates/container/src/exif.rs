//! Reads a JPEG's EXIF segment (EXIF 2.32, 4.5) from behind "Exif\0\0" on.
//!
//! Returns orientation, size, colour space, and the thumbnail that the second directory names.

use super::found::side;
use super::input::Reader;
use super::preview::{Kind, Preview};
use super::span::Span;
use super::tag::{EXIF, JPEG_BYTES, JPEG_OFFSET};
use super::tiff::{Directory, Tiff};

/// Identifier at the start of a JPEG's EXIF segment (EXIF 2.32, 4.7.2).
const IDENTIFIER: &[u8; 6] = b"Exif\0\0";

const COLOR_SPACE: u16 = 0xa001;
const INTEROPERABILITY: u16 = 0xa005;
const INTEROPERABILITY_INDEX: u16 = 1;
const UNCALIBRATED: u64 = 0xffff;
const WIDTH: u16 = 0xa002;
const HEIGHT: u16 = 0xa003;

/// The contents of an EXIF segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exif {
    /// The orientation, 1 to 8.
    pub orientation: Option<u16>,
    /// Width and height of the main image in px.
    pub size: Option<(u32, u32)>,
    /// The thumbnail; its offset counts from the start of the bytes.
    pub thumbnail: Option<Preview>,
    /// Whether its colours are in DCF's optional colour space, Adobe RGB (1998) (DCF 2.0, 3.2.3): the colour space is
    /// uncalibrated, and the rules of interoperability are R03.
    pub is_adobe_rgb: bool,
}

/// Returns the EXIF in a JPEG's APP1 payload, from its TIFF header on.
///
/// Accepts the identifier in either case, and with another byte than 0 at its end: files have both.
#[must_use]
pub fn exif_of_app1(payload: &[u8]) -> Option<&[u8]> {
    let (identifier, rest) = payload.split_at_checked(IDENTIFIER.len())?;
    identifier[..5].eq_ignore_ascii_case(&IDENTIFIER[..5]).then_some(rest)
}

/// Returns EXIF from its TIFF header on. JPEG's identifier may stand before it, once or several times.
#[must_use]
pub fn bare_exif(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = exif_of_app1(bytes) {
        bytes = rest;
    }
    bytes
}

/// Reads the segment, from its TIFF header on.
#[must_use]
pub fn read_exif(mut segment: &[u8]) -> Exif {
    let mut reader = Reader::new(&mut segment);
    read_at(&mut reader, 0).unwrap_or_default()
}

/// Reads EXIF whose TIFF header stands at `base`.
pub(super) fn read_at(reader: &mut Reader<'_>, base: u64) -> Option<Exif> {
    let (tiff, first) = Tiff::open(reader, base)?;
    let main = tiff.directory(reader, first)?;
    let details = main.number(reader, EXIF).and_then(|details| tiff.directory(reader, details));
    let is_adobe_rgb = details.as_ref().is_some_and(|details| names_adobe_rgb(&tiff, details, reader));
    let size = details.and_then(|details| {
        let width = details.number(reader, WIDTH).and_then(side)?;
        Some((width, details.number(reader, HEIGHT).and_then(side)?))
    });
    let second = (main.next != 0 && main.next != first).then_some(main.next);
    let thumbnail = second.and_then(|second| {
        let directory = tiff.directory(reader, second)?;
        let offset = base.checked_add(directory.number(reader, JPEG_OFFSET)?)?;
        let len = directory.number(reader, JPEG_BYTES).filter(|len| *len > 0)?;
        Some(Preview { span: Span { offset, len }, size: None, kind: Kind::ExifThumbnail })
    });
    Some(Exif { orientation: main.orientation(reader), size, thumbnail, is_adobe_rgb })
}

fn names_adobe_rgb(tiff: &Tiff, details: &Directory, reader: &mut Reader<'_>) -> bool {
    if details.number(reader, COLOR_SPACE) != Some(UNCALIBRATED) {
        return false;
    }
    let rules = details.number(reader, INTEROPERABILITY).and_then(|rules| tiff.directory(reader, rules));
    rules.is_some_and(|rules| rules.numbers(reader, INTEROPERABILITY_INDEX, 3) == b"R03".map(u64::from))
}
