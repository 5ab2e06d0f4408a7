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

use super::renderer::{Answer, Fonts, Renderer, Task};
use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Request, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::DecodeError;
use crate::formats::header::Header;
use crate::formats::rendered::{Measure, as_grid, factor_of, grid_size, memory_of_grid};
use crate::formats::svg::markup::is_compressed;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::profile::Profile;

use drawing::Rendering;

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

impl Opened {
    fn memory_to_render(&self, grid: Size) -> u64 {
        PROCESS.saturating_add(grid.pixels().saturating_mul(LAYERS * 4)).saturating_add(self.content)
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, factors: Factors) -> u64 {
        self.memory_to_render(factors.grid(self.header.size))
    }

    fn memory_to_thumbnails(&self, _: u64, request: &Request<'_>) -> Option<u64> {
        // The grid may be larger than the drawing.
        let grid = grid_size(self.header.size, request.targets, request.exactness);
        Some(self.memory_to_render(grid).saturating_add(memory_of_grid(grid, request.exactness)))
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

#[cfg(test)]
mod tests;
