//! The fuzz targets and what they share: what counts as a finding, a folder for files, and a picture's way to its thumbnail.

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
