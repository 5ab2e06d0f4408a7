//! A preview inside a file, by its place.

/// A picture inside a file: mostly a JPEG of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Where it begins, in bytes from the start of what was read.
    pub offset: u64,
    /// Its bytes, as the container tells; the file may end before.
    pub length: u64,
    /// Its width and height in px, where its own frame header was read.
    pub size: Option<(u32, u32)>,
    /// What it is to the picture that carries it.
    pub kind: Kind,
}

/// What an embedded picture is to the one that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The thumbnail of an EXIF segment.
    ExifThumbnail,
    /// A "large thumbnail" of the MPF index, class 1 (VGA) or 2 (full HD): the same picture, smaller.
    LargeThumbnail,
    /// Another picture of the MPF index: a panorama's or a stereo camera's next view, a gain map.
    OtherView,
    /// A preview of a RAW file.
    RawPreview,
    /// A preview of a RAW file: a JPEG XL of its own.
    RawJxl,
    /// A preview of a RAW file: an image as TIFF describes it. What begins at its offset is its directory, and its length
    /// is 0.
    RawPage,
}
