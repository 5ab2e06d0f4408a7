//! Makes thumbnails of the rows that a decoder pushes, once it has declared their meaning.

use std::time::Duration;

use super::sink::{Developed, PlaneSink, Recipe, Sink};
use crate::color::{Cache, Conversion, Decision, Samples};
use crate::formats::codec::{Decode, Need, Receiver};
use crate::formats::error::DecodeError;
use crate::geometry::{Frame, Size};
use crate::jpeg::Rows;
use crate::pixels::profile::Profile;
use crate::pixels::{Model, PlaneShape};

/// A reducer of an image to thumbnails while it is decoded.
#[derive(Debug)]
pub(super) struct Reducer<'a> {
    recipes: &'a [Recipe<'a>],
    profiles: &'a mut Cache,
    model: Model,
    /// The decision for each recipe.
    decisions: Vec<Decision>,
    /// Thumbnails of each recipe, and the time spent on making them.
    made: Vec<(Vec<Samples>, Duration)>,
}

impl<'a> Reducer<'a> {
    pub(super) const fn new(recipes: &'a [Recipe<'a>], profiles: &'a mut Cache) -> Self {
        Self { recipes, profiles, model: Model::Grey, decisions: Vec::new(), made: Vec::new() }
    }

    /// Returns the thumbnails of each recipe, once all rows were pushed.
    pub(super) fn into_developed(self) -> Vec<Developed> {
        let developed = |(decision, (samples, took)): (Decision, _)| {
            let Decision { conversion, flaw } = decision;
            Developed { samples, embedded: conversion.into_embedded(), flaw, took }
        };
        self.decisions.into_iter().zip(self.made).map(developed).collect()
    }
}

impl Receiver for Reducer<'_> {
    fn targets(&self) -> Vec<Size> {
        self.recipes.iter().flat_map(|recipe| Frame::scales(recipe.frames)).collect()
    }

    fn begin(&mut self, model: Model, profile: Profile) -> Vec<Need> {
        self.model = model;
        let mut needs = Vec::new();
        for recipe in self.recipes {
            let keeping = recipe.options.profiles;
            let decision = Conversion::choose(profile.clone(), model, || false, recipe.format, keeping, self.profiles);
            let chroma = decision.conversion.chroma(model, recipe.form());
            let targets = Frame::scales(recipe.frames).into_iter().zip(recipe.sigmas());
            needs.extend(targets.map(|(size, sigma)| Need { size, chroma: chroma.chroma(size), sigma }));
            self.decisions.push(decision);
        }
        needs
    }

    fn receive(&mut self, shapes: &[PlaneShape], decode: Decode<'_>) -> Result<(), DecodeError> {
        let Self { model, recipes, decisions, .. } = &*self;
        let decided = recipes.iter().zip(decisions);
        let mut sinks: Vec<Sink<'_>> =
            decided.map(|(recipe, decision)| Sink::new(*model, shapes, &decision.conversion, *recipe)).collect();
        {
            let mut planes: Vec<Fan<'_, '_>> = shapes.iter().map(|_| Fan(Vec::with_capacity(1))).collect();
            for sink in &mut sinks {
                planes.iter_mut().zip(sink.planes()).for_each(|(fan, plane)| fan.0.push(plane));
            }
            let mut rows: Vec<&mut dyn Rows> = planes.iter_mut().map(|plane| plane as &mut dyn Rows).collect();
            decode(&mut rows)?;
        }
        self.made = sinks.into_iter().map(Sink::finish).collect();
        Ok(())
    }
}

/// The receivers of the rows of one plane, one for each recipe.
struct Fan<'s, 'a>(Vec<PlaneSink<'s, 'a>>);

impl Rows for Fan<'_, '_> {
    fn push(&mut self, row: &[f32]) {
        self.0.iter_mut().for_each(|plane| plane.push(row));
    }
}
