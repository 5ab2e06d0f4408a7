//! Decodes the pixels that thumbnails are made from, and notes their source within the file.

use std::num::NonZeroU32;
use std::time::Duration;

use super::receiver::Reducer;
use super::sink::{Developed, Recipe};
use super::workbench::Workbench;
use crate::container::Input;
use crate::error::Cause;
use crate::formats::codec::{OpenedImage, Plan, Reduced, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::header::Header;
use crate::geometry::{Frame, Size};
use crate::options::{Exactness, Light, Options};
use crate::outcome::{Damage, DecodedFrom};
use crate::pixels::WorkingGrid;
use crate::pixels::profile::Profile;

/// The pixels of an image, as far as they are reduced.
#[derive(Debug)]
pub(super) enum Pixels {
    /// A working grid, and the meaning of its colours.
    Grid(WorkingGrid, Profile),
    /// Thumbnails of each format, made from rows while they were decoded.
    Thumbnails(Vec<Developed>),
}

/// An image as its decoder left it: [`Decoded`], or the thumbnails that its rows were reduced to meanwhile.
#[derive(Debug)]
pub(super) struct Material {
    pub(super) pixels: Pixels,
    /// As [`Decoded::factor`].
    pub(super) factor: NonZeroU32,
    /// As [`Decoded::damage`].
    pub(super) damage: Option<Damage>,
}

impl Material {
    /// Returns the time spent on making thumbnails from rows.
    pub(super) fn reducing(&self) -> Duration {
        match &self.pixels {
            Pixels::Grid(..) => Duration::ZERO,
            Pixels::Thumbnails(developed) => developed.iter().map(|developed| developed.took).sum(),
        }
    }
}

impl From<Decoded> for Material {
    fn from(decoded: Decoded) -> Self {
        let Decoded { grid, factor, damage, profile } = decoded;
        Self { pixels: Pixels::Grid(grid, profile), factor, damage }
    }
}

/// The image that a file's thumbnails are made from.
#[derive(Debug)]
pub(super) struct Selected<D = Decoded> {
    /// The header of the file's main image.
    pub(super) header: Header,
    /// The geometry of the thumbnails before turning.
    pub(super) frames: Vec<Frame>,
    pub(super) decoded: D,
    pub(super) from: DecodedFrom,
}

impl Selected {
    /// Converts decoded pixels, of which nothing is reduced yet.
    pub(super) fn into_material(self) -> Selected<Material> {
        let Self { header, frames, decoded, from } = self;
        Selected { header, frames, decoded: decoded.into(), from }
    }
}

/// Returns the plan of decoding for these sizes of the whole image.
pub(super) const fn plan<'a>(targets: &'a [Size], options: &Options) -> Plan<'a> {
    Plan { targets, exactness: options.exactness, exposure: options.exposure }
}

/// Decodes the main image. Its rows become thumbnails meanwhile if format and options allow it.
pub(super) fn decode(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    recipes: &[Recipe<'_>],
    bench: &mut Workbench,
) -> Result<Material, Cause> {
    let Some(Recipe { frames, options, .. }) = recipes.first() else { return Err(Cause::NotBegun) };
    let format = opened.header().format;
    let Workbench { scratch, profiles, renderer } = bench;
    let tools = &mut Tools { jpeg: &mut scratch.jpeg, renderer };
    if (options.exactness, options.light) == (Exactness::Fast, Light::Encoded) {
        let mut reducer = Reducer::new(recipes, profiles);
        if let Some(reduced) = opened.decode_rows(input, &mut reducer, tools) {
            let Reduced { factor, damage } = reduced.map_err(|error| error.of(format))?;
            return Ok(Material { pixels: Pixels::Thumbnails(reducer.into_developed()), factor, damage });
        }
    }
    let decoded = opened.decode(input, &plan(&Frame::scales(frames), options), tools);
    decoded.map(Into::into).map_err(|error| error.of(format))
}
