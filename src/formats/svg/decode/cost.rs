//! Estimates the cost of rendering an image before it starts: px painted in all, and px held at once. Layers, patterns,
//! masks and filters each need a buffer of their own, of a size that the file decides.

use resvg::tiny_skia::{PathSegment, Point, Rect, Transform};
use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{ClipPath, Group, ImageKind, Mask, Node, Paint, Path, Pattern, Tree};

use super::curves::too_far;
use crate::formats::error::DecodeError;
use crate::geometry::Size;

/// Most px painted, some seconds. A crowded drawing, several layers everywhere, takes a twentieth of it at 256 px.
const MOST_PAINTED: f64 = 2e9;

/// Most px of layers held at once, 4 bytes each.
const MOST_HELD: f64 = 64e6;

/// Allowance on each limit, in areas of the grid, for the large grids of exact thumbnails.
const GRIDS: f64 = 16.0;

/// The limit of path coordinates, in px of the grid. From 5 times that on, the renderer's numbers overflow when it
/// fills a path (`tiny-skia` 0.12). It panics, and again in a destructor during unwinding, which ends the process.
const FARTHEST: f32 = 1e8;

/// Cost of a dash in px (measured: 40 ns), and the renderer's limit on dashes per path.
const DASH: f64 = 100.0;
const MOST_DASHES: f64 = 1e6;

/// Cost in px of one outline of a curve beside a stroke, and of ordering two curves in one row (measured: 10 µs, and 1
/// to 4 ns).
const OUTLINE: f64 = 1e4;
const ORDERING: f64 = 2.0;

/// The renderer's limit on layers, in areas of the grid.
const LARGEST_LAYER: f64 = 25.0;

/// Refuses an image that exceeds the limits when it is rendered on a grid of this size.
pub(super) fn check(tree: &Tree, scale: Transform, grid: Size) -> Result<(), DecodeError> {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (grid, height) = (grid.pixels() as f64, f64::from(grid.height));
    let mut cost = Cost { grid, height, painted: 0.0 };
    cost.hold(grid)?;
    cost.group(tree.root(), scale, grid)
}

struct Cost {
    grid: f64,
    /// Rows of the grid.
    height: f64,
    painted: f64,
}

impl Cost {
    fn paint(&mut self, pixels: f64) -> Result<(), DecodeError> {
        self.painted += pixels;
        // NaN is too much.
        if self.painted <= MOST_PAINTED + GRIDS * self.grid {
            Ok(())
        } else {
            Err(DecodeError::Limit("rendering the image would take too long".to_string()))
        }
    }

    fn hold(&mut self, pixels: f64) -> Result<f64, DecodeError> {
        if pixels <= MOST_HELD + GRIDS * self.grid {
            self.paint(pixels)?;
            Ok(pixels)
        } else {
            Err(DecodeError::Limit("rendering the image would need too much memory".to_string()))
        }
    }

    fn group(&mut self, group: &Group, outer: Transform, mut held: f64) -> Result<(), DecodeError> {
        let transform = outer.pre_concat(group.transform());
        if group.should_isolate() {
            let layer = area(group.layer_bounding_box().to_rect(), transform).min(LARGEST_LAYER * self.grid);
            held = self.hold(held + layer)?;
            for filter in group.filters() {
                self.filter(filter, layer, transform, held)?;
            }
            if let Some(clip) = group.clip_path() {
                self.clip(clip, layer, transform, held)?;
            }
            if let Some(mask) = group.mask() {
                self.mask(mask, layer, transform, held)?;
            }
        }
        group.children().iter().try_for_each(|node| match node {
            Node::Group(group) => self.group(group, transform, held),
            Node::Path(path) => self.path(path, transform, held),
            Node::Text(text) => self.group(text.flattened(), transform, held),
            Node::Image(image) => match image.kind() {
                ImageKind::SVG(tree) => {
                    let held = self.hold(held + self.grid)?;
                    self.group(tree.root(), transform, held)
                }
                _ => self.paint(self.grid),
            },
        })
    }

    fn path(&mut self, path: &Path, transform: Transform, held: f64) -> Result<(), DecodeError> {
        if !is_near(path, transform) {
            return Err(too_far());
        }
        self.paint(area(path.stroke_bounding_box(), transform).min(self.grid) + 1.0)?;
        self.paint(dashes(path) * DASH)?;
        self.paint(curves(path, transform, self.height))?;
        let paints = [path.fill().map(resvg::usvg::Fill::paint), path.stroke().map(resvg::usvg::Stroke::paint)];
        paints.into_iter().flatten().try_for_each(|paint| match paint {
            Paint::Pattern(pattern) => self.pattern(pattern, transform, held),
            _ => Ok(()),
        })
    }

    /// Adds a pattern's tile, which is rendered in full even if little of it shows.
    fn pattern(&mut self, pattern: &Pattern, transform: Transform, held: f64) -> Result<(), DecodeError> {
        let (x, y) = transform.pre_concat(pattern.transform()).get_scale();
        let tile = f64::from(pattern.rect().width() * x) * f64::from(pattern.rect().height() * y);
        let held = self.hold(held + tile)?;
        self.group(pattern.root(), Transform::from_scale(x, y), held)
    }

    fn mask(&mut self, mask: &Mask, layer: f64, transform: Transform, held: f64) -> Result<(), DecodeError> {
        let held = self.hold(held + 2.0 * layer)?;
        self.group(mask.root(), transform, held)?;
        mask.mask().map_or(Ok(()), |outer| self.mask(outer, layer, transform, held))
    }

    fn clip(&mut self, clip: &ClipPath, layer: f64, transform: Transform, held: f64) -> Result<(), DecodeError> {
        let held = self.hold(held + 2.0 * layer)?;
        self.group(clip.root(), transform.pre_concat(clip.transform()), held)?;
        clip.clip_path().map_or(Ok(()), |outer| self.clip(outer, layer, transform, held))
    }

    /// Adds a filter, which holds the results of all its steps until its end.
    fn filter(&mut self, filter: &Filter, layer: f64, transform: Transform, held: f64) -> Result<(), DecodeError> {
        let (x, y) = transform.get_scale();
        let mut held = held;
        for step in filter.primitives() {
            held = self.hold(held + layer)?;
            let passes = match step.kind() {
                Kind::Image(image) => {
                    self.group(image.root(), transform, held)?;
                    1.0
                }
                Kind::Turbulence(noise) => 16.0 * f64::from(noise.num_octaves()),
                Kind::ConvolveMatrix(convolution) => {
                    f64::from(convolution.matrix().columns()) * f64::from(convolution.matrix().rows())
                }
                Kind::Morphology(shape) => {
                    let reach = |radius: f32, scale: f32| 2.0 * f64::from(radius * scale) + 1.0;
                    let window = reach(shape.radius_x().get(), x) * reach(shape.radius_y().get(), y);
                    window.min(layer)
                }
                Kind::DropShadow(_) | Kind::GaussianBlur(_) => 8.0,
                Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) => 16.0,
                _ => 4.0,
            };
            self.paint(passes * layer)?;
        }
        Ok(())
    }
}

/// Returns whether all of a path, curve tangents included, is at most [`FARTHEST`] from the image.
fn is_near(path: &Path, transform: Transform) -> bool {
    [path.data().bounds(), path.stroke_bounding_box()].into_iter().all(|bounds| {
        let (right, bottom) = (bounds.right(), bounds.bottom());
        let mut corners =
            [(bounds.left(), bounds.top()), (right, bounds.top()), (bounds.left(), bottom), (right, bottom)]
                .map(Point::from);
        transform.map_points(&mut corners);
        // NaN is too far.
        corners.iter().all(|corner| corner.x.abs() <= FARTHEST && corner.y.abs() <= FARTHEST)
    })
}

/// Estimates the cost of a path's curves: their outlines, and their order within each row. The curves of drawings and
/// maps are small, and few of them share a row. Tens of thousands that cross the whole image take minutes.
fn curves(path: &Path, transform: Transform, height: f64) -> f64 {
    let width = path.stroke().map_or(0.0, |stroke| f64::from(stroke.width().get() * transform.get_scale().1));
    let (mut last, mut count, mut rows) = (Point::zero(), 0.0, 0.0);
    let mut add = |mut points: [Point; 4]| {
        transform.map_points(&mut points);
        let ys = points.map(|point| f64::from(point.y));
        let (top, bottom) = ys.iter().fold((f64::MAX, f64::MIN), |(top, bottom), y| (top.min(*y), bottom.max(*y)));
        let there = (bottom + width).min(height) - (top - width).max(0.0);
        if there > 0.0 {
            count += 1.0;
            rows += there / height;
        }
    };
    for segment in path.data().segments() {
        last = match segment {
            PathSegment::MoveTo(to) | PathSegment::LineTo(to) => to,
            PathSegment::QuadTo(by, to) => {
                add([last, by, by, to]);
                to
            }
            PathSegment::CubicTo(first, second, to) => {
                add([last, first, second, to]);
                to
            }
            PathSegment::Close => last,
        };
    }
    let (sides, outlines) = if width > 0.0 { (2.0, 2.0 * count) } else { (1.0, 0.0) };
    outlines * OUTLINE + (sides * count) * (sides * rows) * ORDERING
}

/// Returns the most dashes that a path may have: a curve is shorter than the lines through its points.
fn dashes(path: &Path) -> f64 {
    let Some(pattern) = path.stroke().and_then(|stroke| stroke.dasharray()) else { return 0.0 };
    let points = path.data().points();
    let length: f64 = points.windows(2).map(|pair| f64::from(pair[0].distance(pair[1]))).sum();
    let repetitions = length / pattern.iter().copied().map(f64::from).sum::<f64>();
    (repetitions * pattern.len() as f64).min(MOST_DASHES)
}

/// Returns the px that a box covers on the grid.
fn area(bounds: Rect, transform: Transform) -> f64 {
    let (x, y) = transform.get_scale();
    f64::from(bounds.width() * x).ceil() * f64::from(bounds.height() * y).ceil()
}
