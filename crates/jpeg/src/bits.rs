//! The bit reader. In: entropy-coded bytes without stuffing. Out: bits, the first one on top.
//!
//! A refill has no branch but the bounds check of its load: it ors the next 8 bytes below the bits at hand and
//! advances by the whole bytes that found room; bits of a byte that found room in part are or-ed again
//! later, which changes nothing. Behind the end there are zeros, as libjpeg reads them.
//!
//! A stream is a value: what is called rarely takes it and gives it back, so that hot loops keep it in registers.

/// A stream of bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte that has not been counted in `count`.
    at: usize,
    window: u64,
    /// Valid bits at the top of `window`, in the low 6 bits; what is above them is left over from subtractions.
    count: u32,
    /// Whether bits were met that are no code.
    bad: bool,
}

impl<'a> Bits<'a> {
    /// A stream that begins with byte `at`.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, window: 0, count: 0, bad: false }
    }

    /// Takes note of bits that are no code.
    pub(crate) fn set_bad(&mut self) {
        self.bad = true;
    }

    /// Whether bits were met that are no code since this was last asked.
    pub(crate) fn take_bad(&mut self) -> bool {
        std::mem::take(&mut self.bad)
    }

    /// Makes at least 56 bits available.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let next = match self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(&chunk) => u64::from_be_bytes(chunk),
            None => last_bytes(self.bytes, self.at),
        };
        let count = self.count & 63;
        self.window |= next >> count;
        self.at += ((63 - count) >> 3) as usize;
        self.count = count | 56;
    }

    /// The next `n` bits, 1 to 32.
    #[inline(always)]
    pub(crate) fn peek(&self, n: u32) -> u64 {
        self.window >> (64 - n)
    }

    /// Passes `n` bits, at most 63 and no more than are available.
    #[inline(always)]
    pub(crate) fn consume(&mut self, n: u32) {
        debug_assert!(n <= self.count & 63, "consumed {n} bits of {}", self.count & 63);
        self.consume_low(n);
    }

    /// Passes as many bits as the low 6 bits of `n` say; saves the hot loop the masking.
    #[inline(always)]
    pub(crate) fn consume_low(&mut self, n: u32) {
        self.window <<= n & 63;
        self.count = self.count.wrapping_sub(n);
    }

    /// Takes the next `n` bits, 0 to 16.
    #[inline(always)]
    pub(crate) fn take(&mut self, n: u32) -> u32 {
        let value = (self.window >> 1 >> (63 - n)) as u32;
        self.consume(n);
        value
    }

    /// How many bits have been consumed, counted from the first byte of the slice.
    #[inline(always)]
    pub(crate) fn position(&self) -> u64 {
        self.at as u64 * 8 - u64::from(self.count & 63)
    }
}

/// Up to 8 bytes from the end of the data, filled up with zeros.
#[cold]
#[inline(never)]
fn last_bytes(bytes: &[u8], at: usize) -> u64 {
    let mut chunk = [0; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    for (to, &from) in chunk.iter_mut().zip(rest) {
        *to = from;
    }
    u64::from_be_bytes(chunk)
}
