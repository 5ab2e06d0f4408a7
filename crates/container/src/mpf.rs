//! Reads the index of a JPEG's MPF segment (CIPA DC-007, chapter 5).
//!
//! Lists its images but for the first one, which is the file's own.

use super::input::Reader;
use super::preview::{Kind, Preview};
use super::span::Span;
use super::tiff::Tiff;

/// Identifier of an MPF segment; offsets count from the TIFF header behind it.
const SIGNATURE: &[u8] = b"MPF\0";

/// The entry that holds the index, 16 bytes per image.
const INDEX: u16 = 0xb002;
const INDEX_ENTRY: usize = 16;

/// Limit of images read per index. A panorama's frames are the most that cameras write.
const MAX_PICTURES: usize = 256;

/// Lists the images of the APP2 payload at `offset` in its file. Empty if it is no MPF segment.
#[must_use]
pub fn read_mpf(payload: &[u8], offset: u64) -> Vec<Preview> {
    let Some(mut segment) = payload.strip_prefix(SIGNATURE) else { return Vec::new() };
    let base = offset.saturating_add(SIGNATURE.len() as u64);
    let mut reader = Reader::new(&mut segment);
    read_index(&mut reader, base).unwrap_or_default()
}

fn read_index(reader: &mut Reader<'_>, base: u64) -> Option<Vec<Preview>> {
    let (tiff, first) = Tiff::open(reader, 0)?;
    let directory = tiff.directory(reader, first)?;
    let index = directory.find(INDEX)?;
    let length = usize::try_from(index.length()).unwrap_or(usize::MAX).min(MAX_PICTURES * INDEX_ENTRY);
    let entries = reader.up_to(index.at, length)?;
    let previews = entries.chunks_exact(INDEX_ENTRY).filter_map(|entry| {
        let [attributes, len, offset] = [0, 4, 8].map(|at| tiff.order.number(&entry[at..at + 4]));
        // The file's own image has an offset of 0; the three bits of the format are 0 for JPEG.
        (offset > 0 && len > 0 && attributes & 0x0700_0000 == 0).then(|| Preview {
            span: Span { offset: base.saturating_add(offset), len },
            size: None,
            kind: kind(attributes),
        })
    });
    Some(previews.collect())
}

/// Returns the kind that the low 24 bits of the attributes state (5.2.3.3.1).
const fn kind(attributes: u64) -> Kind {
    match attributes & 0x00ff_ffff {
        0x01_0001 | 0x01_0002 => Kind::LargeThumbnail,
        _ => Kind::OtherView,
    }
}
