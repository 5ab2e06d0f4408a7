//! Converts the bits of a row to samples.

use super::layout::{Field, Layout, Pixels};
use crate::pixels::shrink::BoxReducer;

/// Interleaved samples of one row, of 8 bits or, if these are empty, of 16.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    pub(crate) bytes: Vec<u8>,
    pub(crate) words: Vec<u16>,
}

impl Samples {
    /// Reads a row and adds it.
    pub(super) fn push(&mut self, row: &[u8], layout: &Layout, reducer: &mut BoxReducer<'_>) {
        self.read(row, layout);
        if self.words.is_empty() {
            reducer.push_bytes(&self.bytes);
        } else {
            reducer.push_words(&self.words);
        }
    }

    /// Reads a row of the layout's stride.
    pub(crate) fn read(&mut self, row: &[u8], layout: &Layout) {
        let width = layout.size.width as usize;
        self.bytes.clear();
        self.words.clear();
        match &layout.pixels {
            Pixels::Indexed { bits: 8, colors } => {
                self.bytes.extend(row[..width].iter().flat_map(|index| colors[usize::from(*index)]));
            }
            Pixels::Indexed { bits, colors } => {
                let mask = (1 << bits) - 1;
                let shifts = (0..8 / bits).rev().map(|place| place * bits);
                let indices = row.iter().flat_map(|byte| shifts.clone().map(move |shift| byte >> shift & mask));
                self.bytes.extend(indices.take(width).flat_map(|index| colors[usize::from(index)]));
            }
            Pixels::Bgr => {
                self.bytes.resize(width * 3, 0);
                for (to, [b, g, r]) in self.bytes.as_chunks_mut().0.iter_mut().zip(row.as_chunks().0) {
                    *to = [*r, *g, *b];
                }
            }
            Pixels::Masked { bytes: 2, fields } => {
                let pixels = row.as_chunks().0.iter().map(|pixel| u16::from_le_bytes(*pixel).into());
                self.unmask(pixels.take(width), fields);
            }
            Pixels::Masked { fields, .. }
                if fields.iter().all(|field| matches!(field.mask >> field.shift, 0 | 255)) =>
            {
                let pixels = row.as_chunks().0.iter().map(|pixel| u32::from_le_bytes(*pixel));
                self.unmask_bytes(pixels.take(width), fields);
            }
            Pixels::Masked { fields, .. } => {
                let pixels = row.as_chunks().0.iter().map(|pixel| u32::from_le_bytes(*pixel));
                self.unmask(pixels.take(width), fields);
            }
        }
    }

    fn unmask(&mut self, pixels: impl Iterator<Item = u32>, fields: &[Field; 4]) {
        let channels = if fields[3].mask == 0 { 3 } else { 4 };
        self.words.extend(pixels.flat_map(|pixel| fields[..channels].iter().map(move |field| field.of(pixel))));
    }

    fn unmask_bytes(&mut self, pixels: impl Iterator<Item = u32>, fields: &[Field; 4]) {
        #[expect(clippy::cast_possible_truncation, reason = "the fields have 8 bits")]
        let byte = |pixel: u32, field: &Field| ((pixel & field.mask) >> field.shift) as u8;
        let [r, g, b, a] = fields;
        if a.mask == 0 {
            self.bytes.extend(pixels.flat_map(|pixel| [byte(pixel, r), byte(pixel, g), byte(pixel, b)]));
        } else {
            self.bytes
                .extend(pixels.flat_map(|pixel| [byte(pixel, r), byte(pixel, g), byte(pixel, b), byte(pixel, a)]));
        }
    }
}
