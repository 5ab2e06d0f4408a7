//! Computes thumbnail dimensions, EXIF orientations and working-grid factors from sizes in px. No pixel is read for
//! that. There are only integers and pure functions.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

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

/// Width and height in px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
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
        if bounds.width >= self.width && bounds.height >= self.height {
            return self;
        }
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

    /// Returns the largest factors of the working grid that keep the margin for `target`. The margin depends on the
    /// factor. A factor is 1 if no larger one keeps it. Both axes share one factor, except those of a [thin](THIN)
    /// image.
    #[must_use]
    pub fn working_factors(self, target: Self) -> Factors {
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

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = String;

    /// Parses `50x50`, or `256` for 256x256. Both sides are at least 1 px.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |digits: &str| {
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err("expected a size such as 50x50, or 256 for 256x256".to_string());
            }
            // A parse error here means too many digits.
            match digits.parse::<u32>() {
                Ok(0) => Err("a side is at least 1 px long".to_string()),
                Ok(n) if n <= MAX_SIDE => Ok(n),
                _ => Err(format!("a side is at most {MAX_SIDE} px long")),
            }
        };
        match text.split_once(['x', 'X', '×']) {
            Some((width, height)) => Ok(Self::new(side(width)?, side(height)?)),
            None => side(text).map(|n| Self::new(n, n)),
        }
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
fn whole(number: f64) -> u32 {
    number as u32
}

/// The position of the stored rows in the upright image. Its EXIF `Orientation` values are 1 to 8 (EXIF 2.32, 4.6.4 A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orientation {
    /// 1: rows run from the top, columns from the left.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    MirroredHorizontally,
    /// 3: turned by 180°.
    UpsideDown,
    /// 4: mirrored top to bottom.
    MirroredVertically,
    /// 5: mirrored along the main diagonal.
    Transposed,
    /// 6: to be turned by 90° clockwise.
    NeedsClockwise,
    /// 7: mirrored along the other diagonal.
    Transversed,
    /// 8: to be turned by 90° counter-clockwise.
    NeedsCounterClockwise,
}

impl Orientation {
    /// The orientations in the order of their EXIF values 1 to 8.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::MirroredHorizontally,
        Self::UpsideDown,
        Self::MirroredVertically,
        Self::Transposed,
        Self::NeedsClockwise,
        Self::Transversed,
        Self::NeedsCounterClockwise,
    ];

    /// Returns the orientation of an EXIF value from 1 to 8. `None` for any other value.
    #[must_use]
    pub fn from_exif(value: u16) -> Option<Self> {
        Self::ALL.get(usize::from(value).checked_sub(1)?).copied()
    }

    /// Returns whether turning upright exchanges width and height.
    #[must_use]
    pub const fn swaps_axes(self) -> bool {
        matches!(self, Self::Transposed | Self::NeedsClockwise | Self::Transversed | Self::NeedsCounterClockwise)
    }

    /// Converts a stored size to the upright one, or the other way round.
    #[must_use]
    pub const fn apply_to(self, stored: Size) -> Size {
        if self.swaps_axes() { stored.transposed() } else { stored }
    }
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

    #[test]
    fn sizes_are_read_as_they_are_typed() {
        assert_eq!("50x40".parse(), Ok(Size::new(50, 40)));
        assert_eq!("256".parse(), Ok(Size::new(256, 256)));
        assert_eq!("50×40".parse(), Ok(Size::new(50, 40)));
        for wrong in ["", "x", "50x", "-1x5", "+1x5", "50x50x50", "1.5", "big"] {
            let error = wrong.parse::<Size>().unwrap_err();
            assert_eq!(error, "expected a size such as 50x50, or 256 for 256x256", "{wrong}");
        }
        assert_eq!("0x50".parse::<Size>(), Err("a side is at least 1 px long".to_string()));
        for long in ["99999", "5x99999999999999999999"] {
            assert_eq!(long.parse::<Size>(), Err("a side is at most 65535 px long".to_string()));
        }
    }

    #[test]
    fn only_the_values_one_to_eight_are_orientations() {
        assert_eq!(Orientation::from_exif(0), None);
        assert_eq!(Orientation::from_exif(9), None);
        assert_eq!(Orientation::from_exif(6), Some(Orientation::NeedsClockwise));
        assert!(Orientation::NeedsClockwise.swaps_axes() && !Orientation::UpsideDown.swaps_axes());
    }
}
