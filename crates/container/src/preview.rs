//! Describes a preview by its place in a file.

use super::span::Span;

/// An image inside a file, mostly a JPEG of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its place in the input, as the container states it.
    pub span: Span,
    /// Width and height in px, if its own frame header was read.
    pub size: Option<(u32, u32)>,
    /// Its relation to the image that carries it.
    pub kind: Kind,
}

/// The relation of an embedded image to the one that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The thumbnail of an EXIF segment.
    ExifThumbnail,
    /// A "large thumbnail" of the MPF index, class 1 (VGA) or 2 (full HD): the same image, smaller.
    LargeThumbnail,
    /// Another image of the MPF index: a panorama's or a stereo camera's next view, a gain map.
    OtherView,
    /// A preview of a RAW file.
    RawPreview,
    /// A preview of a RAW file: a JPEG XL of its own.
    RawJxl,
    /// A preview of a RAW file, stored as a TIFF image. It begins at its directory, and its length is 0.
    RawPage,
}
