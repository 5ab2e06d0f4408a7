//! Samples of one or two bytes, and the coefficients that belong to them.

/// Samples of a plane.
#[derive(Debug, Clone, Copy)]
pub enum Samples<'a> {
    /// Samples of images of 8 bits.
    Bytes(&'a [u8]),
    /// Samples of images with more than 8 bits.
    Words(&'a [u16]),
}

/// A sample of a plane.
pub(crate) trait Sample: Copy + Default + std::fmt::Debug + Eq + Into<i32> + Send + Sync + 'static {
    /// A coefficient, and any number between the passes of a transform.
    type Coefficient: Number;

    /// Converts a number that fits.
    fn of(number: i32) -> Self;

    /// Wraps samples for the sink.
    fn wrap(samples: &[Self]) -> Samples<'_>;
}

impl Sample for u8 {
    type Coefficient = i16;

    #[inline(always)]
    fn of(number: i32) -> Self {
        number as Self
    }

    fn wrap(samples: &[Self]) -> Samples<'_> {
        Samples::Bytes(samples)
    }
}

impl Sample for u16 {
    type Coefficient = i32;

    #[inline(always)]
    fn of(number: i32) -> Self {
        number as Self
    }

    fn wrap(samples: &[Self]) -> Samples<'_> {
        Samples::Words(samples)
    }
}

/// A coefficient or a number between the passes of a transform.
pub(crate) trait Number: Copy + Default + std::fmt::Debug + Into<i32> + Send + Sync + 'static {
    /// Converts a number that fits.
    fn of(number: i32) -> Self;
}

impl Number for i16 {
    #[inline(always)]
    fn of(number: i32) -> Self {
        number as Self
    }
}

impl Number for i32 {
    #[inline(always)]
    fn of(number: i32) -> Self {
        number
    }
}
