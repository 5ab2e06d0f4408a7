//! Finds the lines of an image that have no partner where chroma is halved.

use crate::geometry::Orientation;

/// The line of an odd number of lines that has no partner where chroma is halved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lone {
    First,
    Last,
}

/// The lone column and the lone row of an image as it is stored. Upright they are the last ones, as in a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoneLines {
    pub(crate) column: Lone,
    pub(crate) row: Lone,
}

impl LoneLines {
    /// Returns the lone lines of an image that is stored in this orientation.
    pub(crate) const fn of(orientation: Orientation) -> Self {
        Self {
            column: if orientation.reverses_columns() { Lone::First } else { Lone::Last },
            row: if orientation.reverses_rows() { Lone::First } else { Lone::Last },
        }
    }
}
