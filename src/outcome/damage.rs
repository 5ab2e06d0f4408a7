//! Defines the damage of an image, and the image in a file that thumbnails are made from.

use std::fmt;

/// The damage of an image that has a thumbnail nevertheless.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Damage {
    /// The description for reports.
    pub detail: String,
    /// The share of the image that could be decoded, 0 to 1. It is 1 if no pixel is missing: if only alpha, text or a
    /// profile is lost, or the whole image is there but coarser than it should be.
    pub present: f64,
}

impl Damage {
    /// Returns the damage of an image with `there` of its `all` rows, blocks or pixels.
    #[expect(clippy::cast_precision_loss, reason = "2^53 is more than any picture has of them")]
    pub(crate) fn of_part(detail: impl Into<String>, there: u64, all: u64) -> Self {
        let present = if there >= all { 1.0 } else { there as f64 / all as f64 };
        Self { detail: detail.into(), present }
    }

    /// Returns damage that costs no pixels.
    pub(crate) fn of_whole(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), present: 1.0 }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// The image in a file from which its thumbnails are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DecodedFrom {
    /// The main image of the file.
    #[default]
    Main,
    /// The thumbnail in a JPEG's EXIF segment.
    ExifThumbnail,
    /// A large thumbnail that a JPEG's MPF index lists.
    MpfPreview,
    /// A JPEG inside a RAW file.
    RawPreview,
    /// The thumbnail item of a HEIF or AVIF file.
    HeifThumbnail,
    /// A smaller version of a TIFF's page.
    Overview,
}

impl DecodedFrom {
    /// Returns the name used in messages and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::ExifThumbnail => "exif-thumbnail",
            Self::MpfPreview => "mpf-preview",
            Self::RawPreview => "raw-preview",
            Self::HeifThumbnail => "heif-thumbnail",
            Self::Overview => "overview",
        }
    }
}
