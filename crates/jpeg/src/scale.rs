//! Defines the scales at which a component can be decoded.

/// The scale of a plane relative to its component, per axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// 8/8: all samples.
    #[default]
    Full,
    /// 6/8: 6×6 samples per block.
    SixEighths,
    /// 5/8: 5×5 samples per block.
    FiveEighths,
    /// 4/8: means of 2×2 samples.
    Half,
    /// 3/8: 3×3 samples per block.
    ThreeEighths,
    /// 2/8: means of 4×4 samples.
    Quarter,
    /// 1/8: means of 8×8 samples, one per block. No AC coefficient is decoded.
    Eighth,
}

impl Scale {
    /// All scales, coarsest first.
    pub const ALL: [Self; 7] =
        [Self::Eighth, Self::Quarter, Self::ThreeEighths, Self::Half, Self::FiveEighths, Self::SixEighths, Self::Full];

    /// Returns the number of samples along one side of a block: 1 to 6, or 8.
    #[must_use]
    pub const fn samples(self) -> usize {
        match self {
            Self::Full => 8,
            Self::SixEighths => 6,
            Self::FiveEighths => 5,
            Self::Half => 4,
            Self::ThreeEighths => 3,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }

    /// Returns the number of source samples per sample along one axis, 1 to 8.
    #[must_use]
    pub fn ratio(self) -> f64 {
        8.0 / self.samples() as f64
    }

    /// Converts a length from source samples to samples of this scale. The result is exact for integers.
    #[must_use]
    pub fn reduce(self, length: f64) -> f64 {
        length * self.samples() as f64 / 8.0
    }

    /// Returns the length of the shortest zigzag prefix that contains all used coefficients.
    pub(crate) const fn kept(self) -> usize {
        match self {
            Self::Full => 64,
            Self::SixEighths => 52,
            Self::FiveEighths => 40,
            Self::Half => 25,
            Self::ThreeEighths => 13,
            Self::Quarter => 5,
            Self::Eighth => 1,
        }
    }
}
