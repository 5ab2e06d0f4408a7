//! SVG and SVGZ → working grid, rendered straight at the grid's pitch, which may be any number: a vector picture has no
//! pixels, and those of its size at 96 dpi stand in for them where σ and sizes are counted in source px. A renderer's
//! coverage of a pixel is a box mean, so the blur that a pitch of p px already is, is that of a mean over p px.

mod cost;
mod curves;
mod drawing;
mod expansion;
mod images;
mod schemes;

use std::borrow::Cow;
use std::io::Read;
use std::num::NonZeroU32;

use flate2::read::MultiGzDecoder;

pub(in super::super) use drawing::render as render_drawing;

use super::super::markup::{decode_text, is_compressed};
use super::super::pixels::{Axes, GridPlane, Model, Plane, WorkingGrid, box_variance};
use super::super::probe::Header;
use super::super::profile::Profile;
use super::super::renderer::{Renderer, Rendering};
use super::Decoded;
use crate::error::Cause;
use crate::geometry::{MARGIN, Orientation, Size, THIN};
use crate::options::{Exactness, Format};

/// A picture of more text than this is refused: maps of whole countries have some tens of megabytes, and the tree that
/// is built from the text takes several times its size.
const LONGEST_TEXT: u64 = 64 << 20;

/// Bytes of the tree for each of the text, and layers that stand in memory at once, as drawings have them (measured).
const TREE_OF_TEXT: u64 = 16;
const LAYERS: u64 = 8;

/// Bytes for each pixel of a picture inside: as it is decoded, and as it is painted (measured).
const PIXEL_INSIDE: u64 = 7;

/// What a process takes that has nothing to render (measured).
const PROCESS: u64 = 8 << 20;

/// What a process may take for any drawing, and for one that is larger so many times what is expected of it: beyond lies
/// only what was made to take all there is.
const MEMORY_OF_ANY: u64 = 256 << 20;
const TIMES_EXPECTED: u64 = 4;

/// What a picture gets that says nothing of its size (CSS 2.2, 10.3.2 and 10.6.2), in px.
const DEFAULT_SIZE: [(&str, f64); 2] = [("width", 300.0), ("height", 150.0)];

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    let text = give_size(schemes::take_light_colors(read_text(bytes)?))?;
    let document = expansion::parse(&text)?;
    let natural = drawing::natural_size(&document)?;
    Ok(Header {
        format: Format::Svg,
        size: Size::new(whole(natural.width()), whole(natural.height())),
        orientation: Orientation::Upright,
        has_alpha: true,
    })
}

/// Renders onto a grid that leaves a margin of 2 to the largest target.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    targets: &[Size],
    exactness: Exactness,
    renderer: &Renderer,
) -> Result<Decoded, Cause> {
    let text = give_size(schemes::take_light_colors(read_text(bytes)?))?;
    let grid = grid_size(header.size, targets, exactness);
    let most = expect_memory(&text, grid.pixels()).saturating_mul(TIMES_EXPECTED).saturating_add(MEMORY_OF_ANY);
    let answer = renderer.ask(&text, grid, most).unwrap_or_else(|| drawing::render(&text, grid, &renderer.fonts));
    let Rendering { pixels, lacks_fonts } = answer?;

    let damage = lacks_fonts.then(|| "its text is left out, there are no fonts".to_string());
    let grid = as_grid(&pixels, grid, header.size);
    Ok(Decoded { factor: factor_of(&grid), grid, damage, profile: Profile::Srgb })
}

/// What parsing and rendering takes beside the file and the working grid: the text's tree, which has several times its
/// size, and the layers of a drawing on the grid.
pub(super) fn working_memory(bytes: &[u8], grid: u64) -> u64 {
    PROCESS + read_text(bytes).map_or(0, |text| expect_memory(&text, grid))
}

/// What drawings like this text take on a grid of so many px: the tree of the text, the layers, and the largest of the
/// pictures inside.
fn expect_memory(text: &str, grid: u64) -> u64 {
    let inside = match text.contains("data:") {
        true => expansion::parse(text).map_or(0, |document| images::largest(&document, 0)),
        false => 0,
    };
    let tree = (text.len() as u64).saturating_mul(TREE_OF_TEXT);
    tree.saturating_add(grid.saturating_mul(LAYERS * 4)).saturating_add(inside * PIXEL_INSIDE)
}

/// The document's text, inflated where it is compressed.
fn read_text(bytes: &[u8]) -> Result<Cow<'_, str>, Cause> {
    if !is_compressed(bytes) {
        let is_short = bytes.len() as u64 <= LONGEST_TEXT;
        return if is_short { Ok(decode_text(bytes)) } else { Err(too_long()) };
    }
    let mut inflated = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(LONGEST_TEXT + 1).read_to_end(&mut inflated);
    read.map_err(|error| damaged(format!("it can't be inflated: {error}")))?;
    if inflated.len() as u64 > LONGEST_TEXT {
        return Err(too_long());
    }
    Ok(decode_text(&inflated).into_owned().into())
}

/// The text, with a width and a height of the root element in px where it has no view box and leaves them out or gives
/// them as shares of a page: the parser knows no page, and takes 100 px.
fn give_size(text: Cow<'_, str>) -> Result<Cow<'_, str>, Cause> {
    let mut edits = Vec::new();
    {
        let document = expansion::parse(&text)?;
        let root = document.root_element();
        let start = root.range().start;
        let name_end = text[start..].find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).map(|at| start + at);
        let Some(name_end) = name_end.filter(|_| root.attribute("viewBox").is_none()) else { return Ok(text) };
        for (name, default) in DEFAULT_SIZE {
            match root.attribute_node(name) {
                None => edits.push((name_end..name_end, format!(" {name}=\"{default}\""))),
                Some(attribute) => {
                    let share = attribute.value().trim().strip_suffix('%').and_then(|share| share.parse::<f64>().ok());
                    edits.extend(share.map(|share| (attribute.range_value(), (default * share / 100.0).to_string())));
                }
            }
        }
    }
    let mut sized = text.into_owned();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, value) in edits {
        sized.replace_range(range, &value);
    }
    Ok(sized.into())
}

/// The picture's own size where a target is at least half of it, and [`MARGIN`] times the largest target elsewhere; along
/// each axis by itself where the picture is [thin](THIN).
fn grid_size(size: Size, targets: &[Size], exactness: Exactness) -> Size {
    let pitch = |side: u32, target_side: fn(&Size) -> u32| {
        let ratios = targets.iter().map(|target| f64::from(side) / f64::from(target_side(target).max(1)));
        ratios.fold(f64::INFINITY, f64::min) / MARGIN
    };
    let (mut across, mut down) = (pitch(size.width, |target| target.width), pitch(size.height, |target| target.height));
    if exactness == Exactness::Exact || targets.is_empty() {
        return size;
    }
    let common = across.min(down);
    if across.max(down) < f64::from(THIN) * common.max(1.0) {
        (across, down) = (common, common);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quotient of two sizes")]
    let divide = |side: u32, pitch: f64| (f64::from(side) / pitch.max(1.0)).ceil() as u32;
    Size::new(divide(size.width, across), divide(size.height, down))
}

/// The planes of what was rendered: premultiplied already, and all of it covered by the picture.
fn as_grid(pixels: &[u8], size: Size, source: Size) -> WorkingGrid {
    let covered = Axes { x: f64::from(size.width), y: f64::from(size.height) };
    let pitch = Axes { x: f64::from(source.width) / covered.x, y: f64::from(source.height) / covered.y };
    let blurred = Axes { x: box_variance(pitch.x), y: box_variance(pitch.y) };
    let pixels = pixels.as_chunks::<4>().0;
    let plane = |channel: usize| {
        let samples = pixels.iter().map(|pixel| f32::from(pixel[channel])).collect();
        GridPlane { plane: Plane { size, samples }, covered, pitch, blurred }
    };
    WorkingGrid { model: Model::RgbAlpha, planes: (0..4).map(plane).collect() }
}

/// The grid's pitch as a whole number, for the report.
fn factor_of(grid: &WorkingGrid) -> NonZeroU32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let factor = grid.planes[0].pitch.x.min(grid.planes[0].pitch.y).round() as u32;
    NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN)
}

/// A size as libvips rounds it, at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn whole(side: f32) -> u32 {
    side.round().max(1.0) as u32
}

fn damaged(detail: String) -> Cause {
    Cause::Damaged { format: Format::Svg, detail }
}

fn too_long() -> Cause {
    Cause::Limit(format!("the text of the picture is longer than {} MiB", LONGEST_TEXT >> 20))
}

#[cfg(test)]
mod tests;
