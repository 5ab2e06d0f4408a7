//! A document's text → its pixels on a grid, through `resvg`. What is beyond the bounds of `expansion` and `cost` is refused
//! before it is rendered.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, FontResolver, fontdb, roxmltree};

use super::super::super::renderer::{Answer, Fonts, Rendering};
use super::{cost, damaged, expansion, images};
use crate::error::Cause;
use crate::geometry::Size;

/// Renders a document that says its size, stretched to fill the grid.
pub(in super::super::super) fn render(text: &str, grid: Size, fonts: &Fonts) -> Answer {
    let document = expansion::parse(text)?;
    expansion::check(&document)?;
    let natural = natural_size(&document)?;
    let has_text = expansion::has_text(&document);
    let tree =
        usvg::Tree::from_xmltree(&document, &options(has_text.then_some(fonts))).map_err(|error| judge(&error))?;

    let scale = Transform::from_scale(side(grid.width) / natural.width(), side(grid.height) / natural.height());
    cost::check(&tree, scale, grid)?;
    let mut pixmap = Pixmap::new(grid.width, grid.height)
        .ok_or_else(|| Cause::Limit(format!("rendering at {grid} px would need too much memory")))?;
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    Ok(Rendering { pixels: pixmap.take(), lacks_fonts: has_text && fonts.database().is_empty() })
}

/// Width and height in px at 96 dpi, as the root element says them.
pub(super) fn natural_size(document: &roxmltree::Document<'_>) -> Result<usvg::Size, Cause> {
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
