//! Holds the fuzz targets and their common parts: findings, a directory for files, and the checks of a thumbnail.

pub mod findings;
pub mod folder;
pub mod targets;
pub mod thumbnail;

/// A target that takes its bytes as a file of this format.
#[macro_export]
macro_rules! thumbnail {
    ($format:ident) => {
        libfuzzer_sys::fuzz_target!(init: $crate::findings::prepare(), |bytes: &[u8]| {
            $crate::thumbnail::check(bytes, thumbs::options::Format::$format);
        });
    };
}
