//! Reads from a file that a page shows: the size of an image, and the time at which it was taken.

use std::io;
use std::path::Path;

use super::source::Source;
use super::workbench::Workbench;
use crate::container::{Reader, exif_of_app1, read_date};
use crate::execute::watchdog::Watch;
use crate::formats::open;
use crate::geometry::Size;
use crate::options::Format;

/// Segments of a JPEG that are searched for EXIF, which is in one of the first by its standard.
const SEGMENTS: usize = 16;

/// Bytes from the start of an APP1 segment's payload to the TIFF header of EXIF.
const IDENTIFIER: u64 = 6;

/// Returns the upright size of the image in a file, from its header. `None` if it can't be read.
#[must_use]
pub fn read_size(path: &Path, format: Format, bench: &mut Workbench) -> Option<Size> {
    let watch = Watch::default();
    let mut source = Source::open(path, bench.scratch.take_file(), &watch).ok()?;
    let opened = open(&mut source, format, &mut bench.tools()).ok();
    let size = opened.map(|opened| opened.header().orientation.apply_to(opened.header().size));
    bench.scratch.give_file(source.into_room());
    size
}

/// Returns the time at which the image in a file was taken, if it is a JPEG or a TIFF with EXIF, as most RAW files are. Its form is
/// `2024-05-03 12:11:10`.
#[must_use]
pub fn read_taken(path: &Path, bench: &mut Workbench) -> Option<String> {
    let watch = Watch::default();
    let mut source = Source::open(path, bench.scratch.take_file(), &watch).ok()?;
    let taken = find_taken(&mut source).ok().flatten();
    bench.scratch.give_file(source.into_room());
    taken
}

fn find_taken(source: &mut Source<'_>) -> io::Result<Option<String>> {
    let mut reader = Reader::new(source);
    let taken = match reader.array::<2>(0) {
        Some([0xff, 0xd8]) => exif_of_jpeg(&mut reader).and_then(|base| read_date(&mut reader, base)),
        Some([b'I', b'I'] | [b'M', b'M']) => read_date(&mut reader, 0),
        _ => None,
    };
    reader.finish(taken)
}

/// Returns the offset of the TIFF header of a JPEG's EXIF.
fn exif_of_jpeg(reader: &mut Reader<'_>) -> Option<u64> {
    let mut at = 2;
    for _ in 0..SEGMENTS {
        let [0xff, marker, high, low] = reader.array::<4>(at)? else { return None };
        // Frames and scans come after all segments of metadata.
        if !matches!(marker, 0xe0..=0xef | 0xfe | 0xdb | 0xc4) {
            return None;
        }
        if marker == 0xe1 && reader.array::<6>(at + 4).is_some_and(|start| exif_of_app1(&start).is_some()) {
            return Some(at + 4 + IDENTIFIER);
        }
        at += 2 + u64::from(u16::from_be_bytes([high, low]));
    }
    None
}
