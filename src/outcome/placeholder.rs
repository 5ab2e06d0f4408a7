//! Holds a placeholder of an image.

/// A text that stands for an image until its thumbnail is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Placeholder {
    /// A `ThumbHash` in Base64.
    Thumbhash(String),
    /// A `BlurHash`.
    Blurhash(String),
    /// A colour, such as `#ff8800`.
    Color(String),
}

impl Placeholder {
    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        let (Self::Thumbhash(text) | Self::Blurhash(text) | Self::Color(text)) = self;
        text
    }
}
