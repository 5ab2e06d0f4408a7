//! Reads the fixed and Exp-Golomb codes of headers (ITU-T H.265, 9.2).

use crate::error::Error;

/// A reader of bits, the highest one of each byte first.
#[derive(Debug, Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The structure that is read, for messages.
    name: &'static str,
}

impl<'a> Bits<'a> {
    pub(crate) const fn new(bytes: &'a [u8], name: &'static str) -> Self {
        Self { bytes, at: 0, name }
    }

    /// Reads at most 32 bits.
    pub(crate) fn take(&mut self, count: u32) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).ok_or(Error::Truncated(self.name))?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        Ok(self.take(1)? == 1)
    }

    pub(crate) fn skip(&mut self, count: usize) -> Result<(), Error> {
        self.at = self.at.saturating_add(count);
        if self.at > 8 * self.bytes.len() { Err(Error::Truncated(self.name)) } else { Ok(()) }
    }

    /// Reads an unsigned Exp-Golomb code, `ue(v)`.
    pub(crate) fn unsigned(&mut self) -> Result<u32, Error> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return Err(Error::Invalid(self.name));
            }
        }
        Ok((1 << zeros) - 1 + self.take(zeros)?)
    }

    /// Reads an unsigned Exp-Golomb code that is `most` or less.
    pub(crate) fn up_to(&mut self, most: u32) -> Result<u32, Error> {
        let value = self.unsigned()?;
        if value > most { Err(Error::Invalid(self.name)) } else { Ok(value) }
    }

    /// Reads a signed Exp-Golomb code, `se(v)`, whose magnitude is `most` or less.
    pub(crate) fn signed(&mut self, most: i32) -> Result<i32, Error> {
        let code = self.unsigned()?;
        let magnitude = i32::try_from(code.div_ceil(2)).map_err(|_| Error::Invalid(self.name))?;
        if magnitude > most {
            return Err(Error::Invalid(self.name));
        }
        Ok(if code % 2 == 1 { magnitude } else { -magnitude })
    }

    /// Skips the stop bit and the zeros to the next byte, and returns that byte's index.
    pub(crate) fn align(&mut self) -> Result<usize, Error> {
        self.skip(1)?;
        self.at = self.at.next_multiple_of(8);
        Ok(self.at / 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_turn() {
        // 1 | 010 | 011 | 00100 | 00101 | 101 | stop
        let bytes = [0b1010_0110, 0b0100_0010, 0b1101_1000];
        let mut bits = Bits::new(&bytes, "a test");
        assert_eq!([(); 4].map(|()| bits.unsigned().unwrap()), [0, 1, 2, 3]);
        assert_eq!(bits.signed(2), Ok(-2));
        assert_eq!((bits.take(3), bits.align()), (Ok(5), Ok(3)));
        assert_eq!(bits.flag(), Err(Error::Truncated("a test")));
    }

    #[test]
    fn codes_beyond_their_range_are_refused() {
        assert_eq!(Bits::new(&[0b0010_0000], "a test").up_to(2), Err(Error::Invalid("a test")));
        assert_eq!(Bits::new(&[0b0010_0000], "a test").signed(1), Err(Error::Invalid("a test")));
        assert_eq!(Bits::new(&[0; 9], "a test").unsigned(), Err(Error::Invalid("a test")));
    }
}
