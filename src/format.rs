//! The picture formats: their names, what can be read and written in this build, and what a file name claims.

/// A picture format, told by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the formats are their documentation")]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Bmp,
    Pnm,
    Qoi,
    Tga,
    Ico,
    Raw,
    Heic,
    Avif,
    Jxl,
    Svg,
    Hdr,
    Exr,
    Dds,
}

impl Format {
    /// Every format, in the order in which help and error texts list them.
    pub const ALL: [Self; 18] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Gif,
        Self::Tiff,
        Self::Bmp,
        Self::Pnm,
        Self::Qoi,
        Self::Tga,
        Self::Ico,
        Self::Raw,
        Self::Heic,
        Self::Avif,
        Self::Jxl,
        Self::Svg,
        Self::Hdr,
        Self::Exr,
        Self::Dds,
    ];

    /// The name that `--format`, the reports and the Cargo features use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Pnm => "pnm",
            Self::Qoi => "qoi",
            Self::Tga => "tga",
            Self::Ico => "ico",
            Self::Raw => "raw",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Jxl => "jxl",
            Self::Svg => "svg",
            Self::Hdr => "hdr",
            Self::Exr => "exr",
            Self::Dds => "dds",
        }
    }

    /// Returns the name that messages to people use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Pnm => "PNM",
            Self::Qoi => "QOI",
            Self::Tga => "TGA",
            Self::Ico => "ICO",
            Self::Raw => "RAW",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Jxl => "JPEG XL",
            Self::Svg => "SVG",
            Self::Hdr => "HDR",
            Self::Exr => "OpenEXR",
            Self::Dds => "DDS",
        }
    }

    /// Whether this build has its decoder: each format but JPEG and PNG, which thumbnails become where nothing else fits,
    /// is a Cargo feature.
    #[must_use]
    pub const fn is_built_in(self) -> bool {
        match self {
            Self::Jpeg | Self::Png => true,
            Self::WebP => cfg!(feature = "webp"),
            Self::Gif => cfg!(feature = "gif"),
            Self::Tiff => cfg!(feature = "tiff"),
            Self::Bmp => cfg!(feature = "bmp"),
            Self::Pnm => cfg!(feature = "pnm"),
            Self::Qoi => cfg!(feature = "qoi"),
            Self::Tga => cfg!(feature = "tga"),
            Self::Ico => cfg!(feature = "ico"),
            Self::Raw => cfg!(feature = "raw"),
            Self::Heic => cfg!(feature = "heic"),
            Self::Avif => cfg!(feature = "avif"),
            Self::Jxl => cfg!(feature = "jxl"),
            Self::Svg => cfg!(feature = "svg"),
            Self::Hdr => cfg!(feature = "hdr"),
            Self::Exr => cfg!(feature = "exr"),
            Self::Dds => cfg!(feature = "dds"),
        }
    }

    /// The suffix that is appended where a thumbnail's format is not its source's.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Tiff => "tif",
            other => other.name(),
        }
    }

    /// Whether thumbnails can be written in it. An icon can't: it is a set of pictures up to 256 px.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        match self {
            Self::Jpeg
            | Self::Png
            | Self::WebP
            | Self::Gif
            | Self::Tiff
            | Self::Bmp
            | Self::Pnm
            | Self::Qoi
            | Self::Tga => self.is_built_in(),
            Self::Ico
            | Self::Raw
            | Self::Heic
            | Self::Avif
            | Self::Jxl
            | Self::Svg
            | Self::Hdr
            | Self::Exr
            | Self::Dds => false,
        }
    }

    /// Whether a picture in it may be transparent, and a thumbnail in it stays so. A PNM (of the kinds that are widely
    /// read) does not.
    #[must_use]
    pub const fn carries_alpha(self) -> bool {
        !matches!(self, Self::Jpeg | Self::Pnm | Self::Bmp | Self::Raw | Self::Hdr)
    }

    /// Returns the format that a file name claims by its suffix, if it is a known one.
    #[must_use]
    pub fn claimed_by(name: &std::path::Path) -> Option<Self> {
        Self::of_suffix(name.extension()?.to_str()?)
    }

    /// Returns the format of a file suffix, given without its dot and in upper or lower case. Every format's name is one.
    #[must_use]
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        Some(match suffix.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" | "mpo" => Self::Jpeg,
            "png" | "apng" => Self::Png,
            "webp" => Self::WebP,
            "gif" => Self::Gif,
            "tif" | "tiff" => Self::Tiff,
            "bmp" | "dib" => Self::Bmp,
            "pnm" | "pbm" | "pgm" | "ppm" | "pam" => Self::Pnm,
            "qoi" => Self::Qoi,
            "tga" => Self::Tga,
            "ico" | "cur" => Self::Ico,
            "dng" | "crw" | "cr2" | "cr3" | "nef" | "nrw" | "arw" | "sr2" | "raf" | "orf" | "rw2" | "pef" | "srw" => {
                Self::Raw
            }
            "heic" | "heif" | "hif" => Self::Heic,
            "avif" => Self::Avif,
            "jxl" => Self::Jxl,
            "svg" | "svgz" => Self::Svg,
            "hdr" => Self::Hdr,
            "exr" => Self::Exr,
            "dds" => Self::Dds,
            _ => return None,
        })
    }
}
