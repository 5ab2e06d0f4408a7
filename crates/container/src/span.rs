//! Places parts of a file.

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Bytes before it.
    pub offset: u64,
    /// Its own bytes; the file may end earlier.
    pub len: u64,
}

impl Span {
    /// Returns the place of `part` in `whole`, of which it is a slice.
    #[must_use]
    pub fn of(part: &[u8], whole: &[u8]) -> Self {
        let offset = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
        Self { offset: offset as u64, len: part.len() as u64 }
    }

    /// Returns the offset of the first byte after it.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.offset.saturating_add(self.len)
    }

    /// Returns at most `len` bytes of its start.
    #[must_use]
    pub fn first(self, len: u64) -> Self {
        Self { offset: self.offset, len: self.len.min(len) }
    }

    /// Returns the part of it that a file of `len` bytes holds.
    #[must_use]
    pub fn within(self, len: u64) -> Self {
        self.first(len.saturating_sub(self.offset))
    }

    /// Returns its bytes in a file, as far as they are there.
    #[must_use]
    pub fn slice(self, file: &[u8]) -> &[u8] {
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(file.len());
        &file[place(self.offset)..place(self.end())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_again_by_its_place() {
        let file = [1, 2, 3, 4, 5];
        let span = Span::of(&file[1..4], &file);
        assert_eq!(span, Span { offset: 1, len: 3 });
        assert_eq!(span.slice(&file), [2, 3, 4]);
        assert_eq!(span.slice(&file[..3]), [2, 3], "a file that became shorter");
        assert_eq!(span.within(3), Span { offset: 1, len: 2 });
        assert_eq!(span.within(0), Span { offset: 1, len: 0 });
        assert_eq!(span.within(9).first(1), Span { offset: 1, len: 1 });
        assert!(Span { offset: u64::MAX, len: u64::MAX }.slice(&file).is_empty());
    }
}
