//! Estimates the peak memory of thumbnailing a file from its header, before a pixel is decoded.
//!
//! The estimate in bytes is the sum of the file's bytes as far as they are held, the working grid, and the memory of the
//! decoder. It errs high: files are admitted by it, and too high a figure costs only a wait.

use std::num::NonZeroU32;

#[cfg(feature = "animation")]
use super::animate;
#[cfg(feature = "metadata")]
use super::gain_map;
use super::limits::check_header;
use super::source::Source;
use super::workbench::Workbench;
use crate::container::{Input, Kind, Preview, Raw};
use crate::formats::codec::{Access, Embedded, OpenedImage, Request};
use crate::formats::raw::{SensorImage, open_preview};
use crate::formats::{self, access};
use crate::geometry::{Factors, Frame, Orientation, Size};
use crate::options::{Exactness, Exposure, Format, Light, Options, Previews};
use crate::pixels::blur::sigma_for;

/// Memory of any file: the start of the file, the tables of a decoder and an encoder, the thumbnail's own pixels and bytes up
/// to 256x256. `tests/integration/memory.rs` compares the sum with the memory of real runs.
const FOR_EVERY_FILE: u64 = 2 << 20;

/// Memory that a file gets in addition from the start, so that small images need not ask again after their header.
const FOR_A_LOOK: u64 = 4 << 20;

/// Memory that a preview may add to the JPEG that contains it (`preview`): the start of the file and the preview's bytes.
const FOR_PREVIEWS: u64 = 12 << 20;

/// Bytes of a sample on the working grid.
const SAMPLE: u64 = size_of::<f32>() as u64;

/// Bytes for each pixel of a thumbnail: its samples, and the file.
const BYTES_OF_A_PIXEL: u64 = 8;

/// Bytes of the resize's weights for each row and column of an image, in `f64`: Lanczos has 6 of them.
const WEIGHTS_OF_A_LINE: u64 = 6 * size_of::<f64>() as u64;

/// Bytes for each pixel of a grid of light while it is developed (`color`): copies of red, green and blue, alpha, their
/// multiplier, and the sorted luminances.
const DEVELOPING: u64 = 36;

/// Rows that a decoder holds at once: the row it reads, the row it predicts from, the result, and the sums of a working row.
/// Each sample takes up to 8 bytes, in up to 4 channels.
const ROWS: u64 = 4;
const WIDEST_PIXEL: u64 = 4 * 8;

/// Estimates the memory of opening a file. If the header calls for more, that is asked for anew.
pub(super) fn to_open(source: &Source<'_>, format: Format) -> u64 {
    let length = source.length();
    let parsing = formats::memory_to_open(format, source.bytes(), length);
    FOR_EVERY_FILE + FOR_A_LOOK + parsing + if access(format) == Access::Whole { length } else { 0 }
}

/// Estimates the memory of an opened file up to its thumbnails.
pub(super) fn to_finish(
    source: &mut Source<'_>,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
) -> u64 {
    let file_bytes = source.length();
    let format = opened.header().format;
    let needed = match opened.embedded() {
        Embedded::Only(raw) => Some(of_raw(source, raw, options, bench)),
        // A refused image takes no more.
        _ => check_header(opened.header(), options).ok().map(|()| of_image(source, opened, options)),
    };
    let previews = if options.previews == Previews::Used { FOR_PREVIEWS.min(file_bytes) } else { 0 };
    #[cfg(feature = "animation")]
    let motion = animate::memory(opened, file_bytes, options);
    #[cfg(not(feature = "animation"))]
    let motion = 0;
    #[cfg(feature = "metadata")]
    let gain_map = gain_map::memory(opened, file_bytes, options);
    #[cfg(not(feature = "metadata"))]
    let gain_map = 0;
    needed
        .map_or(0, |needed| needed.saturating_add(previews).saturating_add(motion).saturating_add(gain_map))
        .max(to_open(source, format))
}

/// Returns the factor of luma, the finest plane, for a JPEG. Only the size is known, so it is that of the next finer whole scale.
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

/// Returns whether the thumbnails' blurs differ.
fn has_several_blurs(size: Size, options: &Options) -> bool {
    let mut sigmas = targets_of(size, options).map(|target| sigma_for(options.blur, size, target));
    sigmas.next().is_some_and(|first| sigmas.any(|sigma| sigma != first))
}

/// Returns the sizes of the image at the scales of the thumbnails.
fn targets_of(size: Size, options: &Options) -> impl Iterator<Item = Size> {
    frames_of(size, options).map(|frame| frame.scaled)
}

/// Returns the frames of the thumbnails, upright and turned, since the orientation may be unknown.
fn frames_of(size: Size, options: &Options) -> impl Iterator<Item = Frame> {
    let frame = move |bounds, orientation: Orientation| {
        let upright = orientation.apply_to(size);
        Frame::new(upright, upright, bounds, options.shape).stored(orientation)
    };
    let turns = [Orientation::Upright, Orientation::Transposed];
    options.sizes.iter().flat_map(move |bounds| turns.map(|turn| frame(*bounds, turn)))
}

/// Estimates the memory of a RAW file by its most expensive preview or its sensor's image: only one is decoded at a time.
fn of_raw(source: &mut Source<'_>, raw: &Raw, options: &Options, bench: &mut Workbench) -> u64 {
    let needs = raw.previews.iter().map(|preview| of_raw_preview(source, preview, options, bench));
    let needed = needs.max().unwrap_or(0);
    // It is opened again if no preview can be decoded.
    let sensor = SensorImage::open(source).map_or(0, |sensor| of_image(source, &sensor, options));
    FOR_EVERY_FILE + needed.max(sensor)
}

fn of_raw_preview(source: &mut Source<'_>, preview: &Preview, options: &Options, bench: &mut Workbench) -> u64 {
    let held = preview.span.len.min(source.facts.len);
    let size = preview.size.map_or(Size::new(1, 1), |(width, height)| Size::new(width, height));
    let scale = NonZeroU32::new(factor_of_jpeg(size, options)).map_or(Factors::ONE, Factors::both);
    let grids = of_grid(size, 3, scale).saturating_mul(2) + of_thumbnails(size, Format::Raw, options);
    match preview.kind {
        // Its bytes, and the memory of its format's decoder.
        Kind::RawJxl => {
            let opened = open_preview(source, preview, &mut bench.tools());
            2 * held + opened.map_or(grids, |opened| held + of_image(source, opened.as_ref(), options))
        }
        // At most all its samples, as they are stored and as a row holds them.
        Kind::RawPage => grids.saturating_add(size.pixels().saturating_mul(6)),
        // Its bytes, a copy without stuffing, and its planes.
        _ => 3 * held + grids,
    }
}

fn of_image(input: &mut dyn Input, opened: &dyn OpenedImage, options: &Options) -> u64 {
    let header = opened.header();
    // Thumbnails of drawings may be larger than these.
    let options = &Options { shape: header.shape(options), ..options.clone() };
    let held = if access(header.format) == Access::Pieces { 0 } else { input.length() };
    // Each format has reducers of its own.
    let targets = targets_of(header.size, options).collect::<Vec<Size>>().repeat(options.targets.as_slice().len());
    let request = Request {
        targets: &targets,
        exactness: options.exactness,
        by_rows: options.light == Light::Encoded,
        blur: options.blur,
    };
    let decoding = match opened.memory_to_thumbnails(input.length(), &request) {
        Some(decoding) => decoding,
        None => of_grids(input, opened, options),
    };
    FOR_EVERY_FILE + held + decoding + of_thumbnails(header.size, header.format, options)
}

/// Estimates the memory of decoding onto a working grid and of reducing that.
fn of_grids(input: &mut dyn Input, opened: &dyn OpenedImage, options: &Options) -> u64 {
    let header = opened.header();
    let planes = if header.has_alpha { 4 } else { 3 };
    let factors = factors_of(header.size, options);
    let grid = of_grid(header.size, planes, factors);
    // All formats but the last have a copy of the grid.
    let copies = if options.targets.as_slice().len() > 1 { 2 } else { 1 };
    let grids = match options.exactness {
        Exactness::Fast => copies * grid + grid / 2,
        // A true Gaussian holds the plane that it reads and the one that it writes. The resize has weights for every row and
        // column, which is more than the pixels of a thin image. A sharp grid is kept for the next blur.
        Exactness::Exact => {
            let held = if has_several_blurs(header.size, options) { 3 } else { 2 };
            (held + copies - 1) * grid
                + WEIGHTS_OF_A_LINE * (u64::from(header.size.width) + u64::from(header.size.height))
        }
    };
    let developing = match options.exposure == Exposure::Auto && opened.is_light() {
        true => factors.grid(header.size).pixels().saturating_mul(DEVELOPING),
        false => 0,
    };
    let rows = u64::from(header.size.width).saturating_mul(ROWS * WIDEST_PIXEL);
    let decoding = rows.saturating_add(opened.memory(input, factors)).saturating_add(developing);
    grids.saturating_add(decoding)
}

/// Estimates the memory of a working grid: the samples of all planes.
fn of_grid(size: Size, planes: u64, factors: Factors) -> u64 {
    factors.grid(size).pixels().saturating_mul(planes * SAMPLE)
}

/// Estimates the memory of the thumbnails of an image of this size: samples, 8-bit pixels, and one of them encoded.
fn of_thumbnails(size: Size, format: Format, options: &Options) -> u64 {
    // An alpha channel may appear only once the image is decoded.
    let targets = options.targets.alternatives(format).concat();
    let bytes = |frame: Frame| {
        let thumbnail = frame.thumbnail();
        let encoding = targets.iter().map(|target| formats::memory_to_encode(*target, thumbnail, options.encoding));
        let samples = frame.size.pixels().saturating_mul(4 * SAMPLE);
        let pixels = thumbnail.pixels().saturating_mul(BYTES_OF_A_PIXEL);
        samples.saturating_add(pixels).saturating_add(encoding.max().unwrap_or(0))
    };
    let formats = options.targets.as_slice().len() as u64;
    frames_of(size, options).map(bytes).max().unwrap_or(0).saturating_mul(formats)
}
