//! Reads the fields of headers, which are not coded arithmetically (AV1 bitstream specification, 4.10).

use crate::error::Error;

/// A reader of bits, the highest of each byte first.
#[derive(Debug, Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Reads the next `count` bits, at most 32.
    pub(crate) fn take(&mut self, count: u32) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or(Error::Truncated("a header"))?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        Ok(self.take(1)? == 1)
    }

    /// Reads a number with a sign of `count` bits in all.
    pub(crate) fn signed(&mut self, count: u32) -> Result<i32, Error> {
        let value = self.take(count)? as i32;
        Ok(if value >> (count - 1) != 0 { value - (1 << count) } else { value })
    }

    /// Reads a number below `count`, in as few bits as possible.
    pub(crate) fn below(&mut self, count: u32) -> Result<u32, Error> {
        let width = 32 - count.leading_zeros();
        let spare = (1_u32 << width) - count;
        let value = self.take(width - 1)?;
        if value < spare {
            return Ok(value);
        }
        Ok((value << 1) - spare + self.take(1)?)
    }

    /// Reads a number of variable length.
    pub(crate) fn variable(&mut self) -> Result<u32, Error> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        if zeros >= 32 { Ok(u32::MAX) } else { Ok(self.take(zeros)? + ((1_u32 << zeros) - 1)) }
    }

    /// Returns what follows the byte that was read last.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at.div_ceil(8)..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_each_kind_follow_one_another() {
        // 101, then -1 of 3 bits, then 2 of 3 (bits 11), then 00101 for 4, and padding.
        let mut bits = Bits::new(&[0b1011_1111, 0b0010_1000, 7]);
        assert_eq!(bits.take(3), Ok(5));
        assert_eq!(bits.signed(3), Ok(-1));
        assert_eq!(bits.below(3), Ok(2));
        assert_eq!(bits.variable(), Ok(4));
        assert_eq!(bits.rest(), &[7]);
        assert_eq!(bits.take(20), Err(Error::Truncated("a header")));
    }
}
