//! Defines the argument that makes this program render drawings.

/// First argument of a process that is to [serve](crate::thumbnail::serve_renderings).
pub const SERVE_WORD: &str = "--serve-renderings";
