//! Decodes a bitmap inside an icon. Its header states twice its height, and its rows are followed by those of a mask.
//! The mask has a bit per pixel, which is 1 if the pixel is transparent.

use std::ops::Range;

use crate::formats::bmp::layout::{self, Coding, Field, Layout, Order, Pixels};
use crate::formats::bmp::samples::Samples;
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::geometry::{Factors, Size};
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// The file header, which an icon's bitmap lacks.
const FILE_HEADER: &[u8; 14] = b"BM\0\0\0\0\0\0\0\0\0\0\0\0";

/// Bytes of the longest header of a bitmap with its palette.
const LONGEST: usize = 124 + 16 + 4 * 256;

/// A bitmap and its mask.
#[derive(Debug)]
pub(super) struct Bitmap {
    layout: Layout,
    /// The offset of the first row in the icon.
    rows: usize,
    /// The rows of the mask that are present.
    mask: Range<usize>,
    mask_stride: usize,
    depth: u32,
}

impl Bitmap {
    /// Reads the header of a bitmap at an offset of an icon. `length` is the bitmap's in the directory.
    pub(super) fn read(icon: &[u8], offset: usize, length: usize) -> Result<Self, DecodeError> {
        let bytes = icon.get(offset..).unwrap_or_default();
        let invalid = || damaged("the image header is invalid");
        let head = [FILE_HEADER, &bytes[..bytes.len().min(LONGEST)]].concat();
        let mut layout = layout::read(&mut head.as_slice()).ok().flatten().ok_or_else(invalid)?;
        if layout.coding != Coding::Plain {
            return Err(invalid());
        }
        let depth = u32::from(layout.bits);
        if let Pixels::Masked { bytes: 4, fields } = &mut layout.pixels
            && fields[3].mask == 0
        {
            fields[3] = Field { mask: 0xff00_0000, shift: 24 };
        }
        layout.size.height /= 2;
        let start = usize::try_from(layout.behind_colors).unwrap_or(usize::MAX).saturating_sub(FILE_HEADER.len());
        if bytes.get(start..).unwrap_or_default().len() < layout.stride {
            return Err(ends_too_early());
        }
        let end = layout.stride.saturating_mul(layout.size.height as usize);
        // A mask that is too short is followed by another image.
        let mask = offset.saturating_add(start).saturating_add(end)..offset + length.min(bytes.len());
        let mask_stride = layout.size.width.div_ceil(32) as usize * 4;
        Ok(Self { layout, rows: offset + start, mask, mask_stride, depth })
    }

    pub(super) const fn size(&self) -> Size {
        self.layout.size
    }

    /// Returns the bits per pixel.
    pub(super) const fn depth(&self) -> u32 {
        self.depth
    }

    /// Decodes the rows that are present.
    pub(super) fn decode(&self, icon: &[u8], factors: Factors) -> Result<Decoded, DecodeError> {
        let rows = icon.get(self.rows..).unwrap_or_default();
        let mask = icon.get(self.mask.clone()).unwrap_or_default();
        let Layout { size, stride, order, .. } = self.layout;
        let (height, width) = (size.height as usize, size.width as usize);
        let there = (rows.len() / stride.max(1)).min(height);
        if there == 0 {
            return Err(ends_too_early());
        }
        let transparency = self.transparency(rows);
        let mut reducer = BoxReducer::new(size, Model::RgbAlpha, factors);
        let mut samples = Samples::default();
        let mut pixels = vec![[0_u8; 4]; width];
        for y in 0..height {
            let stored = if order == Order::TopDown { y } else { height - 1 - y };
            let Some(row) = rows[..there * stride].chunks_exact(stride).nth(stored) else {
                pixels.fill([0; 4]);
                reducer.push_bytes(pixels.as_flattened());
                continue;
            };
            samples.read(row, &self.layout);
            self.color(&samples, &mut pixels);
            if transparency == Transparency::Mask {
                self.mask_row(mask, stored, &mut pixels);
            }
            reducer.push_bytes(pixels.as_flattened());
        }
        let damage = of_missing_rows(there, height);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
    }

    /// Returns the source of transparency. It is alpha, unless alpha is 0 in all pixels, as in Windows.
    fn transparency(&self, rows: &[u8]) -> Transparency {
        let Pixels::Masked { bytes: 4, fields } = &self.layout.pixels else { return Transparency::Mask };
        let Layout { size, stride, .. } = self.layout;
        let mut rows = rows.chunks_exact(stride.max(1)).take(size.height as usize);
        let has_alpha =
            rows.any(|row| row.as_chunks().0.iter().any(|pixel| u32::from_le_bytes(*pixel) & fields[3].mask != 0));
        if has_alpha { Transparency::Alpha } else { Transparency::Mask }
    }

    /// Converts samples to pixels, which are opaque if the samples have no alpha.
    fn color(&self, samples: &Samples, pixels: &mut [[u8; 4]]) {
        if self.layout.model() == Model::RgbAlpha {
            let wide = samples.words.iter().map(|word| word.to_be_bytes()[0]);
            let all = samples.bytes.iter().copied().chain(wide);
            pixels.as_flattened_mut().iter_mut().zip(all).for_each(|(to, sample)| *to = sample);
        } else {
            let narrow = samples.bytes.as_chunks::<3>().0.iter().copied();
            let wide = samples.words.as_chunks::<3>().0.iter().map(|words| words.map(|word| word.to_be_bytes()[0]));
            pixels.iter_mut().zip(narrow.chain(wide)).for_each(|(to, [r, g, b])| *to = [r, g, b, 255]);
        }
    }

    /// Sets alpha by the mask. Pixels beyond a mask that is too short are opaque.
    fn mask_row(&self, mask: &[u8], stored: usize, pixels: &mut [[u8; 4]]) {
        let row = mask.get(stored * self.mask_stride..).unwrap_or_default();
        let bits = row.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1));
        for (pixel, bit) in pixels.iter_mut().zip(bits.chain(std::iter::repeat(0))) {
            pixel[3] = if bit == 0 { 255 } else { 0 };
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transparency {
    Alpha,
    Mask,
}
