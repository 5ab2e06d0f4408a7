//! Renders SVG and SVGZ onto a working grid of any pitch. A vector image has no pixels, so σ and sizes in source px
//! refer to its size at 96 dpi. A renderer's coverage of a pixel is a box mean, so a pitch of p px blurs like a mean
//! over p px.

mod cost;
mod curves;
mod drawing;
mod expansion;
mod families;
mod flaw;
mod images;
mod schemes;
mod text;

use std::num::NonZeroU32;

use super::renderer::{Answer, Fonts, Renderer, Task};
use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::DecodeError;
use crate::formats::header::Header;
use crate::formats::svg::markup::is_compressed;
use crate::geometry::{Factors, MARGIN, Orientation, Size, THIN};
use crate::options::{Exactness, Format};
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::{Axes, GridPlane, Model, Plane, WorkingGrid, box_variance};

use drawing::{Measure, Rendering};

/// Memory of an idle process, and layers that drawings hold at once (measured).
const PROCESS: u64 = 8 << 20;
const LAYERS: u64 = 8;

/// Performs a renderer's task on a file.
pub(crate) fn perform(task: Task, bytes: &[u8], fonts: &Fonts) -> Answer {
    match task {
        Task::Measure => Ok(drawing::measure(bytes)?.into_bytes()),
        Task::Render(grid) => Ok(drawing::render(bytes, grid, fonts)?.into_bytes()),
    }
}

/// Performs the same in a separate process, if there is one.
fn ask(task: Task, bytes: &[u8], renderer: &Renderer) -> Answer {
    renderer.ask(task, bytes).unwrap_or_else(|| perform(task, bytes, &renderer.fonts))
}

/// Memory allowed to every drawing. It must be parsed to estimate the rest, and inflated first if it is compressed,
/// mostly to six times its length. The largest known drawing, of 466 KB, takes 21 MiB in all.
const TO_PARSE: u64 = 32 << 20;
const TO_PARSE_BYTE: u64 = 40;
const TO_PARSE_COMPRESSED_BYTE: u64 = 6 * TO_PARSE_BYTE;

/// The codec of SVG.
#[derive(Debug)]
pub(crate) struct Svg;

/// An opened SVG.
#[derive(Debug)]
struct Opened {
    header: Header,
    /// Bytes for rendering the content of the drawing.
    content: u64,
}

impl Codec for Svg {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        // The whole file must be parsed for its size.
        let Measure { size, memory } = Measure::from_bytes(&ask(Task::Measure, input.whole()?, tools.renderer)?)?;
        let header = Header { format: Format::Svg, size, orientation: Orientation::Upright, has_alpha: true };
        Ok(Box::new(Opened { header, content: memory }))
    }

    fn memory_to_open(&self, head: &[u8], length: u64) -> u64 {
        let of_byte = if is_compressed(head) { TO_PARSE_COMPRESSED_BYTE } else { TO_PARSE_BYTE };
        TO_PARSE.saturating_add(length.saturating_mul(of_byte))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, factors: Factors) -> u64 {
        let pixels = factors.grid(self.header.size).pixels();
        PROCESS.saturating_add(pixels.saturating_mul(LAYERS * 4)).saturating_add(self.content)
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input.whole()?, &self.header, plan, tools.renderer)
    }
}

/// Renders onto a grid with a margin of 2 to the largest target.
fn decode(bytes: &[u8], header: &Header, plan: &Plan<'_>, renderer: &Renderer) -> Result<Decoded, DecodeError> {
    let grid = grid_size(header.size, plan.targets, plan.exactness);
    let Rendering { pixels, lacks_fonts } = Rendering::from_bytes(ask(Task::Render(grid), bytes, renderer)?, grid)?;
    let damage = lacks_fonts.then(|| Damage::of_whole("its text was left out: no fonts found"));
    let grid = as_grid(&pixels, grid, header.size);
    Ok(Decoded { factor: factor_of(&grid), grid, damage, profile: Profile::Srgb })
}

/// Returns the size of the grid: [`MARGIN`] times the largest target, but no more than the image's own size or that of a
/// larger target. In exact mode, it is never smaller than the image. The axes are independent if the image is [thin](THIN).
fn grid_size(size: Size, targets: &[Size], exactness: Exactness) -> Size {
    let pitch = |side: u32, target_side: fn(&Size) -> u32| {
        let ratios = targets.iter().map(|target| f64::from(side) / f64::from(target_side(target).max(1)));
        let ratio = ratios.fold(f64::INFINITY, f64::min);
        let reduced = if exactness == Exactness::Exact { 0.0 } else { ratio / MARGIN };
        reduced.max(ratio.min(1.0))
    };
    let (mut across, mut down) = (pitch(size.width, |target| target.width), pitch(size.height, |target| target.height));
    if targets.is_empty() {
        return size;
    }
    let common = across.min(down);
    if across.max(down) < f64::from(THIN) * common.max(1.0) {
        (across, down) = (common, common);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quotient of two sizes")]
    let divide = |side: u32, pitch: f64| (f64::from(side) / pitch).ceil() as u32;
    Size::new(divide(size.width, across), divide(size.height, down))
}

/// Splits a rendering into planes: premultiplied already, and fully covered by the image.
fn as_grid(pixels: &[u8], size: Size, source: Size) -> WorkingGrid {
    let covered = Axes { x: f64::from(size.width), y: f64::from(size.height) };
    let pitch = Axes { x: f64::from(source.width) / covered.x, y: f64::from(source.height) / covered.y };
    // A rendering larger than the drawing has no pixels of the drawing to average.
    let blurred = Axes { x: box_variance(pitch.x.max(1.0)), y: box_variance(pitch.y.max(1.0)) };
    let pixels = pixels.as_chunks::<4>().0;
    let plane = |channel: usize| {
        let samples = pixels.iter().map(|pixel| f32::from(pixel[channel])).collect();
        GridPlane { plane: Plane { size, samples }, covered, pitch, blurred }
    };
    WorkingGrid { model: Model::RgbAlpha, planes: (0..4).map(plane).collect() }
}

/// Returns the grid's pitch as a whole number, for the report.
fn factor_of(grid: &WorkingGrid) -> NonZeroU32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let factor = grid.planes[0].pitch.x.min(grid.planes[0].pitch.y).round() as u32;
    NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests;
