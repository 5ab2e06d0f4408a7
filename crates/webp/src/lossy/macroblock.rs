//! Reconstructs the samples of one macroblock. Its buffer of fixed size includes the neighbours' edges.

use super::bits::BoolReader;
use super::header::FrameHeader;
use super::modes::{BlockMode, Mode, Modes, read_modes};
use super::predict::{Inside, STRIDE, predict_block, predict_square};
use super::tokens::{Kind, Tokens};
use super::transform::{add_dc, add_inverse_dct, inverse_walsh};

/// The index of the first luma sample in its buffer, after the row above and the column to the left.
const LUMA: usize = STRIDE + 8;
/// The indices of the first samples of Cb and Cr in theirs.
const CHROMA: [usize; 2] = [STRIDE + 8, STRIDE + 24];

/// The samples beyond the top edge, and beyond the left one (12.2).
const ABOVE_ALL: u8 = 127;
const LEFT_OF_ALL: u8 = 129;

/// The data of a macroblock that the one below needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbours {
    luma: [u8; 16],
    chroma: [[u8; 8]; 2],
    modes: [BlockMode; 4],
    coded: Coded,
}

impl Default for Neighbours {
    fn default() -> Self {
        Self { luma: [ABOVE_ALL; 16], chroma: [[ABOVE_ALL; 8]; 2], modes: [BlockMode::Dc; 4], coded: Coded::default() }
    }
}

impl Neighbours {
    /// Returns the samples that a block of the macroblock to the left needs.
    pub(super) fn first_luma(&self) -> [u8; 4] {
        *self.luma.first_chunk().expect("16 are more than 4")
    }
}

/// Flags of the blocks at an edge: 1 if a block has coefficients.
#[derive(Debug, Clone, Copy, Default)]
struct Coded {
    luma: [u8; 4],
    chroma: [[u8; 2]; 2],
    luma_dc: u8,
}

/// A decoder of one macroblock after the other.
pub(super) struct Macroblock<'a, T> {
    header: &'a FrameHeader,
    tokens: T,
    luma: [u8; STRIDE * 17],
    /// Cb on the left, Cr on the right.
    chroma: [u8; STRIDE * 9],
    coefficients: [[i16; 16]; 24],
    /// For each block, the index after its last coefficient.
    ends: [u8; 24],
    left: Coded,
    row: usize,
}

impl<'a, T: Tokens> Macroblock<'a, T> {
    pub(super) fn new(header: &'a FrameHeader, tokens: T) -> Self {
        Self {
            header,
            tokens,
            luma: [0; STRIDE * 17],
            chroma: [0; STRIDE * 9],
            coefficients: [[0; 16]; 24],
            ends: [0; 24],
            left: Coded::default(),
            row: 0,
        }
    }

    /// Prepares for the first macroblock of a row.
    pub(super) fn start_row(&mut self, row: usize) {
        self.row = row;
        self.left = Coded::default();
        let corner = if row == 0 { ABOVE_ALL } else { LEFT_OF_ALL };
        let beyond = |y: usize| if y == 0 { corner } else { LEFT_OF_ALL };
        (0..17).for_each(|y| self.luma[LUMA - STRIDE + y * STRIDE - 1] = beyond(y));
        for first in CHROMA {
            (0..9).for_each(|y| self.chroma[first - STRIDE + y * STRIDE - 1] = beyond(y));
        }
    }

    #[inline(always)]
    pub(super) fn decode(
        &mut self,
        column: usize,
        above: &mut Neighbours,
        to_the_right: Option<[u8; 4]>,
        left_modes: &mut [BlockMode; 4],
        modes: &mut BoolReader<'_>,
        coefficients: &mut BoolReader<'_>,
    ) {
        let modes = read_modes(modes, self.header, &mut above.modes, left_modes);
        if modes.is_coded {
            self.read_coefficients(&modes, &mut above.coded, coefficients);
        } else {
            self.ends = [0; 24];
            // Macroblocks with modes per block have no block of DC coefficients, so its flag stays.
            let keep = |coded: &Coded| if modes.luma == Mode::Blocks { coded.luma_dc } else { 0 };
            above.coded = Coded { luma_dc: keep(&above.coded), ..Coded::default() };
            self.left = Coded { luma_dc: keep(&self.left), ..Coded::default() };
        }
        let inside = Inside { above: self.row > 0, left: column > 0 };
        if column > 0 {
            self.step_right();
        }
        // Beyond the right edge, the last sample above repeats. Above the first row, all are the same.
        let to_the_right = to_the_right.unwrap_or([above.luma[15]; 4]);
        self.reconstruct_luma(&modes, above, to_the_right, inside);
        self.reconstruct_chroma(&modes, above, inside);
    }

    /// Makes the right edge of the last macroblock the left edge of this one.
    #[inline(always)]
    fn step_right(&mut self) {
        for row in self.luma.as_chunks_mut::<STRIDE>().0 {
            row[7] = row[23];
        }
        for row in self.chroma.as_chunks_mut::<STRIDE>().0 {
            (row[7], row[23]) = (row[15], row[31]);
        }
    }

    /// Reads the coefficients (section 13). A block of DC coefficients comes first if luma is predicted as a whole,
    /// then luma, Cb, Cr.
    #[inline(always)]
    fn read_coefficients(&mut self, modes: &Modes, above: &mut Coded, shared: &mut BoolReader<'_>) {
        // A copy of the reader stays in registers.
        let mut reader = shared.clone();
        let mut dc = None;
        let kind = if modes.luma == Mode::Blocks {
            Kind::Luma
        } else {
            let mut block = [0; 16];
            let neighbours = above.luma_dc + self.left.luma_dc;
            let steps = self.header.steps[modes.segment].luma_dc;
            let end = self.tokens.read_block(&mut reader, Kind::LumaDc, neighbours, steps, &mut block);
            (above.luma_dc, self.left.luma_dc) = (u8::from(end > 0), u8::from(end > 0));
            dc = (end > 0).then(|| inverse_walsh(&block));
            Kind::LumaWithoutDc
        };
        self.read_luma(kind, modes.segment, above, &mut reader);
        if let Some(dc) = dc {
            for (i, dc) in dc.into_iter().enumerate() {
                self.coefficients[i][0] = dc;
                self.ends[i] = self.ends[i].max(u8::from(dc != 0));
            }
        }
        self.read_chroma(modes.segment, above, &mut reader);
        *shared = reader;
    }

    #[inline(always)]
    fn read_luma(&mut self, kind: Kind, segment: usize, above: &mut Coded, reader: &mut BoolReader<'_>) {
        if (above.luma, self.left.luma) == ([0; 4], [0; 4]) && self.tokens.skip_empty(reader, kind) {
            self.ends[..16].fill(0);
            return;
        }
        let steps = self.header.steps[segment].luma;
        for y in 0..4 {
            for x in 0..4 {
                let (above, left) = (&mut above.luma[x], &mut self.left.luma[y]);
                let block = &mut self.coefficients[4 * y + x];
                let end = self.tokens.read_block(reader, kind, *above + *left, steps, block);
                (*above, *left) = (u8::from(end > kind.first()), u8::from(end > kind.first()));
                self.ends[4 * y + x] = if end > kind.first() { end as u8 } else { 0 };
            }
        }
    }

    #[inline(always)]
    fn read_chroma(&mut self, segment: usize, above: &mut Coded, reader: &mut BoolReader<'_>) {
        let are_empty = (above.chroma, self.left.chroma) == ([[0; 2]; 2], [[0; 2]; 2]);
        if are_empty && self.tokens.skip_empty(reader, Kind::Chroma) {
            self.ends[16..].fill(0);
            return;
        }
        let steps = self.header.steps[segment].chroma;
        for (plane, (above, left)) in above.chroma.iter_mut().zip(&mut self.left.chroma).enumerate() {
            for (i, block) in self.coefficients[16 + 4 * plane..][..4].iter_mut().enumerate() {
                let (above, left) = (&mut above[i & 1], &mut left[i >> 1]);
                let end = self.tokens.read_block(reader, Kind::Chroma, *above + *left, steps, block);
                (*above, *left) = (u8::from(end > 0), u8::from(end > 0));
                self.ends[16 + 4 * plane + i] = end as u8;
            }
        }
    }

    #[inline(always)]
    fn reconstruct_luma(&mut self, modes: &Modes, above: &mut Neighbours, to_the_right: [u8; 4], inside: Inside) {
        self.luma[LUMA - STRIDE..][..16].copy_from_slice(&above.luma);
        if modes.luma == Mode::Blocks {
            // The rightmost blocks of all four rows use the samples above the macroblock to the right.
            for y in [0, 4, 8, 12] {
                self.luma[LUMA + 16 + y * STRIDE - STRIDE..][..4].copy_from_slice(&to_the_right);
            }
            for i in 0..16 {
                let at = LUMA + (i >> 2) * 4 * STRIDE + (i & 3) * 4;
                predict_block(&mut self.luma, at, modes.blocks[i]);
                add_residues(&mut self.coefficients[i], self.ends[i], &mut self.luma, at);
            }
        } else {
            predict_square::<16, _>(&mut self.luma, LUMA, modes.luma, inside);
            for i in 0..16 {
                let at = LUMA + (i >> 2) * 4 * STRIDE + (i & 3) * 4;
                add_residues(&mut self.coefficients[i], self.ends[i], &mut self.luma, at);
            }
        }
        above.luma = *self.luma[LUMA + 15 * STRIDE..].first_chunk().expect("the last row is inside");
    }

    #[inline(always)]
    fn reconstruct_chroma(&mut self, modes: &Modes, above: &mut Neighbours, inside: Inside) {
        for (plane, (first, above)) in CHROMA.into_iter().zip(&mut above.chroma).enumerate() {
            self.chroma[first - STRIDE..][..8].copy_from_slice(above);
            predict_square::<8, _>(&mut self.chroma, first, modes.chroma, inside);
            for i in 0..4 {
                let at = first + (i >> 1) * 4 * STRIDE + (i & 1) * 4;
                let block = 16 + 4 * plane + i;
                add_residues(&mut self.coefficients[block], self.ends[block], &mut self.chroma, at);
            }
            *above = *self.chroma[first + 7 * STRIDE..].first_chunk().expect("the last row is inside");
        }
    }

    /// Copies the luma samples into rows.
    #[inline(always)]
    pub(super) fn copy_luma<'b>(&self, rows: impl Iterator<Item = &'b mut [u8]>) {
        for (y, row) in rows.enumerate() {
            row.copy_from_slice(&self.luma[LUMA + y * STRIDE..][..16]);
        }
    }

    /// Copies the samples of Cb, 0, or Cr, 1, into rows.
    #[inline(always)]
    pub(super) fn copy_chroma<'b>(&self, plane: usize, rows: impl Iterator<Item = &'b mut [u8]>) {
        for (y, row) in rows.enumerate() {
            row.copy_from_slice(&self.chroma[CHROMA[plane] + y * STRIDE..][..8]);
        }
    }
}

/// Adds the inverse transform of the coefficients to a prediction, and clears them.
#[inline(always)]
fn add_residues<const N: usize>(block: &mut [i16; 16], end: u8, samples: &mut [u8; N], at: usize) {
    match end {
        0 => return,
        1 => add_dc(block[0], samples, at, STRIDE),
        _ => add_inverse_dct(block, samples, at, STRIDE),
    }
    *block = [0; 16];
}
