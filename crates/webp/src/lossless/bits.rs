//! Reads the bits of a lossless stream, lowest first in each byte (RFC 9649, 3.1).

/// A reader of bits. Beyond the end they are 0.
#[derive(Debug, Clone)]
pub(super) struct BitReader<'a> {
    rest: &'a [u8],
    /// The buffered bits, the next one lowest, and their number.
    word: u64,
    count: u32,
    /// Number of bits from beyond the end that were ever buffered.
    beyond: u32,
}

impl<'a> BitReader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, word: 0, count: 0, beyond: 0 }
    }

    /// Ensures that 56 bits are buffered.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(next) = self.rest.first_chunk::<8>() {
            // Bits that don't fit are read again the next time.
            self.word |= u64::from_le_bytes(*next) << self.count;
            self.rest = &self.rest[(63 - self.count as usize) / 8..];
            self.count |= 56;
        } else {
            *self = refill_at_end(self.clone());
        }
    }

    /// Ensures that 15 bits are buffered, which is usually so already.
    #[inline(always)]
    pub(super) fn refill_for_a_code(&mut self) {
        if self.count < 15 {
            self.refill();
        }
    }

    /// Returns the buffered bits.
    #[inline(always)]
    pub(super) const fn peek(&self) -> u64 {
        self.word
    }

    /// Drops buffered bits.
    #[inline(always)]
    pub(super) const fn drop_bits(&mut self, count: u32) {
        self.word >>= count;
        self.count -= count;
    }

    /// Takes up to 32 buffered bits.
    #[inline(always)]
    pub(super) const fn take(&mut self, count: u32) -> u32 {
        let bits = self.word & ((1 << count) - 1);
        self.drop_bits(count);
        bits as u32
    }

    /// Reads up to 32 bits.
    pub(super) fn read(&mut self, count: u32) -> u32 {
        self.refill();
        self.take(count)
    }

    /// Returns whether bits beyond the end were taken.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.beyond > self.count
    }
}

/// Buffers the last bytes. A reader whose address is taken does not stay in registers, so it is passed as a value.
#[cold]
#[inline(never)]
fn refill_at_end(mut reader: BitReader<'_>) -> BitReader<'_> {
    while reader.count < 56 {
        if let Some((byte, rest)) = reader.rest.split_first() {
            reader.word |= u64::from(*byte) << reader.count;
            reader.rest = rest;
        } else {
            reader.beyond = reader.beyond.saturating_add(8);
        }
        reader.count += 8;
    }
    reader
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_lowest_first_and_end_with_the_bytes() {
        let bytes: Vec<u8> = (0..40).map(|i: u32| (i * 37 + 11) as u8).collect();
        let bit = |at: usize| u32::from(bytes[at / 8] >> (at % 8) & 1);
        let mut reader = BitReader::new(&bytes);
        let mut at = 0;
        for count in (1..=17).cycle() {
            if at + count > bytes.len() * 8 {
                break;
            }
            let wanted = (0..count).map(|i| bit(at + i) << i).sum::<u32>();
            assert_eq!(reader.read(count as u32), wanted, "{count} bits at {at}");
            at += count;
        }
        let left = (bytes.len() * 8 - at) as u32;
        reader.read(left);
        assert!(!reader.is_exhausted());
        assert_eq!(reader.read(1), 0);
        assert!(reader.is_exhausted());
    }
}
