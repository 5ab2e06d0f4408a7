//! Says that a file is not decoded at a reduced size.

/// The file is of no kind that can be decoded at a reduced size, or unsound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unfit;

impl<E: std::error::Error> From<E> for Unfit {
    fn from(_: E) -> Self {
        Self
    }
}
