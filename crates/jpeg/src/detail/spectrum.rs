//! Defines the power of an image by frequency.

/// The mean power of each frequency of a component.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Mean square of each coefficient of an orthonormal DCT, divided by 64, by vertical and then horizontal frequency.
    /// The sum is the mean variance within a block. The power of the mean, `[0][0]`, is 0.
    pub power: [[f32; 8]; 8],
}
