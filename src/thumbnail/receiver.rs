//! Makes thumbnails of the rows that a decoder pushes, once it has declared their meaning.

use std::time::Duration;

use super::sink::{Developed, Recipe, Sink};
use crate::color::{Cache, Conversion, Decision};
use crate::formats::codec::{Decode, Need, Receiver};
use crate::formats::error::DecodeError;
use crate::geometry::Frame;
use crate::jpeg::Rows;
use crate::pixels::profile::Profile;
use crate::pixels::{Model, PlaneShape};

/// A reducer of an image to thumbnails while it is decoded.
#[derive(Debug)]
pub(super) struct Reducer<'a> {
    recipe: Recipe<'a>,
    profiles: &'a mut Cache,
    model: Model,
    conversion: Option<Conversion>,
    developed: Developed,
}

impl<'a> Reducer<'a> {
    pub(super) fn new(recipe: Recipe<'a>, profiles: &'a mut Cache) -> Self {
        let developed = Developed { samples: Vec::new(), embedded: None, flaw: None, took: Duration::ZERO };
        Self { recipe, profiles, model: Model::Grey, conversion: None, developed }
    }

    /// Returns the thumbnails, once all rows were pushed.
    pub(super) fn into_developed(self) -> Developed {
        Developed { embedded: self.conversion.and_then(Conversion::into_embedded), ..self.developed }
    }
}

impl Receiver for Reducer<'_> {
    fn begin(&mut self, model: Model, profile: Profile) -> Vec<Need> {
        let recipe = self.recipe;
        let profiles = recipe.options.profiles;
        let decision = Conversion::choose(profile, model, || false, recipe.format(), profiles, self.profiles);
        let Decision { conversion, flaw } = decision;
        let chroma = conversion.chroma(model, recipe.form());
        (self.model, self.developed.flaw, self.conversion) = (model, flaw, Some(conversion));
        let targets = Frame::scales(recipe.frames).into_iter().zip(recipe.sigmas());
        targets.map(|(size, sigma)| Need { size, chroma: chroma.chroma(size), sigma }).collect()
    }

    fn receive(&mut self, shapes: &[PlaneShape], decode: Decode<'_>) -> Result<(), DecodeError> {
        let Some(conversion) = &self.conversion else { return Ok(()) };
        let mut sink = Sink::new(self.model, shapes, conversion, self.recipe);
        {
            let mut planes: Vec<_> = sink.planes().collect();
            let mut rows: Vec<&mut dyn Rows> = planes.iter_mut().map(|plane| plane as &mut dyn Rows).collect();
            decode(&mut rows)?;
        }
        (self.developed.samples, self.developed.took) = sink.finish();
        Ok(())
    }
}
