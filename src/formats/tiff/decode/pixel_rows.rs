//! Adds the rows of all planes to the grid, as pixels in the model's channels. Interleaved samples of 8 and 16 bits that
//! need no conversion are added unchanged, all others as `f32`.

use std::io;

use super::coding::Numbers;
use super::layout::Layout;
use super::photometric::{Alpha, Photometric};
use super::rows::{Rows, Tally};
use super::samples::{self, Range};
use crate::container::Input;
use crate::pixels::shrink::BoxReducer;

/// The rows of an image, from the top.
pub(super) struct PixelRows<'a> {
    layout: &'a Layout,
    way: Way,
    /// One for interleaved samples, otherwise one per used plane.
    planes: Vec<Rows<'a>>,
    /// Number of used samples per pixel, and index and kind of the alpha sample.
    samples: usize,
    alpha: Option<(usize, Alpha)>,
    /// Samples as stored, of one plane and of all, and in the model's order.
    single: Vec<f32>,
    stored: Vec<f32>,
    arranged: Vec<f32>,
    words: Vec<u16>,
}

/// The path of rows to the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Bytes,
    Words,
    /// Units of several lumas for each chroma.
    Units,
    Floats,
}

impl<'a> PixelRows<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        let is_planar = layout.samples_in_chunk < layout.samples;
        let colors = layout.photometric.colors();
        let (planes, samples, alpha) = if is_planar {
            let alpha = layout.alpha.map(|(plane, _)| plane);
            let planes: Vec<_> = (0..colors).chain(alpha).map(|plane| Rows::new(layout, plane)).collect();
            let samples = planes.len();
            (planes, samples, layout.alpha.map(|(_, kind)| (colors, kind)))
        } else {
            (vec![Rows::new(layout, 0)], layout.samples, layout.alpha)
        };
        let is_arranged = planes.len() == 1 && layout.photometric.is_arranged(samples, alpha);
        let way = match (layout.kind.numbers, layout.kind.bits) {
            _ if layout.photometric.subsampling() != (1, 1) => Way::Units,
            (Numbers::Unsigned, 8) if is_arranged => Way::Bytes,
            (Numbers::Unsigned, 16) if is_arranged => Way::Words,
            _ => Way::Floats,
        };
        let (width, channels) = (layout.size.width as usize, layout.photometric.model(alpha.is_some()).planes());
        let arranged = vec![0.0; width * channels * layout.chunks.rows_at_once];
        let (single, stored, words) = (Vec::new(), Vec::new(), Vec::new());
        Self { layout, way, planes, samples, alpha, single, stored, arranged, words }
    }

    /// Adds row `y`, or all rows from there that share their chroma.
    pub(super) fn push_next(
        &mut self,
        input: &mut dyn Input,
        y: usize,
        reducer: &mut BoxReducer<'_>,
    ) -> io::Result<()> {
        let numbers = self.layout.size.width as usize * self.samples;
        match self.way {
            Way::Bytes => {
                if let Some(bytes) = self.planes[0].next(input)? {
                    reducer.push_bytes(&bytes[..numbers]);
                    return Ok(());
                }
                self.arranged.fill(self.layout.blank());
            }
            Way::Words => {
                if let Some(bytes) = self.planes[0].next(input)? {
                    self.words.clear();
                    self.words.extend(bytes.as_chunks().0[..numbers].iter().map(|bytes| u16::from_ne_bytes(*bytes)));
                    reducer.push_words(&self.words);
                    return Ok(());
                }
                self.arranged.fill(self.layout.blank());
            }
            Way::Units => self.read_units(input)?,
            Way::Floats => self.read_floats(input)?,
        }
        let rows = self.layout.chunks.rows_at_once;
        let there = (self.layout.size.height as usize - y).min(rows);
        let row_length = self.arranged.len() / rows;
        self.arranged.chunks_exact_mut(row_length).take(there).for_each(|row| reducer.push_row(row));
        Ok(())
    }

    fn read_units(&mut self, input: &mut dyn Input) -> io::Result<()> {
        let (layout, width) = (self.layout, self.layout.size.width as usize);
        match self.planes[0].next(input)? {
            Some(units) => spread(units, layout.photometric.subsampling(), width, &mut self.arranged),
            None => self.arranged.fill(layout.blank()),
        }
        Ok(())
    }

    fn read_floats(&mut self, input: &mut dyn Input) -> io::Result<()> {
        let (layout, width) = (self.layout, self.layout.size.width as usize);
        let range = if matches!(layout.photometric, Photometric::Palette(_)) { Range::Indices } else { Range::Samples };
        let is_interleaved = self.planes.len() == 1;
        self.stored.resize(width * self.samples, 0.0);
        let mut is_there = false;
        for (plane, rows) in self.planes.iter_mut().enumerate() {
            let bytes = rows.next(input)?;
            is_there |= bytes.is_some();
            match bytes {
                Some(bytes) if is_interleaved => samples::read(bytes, layout.kind, range, &mut self.stored),
                Some(bytes) => {
                    self.single.resize(width, 0.0);
                    samples::read(bytes, layout.kind, range, &mut self.single);
                    let stored = self.stored.iter_mut().skip(plane).step_by(self.samples);
                    stored.zip(&self.single).for_each(|(to, from)| *to = *from);
                }
                None => self.stored.iter_mut().skip(plane).step_by(self.samples).for_each(|sample| *sample = 0.0),
            }
        }
        if is_there {
            layout.photometric.arrange(&self.stored, self.samples, self.alpha, &mut self.arranged);
        } else {
            self.arranged.fill(self.layout.blank());
        }
        Ok(())
    }

    /// Returns the counts of present and missing parts.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.planes.iter().for_each(|rows| tally.add(rows.tally));
        tally
    }
}

/// Gives every pixel the chroma of its unit (TIFF 6.0, section 21). A unit has `h` times `v` lumas, then one of each
/// chroma.
fn spread(units: &[u8], (h, v): (usize, usize), width: usize, out: &mut [f32]) {
    for (unit, x) in units.chunks_exact(h * v + 2).zip((0..width).step_by(h)) {
        let chroma = [f32::from(unit[h * v]), f32::from(unit[h * v + 1])];
        for (row, lumas) in out.chunks_exact_mut(3 * width).zip(unit.chunks_exact(h)) {
            for (pixel, luma) in row[3 * x..].chunks_exact_mut(3).zip(lumas) {
                pixel.copy_from_slice(&[f32::from(*luma), chroma[0], chroma[1]]);
            }
        }
    }
}
