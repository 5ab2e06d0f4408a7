//! Estimates the peak memory of thumbnailing a file from its header, before a pixel is decoded, in bytes: its own as far as they
//! are held, the working grid, and what the decoder of its format needs beside them. Rather too high than too low: files are
//! admitted by it, and too high a figure costs only a wait.

use std::num::NonZeroU32;

use super::limits::check_header;
use super::scratch::Scratch;
use super::source::Source;
use crate::container::{Input, Kind, Preview, Raw};
use crate::formats::codec::{Access, Embedded, OpenedImage, Request};
use crate::formats::raw::open_preview;
use crate::formats::{self, access};
use crate::geometry::{Factors, Size};
use crate::options::{Exactness, Exposure, Format, Light, Options, Previews};
use crate::pixels::blur::sigma_for;

/// What is held for every file whatever it is: the start of the file, the tables of a decoder and an encoder, the
/// thumbnail's own pixels and bytes up to 256x256. `tests/integration/memory.rs` holds the sum to what runs take.
const FOR_EVERY_FILE: u64 = 2 << 20;

/// What more a file may have from the start, so that small pictures need not ask again once their header is read.
const FOR_A_LOOK: u64 = 4 << 20;

/// What a preview may add to the JPEG it lies in (`preview`): the start of the file and the preview's own bytes.
const FOR_PREVIEWS: u64 = 12 << 20;

/// Bytes of a sample on the working grid.
const SAMPLE: u64 = size_of::<f32>() as u64;

/// Bytes of the resize's weights for each row and column of a picture, in `f64`: Lanczos has 6 of them.
const WEIGHTS_OF_A_LINE: u64 = 6 * size_of::<f64>() as u64;

/// Bytes for each sample place of a grid of light while it is developed: red, green and blue once more and by themselves,
/// alpha, what each is multiplied by, and the luminances in their order (`color`).
const DEVELOPING: u64 = 36;

/// Rows that a decoder has at hand at once, each sample of up to 8 bytes in up to 4 channels: what is read, what it is
/// predicted from, what it becomes, and the sums of a working row.
const ROWS: u64 = 4;
const WIDEST_PIXEL: u64 = 4 * 8;

/// Estimates the memory of opening a file: more than that is asked for anew once the header says so.
pub(super) fn to_open(source: &Source<'_>, format: Format) -> u64 {
    let length = source.length();
    let parsing = formats::memory_to_open(format, source.bytes(), length);
    FOR_EVERY_FILE + FOR_A_LOOK + parsing + if access(format) == Access::Whole { length } else { 0 }
}

/// Estimates the memory of an opened file's whole way.
pub(super) fn to_finish(
    source: &mut Source<'_>,
    opened: &dyn OpenedImage,
    options: &Options,
    scratch: &mut Scratch,
) -> u64 {
    let file_bytes = source.length();
    let format = opened.header().format;
    let needed = match opened.embedded() {
        Embedded::Only(raw) => Some(of_raw(source, raw, options, scratch)),
        // What is refused takes no more.
        _ => check_header(opened.header(), options).ok().map(|()| of_image(source, opened, options)),
    };
    let previews = if options.previews == Previews::Used { FOR_PREVIEWS.min(file_bytes) } else { 0 };
    needed.map_or(0, |needed| needed.saturating_add(previews)).max(to_open(source, format))
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
fn of_raw(source: &mut Source<'_>, raw: &Raw, options: &Options, scratch: &mut Scratch) -> u64 {
    let needs = raw.previews.iter().map(|preview| of_raw_preview(source, preview, options, scratch));
    FOR_EVERY_FILE + needs.max().unwrap_or(0)
}

fn of_raw_preview(source: &mut Source<'_>, preview: &Preview, options: &Options, scratch: &mut Scratch) -> u64 {
    let held = preview.length.min(source.facts.len);
    let size = preview.size.map_or(Size::new(1, 1), |(width, height)| Size::new(width, height));
    let scale = NonZeroU32::new(factor_of_jpeg(size, options)).map_or(Factors::ONE, Factors::both);
    let grids = of_grid(size, 3, scale).saturating_mul(2) + of_thumbnails(size, options);
    match preview.kind {
        // Its bytes, and what the decoder of its format takes.
        Kind::RawJxl => {
            let opened = open_preview(source, preview, &mut scratch.tools());
            2 * held + opened.map_or(grids, |opened| held + of_image(source, opened.as_ref(), options))
        }
        // No more than all its samples, as they are stored and as a row has them.
        Kind::RawPage => grids.saturating_add(size.pixels().saturating_mul(6)),
        // Its bytes, once more without stuffing, and its planes.
        _ => 3 * held + grids,
    }
}

fn of_image(input: &mut dyn Input, opened: &dyn OpenedImage, options: &Options) -> u64 {
    let header = opened.header();
    let held = if access(header.format) == Access::Pieces { 0 } else { input.length() };
    let targets: Vec<Size> = targets_of(header.size, options).collect();
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
    FOR_EVERY_FILE + held + decoding + of_thumbnails(header.size, options)
}

/// Estimates the memory of decoding onto a working grid and of reducing that.
fn of_grids(input: &mut dyn Input, opened: &dyn OpenedImage, options: &Options) -> u64 {
    let header = opened.header();
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
    let developing = match options.exposure == Exposure::Auto && opened.is_light() {
        true => factors.grid(header.size).pixels().saturating_mul(DEVELOPING),
        false => 0,
    };
    let rows = u64::from(header.size.width).saturating_mul(ROWS * WIDEST_PIXEL);
    let decoding = rows.saturating_add(opened.memory(input, factors)).saturating_add(developing);
    grids.saturating_add(decoding)
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
