//! The kinds of prediction (AV1 bitstream specification, 7.11.2).

/// Modes of prediction, by their numbers in the bitstream (6.10.11).
pub(crate) mod modes {
    pub(crate) const DC: u8 = 0;
    pub(crate) const VERTICAL: u8 = 1;
    pub(crate) const HORIZONTAL: u8 = 2;
    pub(crate) const LAST_DIRECTIONAL: u8 = 8;
    pub(crate) const SMOOTH: u8 = 9;
    pub(crate) const SMOOTH_VERTICAL: u8 = 10;
    pub(crate) const SMOOTH_HORIZONTAL: u8 = 11;
    pub(crate) const PAETH: u8 = 12;
    pub(crate) const FROM_LUMA: u8 = 13;
}

/// A prediction of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prediction {
    Mean,
    /// The angle in degrees.
    Direction(u32),
    Smooth,
    SmoothVertical,
    SmoothHorizontal,
    Paeth,
    /// The number of the filter.
    Recursive(usize),
}

/// Angles of the directional modes.
const ANGLES: [u32; 8] = [90, 180, 45, 135, 113, 157, 203, 67];

impl Prediction {
    /// Returns the prediction of a mode, whose angle is changed by `delta` steps.
    pub(crate) fn of_mode(mode: u8, delta: i32) -> Self {
        match mode {
            modes::VERTICAL..=modes::LAST_DIRECTIONAL => {
                Self::Direction(ANGLES[usize::from(mode) - 1].wrapping_add_signed(3 * delta))
            }
            modes::SMOOTH => Self::Smooth,
            modes::SMOOTH_VERTICAL => Self::SmoothVertical,
            modes::SMOOTH_HORIZONTAL => Self::SmoothHorizontal,
            modes::PAETH => Self::Paeth,
            _ => Self::Mean,
        }
    }
}
