//! Decodes surfaces with arbitrary channel masks, and those of indices into 256 colours (Microsoft, `DDS_PIXELFORMAT`).

use super::surface::{HEADER, field, has_header_size};
use crate::formats::bmp::Field;
use crate::geometry::Size;
use crate::pixels::Model;
use crate::pixels::shrink::BoxReducer;

/// Flags of the pixel format.
const ALPHA_TOO: u32 = 0x1;
const ALPHA_ONLY: u32 = 0x2;
const FOUR_CC: u32 = 0x4;
const INDEXED: u32 = 0x20;
const RGB: u32 = 0x40;
const LUMINANCE: u32 = 0x2_0000;

/// Bytes of 256 colours, each red, green, blue and alpha.
const PALETTE: usize = 1024;

/// The storage of pixels.
#[derive(Debug)]
pub(super) struct Masked {
    pub(super) size: Size,
    /// Bytes of a pixel.
    bytes: usize,
    meaning: Meaning,
    /// The offset of the pixels.
    data: usize,
}

#[derive(Debug)]
enum Meaning {
    /// The channels of the model.
    Channels(Model, Vec<Field>),
    /// Alpha without colour.
    Alpha(Field),
    Indexed(Vec<[u8; 4]>),
}

impl Masked {
    /// Reads the header. `None` if its surface is of another kind.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let flags = field(bytes, 80);
        let (bits, data) = (field(bytes, 88), bytes.get(HEADER..)?);
        if !has_header_size(bytes) || flags & FOUR_CC != 0 || !matches!(bits, 8 | 16 | 24 | 32) {
            return None;
        }
        let [red, green, blue, alpha] = [92, 96, 100, 104].map(|at| Field::new(field(bytes, at)));
        let has_alpha = flags & ALPHA_TOO != 0 && alpha.mask != 0;
        let mut data = data;
        let meaning = if flags & INDEXED != 0 && bits == 8 {
            let (palette, indices) = data.split_at_checked(PALETTE)?;
            data = indices;
            Meaning::Indexed(palette.as_chunks().0.to_vec())
        } else if flags & RGB != 0 {
            let channels = if has_alpha { vec![red, green, blue, alpha] } else { vec![red, green, blue] };
            Meaning::Channels(if has_alpha { Model::RgbAlpha } else { Model::Rgb }, channels)
        } else if flags & LUMINANCE != 0 {
            let channels = if has_alpha { vec![red, alpha] } else { vec![red] };
            Meaning::Channels(if has_alpha { Model::GreyAlpha } else { Model::Grey }, channels)
        } else if flags & ALPHA_ONLY != 0 {
            Meaning::Alpha(alpha)
        } else {
            return None;
        };
        let size = Size::new(field(bytes, 16), field(bytes, 12));
        Some(Self { size, bytes: bits as usize / 8, meaning, data: bytes.len() - data.len() })
    }

    pub(super) fn model(&self) -> Model {
        match &self.meaning {
            Meaning::Channels(model, _) => *model,
            Meaning::Alpha(_) | Meaning::Indexed(_) => Model::RgbAlpha,
        }
    }

    /// Adds the rows that are present, and returns their number.
    pub(super) fn push_rows(&self, bytes: &[u8], reducer: &mut BoxReducer<'_>) -> usize {
        let stride = self.size.width as usize * self.bytes;
        let data = bytes.get(self.data..).unwrap_or_default();
        let rows = data.chunks_exact(stride.max(1)).take(self.size.height as usize);
        let count = rows.len();
        let mut words = Vec::new();
        for row in rows {
            words.clear();
            let pixels = row
                .chunks_exact(self.bytes)
                .map(|pixel| pixel.iter().rev().fold(0_u32, |pixel, byte| pixel << 8 | u32::from(*byte)));
            match &self.meaning {
                Meaning::Channels(_, fields) => {
                    words.extend(pixels.flat_map(|pixel| fields.iter().map(move |field| field.of(pixel))));
                }
                Meaning::Alpha(alpha) => words.extend(pixels.flat_map(|pixel| [0, 0, 0, alpha.of(pixel)])),
                Meaning::Indexed(colors) => {
                    let of_index = |pixel: u32| colors.get(pixel as usize).copied().unwrap_or_default();
                    words.extend(pixels.flat_map(|pixel| of_index(pixel).map(|sample| u16::from(sample) * 257)));
                }
            }
            reducer.push_words(&words);
        }
        count
    }
}
