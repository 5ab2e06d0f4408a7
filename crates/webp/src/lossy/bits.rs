//! Reads bits of known probability from a partition: the boolean entropy decoder of RFC 6386, section 7.

/// A reader of the bits of one partition. Zeros follow its end.
#[derive(Debug, Clone)]
pub(super) struct BoolReader<'a> {
    rest: &'a [u8],
    /// The next `bits` + 8 bits of the stream, less the values subtracted so far.
    value: u64,
    /// One less than the range of the specification.
    range: u32,
    bits: i32,
    /// Number of bytes that were read beyond the end.
    missing: u32,
}

impl<'a> BoolReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, value: 0, range: 254, bits: -8, missing: 0 }
    }

    /// Returns whether the partition is truncated. One byte beyond the end is normal for the last bits.
    pub(super) fn has_run_dry(&self) -> bool {
        self.missing > 1
    }

    /// Reads one bit, 0 with a probability of `probability` / 256.
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
            // The rest is passed by itself, since a reader whose address is taken does not stay in registers.
            let byte = first_of(self.rest);
            self.rest = self.rest.get(1..).unwrap_or_default();
            self.missing = self.missing.saturating_add(u32::from(byte.is_none()));
            self.value = (self.value << 8) | u64::from(byte.unwrap_or(0));
            self.bits += 8;
        }
    }

    /// Reads one bit as [`Self::flag`] does, as a mask: all ones if it is set. Signs are unpredictable, so this has no branch.
    #[inline(always)]
    pub(super) fn mask(&mut self) -> u32 {
        if self.bits < 0 {
            self.refill();
        }
        let split = self.range >> 1;
        let top = (self.value >> (self.bits & 63)) as u32;
        let mask = u32::from(top > split).wrapping_neg();
        self.value -= u64::from((split + 1) & mask) << (self.bits & 63);
        let range = ((self.range - split) & mask) | ((split + 1) & !mask);
        let shift = range.leading_zeros() - 24;
        self.range = (range << shift) - 1;
        self.bits -= shift.cast_signed();
        mask
    }

    /// Reads one bit, equally likely to be 0 or 1.
    #[inline(always)]
    pub(super) fn flag(&mut self) -> bool {
        self.bit(128)
    }

    /// Reads an unsigned number of `count` bits.
    pub(super) fn number(&mut self, count: u32) -> u8 {
        (0..count).fold(0, |number, _| (number << 1) | u8::from(self.flag()))
    }

    /// Reads a number of `count` bits and its sign.
    pub(super) fn signed(&mut self, count: u32) -> i32 {
        let magnitude = i32::from(self.number(count));
        if self.flag() { -magnitude } else { magnitude }
    }

    /// Reads an optional signed number.
    pub(super) fn optional(&mut self, count: u32) -> Option<i32> {
        self.flag().then(|| self.signed(count))
    }
}

/// Returns the first byte at the end of a partition.
#[cold]
#[inline(never)]
fn first_of(rest: &[u8]) -> Option<u8> {
    rest.first().copied()
}
