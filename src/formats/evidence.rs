//! Ranks the evidence for a format in the start of a file.

/// The evidence for a format, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// Bytes that no other format begins with.
    Signature,
    /// Parts that refer to each other, or markup.
    Structure,
    /// Fields with a legal value each.
    Fields,
    /// A signature that is not at the start of the file.
    Somewhere,
}
