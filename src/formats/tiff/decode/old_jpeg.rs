//! Completes JPEG after TIFF 6.0, section 22. Its tables, frame and scan header are in the file once, and strips or tiles
//! hold only the data of a scan. The shared segments are put in front of each chunk, so that it is a JPEG of its own.
//!
//! Writers differ in the placement of these parts (Technical Note 2 lists the variants). `JPEGInterchangeFormat` names a
//! whole JPEG, or its segments, to be followed by the strips, of which the first may begin with the scan header (Wang). Or
//! tables have offsets of their own, or each strip is a JPEG.

use super::chunks::Chunks;
use super::photometric::{Photometric, Pixel};
use super::tag;
use crate::container::{Directory, Reader, Span};
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::Size;

/// Bytes within which the data of a scan must begin. Tables take less than 2 KiB, but segments of applications may be
/// longer.
const MAX_HEAD: usize = 128 << 10;

/// Most segments before the data of a scan.
const MAX_SEGMENTS: usize = 64;

/// Fewest bytes after a scan header that are more than padding.
const LEAST_DATA: u64 = 16;

const START: [u8; 2] = [0xff, 0xd8];
const END: [u8; 2] = [0xff, 0xd9];
const HUFFMAN_TABLES: u8 = 0xc4;
const SCAN: u8 = 0xda;
const QUANTIZATION_TABLES: u8 = 0xdb;
const RESTART_INTERVAL: u8 = 0xdd;
/// Marker of an extended sequential frame, which may name more tables than a baseline one.
const EXTENDED: u8 = 0xc1;

/// The segments that precede the data of each chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OldJpeg {
    /// Segments of tables and of the restart interval.
    tables: Vec<u8>,
    frame: Option<Frame>,
    /// The segment of the scan header, with its marker.
    scan: Option<Vec<u8>>,
    is_planar: bool,
}

/// A frame header.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    marker: u8,
    width: u16,
    height: u16,
    /// Identifier, sampling factors and quantisation table of each component.
    components: Vec<[u8; 3]>,
}

impl Frame {
    fn parse(marker: u8, payload: &[u8]) -> Option<Self> {
        let [8, h1, h0, w1, w0, count, components @ ..] = payload else { return None };
        let components: Vec<_> = components.as_chunks().0.iter().copied().take(usize::from(*count)).collect();
        let is_whole = (1..=4).contains(count) && components.len() == usize::from(*count);
        let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
        is_whole.then_some(Self { marker, width, height, components })
    }

    /// Writes the segment for a frame of another size, with its marker.
    fn write(&self, (width, height): (usize, usize), component: Option<usize>, out: &mut Vec<u8>) {
        let side = |side: usize| u16::try_from(side).unwrap_or(u16::MAX).to_be_bytes();
        let alone = component.and_then(|index| self.components.get(index)).map(|[id, _, table]| [*id, 0x11, *table]);
        let components = alone.as_ref().map_or(&self.components[..], std::slice::from_ref);
        let count = u8::try_from(components.len()).unwrap_or(u8::MAX);
        out.extend([0xff, self.marker, 0, 8 + 3 * count, 8]);
        out.extend(side(height));
        out.extend(side(width));
        out.push(count);
        out.extend(components.as_flattened());
    }
}

impl OldJpeg {
    /// Returns whether chunks are complete JPEGs.
    pub(super) const fn is_empty(&self) -> bool {
        self.frame.is_none()
    }

    /// Builds a JPEG file of a chunk of plane `plane` with these sides.
    pub(super) fn complete(&self, chunk: &[u8], size: (usize, usize), plane: usize, file: &mut Vec<u8>) {
        let inside = chunk.strip_prefix(&START).unwrap_or(chunk);
        let own = Segments::of(inside);
        let component = self.is_planar.then_some(plane);
        file.extend(START);
        file.extend(&self.tables);
        file.extend(&own.tables);
        if let Some(frame) = own.frame.as_ref().or(self.frame.as_ref()) {
            // If each strip is a JPEG, the last one may be lower, and the head of the first may be that of the whole
            // image.
            let own_side = |side: u16, most: usize| if (1..=most).contains(&side.into()) { side.into() } else { most };
            let sides =
                own.frame.as_ref().map_or(size, |own| (own_side(own.width, size.0), own_side(own.height, size.1)));
            frame.write(sides, component, file);
        }
        match own.scan.as_ref().or(self.scan.as_ref()) {
            Some(scan) if component.is_none() => file.extend(scan),
            _ => self.write_scan(component, file),
        }
        file.extend(&inside[own.length.min(inside.len())..]);
        if !file.ends_with(&END) {
            file.extend(END);
        }
    }

    /// Writes the header of a scan of all components, each with tables of its own.
    fn write_scan(&self, component: Option<usize>, out: &mut Vec<u8>) {
        let Some(frame) = &self.frame else { return };
        let indices = component.map_or(0..frame.components.len(), |index| index..index + 1);
        let named = (0_u8..).zip(&frame.components).skip(indices.start).take(indices.len());
        let count = u8::try_from(indices.len()).unwrap_or(u8::MAX);
        out.extend([0xff, SCAN, 0, 6 + 2 * count, count]);
        named.for_each(|(table, [id, ..])| out.extend([*id, table << 4 | table]));
        out.extend([0, 63, 0]);
    }
}

/// The segments in front of the data of a scan.
#[derive(Debug, Default)]
struct Segments {
    tables: Vec<u8>,
    frame: Option<Frame>,
    scan: Option<Vec<u8>>,
    has_quantization: bool,
    has_huffman: bool,
    restart_interval: u16,
    /// Number of bytes before the data.
    length: usize,
}

impl Segments {
    /// Walks the segments of a file after its start marker, or of a strip.
    fn of(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        for _ in 0..MAX_SEGMENTS {
            let Some(&[0xff, marker, high, low]) = bytes.get(found.length..).and_then(<[u8]>::first_chunk) else {
                break;
            };
            if marker == 0xff {
                found.length += 1;
                continue;
            }
            // Stuffing and restart markers are data already.
            if !matches!(marker, 0xc0..=0xcb | 0xcd..=0xcf | 0xda..=0xdf | 0xe0..=0xef | 0xfe) {
                break;
            }
            let end = found.length + 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
            let Some(segment) = bytes.get(found.length..end) else { break };
            found.length = end;
            let payload = &segment[4..];
            match marker {
                QUANTIZATION_TABLES => found.has_quantization = true,
                HUFFMAN_TABLES => found.has_huffman = true,
                RESTART_INTERVAL => {
                    found.restart_interval = payload.first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes));
                }
                0xc0..=0xcf => found.frame = Frame::parse(marker, payload),
                SCAN => {
                    found.scan = Some(segment.to_vec());
                    break;
                }
                _ => continue,
            }
            if matches!(marker, QUANTIZATION_TABLES | HUFFMAN_TABLES | RESTART_INTERVAL) {
                found.tables.extend(segment);
            }
        }
        found
    }

    /// Reads the segments at a place in the file. `None` if no JPEG begins there.
    fn read(reader: &mut Reader<'_>, at: u64, length: u64) -> Option<Self> {
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(MAX_HEAD);
        let bytes = reader.up_to(at, length)?;
        Some(Self::of(bytes.strip_prefix(&START)?))
    }
}

/// Returns the samples per pixel if no tag states them. They are those of the JPEG's frame, or of the colours.
pub(super) fn samples_of(reader: &mut Reader<'_>, page: &Directory) -> u64 {
    let at = page.number(reader, tag::JPEG_OFFSET);
    let frame = at.and_then(|at| Segments::read(reader, at, u64::MAX)).and_then(|segments| segments.frame);
    let is_grey = matches!(page.number(reader, tag::PHOTOMETRIC), Some(0 | 1));
    frame.map_or(if is_grey { 1 } else { 3 }, |frame| frame.components.len() as u64)
}

/// Reads the shared segments of strips or tiles. If the file has a whole JPEG, the chunks become one strip.
pub(super) fn read(
    reader: &mut Reader<'_>,
    page: &Directory,
    size: Size,
    pixel: &Pixel,
    chunks: &mut Chunks,
) -> Result<OldJpeg, DecodeError> {
    if page.number(reader, tag::JPEG_PROCESS) == Some(14) {
        return Err(unsupported("lossless JPEG as of TIFF 6.0, section 22".to_string()));
    }
    let interchange = read_interchange(reader, page);
    if let Some((jpeg, segments)) = &interchange
        && is_whole(reader, chunks, size, *jpeg, segments)
    {
        let corner = (chunks.down.saturating_sub(1), chunks.across.saturating_sub(1));
        let last = chunks.place(0, corner.0, corner.1).map_or(0, Span::end);
        let len = jpeg.len.max(last.saturating_sub(jpeg.offset)).min(chunks.end - jpeg.offset);
        chunks.unite(size, Span { len, ..*jpeg });
        return Ok(OldJpeg::default());
    }
    let segments = interchange.map(|(_, segments)| segments).unwrap_or_default();
    let first = chunks.place(0, 0, 0).and_then(|first| {
        let length = usize::try_from(first.len).unwrap_or(usize::MAX).min(MAX_HEAD);
        reader.up_to(first.offset, length)
    });
    let first = first.unwrap_or_default();
    let first = Segments::of(first.strip_prefix(&START).unwrap_or(&first));
    let frame = segments.frame.or(first.frame).unwrap_or_else(|| frame_of(pixel));
    let mut tables = Vec::new();
    if !segments.has_quantization && !first.has_quantization {
        write_quantization(reader, page, &frame, &mut tables);
    }
    if !segments.has_huffman && !first.has_huffman {
        write_huffman(reader, page, tag::JPEG_DC_TABLES, 0, &mut tables);
        write_huffman(reader, page, tag::JPEG_AC_TABLES, 0x10, &mut tables);
    }
    tables.extend(segments.tables);
    tables.extend(first.tables);
    let told = page.number(reader, tag::JPEG_RESTART).and_then(|interval| u16::try_from(interval).ok()).unwrap_or(0);
    if segments.restart_interval == 0 && first.restart_interval == 0 && told > 0 {
        tables.extend([0xff, RESTART_INTERVAL, 0, 4]);
        tables.extend(told.to_be_bytes());
    }
    if tables.is_empty() {
        return Err(damaged("the tables of its JPEG are missing"));
    }
    Ok(OldJpeg { tables, frame: Some(frame), scan: segments.scan.or(first.scan), is_planar: pixel.is_planar })
}

fn read_interchange(reader: &mut Reader<'_>, page: &Directory) -> Option<(Span, Segments)> {
    let offset = page.number(reader, tag::JPEG_OFFSET)?;
    let there = reader.length().checked_sub(offset)?;
    let len = page.number(reader, tag::JPEG_BYTES).filter(|length| *length > 0).unwrap_or(u64::MAX).min(there);
    Some((Span { offset, len }, Segments::read(reader, offset, there)?))
}

/// Returns whether the JPEG at a place is the whole image. Otherwise it is the shared head of strips.
fn is_whole(reader: &mut Reader<'_>, chunks: &Chunks, size: Size, jpeg: Span, segments: &Segments) -> bool {
    let Some(frame) = &segments.frame else { return false };
    let data = jpeg.offset + START.len() as u64 + segments.length as u64;
    let end = jpeg.end();
    let is_inside = |place: u64| (jpeg.offset..end).contains(&place);
    let covers_image = u32::from(frame.height) >= size.height;
    let first = chunks.place(0, 0, 0).map(|first| first.offset);
    let Some(first) = first.filter(|first| is_inside(*first)) else {
        // Data after the scan header are the image's, unless they belong to strips that follow it.
        let ends_before_strips = end < chunks.end || first.is_none();
        return segments.scan.is_some() && covers_image && ends_before_strips && end > data + LEAST_DATA;
    };
    // A strip that begins before the data is the file itself, or its scan. One after them has other data.
    if first > data || first == data && segments.scan.is_none() {
        return false;
    }
    let second = if chunks.across > 1 { chunks.place(0, 0, 1) } else { chunks.place(0, 1, 0) };
    match second {
        None => true,
        // Strips of one scan are parted by restart markers. Without them each is a scan of its own.
        Some(Span { offset: second, .. }) => {
            is_inside(second) && reader.array(second) != Some(START) && covers_image && segments.restart_interval > 0
        }
    }
}

/// Returns the frame that the tags describe, for files without a frame header.
fn frame_of(pixel: &Pixel) -> Frame {
    let (h, v) = match pixel.photometric {
        Photometric::YCbCr(_) if !pixel.is_planar => pixel.photometric.subsampling(),
        _ => (1, 1),
    };
    let sampling = u8::try_from(h << 4 | v).unwrap_or(0x11);
    let count = u8::try_from(pixel.samples.min(4)).unwrap_or(1);
    let components = (0..count).map(|index| [index + 1, if index == 0 { sampling } else { 0x11 }, index]).collect();
    Frame { marker: EXTENDED, width: 0, height: 0, components }
}

fn write_quantization(reader: &mut Reader<'_>, page: &Directory, frame: &Frame, out: &mut Vec<u8>) {
    let offsets = page.numbers(reader, tag::JPEG_Q_TABLES, 4);
    for ([_, _, table], offset) in frame.components.iter().zip(offsets) {
        if let Some(values) = reader.array::<64>(offset) {
            out.extend([0xff, QUANTIZATION_TABLES, 0, 67, *table]);
            out.extend(values);
        }
    }
}

/// Writes tables of one class: 16 counts and the values they count.
fn write_huffman(reader: &mut Reader<'_>, page: &Directory, tag: u16, class: u8, out: &mut Vec<u8>) {
    for (table, offset) in (0_u8..).zip(page.numbers(reader, tag, 4)) {
        let Some(counts) = reader.array::<16>(offset) else { continue };
        let count: usize = counts.iter().copied().map(usize::from).sum();
        let values = offset.checked_add(16).and_then(|at| reader.bytes(at, count.min(256)));
        if let (Some(values), Ok(length), ..=256) = (values, u16::try_from(2 + 1 + 16 + count), count) {
            out.extend([0xff, HUFFMAN_TABLES]);
            out.extend(length.to_be_bytes());
            out.push(class | table);
            out.extend(counts);
            out.extend(values);
        }
    }
}
