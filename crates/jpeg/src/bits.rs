//! Reads bits from entropy-coded bytes without stuffing, most significant bit first.
//!
//! A refill has no branch except the bounds check of its load. It ORs the next 8 bytes below the available bits and
//! advances by the whole bytes that fit; bits of a byte that fits in part are ORed again later, which changes nothing.
//! After the end follow zeros, as in libjpeg.
//!
//! A stream is passed by value: functions that are called rarely take and return it, so that hot loops keep it in
//! registers.

/// A stream of bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// The first byte that is not counted in `count`.
    at: usize,
    window: u64,
    /// Number of valid bits at the top of `window`, in the low 6 bits. Subtractions leave garbage above them.
    count: u32,
    /// Whether an invalid code was read.
    bad: bool,
}

impl<'a> Bits<'a> {
    /// Returns a stream that begins with byte `at`.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, window: 0, count: 0, bad: false }
    }

    /// Records an invalid code.
    pub(crate) fn set_bad(&mut self) {
        self.bad = true;
    }

    /// Returns whether an invalid code was read since the last call.
    pub(crate) fn take_bad(&mut self) -> bool {
        std::mem::take(&mut self.bad)
    }

    /// Makes at least 56 bits available.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        // No offset has the highest bit set, so the end does not overflow, which saves a comparison.
        let at = self.at & (usize::MAX >> 1);
        let next = match self.bytes.get(at..at + 8).and_then(|rest| rest.first_chunk::<8>()) {
            Some(&chunk) => u64::from_be_bytes(chunk),
            None => last_bytes(self.bytes, self.at),
        };
        let count = self.count & 63;
        self.window |= next >> count;
        self.at += ((63 - count) >> 3) as usize;
        self.count = count | 56;
    }

    /// Returns the next `n` bits, 1 to 32, without consuming them.
    #[inline(always)]
    pub(crate) fn peek(&self, n: u32) -> u64 {
        self.window >> (64 - n)
    }

    /// Consumes `n` bits, at most 63 and no more than are available.
    #[inline(always)]
    pub(crate) fn consume(&mut self, n: u32) {
        debug_assert!(n <= self.count & 63, "consumed {n} bits of {}", self.count & 63);
        self.consume_low(n);
    }

    /// Consumes as many bits as the low 6 bits of `n` say. This saves the hot loop the masking.
    #[inline(always)]
    pub(crate) fn consume_low(&mut self, n: u32) {
        self.window <<= n & 63;
        self.count = self.count.wrapping_sub(n);
    }

    /// Consumes and returns the next `n` bits, 0 to 16.
    #[inline(always)]
    pub(crate) fn take(&mut self, n: u32) -> u32 {
        let value = (self.window >> 1 >> (63 - n)) as u32;
        self.consume(n);
        value
    }

    /// Returns the number of consumed bits, counted from the first byte of the slice.
    #[inline(always)]
    pub(crate) fn position(&self) -> u64 {
        self.at as u64 * 8 - u64::from(self.count & 63)
    }
}

/// Returns up to 8 bytes from the end of the data, padded with zeros.
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
