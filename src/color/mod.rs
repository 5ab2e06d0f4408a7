//! Converts colours to 8-bit sRGB by the file's profile, on the thumbnail's own pixels:
//!
//! | module | from | to |
//! |---|---|---|
//! | `device` | samples of a pixel, as its model stores them | a device colour from 0 to 1, and alpha |
//! | `icc`, `space`, `curve`, `lines`, `table` | a profile; a device colour | linear light of sRGB's primaries |
//! | `display`, `ink` | PQ, HLG; inks without a profile | the same |
//! | `cache` | the bytes of a profile | the space made of it for an earlier image |
//! | `tone` | light beyond white | light within 0 and 1 |
//! | `light` | a working grid | the same in linear light, to be resized so; or developed, where it is a scene's |
//! | `finish` | rows of float planes | 8-bit samples as the thumbnail's format takes them |
//! | `blocks` | rows of luma, and of chroma at half the size, in another space | the same in sRGB |
//! | `chunk` | some pixels of such a row | the same in sRGB, side by side in vectors |
//! | `halve`, `lone` | rows of chroma | the same at half the size |
//! | `orient` | samples as stored | samples upright |
//! | `canvas` | upright samples | the same cropped, or between margins |
//! | `rgba` | samples | the colour and alpha of a pixel |
//! | `samples` | | the samples and their order |

mod blocks;
mod cache;
pub(super) mod canvas;
mod chunk;
mod curve;
mod device;
mod display;
mod finish;
mod halve;
mod icc;
mod ink;
mod lane;
mod light;
mod lines;
mod lone;
pub(super) mod orient;
mod rgba;
mod samples;
mod space;
mod table;
mod tone;

use std::sync::Arc;

pub(super) use blocks::Blocks;
pub(super) use cache::Cache;
pub(super) use finish::{Finisher, Form};
pub(super) use lone::{Lone, LoneLines};
#[cfg(feature = "contact-sheet")]
pub(super) use rgba::to_planes;
pub(super) use samples::{Layout, Samples, Subsampling, round_into};

use crate::geometry::Size;
use crate::options::{Format, Profiles};
use crate::pixels::profile::{Peak, Profile};
use crate::pixels::{Model, Picture, Plane, WorkingGrid};
use finish::Way;
use light::converted;
use space::Space;
use tone::Tone;

/// Lowest light on the working grid that is meant to be brighter than white; less is the noise of arithmetic.
const BEYOND_WHITE: f32 = 1.0 + 1.0 / 255.0;

/// The conversion from an image's samples to its thumbnails', decided once.
#[derive(Debug)]
pub(super) struct Conversion {
    space: Arc<Space>,
    tone: Tone,
    stage: Stage,
    /// The profile that thumbnails carry; nothing is converted then.
    embedded: Option<Vec<u8>>,
}

/// The meaning of the planes' samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Samples as the file codes them.
    Coded,
    /// Linear light of sRGB's primaries, 255 being white.
    Light,
}

/// A decision, and the defect of a profile for which sRGB is taken.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) conversion: Conversion,
    pub(super) flaw: Option<String>,
}

impl Conversion {
    /// Decides how an image's colours become those of thumbnails in the format `target`. `exceeds_white` is called for
    /// linear light only.
    pub(super) fn choose(
        profile: Profile,
        model: Model,
        exceeds_white: impl FnOnce() -> bool,
        target: Format,
        profiles: Profiles,
        cache: &mut Cache,
    ) -> Decision {
        let channels = channels_of(model);
        let plain = || Arc::new(if channels == 4 { Space::Press } else { Space::Srgb });
        let (space, flaw) = match &profile {
            Profile::Icc(bytes) => match cache.space(bytes, channels) {
                Ok(space) => (space, None),
                Err(reason) => (plain(), Some(format!("ignored invalid colour profile: {reason}"))),
            },
            // None of these codes inks.
            _ if channels == 4 => (plain(), None),
            Profile::Srgb => (plain(), None),
            Profile::Cicp { primaries, transfer, .. } => (Arc::new(Space::of_cicp(*primaries, *transfer)), None),
            Profile::Gamma { exponent, chromaticities } => match Space::of_gamma(*exponent, *chromaticities) {
                Some(space) => (Arc::new(space), None),
                None => (plain(), Some("ignored invalid gamma or chromaticities".to_string())),
            },
            Profile::Linear => (Arc::new(Space::Linear), None),
        };
        let tone = match *space {
            Space::Display(..) => Tone::Screen(peak_of(&profile)),
            Space::Linear if exceeds_white() => Tone::Scene,
            _ => Tone::Keep,
        };
        let conversion = match profile {
            Profile::Icc(bytes) if profiles == Profiles::Keep && flaw.is_none() && carries(target, model) => {
                Self { space: Arc::new(Space::Srgb), tone: Tone::Keep, stage: Stage::Coded, embedded: Some(bytes) }
            }
            _ => Self { space, tone, stage: Stage::Coded, embedded: None },
        };
        Decision { conversion, flaw }
    }

    /// Returns the ICC profile for the thumbnails to carry.
    pub(super) fn into_embedded(self) -> Option<Vec<u8>> {
        self.embedded
    }

    /// Returns the layout of a thumbnail whose luma and chroma fit a JPEG unchanged. `None` if they need a conversion.
    pub(super) fn layout_as_is(&self, model: Model, form: Form) -> Option<Layout> {
        let layout = Layout::new(model, form.format, form.subsampling);
        let is_ready = self.stage == Stage::Coded && matches!(*self.space, Space::Srgb);
        (is_ready && samples::is_jpegs(model, layout)).then_some(layout)
    }

    /// Returns the resolution to which a thumbnail's chroma planes are reduced. It is half of luma's for a JPEG of
    /// that, whether its samples are converted or not.
    pub(super) fn chroma(&self, model: Model, form: Form) -> Subsampling {
        match self.layout_as_is(model, form) {
            Some(layout) => layout.subsampling(),
            None if self.has_blocks(model, form) => Subsampling::Halved,
            None => Subsampling::Full,
        }
    }

    fn has_blocks(&self, model: Model, form: Form) -> bool {
        matches!(model, Model::YCbCr(_))
            && self.stage == Stage::Coded
            && !self.needs_whole()
            && !matches!(*self.space, Space::Srgb)
            && Layout::new(model, form.format, form.subsampling) == Layout::YCbCr(Subsampling::Halved)
    }

    /// Returns a converter of rows of luma and of halved chroma while they arrive. `None` for thumbnails without them.
    /// `size` is the thumbnail's as stored.
    pub(super) fn blocks(&self, model: Model, size: Size, form: Form) -> Option<Blocks> {
        let lone = LoneLines::of(form.orientation);
        self.has_blocks(model, form).then(|| Blocks::new(Arc::clone(&self.space), model, size, lone))
    }

    /// Develops a scene: brings its light within white and codes it as sRGB before any blur or resize. Beside a lamp a
    /// hundred times as bright as white a kernel with negative lobes would leave black rims.
    pub(super) fn tone_map(&mut self, grid: &mut WorkingGrid) {
        if self.tone == Tone::Scene {
            *grid = light::tone_map(grid, &self.space, self.tone);
            self.space = Arc::new(Space::Srgb);
            self.tone = Tone::Keep;
        }
    }

    /// Brings a working grid to linear light for all further steps. If the profile is kept, sRGB's curve stands in for
    /// the profile's.
    pub(super) fn linearize(&mut self, grid: &mut WorkingGrid) {
        *grid = light::linearize(grid, &self.space);
        self.stage = Stage::Light;
    }

    /// Returns whether a thumbnail's colours depend on all its pixels. If so, only [`Self::finish`] makes its samples.
    pub(super) const fn needs_whole(&self) -> bool {
        !matches!(self.tone, Tone::Keep)
    }

    /// Returns a finisher, which makes a thumbnail's samples from the rows of its planes. `size` is the thumbnail's as
    /// stored. Not for a conversion that needs the whole.
    pub(super) fn finisher(&self, model: Model, size: Size, form: Form) -> Finisher {
        let way = match (self.stage, &*self.space) {
            (Stage::Light, _) => Way::Light,
            (Stage::Coded, Space::Srgb) => Way::Ready,
            (Stage::Coded, _) => Way::Coded(Arc::clone(&self.space)),
        };
        Finisher::new(way, model, size, form)
    }

    /// Makes the samples of a whole thumbnail.
    pub(super) fn finish(&self, picture: &Picture, form: Form) -> Samples {
        let (toned, mut finisher);
        let picture = if self.needs_whole() {
            toned = self.to_srgb(picture);
            finisher = Finisher::new(Way::Ready, toned.model, toned.size, form);
            &toned
        } else {
            finisher = self.finisher(picture.model, picture.size, form);
            picture
        };
        let planes: Vec<&[f32]> = picture.planes.iter().map(|plane| plane.samples.as_slice()).collect();
        finisher.push(&planes);
        finisher.finish()
    }

    /// Converts to sRGB: grey, or red, green and blue. Alpha, if any, is multiplied in.
    fn to_srgb(&self, picture: &Picture) -> Picture {
        let pixels = picture.planes[0].samples.len();
        let mut lights = Vec::with_capacity(pixels);
        let mut alphas = Vec::with_capacity(pixels);
        for i in 0..pixels {
            let (device, alpha) = device::device_of(picture.model, |plane| picture.planes[plane].samples[i]);
            lights.push(match self.stage {
                Stage::Coded => self.space.to_light(device),
                Stage::Light => [device[0], device[1], device[2]],
            });
            alphas.push(alpha);
        }
        self.tone.apply(&mut lights, &alphas);

        let model = converted(picture.model);
        let colors = model.planes() - usize::from(model.has_alpha());
        let color = |channel: usize| {
            let sample = |(light, alpha): (&[f32; 3], &f32)| alpha * curve::code(light[channel]);
            lights.iter().zip(&alphas).map(sample).collect()
        };
        let mut planes: Vec<Vec<f32>> = (0..colors).map(color).collect();
        if model.has_alpha() {
            planes.push(alphas.iter().map(|alpha| alpha * 255.0).collect());
        }
        let planes = planes.into_iter().map(|samples| Plane { size: picture.size, samples }).collect();
        Picture { model, size: picture.size, planes }
    }
}

fn peak_of(profile: &Profile) -> Peak {
    match profile {
        Profile::Cicp { peak, .. } => *peak,
        _ => Peak::default(),
    }
}

/// Returns the number of channels of a model's device colours.
const fn channels_of(model: Model) -> usize {
    match model {
        Model::Grey | Model::GreyAlpha => 1,
        Model::Rgb | Model::RgbAlpha | Model::YCbCr(_) => 3,
        Model::Cmyk | Model::CmykInverted | Model::Ycck | Model::YcckInverted => 4,
    }
}

/// Returns whether thumbnails of an image can carry its profile in this format. A profile of grey is not one of the
/// red, green and blue that WebP, and TIFF with alpha, make of grey.
fn carries(target: Format, model: Model) -> bool {
    match Layout::new(model, target, Subsampling::Full) {
        Layout::Grey => matches!(target, Format::Jpeg | Format::Png | Format::Tiff),
        Layout::GreyAlpha => matches!(target, Format::Png),
        Layout::Rgb | Layout::RgbAlpha | Layout::YCbCr(_) => {
            channels_of(model) == 3 && matches!(target, Format::Jpeg | Format::Png | Format::WebP | Format::Tiff)
        }
    }
}

/// Returns whether a grid of light has any that is meant to exceed white.
pub(super) fn exceeds_white(grid: &WorkingGrid) -> bool {
    grid.planes.iter().flat_map(|plane| &plane.plane.samples).any(|sample| *sample > 255.0 * BEYOND_WHITE)
}
