//! Computes the reduction of an image to its working grid.

use std::num::NonZeroU32;

use super::size::{Size, whole};

/// The least number of working-grid px per thumbnail px on each axis. The real filter reduces them. Measured on
/// photographs, 50 to 800 px: with 2 the worst mean stays above 53 dB, with 1.76 it falls to 46.
pub const MARGIN: f64 = 2.0;

/// The largest factor for which [`MARGIN`] is enough; a larger one must leave [`FAR_MARGIN`]. It is the largest factor
/// of a scaled inverse DCT, so only formats reduced by box means go beyond.
pub const NEAR_FACTOR: u32 = 8;

/// The margin of factors above [`NEAR_FACTOR`]. Far from its target, an image has more detail left in each pixel to
/// alias. Measured at 50 px: with 2 the mean is 50.5 dB, with 4 it is 56.5, and a grid of 200 px costs next to nothing.
pub const FAR_MARGIN: f64 = 4.0;

/// The ratio between the factors of the two axes that makes an image thin. The short side of such an image can't be
/// reduced like its long one, since no thumbnail has less than 1 px, and a common factor would leave the long side
/// millions of px. Rounding to whole px makes no image thin whose thumbnail is 2 px or more on both sides.
pub const THIN: u32 = 4;

/// Source px per px of a working grid, along the rows and down the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// Along the rows.
    pub across: NonZeroU32,
    /// Down the columns.
    pub down: NonZeroU32,
}

impl Factors {
    /// The factors of a grid as large as the image.
    pub const ONE: Self = Self::both(NonZeroU32::MIN);

    /// Returns the same factor for both axes.
    #[must_use]
    pub const fn both(factor: NonZeroU32) -> Self {
        Self { across: factor, down: factor }
    }

    /// Returns the same factor, which must not be 0, for both axes.
    #[cfg(test)]
    pub(crate) fn square(factor: u32) -> Self {
        Self::both(NonZeroU32::new(factor).unwrap())
    }

    /// Returns the factor that both axes allow.
    #[must_use]
    pub fn common(self) -> NonZeroU32 {
        self.across.min(self.down)
    }

    /// Returns half of each factor, at least 1.
    #[must_use]
    pub fn halves(self) -> Self {
        let half = |factor: NonZeroU32| NonZeroU32::new(factor.get() / 2).unwrap_or(NonZeroU32::MIN);
        Self { across: half(self.across), down: half(self.down) }
    }

    /// Returns twice each factor.
    #[must_use]
    pub const fn doubled(self) -> Self {
        let Self { across, down } = self;
        Self { across: across.saturating_add(across.get()), down: down.saturating_add(down.get()) }
    }

    /// Returns the smaller factor on each axis. It serves the targets of both.
    #[must_use]
    pub fn finest(self, other: Self) -> Self {
        Self { across: self.across.min(other.across), down: self.down.min(other.down) }
    }

    /// Returns the grid size of an image of `size`.
    #[must_use]
    pub const fn grid(self, size: Size) -> Size {
        Size::new(size.width.div_ceil(self.across.get()), size.height.div_ceil(self.down.get()))
    }
}

impl Size {
    /// Returns the largest factors of the working grid that keep the margin for `target`. The margin depends on the
    /// factor. A factor is 1 if no larger one keeps it. Both axes share one factor, except those of a [thin](THIN)
    /// image.
    #[must_use]
    pub(crate) fn working_factors(self, target: Self) -> Factors {
        let across = axis_factor(self.width, target.width);
        let down = axis_factor(self.height, target.height);
        let common = across.min(down);
        let is_thin = across.max(down).get() / common >= THIN;
        if is_thin { Factors { across, down } } else { Factors::both(common) }
    }
}

/// Returns the largest factor for one axis.
fn axis_factor(source: u32, target: u32) -> NonZeroU32 {
    let ratio = f64::from(source) / f64::from(target.max(1));
    let near = whole(ratio / MARGIN).min(NEAR_FACTOR);
    NonZeroU32::new(near.max(whole(ratio / FAR_MARGIN))).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_grid_is_the_coarsest_that_keeps_its_margin_on_both_axes() {
        let keeps_margin = |source: Size, target: Size, f: u32| {
            let margin = if f <= NEAR_FACTOR { MARGIN } else { FAR_MARGIN };
            let enough = |from: u32, to: u32| f64::from(from) / f64::from(f) >= margin * f64::from(to);
            enough(source.width, target.width) && enough(source.height, target.height)
        };
        let cases = [
            ((4000, 3000), (50, 38), 19),
            ((1000, 10), (50, 1), 5),
            ((101, 101), (50, 50), 1),
            ((900, 900), (50, 50), 8),
        ];
        for ((w, h), (tw, th), wanted) in cases {
            let (source, target) = (Size::new(w, h), Size::new(tw, th));
            let factors = source.working_factors(target);
            let f = factors.common().get();
            assert_eq!((f, factors), (wanted, Factors::both(factors.common())), "{source} to {target}");
            assert!(f == 1 || keeps_margin(source, target, f));
            assert!((f + 1..100).all(|coarser| !keeps_margin(source, target, coarser)), "{source} to {target}");
        }
        assert_eq!(Size::new(50, 50).working_factors(Size::new(50, 50)), Factors::ONE);
    }

    #[test]
    fn the_working_grid_of_a_thin_picture_is_as_short_as_that_of_any_other() {
        for (width, height) in [(5, 16_711_685), (500_000_000, 1), (10, 50_000_000), (65_535, 3), (7, 9_000)] {
            for bounds in [1, 50, 256, 800] {
                let source = Size::new(width, height);
                let target = source.fit_into(Size::new(bounds, bounds));
                let grid = source.working_factors(target).grid(source);
                // Axes that differ by less keep the same factor, which leaves up to 9 times the margin of 4.
                let most = |target: u32| 9 * THIN * target + 1;
                assert!(grid.width <= most(target.width) && grid.height <= most(target.height), "{source}: {grid}");
                assert!(grid.width >= 2 * target.width || grid.width == width, "{source} to {target}: {grid}");
                assert!(grid.height >= 2 * target.height || grid.height == height, "{source} to {target}: {grid}");
            }
        }
    }

    #[test]
    fn rounding_a_side_makes_no_picture_thin() {
        let mut tried = 0;
        for width in (1..3000).step_by(7) {
            for height in (1..3000).step_by(11) {
                let source = Size::new(width, height);
                for bounds in [10, 50, 256] {
                    let target = source.fit_into(Size::new(bounds, bounds));
                    let factors = source.working_factors(target);
                    if target.width.min(target.height) > 1 {
                        assert_eq!(factors.across, factors.down, "{source} to {target}");
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 100_000, "{tried}");
    }
}
