//! The power of an image by frequency.

/// The mean power of a component's frequencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// By vertical frequency, then by horizontal one, the mean square of the coefficient of an orthonormal DCT over 64: they
    /// sum to the mean variance within a block. That of the mean is 0.
    pub power: [[f32; 8]; 8],
}
