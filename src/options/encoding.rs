//! Defines how thumbnails are encoded, apart from their format and quality.

/// The choices that encoders leave. Each applies to the formats that know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Encoding {
    /// The trade-off between time and bytes. Default: [`Effort::Default`].
    pub effort: Effort,
    /// The order of the data in a JPEG. Default: [`Scans::Sequential`].
    pub scans: Scans,
    /// Whether a WebP may lose detail. Default: [`Loss::Allowed`].
    pub loss: Loss,
}

/// The trade-off between encoding time and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Effort {
    /// Less time than usual, more bytes.
    Fast,
    /// A balance.
    #[default]
    Default,
    /// Several times the time, fewest bytes.
    Small,
}

/// The order of the data in a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Scans {
    /// From top to bottom, in baseline JPEG. With [`Effort::Small`], files that are smaller as progressive ones are so.
    #[default]
    Sequential,
    /// From coarse to fine: the whole image shows early.
    Progressive,
}

/// Whether formats that have the choice may lose detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Loss {
    /// As much as the quality permits.
    #[default]
    Allowed,
    /// None.
    Never,
}

/// The treatment of animated images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Motion {
    /// Thumbnails show the first frame.
    #[default]
    FirstFrame,
    /// Thumbnails in GIF, PNG and WebP are animated, too.
    Kept,
}

/// The treatment of a JPEG's gain map, which makes it brighter on displays of high dynamic range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Hdr {
    /// Thumbnails show the image without it.
    #[default]
    Sdr,
    /// JPEG thumbnails keep it, shrunk with the image.
    Keep,
}
