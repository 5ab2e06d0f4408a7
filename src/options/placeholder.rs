//! Defines the kinds of placeholders.

/// A kind of text that stands for an image until its thumbnail is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum PlaceholderKind {
    /// A `ThumbHash` in Base64: up to 25 bytes that hold the shape, the colours and the transparency of an image.
    Thumbhash,
    /// A `BlurHash` of 4x3 components, or 3x4 for a portrait.
    Blurhash,
    /// The mean colour, such as `#ff8800`.
    Color,
}
