//! Defines the metadata that thumbnails keep.

use std::collections::BTreeSet;

/// A kind of metadata. Colour profiles are chosen by [`Profiles`](super::Profiles).
///
/// Embedded previews, the notes of camera makers, and data of the file's own structure are never kept, and the orientation
/// is that of the upright thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Metadata {
    /// Artist and copyright in EXIF.
    Copyright,
    /// EXIF without places.
    Exif,
    /// XMP without places.
    Xmp,
    /// Places: those of EXIF, and those in XMP if that is kept.
    Gps,
}

/// A set of kinds of metadata.
pub type Kept = BTreeSet<Metadata>;
