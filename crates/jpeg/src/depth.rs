//! Samples of another precision than 8 bits, brought to the range of 0 to 255.

use super::header::{ColorModel, Header};

/// How a component's samples become samples of 8 bits: its darkest 0, its lightest 255, no chroma 128.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depth {
    bits: u8,
    factor: f32,
    offset: f32,
}

impl Depth {
    /// Returns that of a component.
    pub(crate) fn of(header: &Header, component: usize) -> Self {
        let bits = header.precision;
        let factor = 255.0 / ((1_u32 << bits) - 1) as f32;
        let middle = (1_u32 << bits >> 1) as f32;
        let is_chroma = matches!(header.color, ColorModel::YCbCr | ColorModel::Ycck) && matches!(component, 1 | 2);
        Self { bits, factor, offset: if is_chroma { 128.0 - middle * factor } else { 0.0 } }
    }

    /// Converts a sample.
    pub(crate) fn apply(self, sample: f32) -> f32 {
        sample * self.factor + self.offset
    }

    /// Converts samples that were divided to have 8 bits before the point.
    pub(crate) fn stretch(self, samples: &mut [f32]) {
        let whole = f32::from(1_u16 << self.bits.saturating_sub(8));
        samples.iter_mut().for_each(|sample| *sample = self.apply(*sample * whole));
    }
}
