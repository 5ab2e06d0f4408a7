//! Defines the kinds of numbers.

/// The kind of a stored number (4.4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The only one without a sign.
    Byte,
    Short,
    Long,
    LongLong,
    Single,
    Double,
}

impl Kind {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Short => 2,
            Self::Long | Self::Single => 4,
            Self::LongLong | Self::Double => 8,
        }
    }
}
