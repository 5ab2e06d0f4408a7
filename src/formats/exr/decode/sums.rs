//! Sums lines of a layer's samples on the working grid, in any order. A line becomes light of sRGB's primaries, and sRGB for an exposure
//! as is, before it is added to its working pixels.

use super::channels::{Channels, Coding};
use super::primaries::Primaries;
use crate::geometry::{Factors, Size};
use crate::options::Exposure;
use crate::pixels::scene;
use crate::pixels::shrink::BlockSums;
use crate::pixels::{GridPlane, Model, WorkingGrid};

/// Largest number of the format's usual samples, which have 16 bits. An infinite one would spread over the image.
const BRIGHTEST: f32 = 65_504.0;

/// Sums of the samples in each working pixel.
pub(super) struct Sums {
    source: Size,
    factors: Factors,
    coding: Coding,
    model: Model,
    primaries: Primaries,
    exposure: Exposure,
    planes: Vec<BlockSums>,
    any: bool,
}

impl Sums {
    pub(super) fn new(
        channels: &Channels,
        primaries: Primaries,
        source: Size,
        factors: Factors,
        exposure: Exposure,
    ) -> Self {
        let size = (source.width as usize, source.height as usize);
        let factor = (factors.across.get() as usize, factors.down.get() as usize);
        let model = channels.model();
        Self {
            source,
            factors,
            coding: channels.coding,
            model,
            primaries,
            exposure,
            planes: (0..model.planes()).map(|_| BlockSums::new(size, factor)).collect(),
            any: false,
        }
    }

    /// Returns whether any line was added.
    pub(super) const fn has_samples(&self) -> bool {
        self.any
    }

    /// Adds a line that begins at the column `left` of row `y`. It holds samples of each plane, the colours first, then
    /// alpha.
    pub(super) fn add(&mut self, left: i64, y: usize, line: &[Vec<f32>]) {
        self.any = true;
        let across = self.factors.across.get() as usize;
        let count = line.iter().map(Vec::len).min().unwrap_or(0);
        let has_alpha = self.model.has_alpha();
        let colors = self.model.planes() - usize::from(has_alpha);
        // Borrowed apart from the fields that convert the colours.
        let mut planes = std::mem::take(&mut self.planes);
        let mut rows: Vec<&mut [f32]> = planes.iter_mut().map(|plane| plane.of_row(y)).collect();
        for (x, at) in (left..i64::from(self.source.width)).zip(0..count) {
            let Ok(x) = usize::try_from(x) else { continue };
            let cell = x / across;
            let mut color = [0.0; 3];
            color[..colors].iter_mut().zip(line).for_each(|(color, plane)| *color = finite(plane[at]));
            let alpha = if has_alpha { finite(line[colors][at]).min(1.0) } else { 1.0 };
            let color = self.light(color).map(|light| self.show(light, alpha));
            rows[..colors].iter_mut().zip(color).for_each(|(row, sample)| row[cell] += sample);
            if has_alpha {
                rows[colors][cell] += 255.0 * alpha;
            }
        }
        self.planes = planes;
    }

    /// Converts colours to light of sRGB's primaries.
    fn light(&self, [first, second, third]: [f32; 3]) -> [f32; 3] {
        let color = match self.coding {
            Coding::Grey => return [first; 3],
            Coding::Rgb => [first, second, third],
            Coding::LuminanceChroma => {
                let [of_red, of_green, of_blue] = self.primaries.luminance;
                let (red, blue) = ((second + 1.0) * first, (third + 1.0) * first);
                [red, (first - of_red * red - of_blue * blue) / of_green, blue]
            }
        };
        match &self.primaries.to_srgb {
            Some(rows) => rows.map(|row| row.iter().zip(color).map(|(weight, part)| weight * part).sum()),
            None => color,
        }
    }

    /// Returns a premultiplied sample of the grid. The file premultiplies light. Light with an alpha of 0 is kept.
    fn show(&self, light: f32, alpha: f32) -> f32 {
        match self.exposure {
            Exposure::Auto => 255.0 * light,
            Exposure::AsIs if alpha > 0.0 => alpha * scene::code(255.0 * light / alpha),
            Exposure::AsIs => scene::code(255.0 * light),
        }
    }

    /// Returns the means. Alpha is dropped from an image that has colours but is transparent throughout, since that is
    /// surely a mistake.
    pub(super) fn finish(self) -> WorkingGrid {
        let Self { source, factors, model, planes, .. } = self;
        let means = |sums: BlockSums| GridPlane::of_means(sums.into_means(), source, factors);
        let mut planes: Vec<GridPlane> = planes.into_iter().map(means).collect();
        let is_empty = |plane: &GridPlane| plane.plane.samples.iter().all(|sample| *sample <= 0.0);
        let opaque = match model {
            Model::GreyAlpha => Model::Grey,
            _ => Model::Rgb,
        };
        let has_colors = |colors: &[GridPlane]| !colors.iter().all(is_empty);
        match planes.split_last() {
            Some((alpha, colors)) if model.has_alpha() && is_empty(alpha) && has_colors(colors) => {
                planes.pop();
                WorkingGrid { model: opaque, planes }
            }
            _ => WorkingGrid { model, planes },
        }
    }
}

fn finite(sample: f32) -> f32 {
    // NaN and negative infinity become 0.
    if sample > f32::NEG_INFINITY { sample.clamp(-BRIGHTEST, BRIGHTEST) } else { 0.0 }
}
