//! Defines the header of an image: everything that geometry depends on, before a pixel is decoded.

use crate::geometry::{Enlargement, Frame, Orientation, Shape, Size};
use crate::options::{Format, Options};

/// The header of an image.
#[derive(Debug, Clone)]
#[non_exhaustive]
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
    /// Returns the size of the upright image.
    #[must_use]
    pub fn upright_size(&self) -> Size {
        self.orientation.apply_to(self.size)
    }

    /// Returns the geometry of the thumbnails, before turning, in the order of the options' sizes.
    pub(crate) fn frames(&self, options: &Options) -> Vec<Frame> {
        self.frames_of(self.size, options)
    }

    /// Returns the same for thumbnails from a preview that shows the image in the size `shown`, which they never
    /// exceed unless enlarged.
    pub(crate) fn frames_of(&self, shown: Size, options: &Options) -> Vec<Frame> {
        let [image, shown] = [self.size, shown].map(|size| self.orientation.apply_to(size));
        let shape = self.shape(options);
        let frame = |bounds: &_| Frame::new(image, shown, *bounds, shape).stored(self.orientation);
        options.sizes.iter().map(frame).collect()
    }

    /// Returns the shape of the thumbnails. A drawing has no pixels to enlarge: it is rendered in any size.
    pub(crate) fn shape(&self, options: &Options) -> Shape {
        match self.format {
            Format::Svg | Format::Pdf => Shape { enlargement: Enlargement::Allowed, ..options.shape },
            _ => options.shape,
        }
    }
}
