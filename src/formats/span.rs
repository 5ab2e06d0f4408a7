//! Places parts of a file.

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats need only a part"))]
pub(crate) struct Span {
    /// Bytes before it.
    pub(crate) offset: u64,
    /// Its own bytes.
    pub(crate) len: u64,
}

impl From<(u64, u64)> for Span {
    /// Takes an offset and a length.
    fn from((offset, len): (u64, u64)) -> Self {
        Self { offset, len }
    }
}

#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats need only a part"))]
impl Span {
    /// Returns the place of `part` in `whole`, of which it is a slice.
    pub(crate) fn of(part: &[u8], whole: &[u8]) -> Self {
        let offset = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
        Self { offset: offset as u64, len: part.len() as u64 }
    }

    /// Returns the offset of the first byte after it.
    pub(crate) const fn end(self) -> u64 {
        self.offset.saturating_add(self.len)
    }

    /// Returns its bytes in a file, as far as they are there.
    pub(crate) fn slice(self, file: &[u8]) -> &[u8] {
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
        assert!(Span { offset: u64::MAX, len: u64::MAX }.slice(&file).is_empty());
    }
}
