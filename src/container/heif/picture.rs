//! The images of a file, as its container describes them.

use super::raw::{Part, RawLayout};

/// A picture of more tiles than this is none: a grid of them has at most 256 columns and rows.
pub(super) const MAX_TILES: usize = 1 << 16;

/// What a HEIF or AVIF file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heif {
    /// The picture that the file is there for.
    pub primary: HeifPicture,
    /// Its opacity.
    pub alpha: Alpha,
    /// Whether the colours were multiplied by opacity before they were coded.
    pub is_premultiplied: bool,
    /// The same picture, smaller.
    pub thumbnails: Vec<HeifPicture>,
}

/// The opacity of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// The picture is opaque.
    None,
    /// A picture of the same extent, whatever its own size.
    Item(HeifPicture),
    /// There is one, and what the file says of it makes no sense.
    Unreadable,
}

/// A picture that is made of coded ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeifPicture {
    /// The coded pictures, row by row; a single one in most files, none in an overlay.
    pub tiles: Vec<CodedItem>,
    /// How many of them stand in a row.
    pub columns: u32,
    /// Width and height in px of all of them together, before transformations.
    pub size: (u32, u32),
    /// The part of it that is shown.
    pub window: Window,
    /// EXIF orientation, 1 to 8, in which that part lies.
    pub orientation: u16,
    /// The ICC profile.
    pub icc: Option<Place>,
    /// The colour space and the coding of colours, where the container states them.
    pub nclx: Option<Nclx>,
    /// How bright it is, where the container states it.
    pub light: StatedLight,
    /// The layers that the picture is made of in place of tiles.
    pub overlay: Option<Overlay>,
}

/// The brightest light of a picture, as a container states it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedLight {
    /// Of its pixels, in cd/m² (`clli`).
    pub content: Option<u16>,
    /// Of the screen that it was made on, in 1/10000 cd/m² (`mdcv`).
    pub display: Option<u32>,
}

/// Pictures on a canvas, which has the size of the picture that they make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Red, green, blue and opacity of the canvas, of 65535 each.
    pub background: [u16; 4],
    /// The pictures, the lowest one first.
    pub layers: Vec<Layer>,
}

/// One picture of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The picture.
    pub picture: HeifPicture,
    /// Its opacity.
    pub alpha: Alpha,
    /// Whether its colours were multiplied by opacity before they were coded.
    pub is_premultiplied: bool,
    /// Where its top left corner lies on the canvas, in px from the canvas' own.
    pub at: (i32, i32),
}

/// A coded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodedItem {
    /// How it is coded.
    pub codec: Codec,
    /// The content of an `hvcC`, `av1C` or `jpgC` box.
    pub configuration: Place,
    /// The coded data, in pieces; none of a grid's tile that is lost.
    pub data: Vec<Place>,
    /// Width and height in px, as the container tells.
    pub size: (u32, u32),
    /// The picture that it is predicted from.
    pub predicted_from: Option<Box<Self>>,
    /// Which of AV1's operating points to decode.
    pub operating_point: u8,
    /// Which of its spatial layers is shown; the last one where nothing is said.
    pub layer: Option<u16>,
}

impl CodedItem {
    /// The opacity that its data hold beside its colours.
    pub(super) fn opacity(&self) -> Self {
        let mut item = self.clone();
        if let Codec::Uncompressed(raw) = &mut item.codec {
            raw.part = Part::Opacity;
        }
        item
    }
}

/// How a picture is coded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// HEVC, ITU-T H.265.
    Hevc,
    /// AV1.
    Av1,
    /// JPEG; the configuration, if there is one, comes before the data.
    Jpeg,
    /// Samples as they are.
    Uncompressed(RawLayout),
}

/// Bytes in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where they begin, from the start of the file.
    pub offset: u64,
    /// How many they are; the file may end before.
    pub length: u64,
}

/// A part of a picture, in px; it lies within it and is not empty.
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
