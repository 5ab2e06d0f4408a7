//! Lists the fuzz targets: checks of one input each. libFuzzer runs them from `fuzz_targets/`, and `tests/replay.rs` without
//! it. One binary serves all formats: it takes inputs for files of the one that a variable names.

pub mod av1_decode;
pub mod exif;
pub mod heif;
pub mod hevc_decode;
pub mod jpeg_decode;
pub mod jpeg_differential;
pub mod mpf;
pub mod naming;
pub mod raw_container;
pub mod report_reader;
pub mod webp_decode;
pub mod whole_file;

use std::env;
use std::sync::LazyLock;

use thumbs::options::Format;

use crate::thumbnail;

/// Prefix of the targets that make thumbnails; the name of a format follows.
const THUMBNAIL: &str = "thumbnail_";

/// Variable that names the format whose files libFuzzer's inputs are taken for.
const FORMAT: &str = "THUMBS_FUZZ_FORMAT";

/// A check of one input, which panics at a finding.
type Check = fn(&[u8]);

/// The targets with checks of their own, by name.
const OWN: [(&str, Check); 12] = [
    ("av1_decode", av1_decode::check),
    ("exif", exif::check),
    ("heif", heif::check),
    ("hevc_decode", hevc_decode::check),
    ("jpeg_decode", jpeg_decode::check),
    ("jpeg_differential", jpeg_differential::check),
    ("mpf", mpf::check),
    ("naming", naming::check),
    ("raw_container", raw_container::check),
    ("report_reader", report_reader::check),
    ("webp_decode", webp_decode::check),
    ("whole_file", whole_file::check),
];

/// A check by its name.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A check of its own.
    Own(&'static str, Check),
    /// The thumbnails of files of a format.
    Thumbnail(Format),
}

impl Target {
    /// Returns every target: the checks of their own, and one for each format.
    pub fn all() -> impl Iterator<Item = Self> {
        OWN.into_iter().map(|(name, check)| Self::Own(name, check)).chain(Format::ALL.map(Self::Thumbnail))
    }

    /// Returns its name, which is that of its directory in `corpus/`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Own(name, _) => name.to_string(),
            Self::Thumbnail(format) => format!("{THUMBNAIL}{}", format.name()),
        }
    }

    /// Returns the name of its file in `fuzz_targets/`.
    #[must_use]
    pub fn binary(self) -> &'static str {
        match self {
            Self::Own(name, _) => name,
            Self::Thumbnail(_) => "thumbnail",
        }
    }

    /// Checks an input.
    pub fn check(self, bytes: &[u8]) {
        match self {
            Self::Own(_, check) => check(bytes),
            Self::Thumbnail(format) => thumbnail::check(bytes, format),
        }
    }
}

/// Checks an input as a file of the format that the variable names.
///
/// # Panics
/// The variable names none, or at a finding.
pub fn check_thumbnail(bytes: &[u8]) {
    static CHOSEN: LazyLock<Format> = LazyLock::new(|| {
        let name = env::var(FORMAT).unwrap_or_default();
        let format = Format::ALL.into_iter().find(|format| format.name() == name);
        format.unwrap_or_else(|| panic!("{FORMAT}={name} names no format"))
    });
    thumbnail::check(bytes, *CHOSEN);
}
