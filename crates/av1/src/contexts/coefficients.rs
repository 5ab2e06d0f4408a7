//! The contexts of coefficients.

use super::defaults::{Coefficients, fill};
use super::{coarse, fine, finest, medium};
use crate::symbols::Coin;

/// The contexts of coefficients: of each size of transforms, and of luma and chroma.
#[derive(Debug, Clone)]
pub(crate) struct CoefficientContexts {
    /// The position of the last coefficient, for each number of coefficients.
    pub(crate) end_16: [[[u16; 8]; 2]; 2],
    pub(crate) end_32: [[[u16; 8]; 2]; 2],
    pub(crate) end_64: [[[u16; 8]; 2]; 2],
    pub(crate) end_128: [[[u16; 8]; 2]; 2],
    pub(crate) end_256: [[[u16; 16]; 2]; 2],
    pub(crate) end_512: [[u16; 16]; 2],
    pub(crate) end_1024: [[u16; 16]; 2],
    pub(crate) end_high: [[[Coin; 11]; 2]; 5],
    /// The level of the last coefficient, of the others, and what exceeds them.
    pub(crate) last: [[[[u16; 4]; 4]; 2]; 5],
    pub(crate) base: [[[[u16; 4]; 41]; 2]; 5],
    pub(crate) range: [[[[u16; 4]; 21]; 2]; 4],
    /// Whether there is no coefficient.
    pub(crate) zero: [[Coin; 13]; 5],
    pub(crate) dc_sign: [[Coin; 3]; 2],
}

impl CoefficientContexts {
    pub(super) fn new(quantizer: u32) -> Self {
        let defaults: &Coefficients = match quantizer {
            ..=20 => &finest::COEFFICIENTS,
            21..=60 => &fine::COEFFICIENTS,
            61..=120 => &medium::COEFFICIENTS,
            _ => &coarse::COEFFICIENTS,
        };
        let mut contexts = Self {
            end_16: [[[0; 8]; 2]; 2],
            end_32: [[[0; 8]; 2]; 2],
            end_64: [[[0; 8]; 2]; 2],
            end_128: [[[0; 8]; 2]; 2],
            end_256: [[[0; 16]; 2]; 2],
            end_512: [[0; 16]; 2],
            end_1024: [[0; 16]; 2],
            end_high: [[[[0; 2]; 11]; 2]; 5],
            last: [[[[0; 4]; 4]; 2]; 5],
            base: [[[[0; 4]; 41]; 2]; 5],
            range: [[[[0; 4]; 21]; 2]; 4],
            zero: [[[0; 2]; 13]; 5],
            dc_sign: [[[0; 2]; 3]; 2],
        };
        fill(contexts.end_16.as_flattened_mut(), &defaults.end_16);
        fill(contexts.end_32.as_flattened_mut(), &defaults.end_32);
        fill(contexts.end_64.as_flattened_mut(), &defaults.end_64);
        fill(contexts.end_128.as_flattened_mut(), &defaults.end_128);
        fill(contexts.end_256.as_flattened_mut(), &defaults.end_256);
        fill(&mut contexts.end_512, &defaults.end_512);
        fill(&mut contexts.end_1024, &defaults.end_1024);
        fill(contexts.end_high.as_flattened_mut().as_flattened_mut(), &defaults.end_high);
        fill(contexts.last.as_flattened_mut().as_flattened_mut(), &defaults.last);
        fill(contexts.base.as_flattened_mut().as_flattened_mut(), &defaults.base);
        fill(contexts.range.as_flattened_mut().as_flattened_mut(), &defaults.range);
        fill(contexts.zero.as_flattened_mut(), &defaults.zero);
        fill(contexts.dc_sign.as_flattened_mut(), &defaults.dc_sign);
        contexts
    }
}
