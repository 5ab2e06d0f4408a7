//! The scales that a component can be decoded at.

/// How much smaller than its component's grid a plane is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// Every sample.
    #[default]
    Full,
    /// 6×6 samples of a block.
    SixEighths,
    /// 5×5 samples of a block.
    FiveEighths,
    /// Means of 2×2 samples.
    Half,
    /// 3×3 samples of a block.
    ThreeEighths,
    /// Means of 4×4 samples.
    Quarter,
    /// Means of 8×8 samples, which is a block: no AC coefficient is decoded.
    Eighth,
}

impl Scale {
    /// All scales, the coarsest first.
    pub const ALL: [Self; 7] =
        [Self::Eighth, Self::Quarter, Self::ThreeEighths, Self::Half, Self::FiveEighths, Self::SixEighths, Self::Full];

    /// Returns the samples along one side of a block: the number of eighths.
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

    /// Returns the source samples per sample, along one axis: 1 to 8.
    #[must_use]
    pub fn ratio(self) -> f64 {
        8.0 / self.samples() as f64
    }

    /// Returns a length in source samples as one in samples of this scale, exactly where it is whole.
    #[must_use]
    pub fn reduce(self, length: f64) -> f64 {
        length * self.samples() as f64 / 8.0
    }

    /// How many coefficients from the front of the zigzag order hold all that this scale uses.
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
