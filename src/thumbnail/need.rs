//! A file → the memory that its way to a thumbnail takes at the most, in bytes: its own bytes as far as they are held, the
//! working grid, and what the decoder of its format needs beside them. It is told from the header, before a pixel is
//! decoded, and rather too high than too low: files are let in by it, and too high a figure costs only a wait.

use std::num::NonZeroU32;

use super::blur::sigma_for;
use super::decode::Look;
use super::markup::is_compressed;
use super::probe::{self, Header};
use super::renderer::Renderer;
use super::source::{Source, read_piece};
use super::{check_header, decode};
use crate::container::{self, Input, Kind};
use crate::error::Failure;
use crate::geometry::{Factors, Size};
use crate::jpeg::{self, Scale};
use crate::options::{Exactness, Exposure, Format, Light, Options, Previews};

/// What is held for every file whatever it is: the start of the file, the tables of a decoder and an encoder, the
/// thumbnail's own pixels and bytes up to 256x256. `tests/integration/memory.rs` holds the sum to what runs take.
const FOR_EVERY_FILE: u64 = 2 << 20;

/// What more a file may have from the start, so that small pictures need not ask again once their header is read.
const FOR_A_LOOK: u64 = 4 << 20;

/// What a drawing may take in any case: it has to be parsed to find out what more it takes, inflated first where it is
/// compressed, mostly to six times its length. Of the drawings at hand the largest, of 466 KB, takes 21 MiB in all.
const FOR_A_DRAWING: u64 = 32 << 20;
const FOR_BYTE_OF_DRAWING: u64 = 40;
const FOR_COMPRESSED_BYTE: u64 = 6 * FOR_BYTE_OF_DRAWING;

/// What is read of a JPEG to find its frame header. Profiles and the parts of an extended XMP come before it.
const STARTS_OF_JPEG: [u64; 3] = [4 << 10, 128 << 10, 2 << 20];

/// What a preview may add to the JPEG it lies in (`preview`): the start of the file and the preview's own bytes.
const FOR_PREVIEWS: u64 = 12 << 20;

/// Bytes of a sample on the working grid.
const SAMPLE: u64 = size_of::<f32>() as u64;

/// Bytes of the resize's weights for each row and column of a picture, in `f64`: Lanczos has 6 of them.
const WEIGHTS_OF_A_LINE: u64 = 6 * size_of::<f64>() as u64;

/// Bytes for each sample place of a grid of light while it is developed: red, green and blue once more and by themselves,
/// alpha, what each is multiplied by, and the luminances in their order (`color`).
const DEVELOPING: u64 = 36;

/// What looking at the header takes: more than that is asked for anew once the header says so.
pub(super) fn of_first_look(source: &Source<'_>, format: Format) -> u64 {
    let file_bytes = source.length();
    let drawing = match format {
        Format::Svg => {
            let of_byte = if is_compressed(source.bytes()) { FOR_COMPRESSED_BYTE } else { FOR_BYTE_OF_DRAWING };
            FOR_A_DRAWING.saturating_add(file_bytes.saturating_mul(of_byte))
        }
        _ => 0,
    };
    FOR_EVERY_FILE + FOR_A_LOOK + drawing + if is_held(format) && format != Format::Jpeg { file_bytes } else { 0 }
}

/// What a file needs.
pub(super) struct Need {
    /// Bytes that the whole way takes; where the header can't be read, no more than the look that found this out.
    pub(super) bytes: u64,
    /// What came of reading the header, where it was read to its end.
    pub(super) look: Option<Result<Look, Failure>>,
}

/// What the whole way takes.
pub(super) fn of_file(source: &mut Source<'_>, format: Format, options: &Options, renderer: &Renderer) -> Need {
    let file_bytes = source.length();
    let mut look = None;
    let needed = match format {
        Format::Jpeg => {
            let header = STARTS_OF_JPEG.into_iter().find_map(|start| jpeg::read_header(source.start(start).ok()?).ok());
            let pixels = |header: &jpeg::Header| Size::new(header.width, header.height).pixels();
            let header = header.filter(|header| pixels(header) <= options.max_pixels);
            header.map(|header| of_jpeg(&header, file_bytes, options))
        }
        Format::Raw => Some(of_raw(source, options)),
        _ => {
            let found = look.insert(probe::look(source, format, renderer)).as_ref().ok();
            // What is refused takes no more.
            let found = found.filter(|found| check_header(&found.header, options).is_ok());
            found.map(|found| of_header(source, &found.header, options).saturating_add(found.memory))
        }
    };
    let previews = if options.previews == Previews::Used { FOR_PREVIEWS.min(file_bytes) } else { 0 };
    let bytes = needed.map_or(0, |needed| needed.saturating_add(previews)).max(of_first_look(source, format));
    Need { bytes, look }
}

/// Whether the whole file is held while it is decoded.
const fn is_held(format: Format) -> bool {
    !decode::reads_in_pieces(format)
}

/// Each component has rows of its own while it is reduced; half as much again is for what comes beside them.
fn of_jpeg(header: &jpeg::Header, file_bytes: u64, options: &Options) -> u64 {
    let size = Size::new(header.width, header.height);
    let held = usize::try_from(file_bytes).unwrap_or(usize::MAX);
    let targets: Vec<Size> = targets_of(size, options).collect();
    let decoding = match options.exactness {
        Exactness::Fast => {
            let scales = std::array::from_fn(|index| match index < header.components.len() {
                true => decode::finest_scale(header, index, &targets),
                false => Scale::Eighth,
            });
            let reducing = match options.light {
                Light::Encoded => of_rings(header, &scales, &targets, options.blur),
                Light::Linear => header.plane_memory(&scales),
            };
            header.peak_memory(&scales, held).saturating_add(reducing)
        }
        // Another decoder's whole frame, in 8 bits, beside the planes of a true Gaussian.
        Exactness::Exact => {
            let scales = [Scale::Full; 4];
            let planes = header.plane_memory(&scales).saturating_add(of_grid(size, 4, Factors::ONE));
            header.peak_memory(&scales, held).saturating_add(planes)
        }
    };
    FOR_EVERY_FILE + file_bytes + decoding.saturating_add(decoding / 2) + of_thumbnails(size, options)
}

/// Rows of the working grid that a row of the thumbnail may be the sum of, for each of those that it covers: Lanczos has 6.
const ROWS_OF_FILTER: f64 = 6.0;

/// Rows that the sums of a band take, what is left over at either end of a kernel, and the kernel of a thumbnail that is made
/// from a larger one.
const ROWS_OF_BAND: f64 = 30.0;

/// Estimates the memory of the rows that are held while planes at these scales are reduced.
fn of_rings(header: &jpeg::Header, scales: &[Scale; 4], targets: &[Size], blur: f64) -> u64 {
    let plane = |index: usize| {
        let (width, height) = header.component_size(index);
        let (width, height) = (scales[index].reduce(width), scales[index].reduce(height));
        let kernel = |target: &Size| ROWS_OF_FILTER * (height / f64::from(target.height)).max(1.0);
        let longest = targets.iter().map(kernel).fold(0.0, f64::max) + 8.0 * blur / scales[index].ratio();
        let bands = targets.len() as f64 * ROWS_OF_BAND;
        bytes_of((longest.min(height) + bands) * (width + 1.0) * SAMPLE as f64)
    };
    (0..header.components.len()).map(plane).fold(0, u64::saturating_add)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn bytes_of(estimate: f64) -> u64 {
    estimate.ceil() as u64
}

/// The factor of luma, which is the finest, of a JPEG of which no more is known: that of the next finer scale which is whole.
fn factor_of_jpeg(size: Size, options: &Options) -> u32 {
    match factors_of(size, options).common().get() {
        8.. => 8,
        4..8 => 4,
        2..4 => 2,
        _ => 1,
    }
}

fn factors_of(size: Size, options: &Options) -> Factors {
    let factors = targets_of(size, options).map(|target| size.working_factors(target)).reduce(Factors::finest);
    match options.exactness {
        Exactness::Exact => Factors::ONE,
        Exactness::Fast => factors.unwrap_or(Factors::ONE),
    }
}

/// Whether the thumbnails' blurs differ.
fn has_several_blurs(size: Size, options: &Options) -> bool {
    let mut sigmas = targets_of(size, options).map(|target| sigma_for(options.blur, size, target));
    sigmas.next().is_some_and(|first| sigmas.any(|sigma| sigma != first))
}

/// The sizes of the thumbnails: one that is turned has its sides swapped, and how a picture lies may not be known.
fn targets_of(size: Size, options: &Options) -> impl Iterator<Item = Size> {
    let bounds = options.sizes.iter().flat_map(|bounds| [*bounds, bounds.transposed()]);
    bounds.map(move |bounds| size.fit_into(bounds))
}

/// The largest of the previews inside, the only one that is read.
fn of_raw(source: &mut Source<'_>, options: &Options) -> u64 {
    let kind = container::tell_raw(source).ok().flatten();
    let raw = kind.and_then(|kind| container::read_raw(source, kind).ok()).unwrap_or_default();
    let needs = raw.previews.iter().map(|preview| of_raw_preview(source, preview, options));
    FOR_EVERY_FILE + needs.max().unwrap_or(0)
}

fn of_raw_preview(source: &mut Source<'_>, preview: &container::Preview, options: &Options) -> u64 {
    let held = preview.length.min(source.facts.len);
    let size = preview.size.map_or(Size::new(1, 1), |(width, height)| Size::new(width, height));
    let scale = NonZeroU32::new(factor_of_jpeg(size, options)).map_or(Factors::ONE, Factors::both);
    let grids = of_grid(size, 3, scale).saturating_mul(2) + of_thumbnails(size, options);
    match preview.kind {
        // Its bytes, and what the decoder of its format takes.
        Kind::RawJxl => {
            let bytes = read_piece(source, preview.offset, held).unwrap_or_default();
            let header = decode::read_header(&mut bytes.as_slice(), Format::Jxl);
            2 * held + header.map_or(grids, |header| of_header(&mut bytes.as_slice(), &header, options))
        }
        // No more than all its samples, as they are stored and as a row has them.
        Kind::RawPage => grids.saturating_add(size.pixels().saturating_mul(6)),
        // Its bytes, once more without stuffing, and its planes.
        _ => 3 * held + grids,
    }
}

fn of_header(input: &mut dyn Input, header: &Header, options: &Options) -> u64 {
    let planes = if header.has_alpha { 4 } else { 3 };
    let factors = factors_of(header.size, options);
    let grid = of_grid(header.size, planes, factors);
    let grids = match options.exactness {
        Exactness::Fast => grid + grid / 2,
        // A true Gaussian holds the plane that it reads and the one that it writes, and the resize has weights for every
        // row and column, which is more than the pixels of a thin picture. A sharp grid is kept for the next blur.
        Exactness::Exact => {
            let held = if has_several_blurs(header.size, options) { 3 } else { 2 };
            held * grid + WEIGHTS_OF_A_LINE * (u64::from(header.size.width) + u64::from(header.size.height))
        }
    };
    let developing = match options.exposure == Exposure::Auto && decode::may_be_scene(input, header) {
        true => factors.grid(header.size).pixels().saturating_mul(DEVELOPING),
        false => 0,
    };
    let held = if is_held(header.format) { input.length() } else { 0 };
    let decoding = decode::working_memory(input, header, factors).saturating_add(developing);
    FOR_EVERY_FILE + held + grids.saturating_add(decoding) + of_thumbnails(header.size, options)
}

/// A working grid, samples of all planes.
fn of_grid(size: Size, planes: u64, factors: Factors) -> u64 {
    factors.grid(size).pixels().saturating_mul(planes * SAMPLE)
}

/// The thumbnails of a picture of this size as samples and as 8-bit pixels, and one encoded.
fn of_thumbnails(size: Size, options: &Options) -> u64 {
    let largest = targets_of(size, options).map(Size::pixels).max().unwrap_or(0);
    largest.saturating_mul(4 * SAMPLE + 8)
}
