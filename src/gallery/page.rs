//! Writes the page of a directory.

use std::fmt::Write;
use std::path::Path;

use super::address::relative;
use super::entry::Image;
use super::escape::{escaped, name_of};
use super::mark::{NAME, blank, seal};
use super::picture;
use super::tree::{Directory, Tree};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Height of a row of images in px, from that of small thumbnails to the one that suits a desktop.
const ROW: std::ops::RangeInclusive<u32> = 96..=240;

/// Aspect ratios of tiles. A longer image has margins in its tile.
const ASPECTS: (f64, f64) = (0.4, 4.0);

/// Sources that the page may load: images beside it, and its own placeholders. A hostile name could reach no network.
const POLICY: &str =
    "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// Returns the text of the page of `directory`. `title` names the uppermost directory.
pub(super) fn text(tree: &Tree<'_>, directory: &Path, title: &str) -> String {
    let none = Directory::default();
    let shown = tree.get(directory).unwrap_or(&none);
    let mut text = String::with_capacity(8192 + 640 * shown.images.len());
    let name = if directory.as_os_str().is_empty() { escaped(title) } else { name_of(directory) };
    // Writing to a string can't fail.
    let _ = write!(
        text,
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n{}\
         <meta name=viewport content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=Content-Security-Policy content=\"{POLICY}\">\n\
         <meta name=referrer content=no-referrer>\n<title>{name}</title>\n<link rel=icon href=\"data:,\">\n\
         <style>\n{STYLE}</style>\n",
        blank(),
    );
    write_header(&mut text, directory, &name, title, shown.count);
    text.push_str("<main>\n");
    if !shown.inner.is_empty() {
        write_directories(&mut text, tree, directory, &shown.inner);
    }
    if !shown.images.is_empty() {
        let row = row_of(&shown.images);
        let _ = writeln!(text, "<div class=grid style=\"--h:{row}\">");
        shown.images.iter().for_each(|image| write_image(&mut text, image, directory, row));
        text.push_str("</div>\n");
    }
    let _ = write!(text, "</main>\n{VIEWER}<script>\n{SCRIPT}</script>\n</html>\n");
    seal(&mut text);
    text
}

const VIEWER: &str = "<dialog aria-label=Image><img alt=\"\"><p><bdi></bdi><time></time><a href=\"./\">Original</a></p>\
                      <button data-by=-1 aria-label=Previous>‹</button><button data-by=1 aria-label=Next>›</button>\
                      <button data-by=0 aria-label=Close>×</button></dialog>\n";

fn write_header(text: &mut String, directory: &Path, name: &str, title: &str, count: usize) {
    text.push_str("<header><nav aria-label=Breadcrumbs>");
    let mut above: Vec<&Path> = directory.ancestors().skip(1).collect();
    above.reverse();
    for outer in above {
        let url = relative(directory, &outer.join(NAME));
        let outer = if outer.as_os_str().is_empty() { escaped(title) } else { name_of(outer) };
        let _ = write!(text, "<a href=\"{url}\"><bdi>{outer}</bdi></a>");
    }
    let _ = writeln!(text, "<h1><bdi>{name}</bdi></h1></nav><span>{}</span></header>", images(count));
}

fn images(count: usize) -> String {
    format!("{count} {}", if count == 1 { "image" } else { "images" })
}

fn write_directories(text: &mut String, tree: &Tree<'_>, directory: &Path, inner: &[std::path::PathBuf]) {
    text.push_str("<div class=directories>\n");
    for inner in inner {
        let Some(Directory { count, cover, .. }) = tree.get(inner) else { continue };
        let _ = write!(text, "<a href=\"{}\">", relative(directory, &inner.join(NAME)));
        if let Some(cover) = cover {
            picture::write(text, cover, directory, 180);
        }
        let _ = writeln!(text, "<b><bdi>{}</bdi></b><small>{}</small></a>", name_of(inner), images(*count));
    }
    text.push_str("</div>\n");
}

fn write_image(text: &mut String, image: &Image, directory: &Path, row: u32) {
    let aspect = image.largest().map_or(1.0, |largest| {
        let (width, height) = (f64::from(largest.size.width), f64::from(largest.size.height));
        (width / height).clamp(ASPECTS.0, ASPECTS.1)
    });
    let url = relative(directory, &image.source);
    let _ = write!(text, "<a href=\"{url}\" style=\"--r:{aspect:.3}\"");
    if image.format.is_some_and(picture::is_shown) {
        text.push_str(" data-shown");
    } else if let Some(largest) = image.largest().filter(|largest| picture::is_shown(largest.format)) {
        let _ = write!(text, " data-large=\"{}\"", relative(directory, &largest.path));
    }
    text.push('>');
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row of 240 px times 4 at most")]
    picture::write(text, image, directory, (aspect * f64::from(row) * 1.2) as u32);
    let _ = write!(text, "<b><bdi>{}</bdi></b>", name_of(&image.source));
    if let Some(date) = &image.date {
        let _ = write!(text, "<time>{}</time>", escaped(date));
    }
    text.push_str("</a>\n");
}

/// Returns the height of the rows: the median of the largest thumbnails, so that few are enlarged.
fn row_of(images: &[&Image]) -> u32 {
    let mut heights: Vec<u32> = images.iter().filter_map(|image| Some(image.largest()?.size.height)).collect();
    heights.sort_unstable();
    let median = heights.get(heights.len() / 2).copied().unwrap_or_default();
    median.clamp(*ROW.start(), *ROW.end())
}
