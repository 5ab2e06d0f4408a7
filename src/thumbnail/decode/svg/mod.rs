//! SVG and SVGZ → working grid, rendered straight at the grid's pitch, which may be any number: a vector picture has no
//! pixels, and those of its size at 96 dpi stand in for them where σ and sizes are counted in source px. A renderer's
//! coverage of a pixel is a box mean, so the blur that a pitch of p px already is, is that of a mean over p px.

mod arcs;
mod cost;
mod expansion;
mod images;
mod schemes;

use std::borrow::Cow;
use std::io::Read;
use std::num::NonZeroU32;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, FontResolver, fontdb, roxmltree};

use super::super::fonts::Fonts;
use super::super::markup::{decode_text, is_compressed};
use super::super::pixels::{Axes, GridPlane, Model, Plane, WorkingGrid, box_variance};
use super::super::probe::Header;
use super::super::profile::Profile;
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

/// What a picture gets that says nothing of its size (CSS 2.2, 10.3.2 and 10.6.2), in px.
const DEFAULT_SIZE: [(&str, f64); 2] = [("width", 300.0), ("height", 150.0)];

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    let text = give_size(schemes::take_light_colors(read_text(bytes)?))?;
    let document = expansion::parse(&text)?;
    let natural = natural_size(&document)?;
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
    fonts: &Fonts,
) -> Result<Decoded, Cause> {
    let text = give_size(schemes::take_light_colors(read_text(bytes)?))?;
    let document = expansion::parse(&text)?;
    expansion::check(&document)?;
    let natural = natural_size(&document)?;
    let has_text = expansion::has_text(&document);
    let tree = build_tree(&document, has_text.then_some(fonts))?;

    let grid = grid_size(header.size, targets, exactness);
    let scale = Transform::from_scale(side(grid.width) / natural.width(), side(grid.height) / natural.height());
    cost::check(&tree, scale, grid)?;
    let mut pixmap = Pixmap::new(grid.width, grid.height)
        .ok_or_else(|| Cause::Limit(format!("rendering at {grid} px would need too much memory")))?;
    resvg::render(&tree, scale, &mut pixmap.as_mut());

    let damage =
        (has_text && fonts.database().is_empty()).then(|| "its text is left out, there are no fonts".to_string());
    let grid = as_grid(&pixmap, header.size);
    Ok(Decoded { factor: factor_of(&grid), grid, damage, profile: Profile::Srgb })
}

/// What parsing and rendering takes beside the file and the working grid: the text's tree, which has several times its
/// size, and the layers of a drawing on the grid.
pub(super) fn working_memory(bytes: &[u8], grid: u64) -> u64 {
    let length = read_text(bytes).map_or(0, |text| text.len() as u64);
    length.saturating_mul(TREE_OF_TEXT).saturating_add(grid.saturating_mul(LAYERS * 4))
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

/// Width and height in px at 96 dpi, as the root element says them.
fn natural_size(document: &roxmltree::Document<'_>) -> Result<usvg::Size, Cause> {
    // The root alone, through the same parser, so that units and percentages mean the same as in the picture.
    let mut root = "<svg xmlns='http://www.w3.org/2000/svg'".to_string();
    for attribute in document.root_element().attributes() {
        if attribute.namespace().is_none() && matches!(attribute.name(), "width" | "height" | "viewBox" | "font-size") {
            let value = attribute.value().replace(['&', '<', '\''], " ");
            root.extend([" ", attribute.name(), "='", &value, "'"]);
        }
    }
    root.push_str("/>");
    let tree = usvg::Tree::from_str(&root, &options(None)).map_err(|error| judge(&error))?;
    Ok(tree.size())
}

fn build_tree(document: &roxmltree::Document<'_>, fonts: Option<&Fonts>) -> Result<usvg::Tree, Cause> {
    usvg::Tree::from_xmltree(document, &options(fonts)).map_err(|error| judge(&error))
}

fn options(fonts: Option<&Fonts>) -> usvg::Options<'static> {
    let any_font = FontResolver::default_font_selector();
    usvg::Options {
        image_href_resolver: images::resolver(),
        fontdb: fonts.map_or_else(|| Arc::new(fontdb::Database::new()), |fonts| fonts.database().clone()),
        font_resolver: FontResolver {
            // A font of another family is better than no text.
            select_font: Box::new(move |font, database| {
                any_font(font, database).or_else(|| database.faces().next().map(|face| face.id))
            }),
            select_fallback: FontResolver::default_fallback_selector(),
        },
        ..usvg::Options::default()
    }
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
fn as_grid(pixmap: &Pixmap, source: Size) -> WorkingGrid {
    let size = Size::new(pixmap.width(), pixmap.height());
    let covered = Axes { x: f64::from(size.width), y: f64::from(size.height) };
    let pitch = Axes { x: f64::from(source.width) / covered.x, y: f64::from(source.height) / covered.y };
    let blurred = Axes { x: box_variance(pitch.x), y: box_variance(pitch.y) };
    let pixels = pixmap.data().as_chunks::<4>().0;
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

#[expect(clippy::cast_precision_loss, reason = "no grid has 2^24 px on a side")]
fn side(pixels: u32) -> f32 {
    pixels as f32
}

fn judge(error: &usvg::Error) -> Cause {
    match error {
        usvg::Error::ElementsLimitReached | usvg::Error::ParsingFailed(roxmltree::Error::NodesLimitReached) => {
            Cause::Limit("the picture has too many elements, or refers to them too often".to_string())
        }
        other => damaged(other.to_string()),
    }
}

fn damaged(detail: String) -> Cause {
    Cause::Damaged { format: Format::Svg, detail }
}

fn too_long() -> Cause {
    Cause::Limit(format!("the text of the picture is longer than {} MiB", LONGEST_TEXT >> 20))
}

#[cfg(test)]
mod tests;
