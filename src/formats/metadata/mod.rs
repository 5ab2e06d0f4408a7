//! Filters the metadata that thumbnails keep, by its kinds.

#[cfg(feature = "metadata")]
mod exif;
#[cfg(feature = "metadata")]
mod xmp;

use crate::container;
use crate::options::Kept;
#[cfg(feature = "metadata")]
use crate::options::Metadata;

/// Metadata of a file, as its container holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Packets {
    /// EXIF, from its TIFF header on.
    pub(crate) exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub(crate) xmp: Option<Vec<u8>>,
}

/// Longest packet that is read or written: a segment of a JPEG holds no longer one.
pub(super) const LONGEST_PACKET: usize = 65_000;

impl From<container::Metadata> for Packets {
    fn from(container::Metadata { exif, xmp }: container::Metadata) -> Self {
        Self { exif, xmp }
    }
}

impl Packets {
    /// Returns the part of these kinds. Packets that can't be read are dropped: they might hold anything.
    #[cfg(feature = "metadata")]
    pub(crate) fn keep(self, kept: &Kept) -> Self {
        let is_short = |packet: &Vec<u8>| packet.len() <= LONGEST_PACKET;
        let exif = self.exif.filter(is_short).and_then(|packet| exif::keep(packet, kept)).filter(is_short);
        let xmp = self.xmp.filter(|_| kept.contains(&Metadata::Xmp)).filter(is_short);
        Self { exif, xmp: xmp.and_then(|packet| xmp::keep(&packet, kept)).filter(is_short) }
    }

    /// Returns nothing: options that keep metadata are invalid in this build.
    #[cfg(not(feature = "metadata"))]
    pub(crate) fn keep(self, _: &Kept) -> Self {
        Self::default()
    }
}
