//! Defines the arguments that decide how thumbnails are encoded, and the metadata that they keep.

use thumbs::options::{Config, Effort, Hdr, Loss, Metadata, Motion, Profiles, Scans};

use super::typed::Typed;

/// Arguments about the encoders and metadata.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Thumbnails")]
pub(super) struct Encoding {
    /// Trade-off between time and bytes: fast, default or small
    ///
    /// For JPEG, small takes many times as long, and makes files progressive where that is smaller
    #[arg(hide_short_help = true, long, value_name = "HOW", value_enum, default_value_t, hide_possible_values = true)]
    effort: Effort,

    /// Write progressive JPEGs, which appear as a whole while they load
    ///
    /// They are about as large as others. Encoding takes several times as long
    #[arg(hide_short_help = true, long)]
    progressive: bool,

    /// Write lossless WebP; --quality does not apply then
    #[arg(hide_short_help = true, long)]
    lossless: bool,

    /// Animate the thumbnails of animated GIF, PNG and WebP files, if they are in one of these formats
    ///
    /// Otherwise, and from other formats, they show the first frame. --max-pixels limits the pixels of all frames together, of which
    /// there may be 10000
    #[arg(hide_short_help = true, long)]
    animated: bool,

    /// Treatment of the gain map of a JPEG (Ultra HDR, ISO 21496-1, Apple's): sdr leaves it out; keep shrinks it with the image
    ///
    /// Only JPEG thumbnails keep it, without margins and not with --crop=smart. The report says if it could not be kept
    #[arg(hide_short_help = true, long, value_name = "HOW", value_enum, default_value_t, hide_possible_values = true)]
    hdr: Hdr,

    /// Keep metadata of these kinds, of which all is dropped by default: copyright, exif, xmp, icc, gps
    ///
    /// copyright is the artist and the copyright in EXIF; icc is the same as --keep-profile; gps are the places in EXIF and,
    /// with xmp, in XMP, which are dropped otherwise. From JPEG, PNG, WebP, TIFF, HEIC, AVIF and most RAW files, to JPEG, PNG
    /// and WebP. Embedded previews are never kept, and thumbnails need no orientation
    #[arg(
        hide_short_help = true,
        long,
        value_name = "KINDS",
        value_delimiter = ',',
        value_enum,
        hide_possible_values = true
    )]
    keep: Vec<Keep>,
}

/// A kind of metadata to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Keep {
    Copyright,
    Exif,
    Xmp,
    Icc,
    Gps,
}

impl Keep {
    /// Returns the kind. `None` for profiles, which are an option of their own.
    const fn metadata(self) -> Option<Metadata> {
        match self {
            Self::Copyright => Some(Metadata::Copyright),
            Self::Exif => Some(Metadata::Exif),
            Self::Xmp => Some(Metadata::Xmp),
            Self::Gps => Some(Metadata::Gps),
            Self::Icc => None,
        }
    }
}

impl Encoding {
    /// Sets the values that were typed.
    pub(super) fn apply(&self, config: &mut Config, typed: &Typed) {
        let options = &mut config.options;
        if typed.has("effort") {
            options.encoding.effort = self.effort;
        }
        if self.progressive {
            options.encoding.scans = Scans::Progressive;
        }
        if self.lossless {
            options.encoding.loss = Loss::Never;
        }
        if typed.has("hdr") {
            options.hdr = self.hdr;
        }
        if self.animated {
            options.motion = Motion::Kept;
        }
        if !self.keep.is_empty() {
            options.keep = self.keep.iter().copied().filter_map(Keep::metadata).collect();
        }
        if self.keep.contains(&Keep::Icc) {
            options.profiles = Profiles::Keep;
        }
    }
}
