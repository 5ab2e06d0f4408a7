//! One object of a listing.

use crate::facts::Facts;

/// An object that a listing names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The key below the prefix that was listed.
    pub below: String,
    /// The length, and the time of the last change.
    pub facts: Facts,
}
