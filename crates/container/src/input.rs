//! Reads pieces of an input at any offset, within a budget.

use std::{fmt, io};

use super::span::Span;

/// A source of bytes: memory, or a file that is read only where necessary.
///
/// A slice of bytes is one. The readers of this crate need only [`length`](Self::length) and [`read_at`](Self::read_at).
///
/// # Examples
///
/// ```
/// use std::fs::File;
/// use std::io::{Read, Result, Seek, SeekFrom};
///
/// use photo_container::{Input, sniff_raw};
///
/// struct OnDisk {
///     file: File,
///     length: u64,
/// }
///
/// impl Input for OnDisk {
///     fn length(&self) -> u64 {
///         self.length
///     }
///
///     fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
///         self.file.seek(SeekFrom::Start(offset))?;
///         let count = buffer.len().min(usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX));
///         self.file.read_exact(&mut buffer[..count])?;
///         Ok(count)
///     }
/// }
///
/// # fn main() -> Result<()> {
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/two-previews.dng");
/// let file = File::open(path)?;
/// let length = file.metadata()?.len();
/// assert!(sniff_raw(&mut OnDisk { file, length })?.is_some());
/// # Ok(())
/// # }
/// ```
pub trait Input {
    /// Returns the number of bytes.
    fn length(&self) -> u64;

    /// Fills `buffer` from `offset` on, and returns the number of bytes read. It is less than the buffer holds only at
    /// the end of the input.
    ///
    /// # Errors
    /// The system's error.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Returns whether each read is a request to another machine, so that bytes that are not needed cost more than further reads.
    fn is_remote(&self) -> bool {
        false
    }

    /// Returns the whole input, in memory.
    ///
    /// # Errors
    /// The system's error; [`Unsupported`](io::ErrorKind::Unsupported) unless the type provides it.
    fn whole(&mut self) -> io::Result<&[u8]> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the first `length` bytes in memory, or all if there are fewer; bytes already held may follow.
    ///
    /// # Errors
    /// The system's error.
    fn start(&mut self, length: u64) -> io::Result<&[u8]> {
        let whole = self.whole()?;
        Ok(&whole[..usize::try_from(length).unwrap_or(usize::MAX).min(whole.len())])
    }
}

/// Reads a part of the input, such as a preview.
///
/// # Errors
/// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) if the input ends earlier, [`OutOfMemory`](io::ErrorKind::OutOfMemory),
/// or the system's error.
pub fn read_piece(input: &mut dyn Input, span: Span) -> io::Result<Vec<u8>> {
    let out_of_memory = || io::Error::from(io::ErrorKind::OutOfMemory);
    if span.offset.checked_add(span.len).is_none_or(|end| end > input.length()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let length = usize::try_from(span.len).map_err(|_| out_of_memory())?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| out_of_memory())?;
    bytes.resize(length, 0);
    let count = input.read_at(span.offset, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

impl Input for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn whole(&mut self) -> io::Result<&[u8]> {
        Ok(self)
    }
}

/// Limit of bytes read for the structure of one file. Real files take less than a tenth of it.
const BUDGET: usize = 2 << 20;

/// A reader of pieces for the structure of a file.
///
/// It reads at most 2 MiB in all. A failed read returns `None`, and [`finish`](Self::finish) returns the system's first
/// error.
pub struct Reader<'a> {
    input: &'a mut dyn Input,
    left: usize,
    error: Option<io::Error>,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("left", &self.left).field("error", &self.error).finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    /// Returns a reader of `input` with its whole budget.
    pub fn new(input: &'a mut dyn Input) -> Self {
        Self { input, left: BUDGET, error: None }
    }

    /// Returns the number of bytes of the input.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.input.length()
    }

    /// Returns `N` bytes at `offset`. `None` unless all of them are there.
    pub fn array<const N: usize>(&mut self, offset: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.fill(offset, &mut bytes)? == N).then_some(bytes)
    }

    /// Returns `length` bytes at `offset`. `None` unless all of them are there.
    pub fn bytes(&mut self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let bytes = self.up_to(offset, length)?;
        (bytes.len() == length).then_some(bytes)
    }

    /// Returns up to `length` bytes at `offset`: fewer at the end of the input or of the budget.
    pub fn up_to(&mut self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let there = usize::try_from(self.length().saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(there).min(self.left)];
        let count = self.fill(offset, &mut bytes)?;
        bytes.truncate(count);
        Some(bytes)
    }

    fn fill(&mut self, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        self.left = self.left.checked_sub(buffer.len())?;
        match self.input.read_at(offset, buffer) {
            Ok(count) => Some(count),
            Err(error) => {
                self.error.get_or_insert(error);
                None
            }
        }
    }

    /// Returns `result`, or the system's first error.
    ///
    /// # Errors
    /// The system refused to read.
    pub fn finish<T>(self, result: T) -> io::Result<T> {
        self.error.map_or(Ok(result), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_or_not_there() {
        let mut input = [1_u8, 2, 3, 4].as_slice();
        let mut reader = Reader::new(&mut input);
        assert_eq!(reader.array(1), Some([2, 3]));
        assert_eq!(reader.array::<3>(2), None);
        assert_eq!(reader.bytes(u64::MAX, 1), None);
        assert_eq!(reader.up_to(2, usize::MAX), Some(vec![3, 4]));
    }

    #[test]
    fn no_more_is_read_than_the_budget() {
        let bytes = vec![0; 2 * BUDGET];
        let mut input = bytes.as_slice();
        let mut reader = Reader::new(&mut input);
        assert_eq!(reader.up_to(0, usize::MAX).map(|bytes| bytes.len()), Some(BUDGET));
        assert_eq!(reader.array::<1>(0), None);
    }
}
