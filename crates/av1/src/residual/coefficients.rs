//! Reads a transform's coefficients and multiplies them by the quantiser's steps.

use super::levels::{LevelContexts, Levels, MOST};
use super::scan;
use crate::block::Dimensions;
use crate::contexts::CoefficientContexts;
use crate::sample::Number;
use crate::symbols::Symbols;
use crate::transform::Residual;

/// The order of a transform's coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Square,
    /// Waves along rows only.
    Rows,
    /// Waves along columns only.
    Columns,
}

/// The size, the steps and the contexts of a transform.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coded<'a> {
    pub(crate) size: Dimensions,
    pub(crate) class: Class,
    pub(crate) is_chroma: bool,
    /// Steps of the DC and the other coefficients.
    pub(crate) steps: [u32; 2],
    pub(crate) weights: Option<&'a [u8]>,
    /// Most that a coefficient can be.
    pub(crate) most: i32,
    /// The context of the DC coefficient's sign.
    pub(crate) sign_context: usize,
}

/// Memory for levels.
#[derive(Debug)]
pub(crate) struct Scratch(Levels);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(Levels::new())
    }
}

/// Most of the sum of levels that is kept as a context, and the codes of the DC coefficient's sign.
const MOST_SUM: u32 = 63;
const ZERO: u8 = 0x40;
const POSITIVE: u8 = 0x80;
const NEGATIVE: u8 = 0;

/// Fraction bits of weights, and the bits of levels and of their products.
const WEIGHT: u32 = 5;
const LEVEL: u32 = (1 << 20) - 1;
const PRODUCT: u32 = (1 << 24) - 1;

/// Returns the number of a size in contexts.
pub(crate) const fn size_context(size: Dimensions) -> usize {
    ((size.shorter() + size.longer() + 1) >> 1) as usize
}

/// Reads the coefficients of a transform that has any. Returns their summary, a context of later transforms.
pub(crate) fn read<C: Number>(
    symbols: &mut Symbols<'_>,
    contexts: &mut CoefficientContexts,
    coded: &Coded<'_>,
    scratch: &mut Scratch,
    residual: &mut Residual<C>,
) -> u8 {
    let levels = &mut scratch.0;
    let last = read_last(symbols, contexts, coded);
    let (context, plane) = (size_context(coded.size), usize::from(coded.is_chroma));
    let size = coded.size.coded();
    let mut level_contexts = LevelContexts {
        last: &mut contexts.last[context][plane],
        base: &mut contexts.base[context][plane],
        range: &mut contexts.range[context.min(3)][plane],
    };
    let (log_width, log_height) = (size.log_width + 2, size.log_height + 2);
    let whole = 1_usize << (log_width + log_height);
    let of_last = 1 + usize::from(last > whole / 8) + usize::from(last > whole / 4);
    let place = (last, of_last);
    let ends = match (coded.class, last) {
        (_, 0) => {
            levels.read_first(symbols, &mut level_contexts);
            (0, 0)
        }
        (Class::Square, _) => {
            let scan = scan::of(coded.size);
            match log_height {
                2 => levels.read_square::<2>(symbols, &mut level_contexts, scan, place),
                3 => levels.read_square::<3>(symbols, &mut level_contexts, scan, place),
                4 => levels.read_square::<4>(symbols, &mut level_contexts, scan, place),
                _ => levels.read_square::<5>(symbols, &mut level_contexts, scan, place),
            }
            // All positions before the last one are on its diagonal or above.
            let position = scan[last].position();
            let diagonal = (position >> log_height) + (position & ((1 << log_height) - 1));
            (diagonal, diagonal)
        }
        (Class::Rows, _) => {
            let position = |x: usize, y: usize| y << log_height | x;
            levels.read_line(symbols, &mut level_contexts, (log_height, position), place);
            (last >> log_height, usize::MAX)
        }
        (Class::Columns, _) => {
            let position = |x: usize, y: usize| x << log_height | y;
            levels.read_line(symbols, &mut level_contexts, (log_width, position), place);
            (usize::MAX, last >> log_width)
        }
    };
    residual.last = (ends.0.min((1 << log_width) - 1), ends.1.min((1 << log_height) - 1));
    let dc_sign = &mut contexts.dc_sign[plane][coded.sign_context];
    scale(symbols, dc_sign, coded, levels, residual)
}

/// Reads the place of the last coefficient in the scan.
fn read_last(symbols: &mut Symbols<'_>, contexts: &mut CoefficientContexts, coded: &Coded<'_>) -> usize {
    let plane = usize::from(coded.is_chroma);
    let line = usize::from(coded.class != Class::Square);
    let size = coded.size.coded();
    let group = match size.log_width + size.log_height {
        0 => symbols.symbol::<5, 8>(&mut contexts.end_16[plane][line]),
        1 => symbols.symbol::<6, 8>(&mut contexts.end_32[plane][line]),
        2 => symbols.symbol::<7, 8>(&mut contexts.end_64[plane][line]),
        3 => symbols.symbol::<8, 8>(&mut contexts.end_128[plane][line]),
        4 => symbols.symbol::<9, 16>(&mut contexts.end_256[plane][line]),
        5 => symbols.symbol::<10, 16>(&mut contexts.end_512[plane]),
        _ => symbols.symbol::<11, 16>(&mut contexts.end_1024[plane]),
    };
    if group < 2 {
        return group;
    }
    let high = symbols.coin(&mut contexts.end_high[size_context(coded.size)][plane][group]);
    (2 | usize::from(high)) << (group - 2) | symbols.bits(group as u32 - 2) as usize
}

/// Reads signs and what exceeds the levels, and multiplies by the quantiser's steps (7.12.3).
fn scale<C: Number>(
    symbols: &mut Symbols<'_>,
    dc_sign: &mut [u16; 2],
    coded: &Coded<'_>,
    levels: &Levels,
    residual: &mut Residual<C>,
) -> u8 {
    let shift = size_context(coded.size).saturating_sub(2);
    let (mut sum, mut sign) = (0_u32, ZERO);
    for (position, level) in levels.iter() {
        let is_dc = position == 0;
        let is_negative = if is_dc { symbols.coin(dc_sign) } else { symbols.bit() };
        let mut step = coded.steps[usize::from(!is_dc)];
        if let Some(weights) = coded.weights {
            step = (step * u32::from(weights[position]) + (1 << WEIGHT >> 1)) >> WEIGHT;
        }
        let level = if level >= MOST { read_rest(symbols).wrapping_add(MOST) & LEVEL } else { level };
        sum = sum.saturating_add(level);
        let product = ((step.wrapping_mul(level) & PRODUCT) >> shift) as i32;
        let number = product.min(coded.most + i32::from(is_negative));
        residual.coefficients[position & 1023] = C::of(if is_negative { -number } else { number });
        if is_dc {
            sign = if is_negative { NEGATIVE } else { POSITIVE };
        }
    }
    sum.min(MOST_SUM) as u8 | sign
}

/// Reads a number by its length (4.10.9).
fn read_rest(symbols: &mut Symbols<'_>) -> u32 {
    let mut length = 0;
    while length < 32 && !symbols.bit() {
        length += 1;
    }
    (0..length).fold(1_u32, |value, _| (value << 1).wrapping_add(symbols.bit().into())).wrapping_sub(1)
}
