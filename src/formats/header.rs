//! Defines the header of an image: everything that geometry depends on, before a pixel is decoded.

use crate::geometry::{Orientation, Size};
use crate::options::Format;

/// The header of an image.
#[derive(Debug, Clone)]
pub struct Header {
    /// Format, detected from the content.
    pub format: Format,
    /// Size as stored, before turning, at least 1x1.
    pub size: Size,
    /// Orientation of the stored rows in the upright image.
    pub orientation: Orientation,
    /// Whether it has an alpha channel.
    pub has_alpha: bool,
}

impl Header {
    /// Returns the size of the thumbnail that fits into `bounds`, before turning.
    pub(crate) fn target(&self, bounds: Size) -> Size {
        self.target_of(self.size, bounds)
    }

    /// Returns the same for a thumbnail from a preview that shows the image in the size `shown`, which it never
    /// exceeds.
    pub(crate) fn target_of(&self, shown: Size, bounds: Size) -> Size {
        self.orientation.apply_to(self.orientation.apply_to(shown).fit_into(bounds))
    }

    /// Returns the sizes of the thumbnails that fit into each of `bounds`, before turning.
    pub(crate) fn targets(&self, bounds: &[Size]) -> Vec<Size> {
        bounds.iter().map(|bounds| self.target(*bounds)).collect()
    }
}
