//! Makes the thumbnails of one source, on one thread. The steps, in their order, one module each:
//!
//! | module | from | to |
//! |---|---|---|
//! | `source` | a path | bytes, if the content is a picture's |
//! | `need` | the start of a file | the memory that the rest will take |
//! | `limits` | lengths and sizes | whether the run allows them |
//! | `preview`, `bars`, `agreement` | bytes at an offset | a preview that stands in for the picture, decoded |
//! | `salvage` | a picture decoded in part, or not at all | the same, a preview in its place, or a failure |
//! | `probe` | bytes | header: format, size, orientation, alpha |
//! | `decode` | bytes, header | pixels on the working grid |
//! | `renderer` | a drawing | its size and its pixels, from a process apart |
//! | `sink`, `reduce`, `weights` | rows of the working grid | rows of the thumbnails, and their samples: the rest of the Gaussian and the resize in one, for a JPEG while it is decoded |
//! | `pixels::blur`, then `resize` | working grid | the same, one after the other: the slow way of `--exact` |
//! | `color` | float planes | 8-bit samples as the format takes them, upright |
//! | `encode` | samples | bytes of a file |
//!
//! Geometry is decided from the header alone, and the target box is swapped there, so that only the thumbnail's own
//! pixels are ever turned.

mod agreement;
mod bars;
mod decode;
mod encode;
mod foreign;
mod limits;
mod markup;
mod need;
mod preview;
mod probe;
mod reduce;
mod renderer;
mod resize;
mod salvage;
mod scratch;
mod sink;
mod source;
mod weights;

use std::io;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::color::{self, Conversion, Decision, orient};
use crate::container::{Input, tell_raw};
use crate::error::{Cause, Failure, Step};
use crate::facts::Facts;
use crate::geometry::Size;
use crate::options::{Exactness, Format, Light, Options};
use crate::outcome::{Damage, DecodedFrom, SkipReason, Times};
use crate::pixels::profile::Profile;
use crate::pixels::{GridPlane, PlaneShape, WorkingGrid, blur};
use crate::watch::Watch;

use decode::{Chosen, Look, Material, Pixels};
use limits::{check_bytes, check_density, check_header, check_pixels};
use need::Need;
use sink::{Developed, Recipe, Sink};

pub use encode::Encoded;
pub use probe::Header;
pub use renderer::{Renderer, SERVE_WORD};
pub use scratch::Scratch;

/// What one picture became.
#[derive(Debug)]
pub struct Made {
    /// What its header says.
    pub header: Header,
    /// Source px for each working-grid px.
    pub factor: NonZeroU32,
    /// Which of the pictures in the file was decoded.
    pub decoded_from: DecodedFrom,
    /// What is wrong with the picture, where something is.
    pub damage: Option<Damage>,
    /// One thumbnail for each size of the options, in their order.
    pub thumbnails: Vec<Encoded>,
    /// What each step took; nothing was stored.
    pub times: Times,
}

/// The format that the content tells, if it is one of ours.
#[must_use]
pub fn tell_format(bytes: &[u8]) -> Option<Format> {
    let is_raw = matches!(tell_raw(&mut { bytes }), Ok(Some(_)));
    if is_raw { Some(Format::Raw) } else { probe::tell_format(bytes, bytes.len() as u64) }
}

/// The format that the content of the file at `path` tells, if it can be read and is one of ours.
#[must_use]
pub fn tell_format_of_file(path: &Path) -> Option<Format> {
    source::Source::open(path, Vec::new(), &Watch::default()).ok()?.format().ok()?
}

/// What a file shares with others.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct Ground<'a> {
    /// Lets the file in by the memory that it will take, in bytes, when there is so much; asked a second time, it gives up
    /// what it had.
    pub admit: &'a dyn Fn(u64) -> Result<(), Cause>,
    /// Learns of every read.
    pub watch: &'a Watch,
}

/// What became of a file.
#[derive(Debug)]
pub enum FromFile<T> {
    /// It is an image.
    Image(T),
    /// It is none of ours.
    Other(SkipReason),
}

/// The thumbnails of a file, which are not stored yet.
#[derive(Debug)]
pub struct FileThumbnails {
    /// Format of the file, by its content.
    pub format: Format,
    /// The file as it was opened.
    pub facts: Facts,
    /// The digest of its content, where it was read as a whole.
    pub content: Option<u64>,
    /// Its thumbnails, and what reading and making them took.
    pub made: Made,
}

/// What is known of a file's thumbnails without decoding it.
#[derive(Debug, Clone, Copy)]
pub struct Probed {
    /// Format of the file, by its content.
    pub format: Format,
    /// Format that its thumbnails will have.
    pub target: Format,
}

/// Makes the thumbnails of the file at `path`.
///
/// # Errors
/// The file can't be read, is damaged, or exceeds a limit of the options.
pub fn thumbnail_file(
    path: &Path,
    options: &Options,
    ground: Ground<'_>,
    scratch: &mut Scratch,
) -> Result<FromFile<FileThumbnails>, Failure> {
    let mut times = Times::default();
    let mut source = timed(&mut times, Step::Read, || source::Source::open(path, scratch.take_file(), ground.watch))?;
    let format = match tell(&mut source, path)? {
        FromFile::Image(format) => format,
        FromFile::Other(reason) => return Ok(FromFile::Other(reason)),
    };
    check_bytes(source.facts.len, options)?;
    let look = enter(&mut source, format, options, &mut scratch.renderer, ground)?;
    let preview = timed(&mut times, Step::Decode, || preview::find(&mut source, format, options, scratch))?;
    let made = match preview {
        Some(chosen) => finish(chosen.into_material(), options, scratch, Times::default()),
        None => {
            if !decode::reads_in_pieces(format) {
                timed(&mut times, Step::Read, || {
                    source.whole().map_err(|error| Cause::from(error).in_step(Step::Read))
                })?;
            }
            make_of_main(&mut source, format, look, options, scratch, Times::default())
        }
    };
    let facts = source.facts;
    // Of what stands in for the image, only that was read.
    let is_main = made.as_ref().is_ok_and(|made| made.decoded_from == DecodedFrom::Main);
    let content = timed(&mut times, Step::Read, || if is_main { source.content() } else { None });
    scratch.give_file(source.into_room());
    let mut made = made?;
    for (step, took) in times.by_step() {
        made.times.add(step, took);
    }
    Ok(FromFile::Image(FileThumbnails { format, facts, content, made }))
}

/// Finds out what format the thumbnails of the file at `path` will have, from its header alone.
///
/// # Errors
/// The file can't be read, or its header is damaged or exceeds a limit of the options.
pub fn probe_file(
    path: &Path,
    options: &Options,
    ground: Ground<'_>,
    scratch: &mut Scratch,
) -> Result<FromFile<Probed>, Failure> {
    let mut source = source::Source::open(path, scratch.take_file(), ground.watch)?;
    let format = match tell(&mut source, path)? {
        FromFile::Image(format) => format,
        FromFile::Other(reason) => return Ok(FromFile::Other(reason)),
    };
    check_bytes(source.facts.len, options)?;
    let [opaque, alpha] = [false, true].map(|has_alpha| options.target.for_source(format, has_alpha));
    let target = if opaque == alpha || !format.carries_alpha() {
        opaque
    } else {
        let look = enter(&mut source, format, options, &mut scratch.renderer, ground)?;
        let header = look.unwrap_or_else(|| probe::look(&mut source, format, &scratch.renderer))?.header;
        if header.has_alpha { alpha } else { opaque }
    };
    scratch.give_file(source.into_room());
    Ok(FromFile::Image(Probed { format, target }))
}

/// Computes the digest of the content of the file at `path`, as [`FileThumbnails::content`] has it; `None` where that has
/// none.
#[must_use]
pub fn digest_file(path: &Path, watch: &Watch) -> Option<u64> {
    source::Source::open(path, Vec::new(), watch).ok()?.content()
}

/// Tells the format of a file, or why it has no thumbnail.
fn tell(source: &mut source::Source<'_>, path: &Path) -> Result<FromFile<Format>, Failure> {
    let format = source.format().map_err(|error| Cause::from(error).in_step(Step::Read))?;
    Ok(match format {
        Some(format) => FromFile::Image(format),
        None if source.facts.len == 0 => FromFile::Other(SkipReason::EmptyFile),
        None => FromFile::Other(
            source
                .foreign_name()
                .map_or_else(|| SkipReason::NotAPicture(Format::claimed_by(path)), SkipReason::Foreign),
        ),
    })
}

/// Makes the thumbnails of the picture in `bytes`, one for each size of `options`, all from one decode.
///
/// # Errors
/// The bytes are no picture of `format`, or damaged, or more than the options allow.
pub fn make(mut bytes: &[u8], format: Format, options: &Options, scratch: &mut Scratch) -> Result<Made, Failure> {
    let mut times = Times::default();
    check_bytes(bytes.len() as u64, options)?;
    let preview = timed(&mut times, Step::Decode, || preview::find(&mut bytes, format, options, scratch))?;
    match preview {
        Some(chosen) => finish(chosen.into_material(), options, scratch, times),
        None => make_of_main(&mut bytes, format, None, options, scratch, times),
    }
}

fn make_of_main(
    input: &mut dyn Input,
    format: Format,
    look: Option<Result<Look, Failure>>,
    options: &Options,
    scratch: &mut Scratch,
    mut times: Times,
) -> Result<Made, Failure> {
    let look =
        timed(&mut times, Step::Decode, || look.unwrap_or_else(|| probe::look(input, format, &scratch.renderer)));
    let header = look?.header;
    check_header(&header, options)?;
    check_density(format, header.size, input.length())?;
    let targets: Vec<Size> = options.sizes.iter().map(|bounds| stored_target(&header, *bounds)).collect();

    let recipe = Recipe { header: &header, targets: &targets, options };
    let started = Instant::now();
    let decoded = decode::decode_main(input, recipe, scratch);
    let reducing = decoded.as_ref().map_or(Duration::ZERO, Material::reducing);
    times.add(Step::Decode, started.elapsed().saturating_sub(reducing));
    times.add(Step::Resize, reducing);
    let chosen =
        timed(&mut times, Step::Decode, || salvage::choose(input, (header, targets), decoded, options, scratch));
    finish(chosen.map_err(|cause| cause.in_step(Step::Decode))?, options, scratch, times)
}

/// Makes thumbnails of a decoded picture.
fn finish(
    chosen: Chosen<Material>,
    options: &Options,
    scratch: &mut Scratch,
    mut times: Times,
) -> Result<Made, Failure> {
    let Chosen { header, targets, decoded: Material { pixels, factor, damage }, from } = chosen;
    let recipe = Recipe { header: &header, targets: &targets, options };
    let Developed { samples, embedded, flaw, .. } = match pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => timed(&mut times, Step::Resize, || develop(grid, profile, recipe, scratch))?,
    };
    let format = recipe.format();
    let encode = |samples| encode::encode(samples, format, options.quality, embedded.as_deref());
    let thumbnails =
        timed(&mut times, Step::Encode, || samples.into_iter().map(encode).collect::<Result<Vec<_>, _>>())?;
    Ok(Made { header, factor, decoded_from: from, damage: damage.or(flaw.map(Damage::of_whole)), thumbnails, times })
}

/// Makes the samples of thumbnails from a working grid.
fn develop(
    mut grid: WorkingGrid,
    profile: Profile,
    recipe: Recipe<'_>,
    scratch: &mut Scratch,
) -> Result<Developed, Failure> {
    let Recipe { header, targets, options } = recipe;
    let exceeds_white = || color::exceeds_white(&grid);
    let decision = Conversion::choose(
        profile,
        grid.model,
        exceeds_white,
        recipe.format(),
        options.profiles,
        &mut scratch.profiles,
    );
    let Decision { mut conversion, flaw } = decision;
    conversion.develop(&mut grid);
    if options.light == Light::Linear {
        conversion.linearize(&mut grid);
    }
    let samples = match options.exactness {
        Exactness::Fast => {
            let shapes: Vec<PlaneShape> = grid.planes.iter().map(GridPlane::shape).collect();
            let mut sink = Sink::new(grid.model, &shapes, &conversion, recipe);
            sink.push_grid(&grid);
            sink.finish().0
        }
        Exactness::Exact => {
            let sigmas = recipe.sigmas();
            let mut blurred = blur::BlurredGrid::default();
            let sample = |(index, target): (usize, &Size)| {
                let sharp = blurred.of(&mut grid, &sigmas[index..]);
                let small = resize::resize(sharp, *target, options.filter)?;
                Ok(orient::turn(conversion.finish(&small, recipe.form()), header.orientation))
            };
            targets.iter().enumerate().map(sample).collect::<Result<_, Failure>>()?
        }
    };
    scratch.give_grid(grid);
    Ok(Developed { samples, embedded: conversion.into_embedded(), flaw, took: Duration::ZERO })
}

/// Renders what is asked for on `input`, until that ends: what a program does that was started with [`SERVE_WORD`]. From
/// then on this process prints no panics and leaves no core dumps.
///
/// # Errors
/// `output` can't be written, or `input` holds what is no request.
pub fn serve_renderings(input: &mut impl io::Read, output: &mut impl io::Write) -> io::Result<()> {
    #[cfg(feature = "svg")]
    return renderer::serve(input, output, decode::perform_rendering);
    #[cfg(not(feature = "svg"))]
    return io::copy(input, output).and(Err(io::ErrorKind::Unsupported.into()));
}

/// Waits until the file may have the memory that it takes. Looking at its header takes some already; what came of it is
/// returned, where that was done.
fn enter(
    source: &mut source::Source<'_>,
    format: Format,
    options: &Options,
    renderer: &mut Renderer,
    ground: Ground<'_>,
) -> Result<Option<Result<Look, Failure>>, Failure> {
    let admit = |bytes| (ground.admit)(bytes).map_err(|cause| cause.in_step(Step::Probe));
    let look = need::of_first_look(source, format);
    admit(look)?;
    renderer.memory = look;
    let Need { bytes: needed, look: found } = need::of_file(source, format, options, renderer);
    if needed > look {
        // Nothing is held while it waits.
        source.forget();
        admit(needed)?;
        renderer.memory = needed;
    }
    Ok(found)
}

/// The thumbnail's size before turning.
fn stored_target(header: &Header, bounds: Size) -> Size {
    let orientation = header.orientation;
    orientation.apply_to(orientation.apply_to(header.size).fit_into(bounds))
}

/// The thumbnail's size before turning where it is made from a preview that shows the picture in the size `shown`, which it
/// is never larger than.
fn shown_target(header: &Header, shown: Size, bounds: Size) -> Size {
    let orientation = header.orientation;
    orientation.apply_to(orientation.apply_to(shown).fit_into(bounds))
}

fn timed<T>(times: &mut Times, step: Step, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    times.add(step, started.elapsed());
    result
}

#[cfg(test)]
mod tests;
