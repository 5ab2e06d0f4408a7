//! Reads the layout of a TIFF (TIFF 6.0; BigTIFF; Adobe's Technical Notes on Deflate, predictor 3 and JPEG). [`Layout`]
//! is a page, with every number checked as far as possible without pixels.

use super::chunks::{Chunks, Packing, check_units};
use super::coding::{
    Compression, LogLuv, Numbers, Predictor, SampleKind, read_compression, read_predictor, read_sample_kind,
};
use super::old_jpeg::{self, OldJpeg};
use super::photometric::{Alpha, Photometric, Pixel, read_alpha, read_photometric};
use super::tag;
use crate::container::{Directory, Input, Order, Reader, Span, Tiff};
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::{Orientation, Size};

/// Most pages searched for one in full resolution.
const MAX_PAGES: usize = 64;

/// Most overviews of a page. Each has a quarter of the pixels of the one before.
const MAX_OVERVIEWS: usize = 16;

/// Most samples per pixel. Multispectral images have some hundred.
const MAX_SAMPLES: u64 = 512;

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
    /// Samples per pixel, and those in a chunk: all or one.
    pub(super) samples: usize,
    pub(super) samples_in_chunk: usize,
    pub(super) photometric: Photometric,
    /// Index and kind of the alpha sample.
    pub(super) alpha: Option<(usize, Alpha)>,
    pub(super) chunks: Chunks,
    /// An embedded ICC profile, and the tables of compression 7.
    pub(super) icc: Option<Span>,
    pub(super) jpeg_tables: Option<Span>,
    /// The segments that precede each chunk of compression 6.
    pub(super) old_jpeg: OldJpeg,
    pub(super) fax_options: u64,
}

impl Layout {
    /// Returns the sample for missing pixels: white on pages of black and white, like paper.
    pub(super) fn blank(&self) -> f32 {
        let is_paper = match self.photometric {
            Photometric::WhiteIsZero => true,
            Photometric::BlackIsZero => self.kind.bits == 1,
            _ => false,
        };
        if is_paper && self.alpha.is_none() { 255.0 } else { 0.0 }
    }

    /// Returns the byte of [`Self::blank`] in a stored row.
    pub(super) fn blank_byte(&self) -> u8 {
        if matches!(self.photometric, Photometric::BlackIsZero) && self.blank() > 0.0 { u8::MAX } else { 0 }
    }
}

/// A page, and smaller versions of it.
#[derive(Debug)]
pub(super) struct Pyramid {
    pub(super) page: Layout,
    pub(super) overviews: Vec<Layout>,
}

/// Reads the directory of the first page in full resolution, and those of its overviews.
pub(super) fn read_pyramid(input: &mut dyn Input) -> Result<Pyramid, DecodeError> {
    let mut reader = Reader::new(input);
    let pyramid = read_pages(&mut reader);
    reader.finish(())?;
    pyramid
}

/// Reads the directory at an offset, whatever resolution it declares.
pub(super) fn read_layout_at(input: &mut dyn Input, offset: u64) -> Result<Layout, DecodeError> {
    let mut reader = Reader::new(input);
    let page = Tiff::open(&mut reader, 0)
        .and_then(|(tiff, _)| Some((tiff.order, tiff.directory(&mut reader, offset)?)))
        .ok_or_else(|| damaged("the file ends in its header"));
    let layout = page.and_then(|(order, page)| read_page(&mut reader, order, &page));
    reader.finish(())?;
    layout
}

fn read_pages(reader: &mut Reader<'_>) -> Result<Pyramid, DecodeError> {
    let (tiff, first) = Tiff::open(reader, 0).ok_or_else(|| damaged("the file ends in its header"))?;
    let mut next = first;
    let mut fallback = None;
    for _ in 0..MAX_PAGES {
        let Some(page) = (next != 0).then(|| tiff.directory(reader, next)).flatten() else { break };
        next = page.next;
        if !page.has(tag::WIDTH) {
            continue;
        }
        if !is_reduced(reader, &page) {
            let layout = read_page(reader, tiff.order, &page)?;
            let overviews = read_overviews(reader, tiff, &page, &layout);
            return Ok(Pyramid { page: layout, overviews });
        }
        fallback.get_or_insert(page);
    }
    let page = fallback.ok_or_else(|| damaged("no directory that describes an image"))?;
    Ok(Pyramid { page: read_page(reader, tiff.order, &page)?, overviews: Vec::new() })
}

/// Reads the smaller versions of a page: in directories of its own (Adobe PageMaker 6.0 TIFF Technical Notes, 1), or in the
/// pages that follow. What can't be read is left out.
fn read_overviews(reader: &mut Reader<'_>, tiff: Tiff, page: &Directory, full: &Layout) -> Vec<Layout> {
    let mut overviews = Vec::new();
    let mut add = |reader: &mut Reader<'_>, overview: &Directory| {
        let is_overview = is_overview(reader, overview);
        if is_overview && let Ok(mut layout) = read_page(reader, tiff.order, overview) {
            // Writers state what all versions share only once.
            layout.icc = layout.icc.or(full.icc);
            if !overview.has(tag::ORIENTATION) {
                layout.orientation = full.orientation;
            }
            overviews.push(layout);
        }
        is_overview
    };
    for offset in page.numbers(reader, tag::SUB_DIRECTORIES, MAX_OVERVIEWS) {
        if let Some(directory) = tiff.directory(reader, offset) {
            add(reader, &directory);
        }
    }
    let mut next = page.next;
    for _ in 0..MAX_OVERVIEWS {
        let Some(directory) = (next != 0).then(|| tiff.directory(reader, next)).flatten() else { break };
        next = directory.next;
        if !add(reader, &directory) {
            break;
        }
    }
    overviews
}

/// Returns whether a page is a smaller version of another one, and not a mask.
fn is_overview(reader: &mut Reader<'_>, page: &Directory) -> bool {
    page.has(tag::WIDTH) && page.number(reader, tag::NEW_SUBFILE_TYPE).unwrap_or(0) & 0b101 == 1
}

/// Returns whether a page is a smaller version or the mask of another one.
fn is_reduced(reader: &mut Reader<'_>, page: &Directory) -> bool {
    page.number(reader, tag::NEW_SUBFILE_TYPE).unwrap_or(0) & 0b101 != 0
        || page.number(reader, tag::SUBFILE_TYPE) == Some(2)
}

fn read_page(reader: &mut Reader<'_>, order: Order, page: &Directory) -> Result<Layout, DecodeError> {
    let mut number = |tag, default| page.number(reader, tag).unwrap_or(default);
    let side = |side: u64| u32::try_from(side).map_err(|_| damaged("a side of more than 2^32 pixels"));
    let size = Size::new(side(number(tag::WIDTH, 0))?, side(number(tag::HEIGHT, 0))?);
    let is_reversed = number(tag::FILL_ORDER, 1) == 2;
    let fax_options = number(tag::T4_OPTIONS, 0);
    let orientation = page.orientation(reader).and_then(Orientation::from_exif).unwrap_or_default();
    let compression = read_compression(reader, page)?;
    let pixel = read_pixel(reader, page, compression)?;
    let Pixel { samples, is_planar, kind, .. } = pixel;
    let predictor = read_predictor(reader, page, compression)?;
    let fits = match predictor {
        Predictor::None => true,
        Predictor::Horizontal => matches!(kind.bits, 8 | 16 | 24 | 32 | 64),
        Predictor::Float => kind.numbers == Numbers::Float,
    };
    if !fits {
        return Err(unsupported(format!("this predictor of samples of {} bits", kind.bits)));
    }
    let samples_in_chunk = if is_planar { 1 } else { samples };
    let subsampling = if compression.is_jpeg() || compression == Compression::WebP {
        (1, 1)
    } else {
        pixel.photometric.subsampling()
    };
    check_units(!is_planar && kind.bits == 8 && predictor == Predictor::None, subsampling)?;
    let planes = if is_planar { samples } else { 1 };
    let packing = Packing { bits: samples_in_chunk * kind.bits, subsampling, planes };
    let mut chunks = Chunks::read(reader, page, size, packing)?;
    if compression == Compression::None {
        if chunks.row_bytes as u64 > chunks.end {
            return Err(damaged("a row of pixels is larger than the file"));
        }
        chunks.trust_rows();
    }
    let old_jpeg = match compression {
        Compression::OldJpeg => old_jpeg::read(reader, page, size, &pixel, &mut chunks)?,
        _ => OldJpeg::default(),
    };
    let Pixel { photometric, alpha, .. } = pixel;
    Ok(Layout {
        size,
        orientation,
        // Decoded LogLuv has this machine's order.
        order: if matches!(compression, Compression::LogLuv(_)) { Order::NATIVE } else { order },
        compression,
        predictor,
        is_reversed,
        kind,
        samples,
        samples_in_chunk,
        alpha,
        photometric,
        chunks,
        icc: page.place(tag::ICC).filter(|icc| icc.len > 0),
        jpeg_tables: page.place(tag::JPEG_TABLES),
        old_jpeg,
        fax_options,
    })
}

fn read_pixel(reader: &mut Reader<'_>, page: &Directory, compression: Compression) -> Result<Pixel, DecodeError> {
    if let Compression::LogLuv(coding) = compression {
        // Floats of linear light in either coding.
        let (samples, photometric) = match coding {
            LogLuv::Luminance => (1, Photometric::BlackIsZero),
            LogLuv::Wide | LogLuv::Packed => (3, Photometric::Rgb),
        };
        let kind = SampleKind { bits: 32, numbers: Numbers::Float };
        return Ok(Pixel { samples, is_planar: false, kind, photometric, alpha: None });
    }
    let told = page.number(reader, tag::SAMPLES);
    let samples = match compression {
        // The earliest writers omitted fields that the JPEG states.
        Compression::OldJpeg => told.unwrap_or_else(|| old_jpeg::samples_of(reader, page)),
        _ => told.unwrap_or(1),
    };
    if !(1..=MAX_SAMPLES).contains(&samples) {
        return Err(unsupported(format!("{samples} samples for each pixel")));
    }
    let samples = usize::try_from(samples).expect("at most 512");
    let mut kind = match compression {
        Compression::OldJpeg | Compression::WebP => SampleKind { bits: 8, numbers: Numbers::Unsigned },
        _ => read_sample_kind(reader, page, samples)?,
    };
    let photometric = read_photometric(reader, page, kind, samples, compression)?;
    if matches!(photometric, Photometric::Lab(_)) {
        // The signs of its numbers are fixed.
        kind.numbers = Numbers::Unsigned;
    }
    let is_planar = samples > 1 && page.number(reader, tag::PLANAR) == Some(2) && compression != Compression::WebP;
    let alpha = read_alpha(reader, page, &photometric, samples);
    Ok(Pixel { samples, is_planar, kind, photometric, alpha })
}
