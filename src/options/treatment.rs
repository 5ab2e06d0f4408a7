//! Defines how an image is decoded, filtered and coloured.

/// Resampling filter. Each is stretched by the reduction, so that it removes frequencies that would alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Filter {
    /// Bicubic with a = −0.5, support 2 px; that of Pillow's thumbnails.
    #[default]
    CatmullRom,
    /// Windowed sinc, support 3 px; the sharpest, with some ringing.
    Lanczos3,
    /// Bicubic with B = C = 1/3, support 2 px; softer, with almost no ringing.
    Mitchell,
    /// Triangle, support 1 px.
    Bilinear,
    /// Plain mean, support 1/2 px.
    Box,
}

/// The treatment of an image's colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Profiles {
    /// Colours are converted to sRGB. Thumbnails carry no profile.
    #[default]
    Convert,
    /// Thumbnails carry the image's ICC profile, and colours stay unconverted. They are converted if the format can't
    /// carry the profile: if it is none of JPEG, PNG, WebP and TIFF, or if the profile is of inks.
    Keep,
}

/// The sample values that are blurred and resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Light {
    /// Encoded samples, as in most programs.
    #[default]
    Encoded,
    /// Linear light, in which fine bright detail keeps its brightness. A decoder that shrinks still averages encoded
    /// samples, unless with [`Exactness::Exact`].
    Linear,
}

/// Brightness of scene-linear images: OpenEXR, Radiance HDR, and floating-point samples in TIFF, DDS and JPEG XL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Exposure {
    /// As the file says: a sample of 1 is white, and brighter light is clipped.
    #[default]
    AsIs,
    /// If any light exceeds white, by the mean of the image, with highlights compressed.
    Auto,
}

/// The trade-off between speed and fidelity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Exactness {
    /// Decodes onto the working grid, and counts the grid's blur towards the Gaussian.
    #[default]
    Fast,
    /// Decodes in full and applies a true Gaussian: the slow reference for the fast mode.
    Exact,
}

/// Whether an embedded preview may replace the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Previews {
    /// The main image is decoded, or the largest preview of a RAW file.
    #[default]
    Ignored,
    /// A preview is used if it is large enough, has the main image's aspect ratio, and matches its first rows. Of a RAW
    /// file, it is the smallest one that is large enough. Not with [`Exactness::Exact`].
    Used,
}

/// The treatment of an image that could be decoded only in part, because it is truncated or corrupt. If nothing could be
/// decoded, it always fails, unless a preview replaces it.
///
/// Intact previews in the same file are the EXIF thumbnail or MPF preview of a JPEG, the thumbnail item of a HEIF or AVIF
/// file, and other previews of a RAW file. The thumbnail is then no larger than the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Damaged {
    /// Kept with a warning if at least half of it is readable, else made from an intact preview, else a failure.
    #[default]
    Auto,
    /// Kept with a warning, however little is readable. If nothing is, handled like auto.
    Keep,
    /// A failure.
    Fail,
}
