//! Detects RAW files by their content, and lists their previews, orientation and size.

use std::io;

use super::found::Found;
use super::input::{Input, Reader};
use super::preview::{Kind, Preview};
use super::tiff::Tiff;
use super::{canon, ciff, directories, frame, fuji};

/// The structure of a RAW file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawKind {
    /// Directories as in TIFF: DNG, CR2, NEF, NRW, ARW, SR2, ORF, RW2, PEF, SRW and others.
    Tiff,
    /// Fujifilm's RAF.
    Raf,
    /// Canon's CR3: boxes as in MP4.
    Cr3,
    /// Canon's CRW: heaps of records.
    Crw,
}

/// The contents of a RAW file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// Its previews in the order found, JPEGs first. Each begins like its format and has a size; the file may end
    /// before the preview does.
    pub previews: Vec<Preview>,
    /// Whether the file ends before a preview that its directories name.
    pub is_cut: bool,
    /// The EXIF orientation, 1 to 8, that holds for the sensor's data and all previews.
    pub orientation: Option<u16>,
    /// Width and height in px of the sensor's image.
    pub size: Option<(u32, u32)>,
}

/// Detects a RAW file by its content. A TIFF counts only if a directory holds a RAW feature, such as a colour filter
/// array: a photograph that a camera or an editor saved as TIFF does not.
///
/// # Errors
/// The system refused to read.
pub fn sniff_raw(input: &mut dyn Input) -> io::Result<Option<RawKind>> {
    let mut reader = Reader::new(input);
    let kind = tell(&mut reader);
    reader.finish(kind)
}

fn tell(reader: &mut Reader<'_>) -> Option<RawKind> {
    let head: [u8; 16] = reader.array(0)?;
    if fuji::is_raf(&head) {
        return Some(RawKind::Raf);
    }
    if canon::is_cr3(&head) {
        return Some(RawKind::Cr3);
    }
    if ciff::is_crw(&head) {
        return Some(RawKind::Crw);
    }
    let (tiff, first) = Tiff::open(reader, 0)?;
    // CR2 is marked behind the header; Olympus and Panasonic have changed TIFF's magic number.
    let is_told = head[8..11] == *b"CR\x02" || matches!(&head[..4], b"IIRO" | b"IIRS" | b"MMOR" | b"IIU\0");
    (is_told || directories::walk(reader, tiff, first).is_raw).then_some(RawKind::Tiff)
}

/// Lists the previews of a RAW file, with its orientation and size.
///
/// # Errors
/// The system refused to read. A damaged file is no error: it yields less.
pub fn read_raw(input: &mut dyn Input, kind: RawKind) -> io::Result<Raw> {
    let mut reader = Reader::new(input);
    let mut pages = Vec::new();
    let found = match kind {
        RawKind::Raf => fuji::read(&mut reader),
        RawKind::Cr3 => canon::read(&mut reader),
        RawKind::Crw => ciff::read(&mut reader),
        RawKind::Tiff => Tiff::open(&mut reader, 0).map_or_else(Found::default, |(tiff, first)| {
            let walked = directories::walk(&mut reader, tiff, first);
            pages = walked.pages;
            walked.found
        }),
    };
    let is_cut = found.places.iter().any(|place| place.end() > reader.length());
    let mut previews: Vec<Preview> = Vec::new();
    for span in found.places.into_iter().chain(found.guesses) {
        if previews.iter().any(|preview| preview.span.offset == span.offset) || span.len == 0 {
            continue;
        }
        if let Some(frame) = frame::read(&mut reader, span.offset) {
            previews.push(Preview { span, size: Some(frame.size), kind: Kind::RawPreview });
        }
    }
    let is_cut = is_cut || pages.iter().any(|page| page.end > reader.length());
    for page in pages {
        previews.extend(page.preview(&mut reader));
    }
    reader.finish(Raw { previews, is_cut, orientation: found.orientation, size: found.size })
}
