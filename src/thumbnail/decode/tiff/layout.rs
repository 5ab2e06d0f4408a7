//! What a TIFF says of its picture (TIFF 6.0; BigTIFF; Adobe's Technical Notes on Deflate, predictor 3 and JPEG). In: a
//! file. Out: [`Layout`], the first full-resolution page, every number of it checked as far as no pixel is needed for.

use super::meaning::{Alpha, Meaning, read_alpha, read_meaning};
use super::tag;
use crate::container::{Directory, Input, Order, Reader, Tiff};
use crate::error::Cause;
use crate::geometry::{Orientation, Size};
use crate::options::Format;

/// Pages that are looked at in search of one in full resolution.
const MAX_PAGES: usize = 64;

/// Samples of a pixel. Multispectral pictures have some hundred.
const MAX_SAMPLES: u64 = 512;

/// Bytes that a row of a strip, or the rows of a row of tiles, may take. It is what a picture of the largest size allowed
/// needs with eight bytes for each pixel, and a bound for tiles of absurd sides.
const MAX_BAND: u64 = 2 << 30;

/// The width of tiles, in px, where the picture is not wider itself: 16 times what writers take for large ones. The rest
/// would be padding, of which a row can take gigabytes.
const WIDEST_TILE: u64 = 1 << 16;

/// A page, ready to be decoded.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    pub(super) orientation: Orientation,
    pub(super) order: Order,
    pub(super) compression: Compression,
    pub(super) predictor: Predictor,
    /// Whether each byte's lowest bit comes first.
    pub(super) is_reversed: bool,
    pub(super) kind: SampleKind,
    /// Samples of a pixel, and of how many of them there are in a chunk: all or one.
    pub(super) samples: usize,
    pub(super) samples_in_chunk: usize,
    pub(super) meaning: Meaning,
    /// Which sample is alpha.
    pub(super) alpha: Option<(usize, Alpha)>,
    pub(super) chunks: Chunks,
    /// Place and length of an embedded ICC profile, and of the tables of compression 7.
    pub(super) icc: Option<(u64, u64)>,
    pub(super) jpeg_tables: Option<(u64, u64)>,
    /// Place and length of a JPEG of compression 6, and options of compression 3.
    pub(super) old_jpeg: Option<(u64, Option<u64>)>,
    pub(super) fax_options: u64,
}

/// Strips or tiles: row by row, of one plane after the other.
#[derive(Debug)]
pub(super) struct Chunks {
    /// Width and height of each; the last strip has fewer rows, tiles are padded.
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) are_tiles: bool,
    pub(super) across: usize,
    pub(super) down: usize,
    /// Bytes of a row of one, and rows that share it: more than one where chroma is subsampled.
    pub(super) row_bytes: usize,
    pub(super) rows_at_once: usize,
    /// Places and lengths, as far as the file has them.
    offsets: Vec<u64>,
    lengths: Vec<u64>,
    /// Where the file ends.
    end: u64,
}

impl Chunks {
    /// Where the chunk of a plane lies, and how many bytes it has at the most; none where the file does not say.
    pub(super) fn place(&self, plane: usize, down: usize, across: usize) -> Option<(u64, u64)> {
        let index = (plane * self.down + down) * self.across + across;
        let offset = self.offsets.get(index).copied().filter(|offset| (1..self.end).contains(offset))?;
        let length = self.lengths.get(index).copied().filter(|length| *length > 0).unwrap_or(u64::MAX);
        Some((offset, length.min(self.end - offset)))
    }
}

/// How chunks are compressed: the values of tag 259.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// CCITT's codings of black and white.
    Fax(Fax),
    Lzw,
    /// A JPEG of its own in the file (TIFF 6.0, section 22).
    OldJpeg,
    Jpeg,
    Deflate,
    PackBits,
}

/// Which of CCITT's codings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fax {
    /// Modified Huffman of TIFF 6.0, section 10: rows begin at bytes, no ends of lines.
    Huffman,
    /// T.4, in one or two dimensions.
    Group3,
    /// T.6.
    Group4,
}

/// What was done to the rows before compression: the values of tag 317.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    Horizontal,
    Float,
}

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SampleKind {
    pub(super) bits: usize,
    pub(super) numbers: Numbers,
}

/// What the bits of a sample are: the values of tag 339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Unsigned,
    Signed,
    Float,
}

/// Reads the directory of the first page in full resolution.
pub(super) fn read_layout(input: &mut dyn Input) -> Result<Layout, Cause> {
    let mut reader = Reader::new(input);
    let layout = read_pages(&mut reader);
    reader.finish(())?;
    layout
}

fn read_pages(reader: &mut Reader<'_>) -> Result<Layout, Cause> {
    let (tiff, first) = Tiff::open(reader, 0).ok_or_else(|| damaged("the file ends in its header"))?;
    let mut next = first;
    let mut fallback = None;
    for _ in 0..MAX_PAGES {
        let Some(page) = (next != 0).then(|| tiff.directory(reader, next)).flatten() else { break };
        next = page.next;
        if page.find(tag::WIDTH).is_none() {
            continue;
        }
        if !is_reduced(reader, &page) {
            return read_page(reader, tiff.order, &page);
        }
        fallback.get_or_insert(page);
    }
    let page = fallback.ok_or_else(|| damaged("no directory that describes an image"))?;
    read_page(reader, tiff.order, &page)
}

/// Whether a page is a smaller version or the mask of another one.
fn is_reduced(reader: &mut Reader<'_>, page: &Directory) -> bool {
    page.number(reader, tag::NEW_SUBFILE_TYPE).unwrap_or(0) & 0b101 != 0
        || page.number(reader, tag::SUBFILE_TYPE) == Some(2)
}

fn read_page(reader: &mut Reader<'_>, order: Order, page: &Directory) -> Result<Layout, Cause> {
    let mut number = |tag, default| page.number(reader, tag).unwrap_or(default);
    let side = |side: u64| u32::try_from(side).map_err(|_| damaged("a side of more than 2^32 pixels"));
    let size = Size::new(side(number(tag::WIDTH, 0))?, side(number(tag::HEIGHT, 0))?);
    let compression = compression(number(tag::COMPRESSION, 1), number(tag::BITS, 1))?;
    let predictor = match number(tag::PREDICTOR, 1) {
        _ if !matches!(compression, Compression::Lzw | Compression::Deflate) => Predictor::None,
        1 => Predictor::None,
        2 => Predictor::Horizontal,
        3 => Predictor::Float,
        other => return Err(unsupported(format!("predictor {other}"))),
    };
    let samples = number(tag::SAMPLES, 1);
    if !(1..=MAX_SAMPLES).contains(&samples) {
        return Err(unsupported(format!("{samples} samples for each pixel")));
    }
    let samples = usize::try_from(samples).expect("at most 512");
    let is_planar = samples > 1 && number(tag::PLANAR, 1) == 2;
    let is_reversed = number(tag::FILL_ORDER, 1) == 2;
    let fax_options = number(tag::T4_OPTIONS, 0);
    let old_jpeg = page.number(reader, tag::JPEG_OFFSET).map(|at| (at, page.number(reader, tag::JPEG_BYTES)));
    let orientation = page.orientation(reader).and_then(Orientation::from_exif);
    let mut kind = sample_kind(reader, page, samples)?;
    let meaning = read_meaning(reader, page, kind, samples, compression)?;
    if matches!(meaning, Meaning::Lab(_)) {
        // Which of its numbers have a sign is known.
        kind.numbers = Numbers::Unsigned;
    }
    let fits = match predictor {
        Predictor::None => true,
        Predictor::Horizontal => matches!(kind.bits, 8 | 16 | 32 | 64),
        Predictor::Float => kind.numbers == Numbers::Float,
    };
    if !fits {
        return Err(unsupported(format!("this predictor of samples of {} bits", kind.bits)));
    }
    let samples_in_chunk = if is_planar { 1 } else { samples };
    let packed = match compression {
        Compression::Jpeg | Compression::OldJpeg => (1, 1),
        _ => meaning.subsampling(),
    };
    if packed != (1, 1) && (is_planar || kind.bits != 8 || predictor != Predictor::None) {
        return Err(unsupported("subsampled chroma in planes of its own".to_string()));
    }
    let planes = if is_planar { samples } else { 1 };
    let chunks = read_chunks(reader, page, size, samples_in_chunk * kind.bits, packed, planes)?;
    if compression == Compression::None && chunks.row_bytes as u64 > chunks.end {
        return Err(damaged("a row of pixels is larger than the file"));
    }
    Ok(Layout {
        size,
        orientation: orientation.unwrap_or_default(),
        order,
        compression,
        predictor,
        is_reversed,
        kind,
        samples,
        samples_in_chunk,
        alpha: read_alpha(reader, page, &meaning, samples),
        meaning,
        chunks,
        icc: page.place(tag::ICC).filter(|(_, length)| *length > 0),
        jpeg_tables: page.place(tag::JPEG_TABLES),
        old_jpeg,
        fax_options,
    })
}

fn compression(number: u64, bits: u64) -> Result<Compression, Cause> {
    Ok(match number {
        1 => Compression::None,
        2 => Compression::Fax(Fax::Huffman),
        3 => Compression::Fax(Fax::Group3),
        4 => Compression::Fax(Fax::Group4),
        5 => Compression::Lzw,
        6 => Compression::OldJpeg,
        7 if (2..=16).contains(&bits) => Compression::Jpeg,
        7 => return Err(unsupported(format!("JPEG of {bits} bits"))),
        8 | 32946 => Compression::Deflate,
        32773 => Compression::PackBits,
        34712 => return Err(unsupported("JPEG 2000 compression".to_string())),
        34887 => return Err(unsupported("LERC compression".to_string())),
        34925 => return Err(unsupported("LZMA compression".to_string())),
        50000 => return Err(unsupported("Zstandard compression".to_string())),
        50001 => return Err(unsupported("WebP compression".to_string())),
        50002 | 52546 => return Err(unsupported("JPEG XL compression".to_string())),
        other => return Err(unsupported(format!("compression {other}"))),
    })
}

fn sample_kind(reader: &mut Reader<'_>, page: &Directory, samples: usize) -> Result<SampleKind, Cause> {
    let bits = page.numbers(reader, tag::BITS, samples);
    let first = bits.first().copied().unwrap_or(1);
    if bits.iter().any(|bits| *bits != first) {
        return Err(unsupported("samples of different sizes".to_string()));
    }
    let numbers = match page.number(reader, tag::SAMPLE_FORMAT).unwrap_or(1) {
        2 => Numbers::Signed,
        3 => Numbers::Float,
        // 4 is "undefined", which libtiff writes for plain bytes.
        1 | 4 => Numbers::Unsigned,
        _ => return Err(unsupported("complex samples".to_string())),
    };
    match (numbers, first) {
        (Numbers::Unsigned, 1..=16 | 32 | 64)
        | (Numbers::Signed, 8 | 16 | 32 | 64)
        | (Numbers::Float, 16 | 32 | 64) => {
            Ok(SampleKind { bits: usize::try_from(first).expect("at most 64"), numbers })
        }
        _ => Err(unsupported(format!("samples of {first} bits"))),
    }
}

fn read_chunks(
    reader: &mut Reader<'_>,
    page: &Directory,
    size: Size,
    bits: usize,
    (h, v): (usize, usize),
    planes: usize,
) -> Result<Chunks, Cause> {
    let are_tiles = page.find(tag::TILE_WIDTH).is_some();
    let mut side = |tag| page.number(reader, tag);
    let (width, height) = if are_tiles {
        (side(tag::TILE_WIDTH), side(tag::TILE_HEIGHT))
    } else {
        (Some(u64::from(size.width)), Some(side(tag::ROWS_IN_STRIP).unwrap_or(u64::MAX).min(u64::from(size.height))))
    };
    let (width, height) = (width.unwrap_or(0), height.unwrap_or(0));
    if (width == 0 || height == 0) && size.pixels() > 0 {
        return Err(damaged("strips or tiles without pixels"));
    }
    let (width, height) = (width.max(1), height.max(1));
    if width > WIDEST_TILE.max(size.width.into()) {
        return Err(Cause::Limit(format!("tiles of {width} pixels across are far wider than the image, {size}")));
    }
    let across = u64::from(size.width).div_ceil(width);
    let down = u64::from(size.height).div_ceil(height);
    let row_bits = match (h as u64, v as u64) {
        (1, 1) => width.checked_mul(bits as u64),
        // A unit of h × v lumas and one of each chroma (TIFF 6.0, section 21).
        (h, v) => width.div_ceil(h).checked_mul((h * v + 2) * 8),
    };
    let row_bytes = row_bits.map(|bits| bits.div_ceil(8)).filter(|bytes| *bytes <= MAX_BAND);
    let rows = if are_tiles && across > 1 { height.min(u64::from(size.height)).div_ceil(v as u64) } else { 1 };
    let band = row_bytes.and_then(|bytes| bytes.checked_mul(rows)?.checked_mul(across));
    let (Some(row_bytes), Some(_)) = (row_bytes, band.filter(|band| *band <= MAX_BAND)) else {
        return Err(Cause::Limit(format!("a row of strips or tiles of {width}x{height} pixels needs too much memory")));
    };
    let (offsets, lengths) = if are_tiles && page.find(tag::TILE_OFFSETS).is_some() {
        (tag::TILE_OFFSETS, tag::TILE_BYTES)
    } else {
        (tag::STRIP_OFFSETS, tag::STRIP_BYTES)
    };
    let as_index = |number: u64| usize::try_from(number).map_err(|_| damaged("too many strips or tiles"));
    let count = as_index(across.saturating_mul(down).saturating_mul(planes as u64))?;
    Ok(Chunks {
        width: as_index(width)?,
        height: as_index(height)?,
        are_tiles,
        across: as_index(across)?,
        down: as_index(down)?,
        row_bytes: as_index(row_bytes)?,
        rows_at_once: v,
        offsets: page.numbers(reader, offsets, count),
        lengths: page.numbers(reader, lengths, count),
        end: reader.length(),
    })
}

pub(super) fn damaged(detail: impl Into<String>) -> Cause {
    Cause::Damaged { format: Format::Tiff, detail: detail.into() }
}

pub(super) const fn unsupported(detail: String) -> Cause {
    Cause::Unsupported { format: Format::Tiff, detail }
}
