//! Places the rows of luma and chroma in an image, and knows their range.

use crate::geometry::Size;
use crate::webp::Band;

/// Limited range to full range (ITU-R BT.601, 2.5.3): luma from 16 to 235, chroma 112 on either side of 128.
pub(super) const LUMA_SCALE: f32 = 255.0 / 219.0;
pub(super) const CHROMA_SCALE: f32 = 255.0 / 224.0;

/// Returns the size of the planes of chroma.
pub(super) fn half_of(size: Size) -> Size {
    Size::new(size.width.div_ceil(2), size.height.div_ceil(2))
}

pub(super) fn luma_rows<'a>(band: &Band<'a>, size: Size) -> impl Iterator<Item = &'a [u8]> {
    band.luma.chunks(band.luma_stride).map(move |row| &row[..size.width as usize])
}

pub(super) fn chroma_rows<'a>(band: &Band<'a>, plane: usize, half: Size) -> impl Iterator<Item = &'a [u8]> {
    band.chroma[plane].chunks(band.chroma_stride).map(move |row| &row[..half.width as usize])
}
