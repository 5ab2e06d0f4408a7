//! Registers the image formats: their names, their abilities in this build, and the suffixes that claim them.
//!
//! A format is a row here, a folder of `formats` and a feature of `Cargo.toml`; everything else comes from the row.

/// Hands the formats to a macro, one a row, in the order in which help and error texts list them:
///
/// the variant of [`Format`], the folder in `formats`, the name that `--format`, the reports and the features use, the one that
/// messages use, the condition of its being built in, the suffixes of files, the usual one first, whether an image may be
/// transparent and a thumbnail in it stays so, and whether thumbnails can be written in it, with a further condition of that.
///
/// JPEG and PNG are always there: thumbnails become one of them where nothing else fits. A PNM, of the kinds that are widely read,
/// is opaque. An icon can't be written: it is a set of images up to 256 px. A format is written only on request where that takes
/// long, or where few programs read it.
macro_rules! each_format {
    ($then:ident) => {
        $then! {
            Jpeg jpeg "jpeg" "JPEG" (all()) ["jpg", "jpeg", "jpe", "jfif", "mpo"] Opaque Written;
            Png png "png" "PNG" (all()) ["png", "apng"] Alpha Written;
            WebP webp "webp" "WebP" (feature = "webp") ["webp"] Alpha Written;
            Gif gif "gif" "GIF" (feature = "gif") ["gif"] Alpha Written;
            Tiff tiff "tiff" "TIFF" (feature = "tiff") ["tif", "tiff"] Alpha Written;
            Bmp bmp "bmp" "BMP" (feature = "bmp") ["bmp", "dib"] Opaque Written;
            Pnm pnm "pnm" "PNM" (feature = "pnm") ["pnm", "pbm", "pgm", "ppm", "pam"] Opaque Written;
            Qoi qoi "qoi" "QOI" (feature = "qoi") ["qoi"] Alpha Written;
            Tga tga "tga" "TGA" (feature = "tga") ["tga"] Alpha Written;
            Ico ico "ico" "ICO" (feature = "ico") ["ico", "cur"] Alpha Read;
            Raw raw "raw" "RAW" (feature = "raw") ["dng", "crw", "cr2", "cr3", "nef", "nrw", "arw", "sr2", "raf", "orf", "rw2", "pef", "srw"] Opaque Read;
            Heic heif "heic" "HEIC" (feature = "heic") ["heic", "heif", "hif"] Alpha Read;
            Avif avif "avif" "AVIF" (feature = "avif") ["avif"] Alpha Requested (feature = "avif-out");
            Jxl jxl "jxl" "JPEG XL" (feature = "jxl") ["jxl"] Alpha Requested;
            Svg svg "svg" "SVG" (feature = "svg") ["svg", "svgz"] Alpha Read;
            Hdr hdr "hdr" "HDR" (feature = "hdr") ["hdr"] Opaque Read;
            Exr exr "exr" "OpenEXR" (feature = "exr") ["exr"] Alpha Read;
            Dds dds "dds" "DDS" (feature = "dds") ["dds"] Alpha Read;
            Sgi sgi "sgi" "SGI" (feature = "sgi") ["sgi", "rgb", "rgba", "bw"] Alpha Read;
            Psd psd "psd" "Photoshop" (feature = "psd") ["psd", "psb"] Alpha Read;
            Video video "video" "Video" (feature = "video") ["mp4", "mov", "m4v", "3gp", "3g2"] Opaque Read;
            Pdf pdf "pdf" "PDF" (feature = "pdf") ["pdf"] Opaque Read;
            Jp2 jp2 "jp2" "JPEG 2000" (feature = "jp2") ["jp2", "j2k", "j2c", "jpc", "jpx", "jpf"] Alpha Read;
            Icns icns "icns" "ICNS" (feature = "icns") ["icns"] Alpha Read;
            Pcx pcx "pcx" "PCX" (feature = "pcx") ["pcx", "dcx"] Alpha Read;
            Xpm xpm "xpm" "XPM" (feature = "xpm") ["xpm", "xbm"] Alpha Read;
            Pfm pfm "pfm" "PFM" (feature = "pfm") ["pfm", "phm"] Opaque Read;
            Fits fits "fits" "FITS" (feature = "fits") ["fits", "fit", "fts"] Opaque Read;
        }
    };
}

pub(crate) use each_format;

macro_rules! define {
    ($(
        $format:ident $folder:ident $name:literal $label:literal ($($built:tt)*) [$($suffix:literal),*] $alpha:ident $access:ident $(($($writer:tt)*))?;
    )*) => {
        /// An image format, detected by content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
        #[expect(missing_docs, reason = "the names of the formats are their documentation")]
        #[non_exhaustive]
        pub enum Format {
            $($format,)*
        }

        const ROWS: &[Row] = &[$(
            Row {
                format: Format::$format,
                name: $name,
                label: $label,
                is_built_in: cfg!($($built)*),
                suffixes: &[$($suffix),*],
                transparency: Transparency::$alpha,
                access: Access::$access,
                has_encoder: cfg!(all($($built)*, $($($writer)*)?)),
            },
        )*];

        impl Format {
            /// Every format, in the order in which help and error texts list them.
            pub const ALL: [Self; ROWS.len()] = [$(Self::$format),*];
        }
    };
}

each_format!(define);

/// A row of the registry.
struct Row {
    format: Format,
    name: &'static str,
    label: &'static str,
    is_built_in: bool,
    suffixes: &'static [&'static str],
    transparency: Transparency,
    access: Access,
    has_encoder: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transparency {
    Opaque,
    Alpha,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    /// Written on request alone.
    Requested,
    Written,
}

impl Format {
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Returns the name that `--format`, the reports and the Cargo features use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns the name that messages to people use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// Returns whether this build has its decoder: each format but JPEG and PNG is a Cargo feature.
    #[must_use]
    pub const fn is_built_in(self) -> bool {
        self.row().is_built_in
    }

    /// Returns the suffixes of its files, the usual one first.
    #[must_use]
    pub const fn suffixes(self) -> &'static [&'static str] {
        self.row().suffixes
    }

    /// Returns the suffix that is appended where a thumbnail's format is not its source's.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        self.row().suffixes[0]
    }

    /// Returns whether thumbnails can be written in it.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        matches!(self.row().access, Access::Requested | Access::Written) && self.row().has_encoder
    }

    /// Returns whether thumbnails of images in it are in it, too, unless another format is requested.
    #[must_use]
    pub const fn stays(self) -> bool {
        matches!(self.row().access, Access::Written) && self.is_writable()
    }

    /// Returns whether an image in it may be transparent, and a thumbnail in it stays so.
    #[must_use]
    pub const fn carries_alpha(self) -> bool {
        matches!(self.row().transparency, Transparency::Alpha)
    }

    /// Returns the format that a file name claims by its suffix, if it is a known one.
    #[must_use]
    pub fn claimed_by(name: &std::path::Path) -> Option<Self> {
        Self::of_suffix(name.extension()?.to_str()?)
    }

    /// Returns the format of a file suffix, given without its dot and in upper or lower case.
    #[must_use]
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        let is_one = |row: &&Row| row.suffixes.iter().any(|known| known.eq_ignore_ascii_case(suffix));
        ROWS.iter().find(is_one).map(|row| row.format)
    }
}
