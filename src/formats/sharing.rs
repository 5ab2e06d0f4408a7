//! Bounds the total read of strips and tiles by the file's length. Parts rarely share their bytes, and thousands that
//! share the same long ones are an attack on time.

/// The bytes that may still be read of a file.
#[derive(Debug)]
pub(super) struct LeftToRead(u64);

impl LeftToRead {
    /// Allows each byte four times, and small parts as often as they have a place.
    pub(super) const fn of(file: u64) -> Self {
        Self(file.saturating_mul(4).saturating_add(8 << 20))
    }

    /// Returns whether a part of this many bytes may be read. After one refusal, all others are refused.
    pub(super) fn take(&mut self, bytes: u64) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some() && self.0 > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_may_be_read_some_times_but_not_thousands() {
        let mut left = LeftToRead::of(1 << 20);
        let read = (0..10_000).filter(|_| left.take(1 << 20)).count();
        assert!((4..=20).contains(&read), "{read}");
        assert!(!left.take(1), "what was refused once is not begun again");
        let mut left = LeftToRead::of(1 << 20);
        assert!((0..10_000).all(|_| left.take(1 << 10)), "a blank tile may stand in many places");
    }
}
