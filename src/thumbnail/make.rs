//! Makes thumbnails of an opened image.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use super::arrange::arrange;
use super::encode::{self, Encoded};
use super::limits::{check_bytes, check_density, check_header};
use super::material::{self, Material, Pixels, Selected};
use super::placeholder;
use super::preview;
use super::salvage;
use super::sink::{Developed, Recipe, Sink};
use super::workbench::Workbench;
use crate::color::{self, Conversion, Decision, Samples, orient};
use crate::container::Input;
use crate::error::{Failure, Step};
use crate::formats::codec::{OpenedImage, Settings};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::{self, open};
use crate::geometry::Frame;
use crate::options::{Exactness, Format, Light, Options};
use crate::outcome::{Damage, DecodedFrom, Placeholder, Times};
use crate::pixels::profile::Profile;
use crate::pixels::{GridPlane, PlaneShape, WorkingGrid, blur, resize};

/// The thumbnails of one image.
#[derive(Debug)]
pub struct Made {
    /// The header of the image.
    pub header: Header,
    /// Source px for each working-grid px.
    pub factor: NonZeroU32,
    /// The image in the file that was decoded.
    pub decoded_from: DecodedFrom,
    /// The damage of the image, if any.
    pub damage: Option<Damage>,
    /// One thumbnail for each size of the options, in their order: first of one format, then of the next.
    pub thumbnails: Vec<Encoded>,
    /// The placeholder of the image, if the options ask for one.
    pub placeholder: Option<Placeholder>,
    /// The time that each step took; nothing was stored.
    pub times: Times,
}

impl Made {
    /// Adds the times of steps before those of making.
    pub(super) fn with_times(mut self, times: &Times) -> Self {
        for (step, took) in times.by_step() {
            self.times.add(step, took);
        }
        self
    }
}

/// Makes the thumbnails of the image in `bytes` for each size and format of `options`, from one decode.
///
/// # Errors
/// The bytes are no image of `format`, are damaged, or exceed a limit of the options.
pub fn make(mut bytes: &[u8], format: Format, options: &Options, bench: &mut Workbench) -> Result<Made, Failure> {
    let mut times = Times::default();
    check_bytes(bytes.len() as u64, options)?;
    let opened = timed(&mut times, Step::Decode, || open(&mut bytes, format, &mut bench.tools()));
    let opened = opened.map_err(|cause| cause.in_step(Step::Probe))?;
    let preview = timed(&mut times, Step::Decode, || preview::find(&mut bytes, opened.as_ref(), options, bench))?;
    match preview {
        Some(selected) => {
            let packets = formats::packets(&mut bytes, format, &options.keep);
            finish(selected.into_material(), &packets, options, bench, times)
        }
        None => make_of_main(&mut bytes, opened.as_ref(), options, bench, times),
    }
}

/// Makes the thumbnails of an opened image, or of a preview if the image is broken.
pub(super) fn make_of_main(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
    mut times: Times,
) -> Result<Made, Failure> {
    let header = opened.header();
    check_header(header, options)?;
    check_density(header.format, header.size, input.length())?;
    let frames = header.frames(options);
    let recipes = Recipe::all(header, &frames, options);
    let started = Instant::now();
    let decoded = material::decode(input, opened, &recipes, bench);
    let reducing = decoded.as_ref().map_or(Duration::ZERO, Material::reducing);
    times.add(Step::Decode, started.elapsed().saturating_sub(reducing));
    times.add(Step::Resize, reducing);
    let selected = timed(&mut times, Step::Decode, || salvage::choose(input, opened, frames, decoded, options, bench));
    let selected = selected.map_err(|cause| cause.in_step(Step::Decode))?;
    let packets = formats::packets(input, header.format, &options.keep);
    finish(selected, &packets, options, bench, times)
}

/// Makes thumbnails of a decoded image, with these metadata.
pub(super) fn finish(
    selected: Selected<Material>,
    packets: &Packets,
    options: &Options,
    bench: &mut Workbench,
    mut times: Times,
) -> Result<Made, Failure> {
    let Selected { header, frames, decoded: Material { pixels, factor, damage }, from } = selected;
    let recipes = Recipe::all(&header, &frames, options);
    let developed = match pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => {
            timed(&mut times, Step::Resize, || develop_all(grid, &profile, &recipes, bench))?
        }
    };
    let (mut thumbnails, mut damage) = (Vec::with_capacity(developed.len() * frames.len()), damage);
    let mut placeholder = None;
    for (recipe, Developed { samples, embedded, flaw, .. }) in recipes.iter().zip(developed) {
        let format = recipe.format;
        let arrange = |(samples, frame): (_, &Frame)| arrange(samples, frame.arrangement, format, options);
        let samples: Vec<Samples> =
            timed(&mut times, Step::Resize, || samples.into_iter().zip(&frames).map(arrange).collect());
        if let (None, Some(kind)) = (&placeholder, options.placeholder) {
            placeholder = timed(&mut times, Step::Resize, || placeholder::find(&samples, kind, options.background));
        }
        let settings = Settings::new(options, embedded.as_deref(), packets);
        let encode = |samples| encode::encode(samples, format, &settings);
        let encoded =
            timed(&mut times, Step::Encode, || samples.into_iter().map(encode).collect::<Result<Vec<_>, _>>())?;
        thumbnails.extend(encoded);
        damage = damage.or(flaw.map(Damage::of_whole));
    }
    Ok(Made { header, factor, decoded_from: from, damage, thumbnails, placeholder, times })
}

/// Makes the samples of the thumbnails of an opened image in the first format of `options`, not yet encoded.
#[cfg(feature = "contact-sheet")]
pub(super) fn make_samples(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Vec<Samples>, Failure> {
    let header = opened.header();
    check_header(header, options)?;
    let frames = header.frames(options);
    let recipes = Recipe::all(header, &frames, options);
    let decoded = material::decode(input, opened, &recipes, bench).map_err(|cause| cause.in_step(Step::Decode))?;
    let developed = match decoded.pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => develop_all(grid, &profile, &recipes, bench)?,
    };
    Ok(developed.into_iter().next().map(|developed| developed.samples).unwrap_or_default())
}

/// Makes the samples of thumbnails in all formats from a working grid.
fn develop_all(
    grid: WorkingGrid,
    profile: &Profile,
    recipes: &[Recipe<'_>],
    bench: &mut Workbench,
) -> Result<Vec<Developed>, Failure> {
    let Some((last, others)) = recipes.split_last() else { return Ok(Vec::new()) };
    // Each may convert the grid to its own colours.
    let mut developed = Vec::with_capacity(recipes.len());
    for recipe in others {
        developed.push(develop(grid.clone(), profile.clone(), *recipe, bench)?);
    }
    developed.push(develop(grid, profile.clone(), *last, bench)?);
    Ok(developed)
}

/// Makes the samples of thumbnails from a working grid.
fn develop(
    mut grid: WorkingGrid,
    profile: Profile,
    recipe: Recipe<'_>,
    bench: &mut Workbench,
) -> Result<Developed, Failure> {
    let Recipe { header, frames, options, format } = recipe;
    let exceeds_white = || color::exceeds_white(&grid);
    let decision =
        Conversion::choose(profile, grid.model, exceeds_white, format, options.profiles, &mut bench.profiles);
    let Decision { mut conversion, flaw } = decision;
    conversion.tone_map(&mut grid);
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
            let sample = |(index, frame): (usize, &Frame)| {
                let sharp = blurred.of(&mut grid, &sigmas[index..]);
                let small = resize::resize(sharp, frame, options.filter)?;
                Ok(orient::turn(conversion.finish(&small, recipe.form()), header.orientation))
            };
            frames.iter().enumerate().map(sample).collect::<Result<_, Failure>>()?
        }
    };
    bench.scratch.give_grid(grid);
    Ok(Developed { samples, embedded: conversion.into_embedded(), flaw, took: Duration::ZERO })
}

/// Runs `work` and adds its time to that of a step.
pub(super) fn timed<T>(times: &mut Times, step: Step, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    times.add(step, started.elapsed());
    result
}
