//! Holds the pixels of a thumbnail that is not encoded.

use crate::color::{Layout, Samples};
use crate::geometry::Size;

/// The pixels of a thumbnail, upright, row by row without gaps, 8 bits a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pixels {
    size: Size,
    layout: PixelLayout,
    bytes: Vec<u8>,
    profile: Option<Vec<u8>>,
}

/// The samples of a pixel. Alpha is not multiplied in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelLayout {
    /// Grey.
    Grey,
    /// Grey and alpha.
    GreyAlpha,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
}

impl PixelLayout {
    /// Returns the number of samples of a pixel.
    #[must_use]
    pub const fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

impl Pixels {
    /// Converts samples of any layout but planes of luma and chroma, which JPEGs alone have.
    pub(super) fn of_samples(samples: Samples, profile: Option<&[u8]>) -> Option<Self> {
        let Samples { size, layout, bytes } = samples;
        let layout = match layout {
            Layout::Grey => PixelLayout::Grey,
            Layout::GreyAlpha => PixelLayout::GreyAlpha,
            Layout::Rgb => PixelLayout::Rgb,
            Layout::RgbAlpha => PixelLayout::Rgba,
            Layout::YCbCr(_) => return None,
        };
        Some(Self { size, layout, bytes, profile: profile.map(<[u8]>::to_vec) })
    }

    /// Returns the size in px.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns the samples of a pixel.
    #[must_use]
    pub const fn layout(&self) -> PixelLayout {
        self.layout
    }

    /// Returns the number of bytes of a row.
    #[must_use]
    pub const fn row_length(&self) -> usize {
        self.size.width as usize * self.layout.channels()
    }

    /// Returns all samples.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the rows from top to bottom.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.row_length().max(1))
    }

    /// Returns the ICC profile of the samples, if the options keep it. Otherwise they are sRGB.
    #[must_use]
    pub fn profile(&self) -> Option<&[u8]> {
        self.profile.as_deref()
    }

    /// Converts them into their samples, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
