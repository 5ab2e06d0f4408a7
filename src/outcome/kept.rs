//! Holds what became of a source's animation and of its gain map.

/// The treatment of a source's animation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Animated {
    /// The source is still, or of a format whose animations are not decoded.
    #[default]
    Still,
    /// Its first frame alone is shown.
    FirstFrame,
    /// The same, although it was to be animated, for this reason.
    NotKept(String),
    /// Thumbnails show this many frames of the source.
    Kept(u32),
}

impl Animated {
    /// Returns the description for reports. `None` for a still source.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        match self {
            Self::Still => None,
            Self::FirstFrame => Some("first frame".to_string()),
            Self::NotKept(reason) => Some(format!("first frame: {reason}")),
            Self::Kept(frames) => Some(format!("{frames} frames")),
        }
    }
}

/// The treatment of a source's gain map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeptGainMap {
    /// The source has none, or none was asked for.
    #[default]
    None,
    /// The JPEG thumbnails have it.
    Kept,
    /// They don't have it, for this reason.
    NotKept(String),
}

impl KeptGainMap {
    /// Returns the description for reports. `None` without a gain map.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Kept => Some("kept".to_string()),
            Self::NotKept(reason) => Some(format!("not kept: {reason}")),
        }
    }
}
