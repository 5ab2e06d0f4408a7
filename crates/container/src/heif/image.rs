//! Defines the images of a HEIF file as its container describes them.

use super::raw::{Part, RawLayout};
use crate::span::Span;

/// Limit of tiles per image: a grid has at most 256 columns and rows.
pub(super) const MAX_TILES: usize = 1 << 16;

/// The contents of a HEIF or AVIF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heif {
    /// The primary image.
    pub primary: HeifImage,
    /// Its opacity.
    pub alpha: Alpha,
    /// Whether the colours were multiplied by opacity before they were coded.
    pub is_premultiplied: bool,
    /// Smaller versions of the primary image.
    pub thumbnails: Vec<HeifImage>,
}

/// The opacity of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// The image is opaque.
    None,
    /// An image of the same extent, of any size.
    Item(HeifImage),
    /// Opacity whose description in the file is invalid.
    Unreadable,
}

/// An image that is made of coded ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeifImage {
    /// The coded images, row by row: one in most files, empty in an overlay.
    pub tiles: Vec<CodedItem>,
    /// Tiles per row.
    pub columns: u32,
    /// Width and height in px of the composed image, before transformations.
    pub size: (u32, u32),
    /// The shown part of it.
    pub window: Window,
    /// EXIF orientation of that part, 1 to 8.
    pub orientation: u16,
    /// The ICC profile.
    pub icc: Option<Span>,
    /// The colour space and the coding of colours, if the container states them.
    pub nclx: Option<Nclx>,
    /// Its brightness, if the container states it.
    pub light: StatedLight,
    /// The layers that the image is made of in place of tiles.
    pub overlay: Option<Overlay>,
}

/// The brightest light of an image, as a container states it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedLight {
    /// Its brightest pixel, in cd/m² (`clli`).
    pub content: Option<u16>,
    /// The brightest light of the screen that it was made on, in 1/10000 cd/m² (`mdcv`).
    pub display: Option<u32>,
}

/// Images on a canvas, which has the size of the composed image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Red, green, blue and opacity of the canvas, of 65535 each.
    pub background: [u16; 4],
    /// The layers, the lowest one first.
    pub layers: Vec<Layer>,
}

/// An image of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The image.
    pub image: HeifImage,
    /// Its opacity.
    pub alpha: Alpha,
    /// Whether its colours were multiplied by opacity before they were coded.
    pub is_premultiplied: bool,
    /// Position of its top left corner on the canvas, in px from the canvas' own.
    pub at: (i32, i32),
}

/// A coded image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodedItem {
    /// Its codec.
    pub codec: Codec,
    /// The content of an `hvcC`, `av1C`, `avcC` or `jpgC` box.
    pub configuration: Span,
    /// The coded data, in pieces; empty for a lost tile of a grid.
    pub data: Vec<Span>,
    /// Width and height in px, as the container states them.
    pub size: (u32, u32),
    /// The image that it is predicted from.
    pub predicted_from: Option<Box<Self>>,
    /// The AV1 operating point to decode.
    pub operating_point: u8,
    /// The spatial layer that is shown; the last one if `None`.
    pub layer: Option<u16>,
}

impl CodedItem {
    /// Returns the opacity that its data hold beside its colours.
    pub(super) fn opacity(&self) -> Self {
        let mut item = self.clone();
        if let Codec::Uncompressed(raw) = &mut item.codec {
            raw.part = Part::Opacity;
        }
        item
    }
}

/// The coding of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// HEVC, ITU-T H.265.
    Hevc,
    /// AV1.
    Av1,
    /// AVC, ITU-T H.264: only in videos.
    Avc,
    /// JPEG; the configuration, if any, comes before the data.
    Jpeg,
    /// Uncompressed samples.
    Uncompressed(RawLayout),
}

/// A part of an image, in px. It lies within the image and is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Window {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// Code points of ITU-T H.273 (ISO/IEC 23091-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nclx {
    /// Primaries.
    pub primaries: u16,
    /// Transfer characteristics.
    pub transfer: u16,
    /// Matrix coefficients.
    pub matrix: u16,
    /// Whether samples use their whole range.
    pub is_full_range: bool,
}
