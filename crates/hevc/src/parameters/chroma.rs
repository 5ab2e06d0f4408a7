//! The sampling of chroma.

/// Sampling of chroma relative to luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    None,
    Half,
    HalfWidth,
    Full,
}

impl Chroma {
    /// Returns the binary logarithms of luma samples for each chroma sample, along and down.
    pub(crate) const fn shifts(self) -> (u32, u32) {
        match self {
            Self::None | Self::Full => (0, 0),
            Self::Half => (1, 1),
            Self::HalfWidth => (1, 0),
        }
    }

    /// Returns the quantiser of chroma for an index that the offsets are added to (ITU-T H.265, table 8-10).
    pub(crate) fn quantiser(self, index: i32) -> i32 {
        match (self, index) {
            (Self::Half, 30..=43) => OF_HALF[(index - 30) as usize],
            (Self::Half, 44..) => index - 6,
            _ => index.min(51),
        }
    }
}

/// The quantisers of chroma of half size, from 30 on.
const OF_HALF: [i32; 14] = [29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37, 37];
