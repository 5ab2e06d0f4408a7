//! Reads Canon's CRW, a CIFF file: a heap of records with a directory at its end. The sensor's data, two JPEGs and
//! further heaps are among the records.

use super::found::{Found, side};
use super::input::Reader;
use super::span::Span;

/// Limits of heaps per file and of records per heap; real files have about ten and a hundred.
const MAX_HEAPS: usize = 64;
const MAX_RECORDS: u16 = 1024;

/// Tags without the bits that locate their values.
const PREVIEW: u16 = 0x2007;
const THUMBNAIL: u16 = 0x2008;
const IMAGE_INFO: u16 = 0x1810;

/// The bit of tags whose value stands in the directory, the bits of the type, and the two types of heaps.
const IN_DIRECTORY: u16 = 0x4000;
const TYPE: u16 = 0x3800;
const HEAPS: [u16; 2] = [0x2800, 0x3000];

/// Returns whether a file begins like a CRW.
pub(super) fn is_crw(head: &[u8; 16]) -> bool {
    head[6..14] == *b"HEAPCCDR" && matches!(&head[..2], b"II" | b"MM")
}

/// The byte order of a file.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn short(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn long(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// Reads previews, orientation and size from all heaps.
pub(super) fn read(reader: &mut Reader<'_>) -> Found {
    let mut found = Found::default();
    let Some([first, _, a, b, c, d]) = reader.array::<6>(0) else { return found };
    let order = if first == b'M' { Order::Big } else { Order::Little };
    let mut waiting = vec![(u64::from(order.long([a, b, c, d])), reader.length())];
    let mut heaps = 0;
    while let Some((start, end)) = waiting.pop() {
        heaps += 1;
        if heaps > MAX_HEAPS {
            break;
        }
        for record in list(reader, order, start, end).unwrap_or_default() {
            match record.tag & !IN_DIRECTORY {
                PREVIEW | THUMBNAIL => found.places.push(record.place),
                IMAGE_INFO => read_info(reader, order, record.place.offset, &mut found),
                tag if HEAPS.contains(&(tag & TYPE)) => waiting.push((record.place.offset, record.place.end())),
                _ => {}
            }
        }
    }
    found
}

/// A record whose value lies outside the directory.
struct Record {
    tag: u16,
    place: Span,
}

/// Lists the records of the heap from `start` to `end`. Its last four bytes hold the offset of the directory in it.
fn list(reader: &mut Reader<'_>, order: Order, start: u64, end: u64) -> Option<Vec<Record>> {
    let directory = start + u64::from(order.long(reader.array(end.checked_sub(4)?)?));
    let count = order.short(reader.array(directory)?).min(MAX_RECORDS);
    let entries = reader.up_to(directory + 2, 10 * usize::from(count))?;
    let record = |&[t0, t1, l0, l1, l2, l3, o0, o1, o2, o3]: &[u8; 10]| Record {
        tag: order.short([t0, t1]),
        place: Span {
            offset: start + u64::from(order.long([o0, o1, o2, o3])),
            len: order.long([l0, l1, l2, l3]).into(),
        },
    };
    let records = entries.as_chunks::<10>().0.iter().map(record);
    Some(records.filter(|record| record.tag & IN_DIRECTORY == 0).collect())
}

/// Reads width, height and rotation in degrees. Skips the aspect of a pixel.
fn read_info(reader: &mut Reader<'_>, order: Order, at: u64, found: &mut Found) {
    let Some(bytes) = reader.array::<16>(at) else { return };
    let [width, height, _, turned] = [0, 4, 8, 12].map(|at| {
        let &[a, b, c, d, ..] = &bytes[at..] else { return 0 };
        order.long([a, b, c, d])
    });
    found.size = side(width.into()).zip(side(height.into()));
    found.orientation = match turned.cast_signed().rem_euclid(360) {
        0 => Some(1),
        90 => Some(6),
        180 => Some(3),
        270 => Some(8),
        _ => None,
    };
}
