//! Arithmetic on samples of one or two bytes.

/// Samples of a plane.
#[derive(Debug, Clone, Copy)]
pub enum Samples<'a> {
    /// Samples of images of 8 bits.
    Bytes(&'a [u8]),
    /// Samples of images with more than 8 bits in a plane.
    Words(&'a [u16]),
}

/// A sample of a plane. Its arithmetic has the width that lets compilers use the most vector lanes.
pub(crate) trait Sample: Copy + Default + std::fmt::Debug + Eq + Send + Sync + 'static {
    /// Converts a number that fits.
    fn of(number: i32) -> Self;

    fn get(self) -> i32;

    /// Returns `((32 - weight) * one + weight * other + 16) / 32`.
    fn blend(one: Self, other: Self, weight: u16) -> Self;

    /// Returns `(a + 2 * b + c + 2) / 4`.
    fn smooth(a: Self, b: Self, c: Self) -> Self;

    /// Wraps samples for the sink.
    fn wrap(samples: &[Self]) -> Samples<'_>;

    /// Adds a residual, between 0 and `most`.
    fn add(self, residual: i16, most: i16) -> Self;
}

impl Sample for u8 {
    fn wrap(samples: &[Self]) -> Samples<'_> {
        Samples::Bytes(samples)
    }

    #[inline(always)]
    fn of(number: i32) -> Self {
        number as Self
    }

    #[inline(always)]
    fn get(self) -> i32 {
        self.into()
    }

    #[inline(always)]
    fn blend(one: Self, other: Self, weight: u16) -> Self {
        (((32 - weight) * u16::from(one) + weight * u16::from(other) + 16) >> 5) as Self
    }

    #[inline(always)]
    fn smooth(a: Self, b: Self, c: Self) -> Self {
        ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) >> 2) as Self
    }

    #[inline(always)]
    fn add(self, residual: i16, _: i16) -> Self {
        i16::from(self).saturating_add(residual).clamp(0, 255) as Self
    }
}

impl Sample for u16 {
    fn wrap(samples: &[Self]) -> Samples<'_> {
        Samples::Words(samples)
    }

    #[inline(always)]
    fn of(number: i32) -> Self {
        number as Self
    }

    #[inline(always)]
    fn get(self) -> i32 {
        self.into()
    }

    #[inline(always)]
    fn blend(one: Self, other: Self, weight: u16) -> Self {
        let (one, other, weight) = (u32::from(one), u32::from(other), u32::from(weight));
        (((32 - weight) * one + weight * other + 16) >> 5) as Self
    }

    #[inline(always)]
    fn smooth(a: Self, b: Self, c: Self) -> Self {
        // Samples have 12 bits at most.
        (a + 2 * b + c + 2) >> 2
    }

    #[inline(always)]
    fn add(self, residual: i16, most: i16) -> Self {
        (self as i16).saturating_add(residual).clamp(0, most) as Self
    }
}
