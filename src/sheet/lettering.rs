//! Draws text in the embedded font, and in the machine's fonts where that has no letters.

use std::fmt::Write;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Group, Node, Options, Tree};

use super::layout::PAPER;

/// The embedded font: Latin, Greek and Cyrillic letters.
const FONT: &[u8] = include_bytes!("font/DejaVuSans.ttf");

/// The name of the font.
const FAMILY: &str = "DejaVu Sans";

/// The characters that the embedded font has; a few of them are not letters and have no shape.
const COVERED: [std::ops::RangeInclusive<char>; 4] =
    [' '..='~', '\u{a0}'..='\u{52f}', '\u{1e00}'..='\u{1eff}', '\u{2010}'..='\u{2027}'];

/// Rounds of shortening. Each leaves at least one character less, and usually the first is enough.
const ROUNDS: usize = 300;

/// The mark of letters that were left out.
const ELLIPSIS: char = '…';

/// A text on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) text: String,
    /// The px from the left of the page to the text's start, or its middle or end, and from the top to the line that letters
    /// stand on.
    pub(super) at: (u32, u32),
    pub(super) anchor: Anchor,
    /// The size of the font in px.
    pub(super) size: u32,
    /// The width that the text may have.
    pub(super) width: u32,
}

/// The part of a text that its place is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The fonts of a sheet.
#[derive(Debug)]
pub(crate) struct Lettering {
    fonts: Arc<Database>,
}

impl Lettering {
    /// Loads the fonts for these texts. Searching the machine takes a moment, so it is only done for letters that need it.
    pub(crate) fn for_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut fonts = Database::new();
        fonts.load_font_data(FONT.to_vec());
        let is_covered = |letter: char| letter.is_control() || COVERED.iter().any(|range| range.contains(&letter));
        if !texts.into_iter().flat_map(str::chars).all(is_covered) {
            fonts.load_system_fonts();
        }
        Self { fonts: Arc::new(fonts) }
    }

    /// Draws lines, each shortened in the middle until it fits.
    pub(super) fn draw(&self, mut lines: Vec<Line>, onto: &mut Pixmap) -> Result<(), String> {
        lines.iter_mut().for_each(|line| line.text = shown(&line.text));
        let whole: Vec<Vec<char>> = lines.iter().map(|line| line.text.chars().collect()).collect();
        let mut kept: Vec<usize> = whole.iter().map(Vec::len).collect();
        for _ in 0..ROUNDS {
            let tree = self.tree(&lines)?;
            let widths = widths(&tree, lines.len());
            let mut is_done = true;
            for (index, line) in lines.iter_mut().enumerate() {
                let limit = f64::from(line.width);
                if widths[index] <= limit || kept[index] == 0 {
                    continue;
                }
                is_done = false;
                kept[index] = share(kept[index], limit / widths[index]);
                line.text = shorten(&whole[index], kept[index]);
            }
            if is_done {
                resvg::render(&tree, Transform::identity(), &mut onto.as_mut());
                return Ok(());
            }
        }
        Err("a name is too wide".to_string())
    }

    fn tree(&self, lines: &[Line]) -> Result<Tree, String> {
        let mut svg =
            format!("<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='{}'>", PAPER.width, PAPER.height);
        for (index, Line { text, at: (x, y), anchor, size, .. }) in lines.iter().enumerate() {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            // Writing to a string can't fail.
            let _ = write!(
                svg,
                "<text id='{index}' x='{x}' y='{y}' font-size='{size}' text-anchor='{anchor}' xml:space='preserve'>"
            );
            text.chars().for_each(|letter| match letter {
                '&' => svg.push_str("&amp;"),
                '<' => svg.push_str("&lt;"),
                '>' => svg.push_str("&gt;"),
                letter => svg.push(letter),
            });
            svg.push_str("</text>");
        }
        svg.push_str("</svg>");
        let options = Options { fontdb: self.fonts.clone(), font_family: FAMILY.to_string(), ..Options::default() };
        Tree::from_str(&svg, &options).map_err(|error| error.to_string())
    }
}

/// Returns the text with visible marks for control characters, and for those that turn the direction of what follows.
fn shown(text: &str) -> String {
    let is_shown = |letter: char| {
        let turns = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !letter.is_control() && !turns && !matches!(letter, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    text.chars().map(|letter| if is_shown(letter) { letter } else { '\u{fffd}' }).collect()
}

/// Returns the number of letters that fit, if `letters` of them are too wide by this factor.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a name has some hundred letters"
)]
fn share(letters: usize, factor: f64) -> usize {
    ((letters as f64 * factor) as usize).min(letters - 1)
}

/// Returns the first and the last of the letters, `kept` in all, with a mark between them.
fn shorten(letters: &[char], kept: usize) -> String {
    let (first, last) = (kept.div_ceil(2), kept / 2);
    letters[..first].iter().chain([&ELLIPSIS]).chain(&letters[letters.len() - last..]).collect()
}

/// Returns the widths of texts in px, by their names in the tree. A blank one has none.
fn widths(tree: &Tree, count: usize) -> Vec<f64> {
    fn walk(group: &Group, widths: &mut [f64]) {
        for node in group.children() {
            match node {
                Node::Text(text) => {
                    let width = text.id().parse().ok().and_then(|index: usize| widths.get_mut(index));
                    width.into_iter().for_each(|width| *width = text.abs_bounding_box().width().into());
                }
                Node::Group(group) => walk(group, widths),
                _ => {}
            }
        }
    }
    let mut widths = vec![0.0; count];
    walk(tree.root(), &mut widths);
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, width: u32) -> Line {
        Line { text: text.to_string(), at: (800, 100), anchor: Anchor::Middle, size: 20, width }
    }

    /// Returns the columns of the page that have ink.
    fn inked(lines: Vec<Line>) -> (usize, usize) {
        let texts: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
        let lettering = Lettering::for_texts(texts.iter().map(String::as_str));
        let mut pixmap = Pixmap::new(PAPER.width, PAPER.height).unwrap();
        lettering.draw(lines, &mut pixmap).unwrap();
        let width = PAPER.width as usize;
        let columns = pixmap.pixels().iter().enumerate().filter(|(_, pixel)| pixel.alpha() > 0).map(|(i, _)| i % width);
        (columns.clone().min().unwrap_or(0), columns.max().unwrap_or(0))
    }

    #[test]
    fn a_text_stays_within_its_width_whatever_its_letters() {
        for text in
            ["a.jpg", &"W".repeat(255), "日本語の長い名前".repeat(9).as_str(), &"\u{301}".repeat(200), "<&>'\"%\n\t\0"]
        {
            for width in [200, 90] {
                let (left, right) = inked(vec![line(text, width)]);
                assert!(
                    left + 2 >= 800 - width as usize / 2 && right <= 802 + width as usize / 2,
                    "{text}: {left} to {right}"
                );
            }
        }
        let (left, right) = inked(vec![line("a.jpg", 200)]);
        assert!(left < right && right - left > 30, "{left} to {right}");
    }

    #[test]
    fn a_long_name_keeps_its_start_and_its_end() {
        let letters: Vec<char> = "holiday-2024.jpg".chars().collect();
        assert_eq!(shorten(&letters, 9), "holid….jpg");
        assert_eq!(shorten(&letters, 1), "h…");
        assert_eq!(shorten(&letters, 0), "…");
    }

    #[test]
    fn no_character_hides_or_turns_a_name() {
        assert_eq!(shown("a\nb\u{202e}gpj.exe\u{feff}"), "a\u{fffd}b\u{fffd}gpj.exe\u{fffd}");
        assert_eq!(shown("ä 日本 100%"), "ä 日本 100%");
    }
}
