//! Makes the samples of thumbnails from a working grid.

use std::time::Duration;

use super::sink::{Developed, Recipe, Sink};
use super::workbench::Workbench;
#[cfg(feature = "exact")]
use crate::color::orient;
use crate::color::{self, Conversion, Decision};
use crate::error::Failure;
#[cfg(feature = "exact")]
use crate::geometry::Frame;
#[cfg(feature = "exact")]
use crate::options::Exactness;
use crate::options::Light;
use crate::pixels::profile::Profile;
use crate::pixels::{GridPlane, PlaneShape, WorkingGrid};
#[cfg(feature = "exact")]
use crate::pixels::{blur, resize};

/// Makes the samples of thumbnails in all formats from a working grid.
pub(super) fn develop_all(
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
    let Recipe { options, format, .. } = recipe;
    #[cfg(feature = "exact")]
    let Recipe { header, frames, .. } = recipe;
    let exceeds_white = || color::exceeds_white(&grid);
    let decision =
        Conversion::choose(profile, grid.model, exceeds_white, format, options.profiles, &mut bench.profiles);
    let Decision { mut conversion, flaw } = decision;
    conversion.tone_map(&mut grid);
    if options.light == Light::Linear {
        conversion.linearize(&mut grid);
    }
    let samples = match options.exactness {
        #[cfg(feature = "exact")]
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
        // Options for the other mode are invalid in builds without it.
        _ => {
            let shapes: Vec<PlaneShape> = grid.planes.iter().map(GridPlane::shape).collect();
            let mut sink = Sink::new(grid.model, &shapes, &conversion, recipe);
            sink.push_grid(&grid);
            sink.finish().0
        }
    };
    bench.scratch.give_grid(grid);
    Ok(Developed { samples, embedded: conversion.into_embedded(), flaw, took: Duration::ZERO })
}
