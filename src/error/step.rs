//! Defines the steps of processing one file.

/// The steps of processing one file, in order. Errors name the step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Step {
    /// Finding the file.
    Walk,
    /// Reading the file.
    Read,
    /// Detecting format, size and orientation from the header.
    Probe,
    /// Decoding onto the working grid.
    Decode,
    /// Blurring and shrinking.
    Resize,
    /// Encoding the thumbnail.
    Encode,
    /// Writing the thumbnail.
    Store,
}

impl Step {
    /// Returns the name used in messages and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Read => "read",
            Self::Probe => "probe",
            Self::Decode => "decode",
            Self::Resize => "resize",
            Self::Encode => "encode",
            Self::Store => "store",
        }
    }
}
