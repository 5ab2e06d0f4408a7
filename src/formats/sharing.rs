//! Parts of a file that lie where it says, strips and tiles: such as share their bytes are rare, and thousands that are all
//! the same long one are there to take time. What is read of all of them together is bounded by the file's length.

/// How many bytes may still be read of a file.
#[derive(Debug)]
pub(super) struct LeftToRead(u64);

impl LeftToRead {
    /// Each byte four times, and small parts as often as there is a place for them.
    pub(super) const fn of(file: u64) -> Self {
        Self(file.saturating_mul(4).saturating_add(8 << 20))
    }

    /// Whether a part of so many bytes may be read; once one may not, no other may.
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
