//! Measures and renders drawings through `resvg`. Files beyond the bounds of `expansion` and `cost` are refused before
//! rendering.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, FontResolver, fontdb, roxmltree};

use super::flaw::malformed;
use super::{cost, expansion, families, images, text};
use crate::formats::error::{DecodeError, damaged};
use crate::formats::rendered::{Measure, no_answer};
use crate::formats::svg::renderer::Fonts;
use crate::geometry::Size;

/// Bytes of the tree per byte of text in drawings (measured).
const TREE_OF_TEXT: u64 = 16;

/// Bytes per pixel of an embedded image: decoded, and painted (measured).
const PIXEL_INSIDE: u64 = 7;

/// A rendered drawing.
pub(super) struct Rendering {
    /// Premultiplied red, green, blue and alpha for each px of the grid.
    pub(super) pixels: Vec<u8>,
    /// Whether its text was left out for lack of fonts.
    pub(super) lacks_fonts: bool,
}

impl Rendering {
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.pixels.push(self.lacks_fonts.into());
        self.pixels
    }

    /// Reads a rendering of a grid of this size.
    pub(super) fn from_bytes(mut bytes: Vec<u8>, grid: Size) -> Result<Self, DecodeError> {
        let lacks_fonts = bytes.pop() == Some(1);
        match bytes.len() as u64 == 4 * grid.pixels() {
            true => Ok(Self { pixels: bytes, lacks_fonts }),
            false => Err(no_answer()),
        }
    }
}

/// Measures the drawing in a file.
pub(super) fn measure(bytes: &[u8]) -> Result<Measure, DecodeError> {
    let text = text::read(bytes)?;
    let document = expansion::parse(&text)?;
    let natural = natural_size(&document)?;
    let tree = (text.len() as u64).saturating_mul(TREE_OF_TEXT);
    Ok(Measure {
        size: Size::new(whole(natural.width()), whole(natural.height())),
        memory: tree.saturating_add(images::largest(&document, 0) * PIXEL_INSIDE),
    })
}

/// Renders the drawing in a file, stretched to fill the grid.
pub(super) fn render(bytes: &[u8], grid: Size, fonts: &Fonts) -> Result<Rendering, DecodeError> {
    let text = text::read(bytes)?;
    let document = expansion::parse(&text)?;
    expansion::check(&document)?;
    let natural = natural_size(&document)?;
    let has_text = expansion::has_text(&document);
    let tree =
        usvg::Tree::from_xmltree(&document, &options(has_text.then_some(fonts))).map_err(|error| judge(&error))?;

    let scale = Transform::from_scale(side(grid.width) / natural.width(), side(grid.height) / natural.height());
    cost::check(&tree, scale, grid)?;
    let mut pixmap = Pixmap::new(grid.width, grid.height)
        .ok_or_else(|| DecodeError::Limit(format!("rendering at {grid} px would need too much memory")))?;
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    Ok(Rendering { pixels: pixmap.take(), lacks_fonts: has_text && fonts.database().is_empty() })
}

/// Returns width and height in px at 96 dpi, as stated by the root element.
fn natural_size(document: &roxmltree::Document<'_>) -> Result<usvg::Size, DecodeError> {
    // The same parser reads the root alone, so that units and percentages mean the same as in the image.
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

fn options(fonts: Option<&Fonts>) -> usvg::Options<'static> {
    usvg::Options {
        image_href_resolver: images::resolver(),
        fontdb: fonts.map_or_else(|| Arc::new(fontdb::Database::new()), |fonts| fonts.database().clone()),
        font_resolver: FontResolver {
            select_font: Box::new(|font, database| select_font(font, database)),
            select_fallback: FontResolver::default_fallback_selector(),
        },
        ..usvg::Options::default()
    }
}

/// Returns the font face for a text. One of another family is better than no text.
fn select_font(font: &usvg::Font, database: &fontdb::Database) -> Option<fontdb::ID> {
    let wanted: Vec<&str> = font.families().iter().map(name_of).collect();
    let family = families::choose(&wanted, |name| {
        let mut names = database.faces().flat_map(|face| &face.families);
        names.find(|(family, _)| family.eq_ignore_ascii_case(name)).map(|(family, _)| family.as_str())
    });
    let query = fontdb::Query {
        families: &[family.map_or(fontdb::Family::Serif, fontdb::Family::Name)],
        weight: fontdb::Weight(font.weight()),
        stretch: stretch_of(font.stretch()),
        style: match font.style() {
            usvg::FontStyle::Normal => fontdb::Style::Normal,
            usvg::FontStyle::Italic => fontdb::Style::Italic,
            usvg::FontStyle::Oblique => fontdb::Style::Oblique,
        },
    };
    database.query(&query).or_else(|| database.faces().next().map(|face| face.id))
}

const fn name_of(family: &usvg::FontFamily) -> &str {
    match family {
        usvg::FontFamily::Serif => "serif",
        usvg::FontFamily::SansSerif => "sans-serif",
        usvg::FontFamily::Cursive => "cursive",
        usvg::FontFamily::Fantasy => "fantasy",
        usvg::FontFamily::Monospace => "monospace",
        usvg::FontFamily::Named(name) => name.as_str(),
    }
}

const fn stretch_of(stretch: usvg::FontStretch) -> fontdb::Stretch {
    match stretch {
        usvg::FontStretch::UltraCondensed => fontdb::Stretch::UltraCondensed,
        usvg::FontStretch::ExtraCondensed => fontdb::Stretch::ExtraCondensed,
        usvg::FontStretch::Condensed => fontdb::Stretch::Condensed,
        usvg::FontStretch::SemiCondensed => fontdb::Stretch::SemiCondensed,
        usvg::FontStretch::Normal => fontdb::Stretch::Normal,
        usvg::FontStretch::SemiExpanded => fontdb::Stretch::SemiExpanded,
        usvg::FontStretch::Expanded => fontdb::Stretch::Expanded,
        usvg::FontStretch::ExtraExpanded => fontdb::Stretch::ExtraExpanded,
        usvg::FontStretch::UltraExpanded => fontdb::Stretch::UltraExpanded,
    }
}

#[expect(clippy::cast_precision_loss, reason = "no grid has 2^24 px on a side")]
fn side(pixels: u32) -> f32 {
    pixels as f32
}

const INFLATION: &str = "the compressed data are corrupt";

fn judge(error: &usvg::Error) -> DecodeError {
    match error {
        usvg::Error::ElementsLimitReached | usvg::Error::ParsingFailed(roxmltree::Error::NodesLimitReached) => {
            DecodeError::Limit("the image has too many elements, or refers to them too often".to_string())
        }
        usvg::Error::ParsingFailed(error) => malformed(error),
        usvg::Error::NotAnUtf8Str => damaged("the text is not valid UTF-8".to_string()),
        usvg::Error::InvalidSize => damaged("the image size is invalid".to_string()),
        usvg::Error::MalformedGZip | usvg::Error::SvgzFeatureNotEnabled => damaged(INFLATION.to_string()),
    }
}

/// Rounds a size as libvips does, to at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn whole(side: f32) -> u32 {
    side.round().max(1.0) as u32
}
