//! Reads the resources of an image, blocks of many kinds, as far as they matter for a thumbnail.

use crate::container::{Kind, Preview, Reader, Span, read_exif};

/// Most blocks read. Files with paths and slices have up to a hundred.
const MOST_BLOCKS: usize = 1024;

/// Longest EXIF block read: beyond it, there is a thumbnail.
const LONGEST_EXIF: usize = 64 << 10;

/// Bytes before the JPEG in a thumbnail's block.
const BEFORE_JPEG: usize = 28;

/// The resources that matter.
#[derive(Debug, Default)]
pub(super) struct Resources {
    /// The thumbnail: a JPEG, or none.
    pub(super) thumbnails: Vec<Preview>,
    pub(super) icc: Option<Span>,
    pub(super) exif: Option<Span>,
    pub(super) xmp: Option<Span>,
    /// The EXIF orientation.
    pub(super) orientation: Option<u16>,
    /// The entry of the colour table that is transparent.
    pub(super) transparent_index: Option<u8>,
    pub(super) flattened: Flattened,
}

/// The content of the flattened image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Flattened {
    #[default]
    There,
    /// White, as Photoshop stores it unless it is to be compatible with other programs.
    Blank,
}

/// Reads the blocks between two offsets. Damaged ones end the list.
pub(super) fn read(reader: &mut Reader<'_>, mut at: u64, end: u64) -> Resources {
    let mut resources = Resources::default();
    for _ in 0..MOST_BLOCKS {
        let Some([.., n1, n0, name_length]) = reader.array::<7>(at).filter(|_| at < end) else { break };
        // The name and its length are padded to an even number of bytes.
        let lengths = at + 6 + (u64::from(name_length) + 1).next_multiple_of(2);
        let Some(len) = reader.array(lengths).map(|four| u64::from(u32::from_be_bytes(four))) else { break };
        let span = Span { offset: lengths + 4, len };
        if span.end() > end {
            break;
        }
        resources.note(reader, u16::from_be_bytes([n1, n0]), span);
        at = span.end() + len % 2;
    }
    resources
}

impl Resources {
    fn note(&mut self, reader: &mut Reader<'_>, number: u16, span: Span) {
        match number {
            1036 => self.thumbnails.extend(read_thumbnail(reader, span)),
            1039 => self.icc = Some(span),
            1047 => {
                let index = reader.array(span.offset).map(u16::from_be_bytes);
                self.transparent_index = index.and_then(|index| u8::try_from(index).ok());
            }
            // The version comes first.
            1057 if reader.array(span.offset + 4) == Some([0]) => self.flattened = Flattened::Blank,
            1058 => {
                self.exif = Some(span);
                let length = usize::try_from(span.len).unwrap_or(LONGEST_EXIF).min(LONGEST_EXIF);
                self.orientation = reader.up_to(span.offset, length).and_then(|bytes| read_exif(&bytes).orientation);
            }
            1060 => self.xmp = Some(span),
            _ => {}
        }
    }
}

/// Reads the head of a thumbnail's block: its kind, width, height, and bytes of its JPEG among others.
fn read_thumbnail(reader: &mut Reader<'_>, span: Span) -> Option<Preview> {
    let head: [u8; BEFORE_JPEG] = reader.array(span.offset)?;
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let len = span.len.checked_sub(BEFORE_JPEG as u64)?.min(number(20).into());
    let preview = Preview {
        span: Span { offset: span.offset + BEFORE_JPEG as u64, len },
        size: Some((number(4), number(8))),
        kind: Kind::ExifThumbnail,
    };
    (number(0) == 1 && len > 0).then_some(preview)
}
