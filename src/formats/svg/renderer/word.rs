//! The word that has this program render drawings.

/// The first word on the command line of a process that is to [serve](crate::thumbnail::serve_renderings).
pub const SERVE_WORD: &str = "--serve-renderings";
