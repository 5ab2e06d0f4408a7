//! Resolves embedded images from `data:` URLs, within a budget of pixels, and nothing else. No file is opened and no
//! address asked, whatever the drawing refers to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use data_url::DataUrl;
use image::ImageReader;
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{self, ImageHrefResolver, ImageKind};

use super::expansion;

/// Most pixels of all raster images in one SVG, every use counted. The renderer decodes them whole, one after the
/// other.
const BUDGET: u64 = 100_000_000;

/// Deepest nesting of SVGs inside SVGs: each is parsed and rendered recursively.
const DEEPEST: u32 = 3;

/// Returns a resolver for one drawing, with a budget of its own.
pub(super) fn resolver() -> ImageHrefResolver<'static> {
    let left = AtomicU64::new(BUDGET);
    let elements = AtomicU64::new(expansion::MOST_ELEMENTS);
    let depth = AtomicU32::new(0);
    ImageHrefResolver {
        resolve_data: Box::new(move |_, bytes, options| match raster(&bytes) {
            Some((kind, pixels)) => {
                spend(&left, pixels)?;
                Some(kind(bytes))
            }
            None => {
                if depth.fetch_add(1, Ordering::Relaxed) >= DEEPEST {
                    depth.fetch_sub(1, Ordering::Relaxed);
                    return None;
                }
                let tree = nested(&bytes, &elements, options);
                depth.fetch_sub(1, Ordering::Relaxed);
                tree.map(ImageKind::SVG)
            }
        }),
        resolve_string: Box::new(|_, _| None),
    }
}

type Kind = fn(Arc<Vec<u8>>) -> ImageKind;

/// Detects the kind of a raster image from its content, and returns its number of pixels.
fn raster(bytes: &[u8]) -> Option<(Kind, u64)> {
    let kind: Kind = match image::guess_format(bytes).ok()? {
        image::ImageFormat::Jpeg => ImageKind::JPEG,
        image::ImageFormat::Png => ImageKind::PNG,
        image::ImageFormat::Gif => ImageKind::GIF,
        image::ImageFormat::WebP => ImageKind::WEBP,
        _ => return None,
    };
    let reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    // An image that this build can't size is not shown.
    let (width, height) = reader.into_dimensions().unwrap_or((u32::MAX, u32::MAX));
    Some((kind, u64::from(width) * u64::from(height)))
}

/// Parses an embedded SVG, with the same limits as the outer one.
fn nested(bytes: &[u8], elements: &AtomicU64, options: &usvg::Options<'_>) -> Option<usvg::Tree> {
    let text = super::text::give_size(super::text::inflate(bytes).ok()?).ok()?;
    let document = expansion::parse(&text).ok()?;
    spend(elements, expansion::check(&document).ok()?)?;
    usvg::Tree::from_data_nested(text.as_bytes(), options).ok()
}

/// Returns the pixels of the largest raster image in a document, or in one of its embedded documents.
pub(super) fn largest(document: &Document<'_>, depth: u32) -> u64 {
    let of_href = |href: &str| {
        let Ok((bytes, _)) = DataUrl::process(href).ok()?.decode_to_vec().map_err(drop) else { return None };
        match raster(&bytes) {
            Some((_, pixels)) => Some(pixels),
            None if depth < DEEPEST => {
                Some(largest(&expansion::parse(&super::text::inflate(&bytes).ok()?).ok()?, depth + 1))
            }
            None => None,
        }
    };
    let images = document.descendants().filter(|node| matches!(node.tag_name().name(), "image" | "feImage"));
    let hrefs = images.flat_map(|image| image.attributes()).filter(|attribute| attribute.name() == "href");
    // Images beyond the budget are left out.
    hrefs.filter_map(|href| of_href(href.value().trim())).filter(|pixels| *pixels <= BUDGET).max().unwrap_or(0)
}

/// Takes `amount` from the remaining budget; `None` if it is too small.
fn spend(left: &AtomicU64, amount: u64) -> Option<u64> {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount)).ok()
}
