//! Inverse transforms of residuals, which are added to predicted samples (AV1 bitstream specification, 7.13).
//!
//! Coefficients come column by column. The first pass transforms rows, as many as the processor's vectors have lanes, and
//! turns them, so that the second pass finds columns side by side.

mod lanes;
mod lossless;
mod passes;
mod target;
#[cfg(target_arch = "x86_64")]
mod vectors;
mod waves;

pub(crate) use passes::Transformed;
pub(crate) use target::Target;
pub(crate) use waves::Wave;

use crate::block::Dimensions;
use crate::sample::Number;
use passes::{Passes, first_shift};

/// The kind of a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The waves along columns and along rows.
    Waves(Wave, Wave),
    /// Sums and differences, without loss.
    Lossless,
}

/// The coefficients of a block: column by column, as many as its coded part has rows.
#[derive(Debug)]
pub(crate) struct Residual<C> {
    pub(crate) coefficients: Box<[C; COEFFICIENTS]>,
    /// The last column and the last row with a coefficient other than zero.
    pub(crate) last: (usize, usize),
    /// Numbers between the passes.
    between: Box<[C; BETWEEN]>,
}

/// Most coefficients of a block, and room for a vector that begins with the last one.
pub(crate) const COEFFICIENTS: usize = 1024 + 16;
const BETWEEN: usize = 64 * 32 + 16;

impl<C: Number> Residual<C> {
    pub(crate) fn new() -> Self {
        Self {
            coefficients: Box::new([C::default(); COEFFICIENTS]),
            last: (0, 0),
            between: Box::new([C::default(); BETWEEN]),
        }
    }

    /// Sets the coefficients of a block of these dimensions to zero again.
    fn clear(&mut self, size: Dimensions) {
        let rows = 4 * size.coded().height();
        for column in self.coefficients.chunks_exact_mut(rows).take(self.last.0 + 1) {
            column[..=self.last.1].fill(C::default());
        }
        self.last = (0, 0);
    }
}

/// Transforms a residual, adds it to predicted samples, and sets its coefficients to zero.
pub(crate) fn add<T: Transformed>(
    residual: &mut Residual<T::Coefficient>,
    kind: Kind,
    size: Dimensions,
    target: &mut Target<'_, T>,
) {
    match kind {
        Kind::Lossless => lossless::add(&residual.coefficients[..], target),
        Kind::Waves(Wave::Cosine, Wave::Cosine) if residual.last == (0, 0) => {
            add_mean(residual.coefficients[0].into(), size, target);
        }
        Kind::Waves(columns, rows) => {
            let passes = Passes { waves: (columns, rows), size, last: residual.last };
            T::transform(&passes, &residual.coefficients[..], &mut residual.between[..], target);
        }
    }
    residual.clear(size);
}

/// Adds the same number to all samples: what a single DC coefficient becomes.
fn add_mean<T: Transformed>(coefficient: i32, size: Dimensions, target: &mut Target<'_, T>) {
    let shorten = |number: i32| (number * 181 + 128) >> 8;
    let first = if size.log_width.abs_diff(size.log_height) == 1 { shorten(coefficient) } else { coefficient };
    let shift = first_shift(size);
    let turned = (shorten(first) + (1 << shift >> 1)) >> shift;
    let mean = (turned * 181 + 128 + 2048) >> 12;
    let (width, height) = (4 * size.width(), 4 * size.height());
    T::add_mean(mean, (width, height), target);
}

#[cfg(test)]
mod tests;
