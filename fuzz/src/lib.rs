//! Holds the fuzz targets and their common parts: findings, a directory for files, and the checks of a thumbnail.

pub mod findings;
pub mod folder;
pub mod targets;
pub mod thumbnail;
