//! Counts the curves of an element's arcs and stroke outlines before they are made. The renderer's parser makes more of
//! them the larger an arc or a curve is, even if it is invisible. A radius of 10³⁰ becomes 150 000, and one that
//! overflows fills the memory.

use std::f64::consts::TAU;

use resvg::usvg::roxmltree::{Document, Node};
use svgtypes::PathSegment::{self, CurveTo, Quadratic, SmoothCurveTo, SmoothQuadratic};
use svgtypes::{Length, LengthUnit, PathParser};

use crate::formats::error::DecodeError;

/// Deepest nesting of elements, references followed. A thread has 2 MiB of stack, and an unoptimised renderer takes up
/// to 12 KiB of it for an element. Drawings made by people stay below 40.
pub(super) const DEEPEST: u32 = 100;

/// Curves of a common arc, with a radius up to 1.5 million px.
const COMMON: u64 = 16;

/// Largest distance of the curves from an arc, in px (`usvg` 0.49, `parser/shapes.rs`, and `svgtypes`).
const TOLERANCE: f64 = 0.1;

/// The limit of path coordinates, before transforms. The parser takes minutes to find places along a path of 10³⁰ px,
/// for text.
const FARTHEST: f64 = 1e12;

/// Longest common curve, in px. The parser makes the strokes of curves to find their bounds. Their outlines have about
/// as many pieces as the root of the length: a few hundred here, and 2000 for four million px.
const LONG: f64 = 1e5;

/// Pieces of an outline that take as long as one element.
const PIECES: f64 = 4.0;

/// Px per inch, the largest unit.
const INCH: f64 = 96.0;

/// Upper bounds of relative units.
#[derive(Debug)]
pub(super) struct Relative {
    /// Px of 100 %.
    whole: f64,
    /// Px of 1 em.
    em: f64,
}

impl Relative {
    pub(super) fn read(document: &Document<'_>) -> Self {
        let (mut sizes, mut factors, mut of_sheets) = (vec![16.0], Vec::new(), 1.0_f64);
        let mut lengths = vec![100.0];
        let mut add = |text: &str, factors: &mut Vec<f64>| {
            for length in css_lengths(text) {
                match length.unit {
                    LengthUnit::Em | LengthUnit::Ex => factors.push(length.number),
                    LengthUnit::Percent => factors.push(length.number / 100.0),
                    _ => sizes.push(length.number * INCH),
                }
            }
            // The step between named sizes, such as `larger`.
            factors.extend(text.contains("larger").then_some(1.2));
        };
        for node in document.descendants().filter(Node::is_element) {
            for attribute in node.attributes() {
                match attribute.name() {
                    "font-size" | "font" => add(attribute.value(), &mut factors),
                    "style" if attribute.value().contains("font") => add(attribute.value(), &mut factors),
                    "viewBox" | "width" | "height" if !is_shape(node) => {
                        lengths.extend(css_lengths(attribute.value()).map(|length| length.number * INCH));
                    }
                    _ => {}
                }
            }
            for text in node.children().filter(|child| node.tag_name().name() == "style" && child.is_text()) {
                let mut found = Vec::new();
                add(text.text().unwrap_or_default(), &mut found);
                of_sheets = found.into_iter().fold(of_sheets, f64::max);
            }
        }
        let largest = |numbers: Vec<f64>| numbers.into_iter().fold(0.0, f64::max);
        // An element's own size applies once at most, that of a sheet once per ancestor.
        let depth = f64::from(DEEPEST);
        let em =
            largest(sizes) * factors.into_iter().map(|factor| factor.max(1.0)).product::<f64>() * of_sheets.powf(depth);
        Self { whole: largest(lengths), em }
    }

    fn px(&self, length: Length) -> f64 {
        let unit = match length.unit {
            LengthUnit::Percent => self.whole / 100.0,
            LengthUnit::Em | LengthUnit::Ex => self.em,
            LengthUnit::None | LengthUnit::Px => 1.0,
            _ => INCH,
        };
        length.number.abs() * unit
    }
}

fn is_shape(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "rect" | "circle" | "ellipse" | "path")
}

/// Returns the lengths among the words of an attribute or of a style sheet.
fn css_lengths(text: &str) -> impl Iterator<Item = Length> {
    let words = text.split(|c: char| c.is_whitespace() || ",;:{}/!()\"'".contains(c));
    words.filter_map(|word| word.parse::<Length>().ok())
}

/// Counts the curves of a shape's arcs beyond the common ones.
///
/// # Errors
/// If a path leads farther than any drawing does.
pub(super) fn uncommon_curves(node: Node<'_, '_>, relative: &Relative) -> Result<u64, DecodeError> {
    Ok(match node.tag_name().name() {
        "rect" | "circle" | "ellipse" => {
            // Sides clip the radii, but a missing radius takes the other's value.
            let sides = ["r", "rx", "ry"].iter().filter_map(|name| node.attribute(*name)?.parse::<Length>().ok());
            let largest = sides.map(|length| relative.px(length)).fold(0.0, f64::max);
            uncommon(largest.min(f32::MAX.into()))
        }
        "path" => node.attribute("d").map_or(Ok(0), of_path)?,
        _ => 0,
    })
}

/// Returns the curves of a full turn (`kurbo`, `Arc::append_iter`).
fn curves(radius: f64) -> f64 {
    (1.1163 * radius / TOLERANCE).powf(1.0 / 6.0).ceil()
}

/// Returns the cost of an arc of this radius and its outlines, in elements.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn uncommon(radius: f64) -> u64 {
    let count = curves(radius);
    if !count.is_finite() {
        return u64::MAX;
    }
    let outlines = count * pieces(TAU * radius / count.max(1.0));
    (count as u64).saturating_sub(COMMON).saturating_add(outlines as u64)
}

fn of_path(data: &str) -> Result<u64, DecodeError> {
    let (mut at, mut start) = ([0.0, 0.0], [0.0, 0.0]);
    let mut count = 0_u64;
    // The mirrored control point for a smooth curve. It is taken from any kind of curve, which errs high.
    let mut control = at;
    for segment in PathParser::from(data).map_while(Result::ok) {
        let mirrored = [2.0 * at[0] - control[0], 2.0 * at[1] - control[1]];
        let from = |is_absolute: bool, x: f64, y: f64| if is_absolute { [x, y] } else { [at[0] + x, at[1] + y] };
        let to = match segment {
            PathSegment::MoveTo { abs, x, y } => {
                start = from(abs, x, y);
                start
            }
            PathSegment::HorizontalLineTo { abs, x } => [from(abs, x, 0.0)[0], at[1]],
            PathSegment::VerticalLineTo { abs, y } => [at[0], from(abs, 0.0, y)[1]],
            PathSegment::ClosePath { .. } => start,
            CurveTo { abs, x1, y1, x2, y2, x, y } => {
                let [first, second, to] = [from(abs, x1, y1), from(abs, x2, y2), from(abs, x, y)];
                check(first)?;
                control = second;
                count = count.saturating_add(outlines(&[at, first, second, to]));
                to
            }
            SmoothCurveTo { abs, x2, y2, x, y } => {
                let to = from(abs, x, y);
                control = from(abs, x2, y2);
                count = count.saturating_add(outlines(&[at, mirrored, control, to]));
                to
            }
            Quadratic { abs, x1, y1, x, y } => {
                let to = from(abs, x, y);
                control = from(abs, x1, y1);
                count = count.saturating_add(outlines(&[at, control, to]));
                to
            }
            SmoothQuadratic { abs, x, y } => {
                let to = from(abs, x, y);
                control = mirrored;
                count = count.saturating_add(outlines(&[at, control, to]));
                to
            }
            PathSegment::LineTo { abs, x, y } => from(abs, x, y),
            PathSegment::EllipticalArc { abs, rx, ry, x, y, .. } => {
                let to = from(abs, x, y);
                let chord = (to[0] - at[0]).hypot(to[1] - at[1]);
                // An arc too small to reach is enlarged as a whole (SVG 2, 9.5.4).
                let enlarged = (chord / 2.0 / rx.abs().min(ry.abs())).max(1.0);
                if rx != 0.0 && ry != 0.0 {
                    count = count.saturating_add(uncommon(rx.abs().max(ry.abs()) * enlarged));
                }
                to
            }
        };
        if !matches!(segment, CurveTo { .. } | SmoothCurveTo { .. } | Quadratic { .. } | SmoothQuadratic { .. }) {
            control = to;
        }
        check(to)?;
        check(control)?;
        at = to;
    }
    Ok(count)
}

/// Returns the cost of a curve's outlines in elements, from its points.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn outlines(points: &[[f64; 2]]) -> u64 {
    pieces(points.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum()) as u64
}

/// Returns the same from its length, in px.
fn pieces(length: f64) -> f64 {
    ((length.sqrt() - LONG.sqrt()) / PIECES).max(0.0)
}

fn check(point: [f64; 2]) -> Result<(), DecodeError> {
    // NaN is too far.
    match point.iter().all(|side| side.abs() <= FARTHEST) {
        true => Ok(()),
        false => Err(too_far()),
    }
}

pub(super) fn too_far() -> DecodeError {
    DecodeError::Limit("its lines lead too far out of the image".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> u64 {
        let text = format!("<svg viewBox='0 0 40 30'>{body}</svg>");
        let document = Document::parse(&text).unwrap();
        let relative = Relative::read(&document);
        // A path that leads too far also counts as too many curves.
        let counts = document.descendants().map(|node| uncommon_curves(node, &relative).unwrap_or(u64::MAX));
        counts.fold(0, u64::saturating_add)
    }

    #[test]
    fn arcs_of_any_sane_size_are_nothing_special() {
        for shape in [
            "<circle r='40'/><rect rx='2in' width='500' height='400'/>",
            "<ellipse rx='50%' ry='3em'/>",
            "<path d='M1 2A5 5 0 0 1 5000 8a1e5 1e5 0 0 0 3e5 4z'/>",
            "<style>text { font: 1.5em serif }</style><circle r='100'/>",
            "<path d='M1e9 2 L 1e12 9'/>",
            "<path d='M500000 4200000 c 9000 8 1 7000 6 5 s 900 90 800 80 q 7 7 8 70000'/>",
        ] {
            assert_eq!(of(shape), 0, "{shape}");
        }
    }

    #[test]
    fn huge_arcs_are_counted_however_they_are_written() {
        for (shape, least) in [
            ("<circle r='1e30'/>", 100_000),
            ("<rect rx='1e37in' width='9' height='9'/>", 1_000_000),
            ("<path d='M1 2A5 5 0 0 1 1e60 8'/>", 1_000_000),
            ("<path d='M1 2C5 5 0 1e13 4 8'/>", 1_000_000),
            ("<path d='M1 2C4e6 5 0 4e6 4 8'/>", 600),
            ("<path d='M0 0Q4e6 4e6 0 0T0 0T0 0T0 0'/>", 1600),
            ("<circle r='4e6'/>", 3000),
            ("<path d='M1 2Q5 -1e13 4 8'/>", 1_000_000),
            ("<path d='M1 2a1e-30,1e30 0 0 1 1e30 8'/>", 1_000_000),
            ("<path d='M1e300 2h1e300 A5 5 0 0 1 0 8'/>", 1_000_000),
            ("<circle r='1e39%'/>", 1_000_000),
            ("<g font-size='1e20em'><g style='font-size:1e20em'><circle r='1em'/></g></g>", 1_000_000),
            ("<style>g { font-size: 9em }</style><circle r='1em'/>", 1_000_000),
        ] {
            assert!(of(shape) >= least, "{shape}: {}", of(shape));
        }
    }
}
