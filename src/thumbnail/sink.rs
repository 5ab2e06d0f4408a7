//! Makes the thumbnails of an image from the rows of its working grid, while a decoder pushes them.
//!
//! Each plane goes through a reducer of its own, at the pace that its rows arrive at. Rows of a thumbnail wait until all planes
//! have them, then become 8-bit samples at once, so that no image is ever held in `f32`.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::blur::sigma_for;
use super::color::{Conversion, Layout, Samples};
use super::orient;
use super::pixels::{Model, Picture, Plane, PlaneShape, WorkingGrid};
use super::probe::Header;
use super::reduce::{PlaneReducer, PlaneTarget};
use crate::geometry::Size;
use crate::jpeg::Rows;
use crate::options::{Format, Options};

/// What thumbnails are wanted of an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe<'a> {
    /// The header of the main image.
    pub(super) header: &'a Header,
    /// The sizes of the thumbnails before turning.
    pub(super) targets: &'a [Size],
    pub(super) options: &'a Options,
}

impl Recipe<'_> {
    /// Returns the format of the thumbnails.
    pub(super) fn format(&self) -> Format {
        self.options.target.for_source(self.header.format, self.header.has_alpha)
    }

    /// Returns the standard deviation of each thumbnail's blur, in px of the main image.
    pub(super) fn sigmas(&self) -> Vec<f64> {
        let sigma = |target: &Size| sigma_for(self.options.blur, self.header.size, *target);
        self.targets.iter().map(sigma).collect()
    }
}

/// Thumbnails as they are to be encoded.
#[derive(Debug)]
pub(super) struct Developed {
    /// One for each target, upright.
    pub(super) samples: Vec<Samples>,
    /// The profile that they are to carry.
    pub(super) embedded: Option<Vec<u8>>,
    /// The flaw of the image's own profile, which was taken for sRGB.
    pub(super) flaw: Option<String>,
    /// The time that making them of rows took.
    pub(super) took: Duration,
}

/// Receives the rows of an image's planes.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    reducers: Vec<PlaneReducer>,
    thumbnails: Thumbnails<'a>,
}

/// The thumbnails while they are made.
#[derive(Debug)]
struct Thumbnails<'a> {
    model: Model,
    conversion: &'a Conversion,
    recipe: Recipe<'a>,
    parts: RefCell<Vec<Part>>,
    /// Time spent below the decoder.
    took: Cell<Duration>,
}

/// One thumbnail, as far as it is there.
#[derive(Debug)]
struct Part {
    size: Size,
    /// By plane the rows that other planes still lack.
    waiting: Vec<Vec<f32>>,
    layout: Layout,
    bytes: Vec<u8>,
}

/// Receives the rows of one plane.
#[derive(Debug)]
pub(super) struct PlaneSink<'s, 'a> {
    plane: usize,
    reducer: &'s mut PlaneReducer,
    thumbnails: &'s Thumbnails<'a>,
}

impl<'a> Sink<'a> {
    /// Prepares for planes of these shapes, whose samples `conversion` brings to the thumbnails' colours.
    pub(super) fn new(model: Model, shapes: &[PlaneShape], conversion: &'a Conversion, recipe: Recipe<'a>) -> Self {
        let targets = recipe.targets.iter().zip(recipe.sigmas()).map(|(size, sigma)| PlaneTarget::whole(*size, sigma));
        let targets: Vec<PlaneTarget> = targets.collect();
        let filter = recipe.options.filter;
        let reducers = shapes.iter().map(|shape| PlaneReducer::new(shape, &targets, filter)).collect();
        let part = |size: &Size| Part {
            size: *size,
            waiting: vec![Vec::new(); shapes.len()],
            layout: conversion.layout(model, recipe.format()),
            bytes: Vec::new(),
        };
        let parts = RefCell::new(recipe.targets.iter().map(part).collect());
        let thumbnails = Thumbnails { model, conversion, recipe, parts, took: Cell::default() };
        Self { reducers, thumbnails }
    }

    /// Returns the sinks of the planes.
    pub(super) fn planes(&mut self) -> impl Iterator<Item = PlaneSink<'_, 'a>> {
        let thumbnails = &self.thumbnails;
        self.reducers.iter_mut().enumerate().map(move |(plane, reducer)| PlaneSink { plane, reducer, thumbnails })
    }

    /// Pushes all rows of a grid.
    pub(super) fn push_grid(&mut self, grid: &WorkingGrid) {
        for (mut sink, plane) in self.planes().zip(&grid.planes) {
            (0..plane.plane.size.height as usize).for_each(|y| sink.push(plane.plane.row(y)));
        }
    }

    /// Returns the thumbnails, upright, and the time that making them took. Rows that never came are grey.
    pub(super) fn finish(mut self) -> (Vec<Samples>, Duration) {
        self.planes().for_each(PlaneSink::finish);
        let started = Instant::now();
        let orientation = self.thumbnails.recipe.header.orientation;
        let upright =
            |part: Part| orient::turn(Samples { size: part.size, layout: part.layout, bytes: part.bytes }, orientation);
        let samples = self.thumbnails.parts.into_inner().into_iter().map(upright).collect();
        (samples, self.thumbnails.took.get() + started.elapsed())
    }
}

impl Thumbnails<'_> {
    fn take(&self, index: usize, plane: usize, rows: &[f32]) {
        let part = &mut self.parts.borrow_mut()[index];
        part.waiting[plane].extend_from_slice(rows);
        let there = part.waiting.iter().map(Vec::len).min().unwrap_or(0);
        let wanted = if self.conversion.needs_whole() { part.size.pixels() as usize } else { 1 };
        if there < wanted {
            return;
        }
        let size = Size::new(part.size.width, (there / part.size.width as usize) as u32);
        let planes = part.waiting.iter_mut().map(|rows| Plane { size, samples: rows.drain(..there).collect() });
        let picture = Picture { model: self.model, size, planes: planes.collect() };
        let options = self.recipe.options;
        let samples = self.conversion.finish(&picture, self.recipe.format(), options.background);
        part.bytes.extend_from_slice(&samples.bytes);
    }

    /// Counts the time of `work`.
    fn time(&self, work: impl FnOnce()) {
        let started = Instant::now();
        work();
        self.took.set(self.took.get() + started.elapsed());
    }
}

impl PlaneSink<'_, '_> {
    fn finish(self) {
        let Self { plane, reducer, thumbnails } = self;
        thumbnails.time(|| reducer.finish(|index, rows| thumbnails.take(index, plane, rows)));
    }
}

impl Rows for PlaneSink<'_, '_> {
    fn push(&mut self, row: &[f32]) {
        let Self { plane, reducer, thumbnails } = self;
        thumbnails.time(|| reducer.push(row, |index, rows| thumbnails.take(index, *plane, rows)));
    }
}
