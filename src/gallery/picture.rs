//! Writes the element that shows an image: the browser takes the best format that it knows, and the size that it needs.

use std::fmt::Write;
use std::path::Path;

use super::address::relative;
use super::entry::{Image, Thumbnail};
use super::placeholder::background;
use crate::format::Format;

/// Formats that every browser shows, the best fallback first, then those of newer ones.
const SHOWN: [Format; 8] =
    [Format::Jpeg, Format::Png, Format::Gif, Format::WebP, Format::Bmp, Format::Avif, Format::Jxl, Format::Svg];

/// Formats that are better than the fallback where they are known, the best first.
const BETTER: [Format; 3] = [Format::Avif, Format::WebP, Format::Jxl];

/// Returns whether browsers show originals of this format.
pub(super) fn is_shown(format: Format) -> bool {
    format != Format::Jxl && SHOWN.contains(&format)
}

/// Writes the element for a page in `directory`, about `width` px wide.
pub(super) fn write(text: &mut String, image: &Image, directory: &Path, width: u32) {
    let of = |format: Format| -> Vec<&Thumbnail> {
        let mut all: Vec<&Thumbnail> = image.thumbnails.iter().filter(|one| one.format == format).collect();
        all.sort_by_key(|thumbnail| thumbnail.size.width);
        all.dedup_by_key(|thumbnail| thumbnail.size.width);
        all
    };
    let Some((fallback, thumbnails)) =
        SHOWN.iter().map(|format| (*format, of(*format))).find(|(_, all)| !all.is_empty())
    else {
        let label = image.thumbnails.first().map_or("", |thumbnail| thumbnail.format.label());
        // Writing to a string can't fail.
        let _ = write!(text, "<i class=none>{label}</i>");
        return;
    };
    text.push_str("<picture>");
    for format in BETTER.into_iter().filter(|format| *format != fallback) {
        let thumbnails = of(format);
        if !thumbnails.is_empty() {
            let _ = write!(text, "<source type=image/{} srcset=\"", format.name());
            write_srcset(text, &thumbnails, directory, width);
            text.push_str("\">");
        }
    }
    let is_enough = |thumbnail: &&&Thumbnail| thumbnail.size.width >= width;
    let Some(usual) = thumbnails.iter().find(is_enough).or_else(|| thumbnails.last()) else { return };
    let url = relative(directory, &usual.path);
    let (width_px, height_px) = (usual.size.width, usual.size.height);
    let _ = write!(text, "<img src=\"{url}\" width={width_px} height={height_px} alt=\"\" loading=lazy decoding=async");
    if thumbnails.len() > 1 {
        text.push_str(" srcset=\"");
        write_srcset(text, &thumbnails, directory, width);
        text.push('"');
    }
    if let Some(background) = image.placeholder.as_ref().and_then(background) {
        let _ = write!(text, " style=\"background:{background}\"");
    }
    text.push_str("></picture>");
}

/// Writes the URLs of thumbnails of one format, with their widths if there are several, and ends with the width needed.
fn write_srcset(text: &mut String, thumbnails: &[&Thumbnail], directory: &Path, width: u32) {
    for (index, thumbnail) in thumbnails.iter().enumerate() {
        text.push_str(if index > 0 { ", " } else { "" });
        text.push_str(&relative(directory, &thumbnail.path));
        if thumbnails.len() > 1 {
            let _ = write!(text, " {}w", thumbnail.size.width);
        }
    }
    if thumbnails.len() > 1 {
        let _ = write!(text, "\" sizes=\"auto, {width}px");
    }
}
