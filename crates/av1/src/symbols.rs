//! Decodes symbols arithmetically, and adapts their probabilities (AV1 bitstream specification, 8.2 and 8.3).
//!
//! A context of `N` symbols holds `N` − 1 inverse cumulative probabilities, of 32768, and the number of its symbols so far.

/// A context of two symbols.
pub(crate) type Coin = [u16; 2];

/// Least share of a symbol in the range.
const LEAST: u32 = 4;

/// Bits of the window, and those of them that are compared.
const WINDOW: i32 = 64;
const COMPARED: u32 = 48;

/// Symbols after which a context adapts most slowly.
const SETTLED: u16 = 32;

/// A decoder of symbols.
#[derive(Debug, Clone)]
pub(crate) struct Symbols<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The inverse of what the data exceed the range's start by, in the highest bits.
    window: u64,
    range: u32,
    /// Number of bits in the window, less 16.
    spare: i32,
    adapts: bool,
}

impl<'a> Symbols<'a> {
    pub(crate) fn new(bytes: &'a [u8], adapts: bool) -> Self {
        let mut symbols = Self { bytes, at: 0, window: 0, range: 0x8000, spare: -15, adapts };
        symbols.refill();
        symbols
    }

    /// Returns whether more bits were read than there are.
    pub(crate) const fn is_exhausted(&self) -> bool {
        // The window is refilled with zeros, as if the data went on.
        let missing = 8 * (self.at as i64 - self.bytes.len() as i64);
        missing >= self.spare as i64 + 15
    }

    #[inline(always)]
    fn refill(&mut self) {
        let next = match self.bytes.get(self.at..self.at + 8) {
            Some(bytes) => u64::from_be_bytes(bytes.try_into().expect("there are eight")),
            None => self.last_bytes(),
        };
        // What does not fill a whole byte is read again.
        self.window |= !next >> (16 + self.spare);
        let count = (WINDOW - 16 - self.spare) >> 3;
        self.at += count as usize;
        self.spare += 8 * count;
    }

    #[cold]
    fn last_bytes(&self) -> u64 {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut padded = [0; 8];
        padded[..rest.len()].copy_from_slice(rest);
        u64::from_be_bytes(padded)
    }

    /// Goes on with a part of the range, of which `above` is the end that is nearer to zero.
    #[inline(always)]
    fn narrow(&mut self, above: u32, range: u32) {
        let window = self.window - (u64::from(above) << COMPARED);
        let shift = range.leading_zeros() - 16;
        self.window = window << shift;
        self.range = range << shift;
        self.spare -= shift as i32;
        if self.spare < 0 {
            self.refill();
        }
    }

    /// Decodes a symbol of a context.
    #[inline(always)]
    pub(crate) fn symbol<const N: usize, const SIZE: usize>(&mut self, context: &mut [u16; SIZE]) -> usize {
        const { assert!(N <= SIZE && N <= 16) };
        let compared = (self.window >> COMPARED) as u32;
        let (mut upper, mut lower) = (self.range, self.range);
        let mut symbol = 0;
        while symbol < N - 1 {
            upper = lower;
            lower = share(self.range, context[symbol]) + LEAST * (N - 1 - symbol) as u32;
            if compared >= lower {
                break;
            }
            symbol += 1;
        }
        if symbol == N - 1 {
            (upper, lower) = (lower, 0);
        }
        if self.adapts {
            adapt::<N, SIZE>(context, symbol);
        }
        self.narrow(lower, upper - lower);
        symbol
    }

    /// Decodes one of four symbols, without branches that depend on it.
    #[inline(always)]
    pub(crate) fn symbol_of_4(&mut self, context: &mut [u16; 4]) -> usize {
        let compared = (self.window >> COMPARED) as u32;
        let bounds = [
            self.range,
            share(self.range, context[0]) + 3 * LEAST,
            share(self.range, context[1]) + 2 * LEAST,
            share(self.range, context[2]) + LEAST,
            0,
        ];
        let symbol =
            usize::from(compared < bounds[1]) + usize::from(compared < bounds[2]) + usize::from(compared < bounds[3]);
        let (upper, lower) = (bounds[symbol & 3], bounds[(symbol & 3) + 1]);
        if self.adapts {
            adapt::<4, 4>(context, symbol);
        }
        self.narrow(lower, upper - lower);
        symbol
    }

    /// Decodes a symbol of a context of two.
    #[inline(always)]
    pub(crate) fn coin(&mut self, context: &mut Coin) -> bool {
        let lower = share(self.range, context[0]) + LEAST;
        let is_one = self.flip(lower);
        if self.adapts {
            let rate = 4 + (context[1] >> 4);
            if is_one {
                context[0] += (0x8000 - context[0]) >> rate;
            } else {
                context[0] -= context[0] >> rate;
            }
            context[1] += u16::from(context[1] < SETTLED);
        }
        is_one
    }

    /// Decodes a bit with this inverse probability, which does not adapt.
    pub(crate) fn fixed_coin(&mut self, probability: u16) -> bool {
        let lower = share(self.range, probability) + LEAST;
        self.flip(lower)
    }

    /// Decodes a bit that is as often 0 as 1.
    #[inline(always)]
    pub(crate) fn bit(&mut self) -> bool {
        let lower = (self.range >> 8 << 7) + LEAST;
        self.flip(lower)
    }

    #[inline(always)]
    fn flip(&mut self, lower: u32) -> bool {
        let is_one = ((self.window >> COMPARED) as u32) < lower;
        let (above, range) = if is_one { (0, lower) } else { (lower, self.range - lower) };
        self.narrow(above, range);
        is_one
    }

    /// Decodes bits, the highest one first.
    pub(crate) fn bits(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |value, _| value << 1 | u32::from(self.bit()))
    }

    /// Decodes a number below `count`, in as few bits as possible.
    pub(crate) fn below(&mut self, count: u32) -> u32 {
        let width = 32 - count.leading_zeros();
        let spare = (1_u32 << width) - count;
        let value = self.bits(width - 1);
        if value < spare { value } else { (value << 1) - spare + u32::from(self.bit()) }
    }
}

#[inline(always)]
fn share(range: u32, probability: u16) -> u32 {
    ((range >> 8) * u32::from(probability >> 6)) >> 1
}

/// Moves the probabilities of a context towards a symbol (8.3.2).
#[inline(always)]
fn adapt<const N: usize, const SIZE: usize>(context: &mut [u16; SIZE], symbol: usize) {
    let count = context[N - 1];
    let rate = 4 + (count >> 4) + u16::from(N > 3);
    for (index, probability) in context[..N - 1].iter_mut().enumerate() {
        if index < symbol {
            *probability += (0x8000 - *probability) >> rate;
        } else {
            *probability -= *probability >> rate;
        }
    }
    context[N - 1] = count + u16::from(count < SETTLED);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns bytes that look random.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn four_symbols_are_the_same_with_and_without_branches() {
        let bytes = noise(4000);
        let (mut slow, mut fast) = (Symbols::new(&bytes, true), Symbols::new(&bytes, true));
        let (mut slow_context, mut fast_context) = ([24000, 16000, 8000, 0], [24000, 16000, 8000, 0]);
        let mut counts = [0; 4];
        for _ in 0..10_000 {
            let symbol = slow.symbol::<4, 4>(&mut slow_context);
            assert_eq!(fast.symbol_of_4(&mut fast_context), symbol);
            assert_eq!(fast_context, slow_context);
            counts[symbol] += 1;
        }
        assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
    }

    #[test]
    fn data_are_exhausted_only_after_their_end() {
        let bytes = noise(100);
        let mut symbols = Symbols::new(&bytes, false);
        for _ in 0..780 {
            symbols.bit();
        }
        assert!(!symbols.is_exhausted());
        for _ in 0..64 {
            symbols.bit();
        }
        assert!(symbols.is_exhausted());
    }

    #[test]
    fn numbers_below_a_limit_stay_below_it() {
        let bytes = noise(2000);
        let mut symbols = Symbols::new(&bytes, false);
        for limit in [2, 3, 5, 7, 8].repeat(200) {
            assert!(symbols.below(limit) < limit);
        }
    }
}
