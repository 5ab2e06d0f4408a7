//! Defines EXIF orientations.

use super::size::Size;

/// The position of the stored rows in the upright image. Its EXIF `Orientation` values are 1 to 8 (EXIF 2.32, 4.6.4 A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
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

    /// Returns whether the stored columns run against the axis of the upright image that they become.
    #[must_use]
    pub const fn reverses_columns(self) -> bool {
        matches!(self, Self::MirroredHorizontally | Self::UpsideDown | Self::Transversed | Self::NeedsCounterClockwise)
    }

    /// Returns whether the stored rows run against the axis of the upright image that they become.
    #[must_use]
    pub const fn reverses_rows(self) -> bool {
        matches!(self, Self::MirroredVertically | Self::UpsideDown | Self::Transversed | Self::NeedsClockwise)
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
    fn only_the_values_one_to_eight_are_orientations() {
        assert_eq!(Orientation::from_exif(0), None);
        assert_eq!(Orientation::from_exif(9), None);
        assert_eq!(Orientation::from_exif(6), Some(Orientation::NeedsClockwise));
        assert!(Orientation::NeedsClockwise.swaps_axes() && !Orientation::UpsideDown.swaps_axes());
    }
}
