//! Defines sizes in px, and fits one into another.

use std::fmt;

/// Width and height in px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Size {
    /// Width in px.
    pub width: u32,
    /// Height in px.
    pub height: u32,
}

impl Size {
    /// Creates a size from its width and height in px.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Returns the number of pixels.
    #[must_use]
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Exchanges width and height.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self::new(self.height, self.width)
    }

    /// Returns the smaller width and the smaller height.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self::new(self.width.min(other.width), self.height.min(other.height))
    }

    /// Returns whether neither side is longer than that of `other`.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.width <= other.width && self.height <= other.height
    }

    /// Returns width divided by height; a height of 0 counts as 1.
    #[must_use]
    pub fn aspect(self) -> f64 {
        f64::from(self.width) / f64::from(self.height.max(1))
    }

    /// Fits the size into `bounds`, keeps its aspect and never enlarges it. A side is at least 1 px. The free side is
    /// rounded to the neighbour that is closer in aspect.
    ///
    /// The arithmetic is that of Pillow's `Image.thumbnail`, in the same order and in `f64`, so that every thumbnail
    /// has the dimensions that Pillow gives it.
    #[must_use]
    pub fn fit_into(self, bounds: Self) -> Self {
        if bounds.width >= self.width && bounds.height >= self.height { self } else { self.scale_into(bounds) }
    }

    /// Scales the size up or down to the largest that fits into `bounds`, otherwise as [`Self::fit_into`].
    #[must_use]
    pub fn scale_into(self, bounds: Self) -> Self {
        let (x, y) = (f64::from(bounds.width), f64::from(bounds.height));
        let aspect = f64::from(self.width) / f64::from(self.height);
        if x / y >= aspect {
            let width = round_towards(y * aspect, |n| (aspect - n / y).abs());
            Self::new(width, bounds.height)
        } else {
            let height = round_towards(x / aspect, |n| if n == 0.0 { 0.0 } else { (aspect - x / n).abs() });
            Self::new(bounds.width, height)
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// The longest side of a thumbnail in px, the limit of JPEG (T.81 B.2.2).
pub const MAX_SIDE: u32 = 65_535;

/// Rounds `number` to the whole neighbour with the smaller `error`, at least 1. A tie goes to the lower one.
fn round_towards(number: f64, error: impl Fn(f64) -> f64) -> u32 {
    let (low, high) = (number.floor(), number.ceil());
    whole(if error(high) < error(low) { high } else { low }).max(1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and no side is negative")]
pub(super) fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_those_of_pillows_thumbnail() {
        // (source, box, result of Image.thumbnail in Pillow 12)
        let cases = [
            ((4000, 3000), (50, 50), (50, 38)),
            ((3000, 4000), (50, 50), (37, 50)),
            ((4032, 3024), (256, 256), (256, 192)),
            ((6000, 4000), (128, 128), (128, 85)),
            ((1200, 797), (50, 50), (50, 33)),
            ((10000, 1), (50, 50), (50, 1)),
            ((1, 10000), (50, 50), (1, 50)),
            ((40, 30), (50, 50), (40, 30)),
            ((60, 30), (50, 50), (50, 25)),
            ((333, 500), (100, 40), (27, 40)),
        ];
        for ((w, h), (bw, bh), (tw, th)) in cases {
            assert_eq!(Size::new(w, h).fit_into(Size::new(bw, bh)), Size::new(tw, th), "{w}x{h} into {bw}x{bh}");
        }
    }

    #[test]
    fn a_fitted_size_is_never_larger_than_source_or_box() {
        for source in [(1, 1), (49, 51), (7, 900), (5000, 33), (65535, 65535)] {
            for bounds in [(1, 1), (50, 50), (3, 700), (800, 20)] {
                let (source, bounds) = (Size::new(source.0, source.1), Size::new(bounds.0, bounds.1));
                let fitted = source.fit_into(bounds);
                assert!(fitted.width <= source.width.min(bounds.width), "{source} into {bounds}: {fitted}");
                assert!(fitted.height <= source.height.min(bounds.height), "{source} into {bounds}: {fitted}");
                assert!(fitted.width > 0 && fitted.height > 0);
            }
        }
    }
}
