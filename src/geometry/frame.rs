//! Computes the geometry of a thumbnail: the part of the image that it shows, its scale, and the margins around it.

use super::bounds::Bounds;
use super::orientation::Orientation;
use super::size::{Size, whole};

/// The way in which an image fills the requested size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Fit {
    /// All of the image is shown, in its aspect, within the size.
    #[default]
    Contain,
    /// The image covers the size in its aspect, and is cropped.
    Cover,
    /// The image is stretched to the size.
    Fill,
    /// As contain, with margins up to the size in the background colour.
    Pad,
}

/// The part of the image that a crop keeps, or the place of the image between margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[expect(missing_docs, reason = "the points of the compass are their documentation")]
#[non_exhaustive]
pub enum Gravity {
    #[default]
    Center,
    North,
    Northeast,
    East,
    Southeast,
    South,
    Southwest,
    West,
    Northwest,
    /// The part that people look at: edges, saturated colours and skin. For margins, the centre.
    Smart,
}

impl Gravity {
    /// Returns the share of the free space to the left and above.
    const fn shares(self) -> (f64, f64) {
        let across = match self {
            Self::West | Self::Northwest | Self::Southwest => 0.0,
            Self::East | Self::Northeast | Self::Southeast => 1.0,
            _ => 0.5,
        };
        let down = match self {
            Self::North | Self::Northwest | Self::Northeast => 0.0,
            Self::South | Self::Southwest | Self::Southeast => 1.0,
            _ => 0.5,
        };
        (across, down)
    }
}

/// Whether an image that is smaller than the requested size is enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Enlargement {
    /// It keeps its size.
    #[default]
    Never,
    /// It is enlarged.
    Allowed,
}

/// The shape of thumbnails within the requested size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Default: [`Fit::Contain`].
    pub fit: Fit,
    /// Default: [`Gravity::Center`].
    pub gravity: Gravity,
    /// Default: [`Enlargement::Never`].
    pub enlargement: Enlargement,
}

/// A part of one axis of an image, whose edges are 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Start of the part.
    pub from: f64,
    /// End of the part.
    pub to: f64,
}

impl Span {
    /// The whole axis.
    pub const WHOLE: Self = Self { from: 0.0, to: 1.0 };

    /// Returns a part of this length; `before` is the share of the rest that lies before it.
    fn of(length: f64, before: f64) -> Self {
        let from = (1.0 - length.min(1.0)) * before;
        Self { from, to: (from + length).min(1.0) }
    }

    /// Returns the same part of an axis that runs the other way.
    const fn reversed(self) -> Self {
        Self { from: 1.0 - self.to, to: 1.0 - self.from }
    }

    /// Returns its length.
    #[must_use]
    pub const fn length(self) -> f64 {
        self.to - self.from
    }
}

/// A rectangle of an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Its columns.
    pub across: Span,
    /// Its rows.
    pub down: Span,
}

impl Window {
    /// The whole image.
    pub const WHOLE: Self = Self { across: Span::WHOLE, down: Span::WHOLE };
}

/// The last step of a thumbnail's geometry, in px of the upright thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// The pixels are the thumbnail.
    AsIs,
    /// Margins surround the pixels.
    Padded {
        /// Size of the thumbnail.
        canvas: Size,
        /// Pixels to the left and above.
        at: (u32, u32),
    },
    /// The most interesting part of this size is the thumbnail.
    Cropped(Size),
}

/// The geometry of one thumbnail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Size of the whole image at the thumbnail's scale.
    pub scaled: Size,
    /// The part of the image that is made into pixels.
    pub window: Window,
    /// The number of these pixels.
    pub size: Size,
    /// The step from these pixels to the thumbnail.
    pub arrangement: Arrangement,
}

impl Frame {
    /// Returns the frame of a whole image in this size.
    #[must_use]
    pub const fn whole(size: Size) -> Self {
        Self { scaled: size, window: Window::WHOLE, size, arrangement: Arrangement::AsIs }
    }

    /// Returns the frame of an upright image of size `image`, of which at most `shown` px are available: the image
    /// itself, or a preview of it.
    #[must_use]
    pub fn new(image: Size, shown: Size, bounds: Bounds, shape: Shape) -> Self {
        let (requested, is_box) = bounds.box_of(image);
        let Shape { fit, gravity, enlargement } = shape;
        let contained = match enlargement {
            Enlargement::Never => shown.fit_into(requested),
            Enlargement::Allowed => shown.scale_into(requested),
        };
        match (fit, bounds) {
            (_, Bounds::Percent { .. }) | (Fit::Fill, Bounds::Box(_)) => match enlargement {
                Enlargement::Never => Self::whole(requested.min(shown)),
                Enlargement::Allowed => Self::whole(requested),
            },
            (Fit::Cover, _) if is_box => Self::covering(shown, requested, shape),
            (Fit::Pad, _) if is_box && contained != requested => {
                let (across, down) = gravity.shares();
                let before = |canvas: u32, side: u32, share: f64| whole(f64::from(canvas - side) * share);
                let at = (
                    before(requested.width, contained.width, across),
                    before(requested.height, contained.height, down),
                );
                Self { arrangement: Arrangement::Padded { canvas: requested, at }, ..Self::whole(contained) }
            }
            _ => Self::whole(contained),
        }
    }

    /// Returns the frame of a crop to the aspect of `requested`, as far as the image is large enough.
    fn covering(shown: Size, requested: Size, shape: Shape) -> Self {
        let ratios = [(requested.width, shown.width), (requested.height, shown.height)]
            .map(|(to, from)| f64::from(to) / f64::from(from));
        let wanted = ratios[0].max(ratios[1]);
        let scale = if shape.enlargement == Enlargement::Never { wanted.min(1.0) } else { wanted };
        let side = |side: u32| whole((f64::from(side) * scale).round()).max(1);
        let scaled = Size::new(side(shown.width), side(shown.height));
        let size = requested.min(scaled);
        if size == scaled {
            return Self::whole(size);
        }
        if shape.gravity == Gravity::Smart {
            return Self { arrangement: Arrangement::Cropped(size), ..Self::whole(scaled) };
        }
        let (across, down) = shape.gravity.shares();
        let length = |size: u32, shown: u32| f64::from(size) / (f64::from(shown) * scale);
        let window = Window {
            across: Span::of(length(size.width, shown.width), across),
            down: Span::of(length(size.height, shown.height), down),
        };
        Self { scaled, window, size, arrangement: Arrangement::AsIs }
    }

    /// Returns the sizes of the whole image at the scales of thumbnails.
    #[must_use]
    pub fn scales(frames: &[Self]) -> Vec<Size> {
        frames.iter().map(|frame| frame.scaled).collect()
    }

    /// Returns the size of the thumbnail.
    #[must_use]
    pub const fn thumbnail(&self) -> Size {
        match self.arrangement {
            Arrangement::AsIs => self.size,
            Arrangement::Padded { canvas: size, .. } | Arrangement::Cropped(size) => size,
        }
    }

    /// Returns the frame of the image as it is stored in this orientation. The arrangement stays upright.
    #[must_use]
    pub const fn stored(self, orientation: Orientation) -> Self {
        let Window { across, down } = self.window;
        let (across, down) = if orientation.swaps_axes() { (down, across) } else { (across, down) };
        let window = Window {
            across: if orientation.reverses_columns() { across.reversed() } else { across },
            down: if orientation.reverses_rows() { down.reversed() } else { down },
        };
        let (scaled, size) = (orientation.apply_to(self.scaled), orientation.apply_to(self.size));
        Self { scaled, window, size, arrangement: self.arrangement }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(fit: Fit) -> Shape {
        Shape { fit, ..Shape::default() }
    }

    fn frame(image: (u32, u32), text: &str, shape: Shape) -> Frame {
        let image = Size::new(image.0, image.1);
        Frame::new(image, image, text.parse().unwrap(), shape)
    }

    #[test]
    fn dimensions_are_those_of_sharp() {
        let enlarged = |fit| Shape { enlargement: Enlargement::Allowed, ..shape(fit) };
        // (source, size, shape, result of `sharp` 0.35 with the same fit, and `withoutEnlargement` unless enlarged)
        let cases = [
            ((4000, 3000), "256", shape(Fit::Cover), (256, 256)),
            ((4000, 3000), "300x100", shape(Fit::Cover), (300, 100)),
            ((320, 240), "200x500", shape(Fit::Cover), (200, 240)),
            ((320, 240), "500x200", shape(Fit::Cover), (320, 200)),
            ((320, 240), "500", shape(Fit::Cover), (320, 240)),
            ((320, 240), "500", enlarged(Fit::Cover), (500, 500)),
            ((4000, 3000), "256x100", shape(Fit::Fill), (256, 100)),
            ((320, 240), "100x500", shape(Fit::Fill), (100, 240)),
            ((4000, 3000), "256", shape(Fit::Pad), (256, 256)),
            ((320, 240), "500", shape(Fit::Pad), (500, 500)),
            ((4000, 3000), "256", shape(Fit::Contain), (256, 192)),
            ((320, 240), "640", enlarged(Fit::Contain), (640, 480)),
            ((4000, 3000), "800x", shape(Fit::Contain), (800, 600)),
            ((4000, 3000), "x600", shape(Fit::Cover), (800, 600)),
            ((4001, 3001), "50%", shape(Fit::Cover), (2001, 1501)),
            ((320, 240), "200%", shape(Fit::Contain), (320, 240)),
            ((320, 240), "200%", enlarged(Fit::Contain), (640, 480)),
        ];
        for (image, text, shape, (width, height)) in cases {
            let got = frame(image, text, shape).thumbnail();
            assert_eq!(got, Size::new(width, height), "{image:?} {text} {shape:?}");
        }
    }

    #[test]
    fn a_crop_keeps_the_aspect_and_the_part_that_gravity_names() {
        let gravity = |gravity| Shape { fit: Fit::Cover, gravity, ..Shape::default() };
        for (gravity, from) in
            [(gravity(Gravity::West), 0.0), (gravity(Gravity::North), 0.125), (gravity(Gravity::Southeast), 0.25)]
        {
            let Frame { scaled, window, size, .. } = frame((4000, 3000), "300", gravity);
            assert_eq!((scaled, size), (Size::new(400, 300), Size::new(300, 300)));
            assert_eq!(window.down, Span::WHOLE);
            assert!((window.across.from - from).abs() < 1e-12 && (window.across.length() - 0.75).abs() < 1e-12);
        }
    }

    #[test]
    fn what_interests_people_is_cut_out_of_the_whole_image() {
        let smart = Shape { fit: Fit::Cover, gravity: Gravity::Smart, ..Shape::default() };
        let crop = frame((4000, 3000), "300", smart);
        assert_eq!((crop.size, crop.window), (Size::new(400, 300), Window::WHOLE));
        assert_eq!(crop.arrangement, Arrangement::Cropped(Size::new(300, 300)));
        assert_eq!(frame((300, 300), "30", smart).arrangement, Arrangement::AsIs);
    }

    #[test]
    fn margins_are_shared_by_gravity() {
        let at = |gravity| match frame((400, 200), "101", Shape { fit: Fit::Pad, gravity, ..Shape::default() }) {
            Frame { size, arrangement: Arrangement::Padded { canvas, at }, .. } => {
                assert_eq!((size, canvas), (Size::new(101, 51), Size::new(101, 101)));
                at
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(at(Gravity::Center), (0, 25));
        assert_eq!(at(Gravity::Smart), (0, 25));
        assert_eq!(at(Gravity::North), (0, 0));
        assert_eq!(at(Gravity::Southwest), (0, 50));
    }

    #[test]
    fn a_window_turns_with_the_image() {
        let upright = frame((400, 800), "100", Shape { fit: Fit::Cover, gravity: Gravity::North, ..Shape::default() });
        let stored = |orientation| upright.stored(orientation).window;
        let (first, last) = (Span { from: 0.0, to: 0.5 }, Span { from: 0.5, to: 1.0 });
        assert_eq!(stored(Orientation::Upright), Window { across: Span::WHOLE, down: first });
        assert_eq!(stored(Orientation::UpsideDown), Window { across: Span::WHOLE, down: last });
        assert_eq!(stored(Orientation::Transposed), Window { across: first, down: Span::WHOLE });
        // Its top is at the left of what is stored.
        assert_eq!(stored(Orientation::NeedsClockwise), Window { across: first, down: Span::WHOLE });
        assert_eq!(stored(Orientation::NeedsCounterClockwise), Window { across: last, down: Span::WHOLE });
    }

    #[test]
    fn a_preview_limits_the_scale_and_the_image_a_percentage() {
        let (image, shown) = (Size::new(4000, 3000), Size::new(160, 120));
        let of = |text: &str, fit| Frame::new(image, shown, text.parse().unwrap(), shape(fit)).thumbnail();
        assert_eq!(of("256", Fit::Contain), shown);
        assert_eq!(of("2%", Fit::Contain), Size::new(80, 60));
        assert_eq!(of("50%", Fit::Contain), shown);
        assert_eq!(of("100", Fit::Cover), Size::new(100, 100));
    }
}
