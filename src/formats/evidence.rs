//! How sure the start of a file makes its format.

/// What a format is told by, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// Bytes that no other format begins with.
    Signature,
    /// Parts that refer to each other, or markup.
    Structure,
    /// Fields of which each has a legal value.
    Fields,
    /// A start that does not begin the file.
    Somewhere,
}
