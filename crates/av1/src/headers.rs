//! The interface for estimates: the headers at the start of an item.

use crate::coded::CodedHeaders;
use crate::error::Error;
use crate::memory;
use crate::units::Extent;

/// The headers of an item, of which the rest need not be there.
#[derive(Debug)]
pub struct Headers(CodedHeaders);

impl Headers {
    /// Reads the headers at the start of an item. Where this succeeds, [`Image::read`](crate::Image::read) lacks no feature.
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing.
    pub fn read(mut start: &[u8]) -> Result<Self, Error> {
        let (headers, _) = CodedHeaders::read(&mut start, Extent::Start)?;
        Ok(Self(headers))
    }

    /// Estimates the memory that decoding takes, in bytes, beside the data.
    #[must_use]
    pub fn memory(&self) -> u64 {
        memory::of(&self.0)
    }
}
