use std::{error, fmt};

/// The longest side in px: frame headers have 16 bits for it (T.81, B.2.2).
pub const MAX_SIDE: u32 = 65_535;

/// The reason why an image can't be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// A side of this many px is longer than [`MAX_SIDE`].
    Side(usize),
    /// The planes lack samples, or their sizes do not fit each other.
    Planes,
    /// The ICC profile has more than 255 segments can hold, some 16 MB.
    Profile,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Side(side) => write!(f, "a side of {side} px is too long for a JPEG, the limit is {MAX_SIDE}"),
            Self::Planes => write!(f, "the sizes of the planes do not fit each other"),
            Self::Profile => write!(f, "the ICC profile is too long for a JPEG"),
        }
    }
}

impl error::Error for EncodeError {}
