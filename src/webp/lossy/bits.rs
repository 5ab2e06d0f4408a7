//! Bytes of a partition → bits of known probability: the boolean entropy decoder of RFC 6386, section 7.

/// Reads bits of one partition. Where it ends, zeros follow.
#[derive(Debug, Clone)]
pub(super) struct BoolReader<'a> {
    rest: &'a [u8],
    /// `bits` + 8 bits of the stream, less what was subtracted on the way.
    value: u64,
    /// One less than the range of the specification.
    range: u32,
    bits: i32,
    /// Bytes that were needed and not there.
    missing: u32,
}

impl<'a> BoolReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, value: 0, range: 254, bits: -8, missing: 0 }
    }

    /// Whether more was read than is there. The last bits of a whole partition may lie in one byte more.
    pub(super) fn has_run_dry(&self) -> bool {
        self.missing > 1
    }

    /// One bit, 0 with a probability of `probability` / 256.
    #[inline(always)]
    pub(super) fn bit(&mut self, probability: u8) -> bool {
        if self.bits < 0 {
            self.refill();
        }
        let split = (self.range * u32::from(probability)) >> 8;
        let top = (self.value >> (self.bits & 63)) as u32;
        let is_set = top > split;
        let range = if is_set {
            self.value -= u64::from(split + 1) << (self.bits & 63);
            self.range - split
        } else {
            split + 1
        };
        let shift = range.leading_zeros() - 24;
        self.range = (range << shift) - 1;
        self.bits -= shift.cast_signed();
        is_set
    }

    #[inline(always)]
    fn refill(&mut self) {
        if let Some(next) = self.rest.first_chunk::<8>() {
            self.value = (self.value << 56) | (u64::from_be_bytes(*next) >> 8);
            self.bits += 56;
            self.rest = &self.rest[7..];
        } else {
            self.refill_at_the_end();
        }
    }

    #[cold]
    #[inline(never)]
    fn refill_at_the_end(&mut self) {
        let next = self.rest.split_first();
        self.missing = self.missing.saturating_add(u32::from(next.is_none()));
        let (byte, rest) = next.map_or((0, self.rest), |(byte, rest)| (*byte, rest));
        self.value = (self.value << 8) | u64::from(byte);
        self.bits += 8;
        self.rest = rest;
    }

    /// One bit, either as likely.
    #[inline(always)]
    pub(super) fn flag(&mut self) -> bool {
        self.bit(128)
    }

    /// An unsigned number of `count` bits.
    pub(super) fn number(&mut self, count: u32) -> u8 {
        (0..count).fold(0, |number, _| (number << 1) | u8::from(self.flag()))
    }

    /// A number of `count` bits and its sign.
    pub(super) fn signed(&mut self, count: u32) -> i32 {
        let magnitude = i32::from(self.number(count));
        if self.flag() { -magnitude } else { magnitude }
    }

    /// A signed number that need not be there.
    pub(super) fn optional(&mut self, count: u32) -> Option<i32> {
        self.flag().then(|| self.signed(count))
    }
}
