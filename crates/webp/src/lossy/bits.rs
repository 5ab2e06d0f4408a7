//! Reads bits of known probability from a partition: the boolean entropy decoder of RFC 6386, section 7.

/// A reader of the bits of one partition. Zeros follow its end.
#[derive(Debug, Clone)]
pub(super) struct BoolReader<'a> {
    rest: &'a [u8],
    /// The next bits of the stream, from the top, less the values subtracted so far.
    value: u64,
    /// The range of the specification, from 128 to 255.
    range: u32,
    /// Number of bits of the stream in `value`, negative beyond its end.
    bits: i32,
}

impl<'a> BoolReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, value: 0, range: 255, bits: 0 }
    }

    /// Returns the number of bytes that are left.
    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    /// Returns whether the partition is truncated. One byte beyond the end is normal for the last bits.
    pub(super) fn has_run_dry(&self) -> bool {
        self.bits < -8
    }

    /// Reads one bit, 0 with a probability of `probability` / 256.
    #[inline(always)]
    pub(super) fn bit(&mut self, probability: u8) -> bool {
        if self.bits < 8 {
            self.refill();
        }
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        let is_set = (self.value >> 56) as u32 >= split;
        let range = if is_set {
            self.value -= u64::from(split) << 56;
            self.range - split
        } else {
            split
        };
        self.normalize(range << 24);
        is_set
    }

    /// Reads the sign of a number. Signs are unpredictable, so this has no branch.
    #[inline(always)]
    pub(super) fn sign(&mut self, magnitude: i32) -> i32 {
        if self.bits < 8 {
            self.refill();
        }
        let split = (self.range + 1) >> 1;
        let mask = u32::from((self.value >> 56) as u32 >= split).wrapping_neg();
        self.value -= u64::from(split & mask) << 56;
        self.normalize((((self.range - split) & mask) | (split & !mask)) << 24);
        (magnitude ^ mask.cast_signed()) - mask.cast_signed()
    }

    /// Adds whole bytes to the value, as many as fit, so that it has 56 bits at least. Whether they are needed is
    /// unpredictable.
    #[inline(always)]
    pub(super) fn fill(&mut self) {
        if let Some(next) = self.rest.first_chunk::<8>() {
            self.value |= u64::from_be_bytes(*next) >> (self.bits & 63);
            self.rest = &self.rest[(63 - self.bits).cast_unsigned() as usize / 8 % 8..];
            self.bits |= 56;
        } else {
            (self.rest, self.value, self.bits) = add_last_bytes(self.rest, self.value, self.bits);
        }
    }

    /// Returns the value with 24 fraction bits, of which those are right that were filled in, and the range less 128.
    #[inline(always)]
    pub(super) fn peek(&self) -> (u32, usize) {
        ((self.value >> 32) as u32, (self.range & 127) as usize)
    }

    /// Enters the interval of values from `low` up to `high`, with 24 fraction bits.
    #[inline(always)]
    pub(super) fn enter(&mut self, low: u32, high: u32) {
        self.value -= u64::from(low) << 32;
        self.normalize(high - low);
    }

    /// Enters the interval of the values from `low` up.
    #[inline(always)]
    pub(super) fn enter_from(&mut self, low: u32) {
        self.enter(low, self.range << 24);
    }

    /// Takes a width, with 24 fraction bits, for the range.
    #[inline(always)]
    fn normalize(&mut self, width: u32) {
        let shift = width.leading_zeros();
        self.value <<= shift;
        self.range = (width << shift) >> 24;
        self.bits -= shift.cast_signed();
    }

    /// Adds bits to a value that has fewer than 8.
    #[inline(always)]
    fn refill(&mut self) {
        if let Some((next, rest)) = self.rest.split_first_chunk::<4>() {
            self.value |= u64::from(u32::from_be_bytes(*next)) << ((32 - self.bits) & 63);
            self.rest = rest;
            self.bits += 32;
        } else {
            (self.rest, self.value, self.bits) = add_last_bytes(self.rest, self.value, self.bits);
        }
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

#[cfg(test)]
impl BoolReader<'_> {
    /// Returns the value, the range and the number of bits left, however many were read ahead.
    pub(super) fn state(&self) -> (u32, usize, i32) {
        let mut ahead = self.clone();
        ahead.fill();
        let (value, range) = ahead.peek();
        (value, range, ahead.bits + 8 * ahead.rest.len() as i32)
    }
}

/// Adds the last bytes of a partition to a value of `bits` bits.
///
/// A reader whose address is taken would not stay in registers, so its fields are passed by themselves.
#[cold]
#[inline(never)]
fn add_last_bytes(mut rest: &[u8], mut value: u64, mut bits: i32) -> (&[u8], u64, i32) {
    while let Some((byte, after)) = rest.split_first()
        && bits <= 56
    {
        value |= u64::from(*byte) << (56 - bits);
        bits += 8;
        rest = after;
    }
    (rest, value, bits)
}
