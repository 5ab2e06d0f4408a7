//! Decodes one macroblock after the other: reads its modes and coefficients, and reconstructs its samples.

use super::bits::BoolReader;
use super::blocks::{Blocks, Near, Numbers};
use super::header::FrameHeader;
use super::modes::{BlockMode, Mode, Modes, read_modes};
use super::predict::{Around, Inside, Square};
use super::tokens::{Kind, Tokens};
use super::transform::{inverse_dct, inverse_walsh};

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

/// The rightmost blocks of the macroblock to the left, and the row above it, in the last of 16 samples.
struct Left<B: Blocks> {
    luma: [B::Samples; 4],
    chroma: [[B::Samples; 2]; 2],
    luma_corner: B::Samples,
    chroma_corners: [B::Samples; 2],
    coded: Coded,
}

impl<B: Blocks> Left<B> {
    /// Returns what lies beyond the left edge.
    fn outside(blocks: B, row: usize) -> Self {
        let beyond = blocks.fill(LEFT_OF_ALL);
        let corner = blocks.fill(if row == 0 { ABOVE_ALL } else { LEFT_OF_ALL });
        Self {
            luma: [beyond; 4],
            chroma: [[beyond; 2]; 2],
            luma_corner: corner,
            chroma_corners: [corner; 2],
            coded: Coded::default(),
        }
    }
}

/// A row of macroblocks that is being decoded: a plane of luma, those of Cb and Cr, and the number of luma samples in a row.
pub(super) struct Planes<'a> {
    pub(super) luma: &'a mut [u8],
    pub(super) chroma: &'a mut [Vec<u8>; 2],
    pub(super) stride: usize,
}

/// A decoder of one macroblock after the other.
pub(super) struct Macroblock<'a, T, B: Blocks> {
    header: &'a FrameHeader,
    tokens: T,
    blocks: B,
    /// Coefficients by index and block. Between macroblocks, all are 0.
    luma: [Numbers; 16],
    /// Those of Cb, then those of Cr, and eight of no block.
    chroma: [Numbers; 16],
    /// Whether there are any.
    has_luma: bool,
    has_chroma: bool,
    left: Left<B>,
    row: usize,
}

impl<'a, T: Tokens, B: Blocks> Macroblock<'a, T, B> {
    pub(super) fn new(header: &'a FrameHeader, tokens: T, blocks: B) -> Self {
        Self {
            header,
            tokens,
            blocks,
            luma: [[0; 16]; 16],
            chroma: [[0; 16]; 16],
            has_luma: false,
            has_chroma: false,
            left: Left::outside(blocks, 0),
            row: 0,
        }
    }

    /// Prepares for the first macroblock of a row.
    pub(super) fn start_row(&mut self, row: usize) {
        self.row = row;
        self.left = Left::outside(self.blocks, row);
    }

    #[inline(always)]
    pub(super) fn decode(
        &mut self,
        column: usize,
        above: &mut Neighbours,
        to_the_right: Option<[u8; 4]>,
        left_modes: &mut [BlockMode; 4],
        (modes, coefficients): (&mut BoolReader<'_>, &mut BoolReader<'_>),
        planes: &mut Planes<'_>,
    ) {
        let modes = read_modes(modes, self.header, &mut above.modes, left_modes);
        if modes.is_coded {
            self.read_coefficients(&modes, &mut above.coded, coefficients);
        } else {
            (self.has_luma, self.has_chroma) = (false, false);
            // Macroblocks with modes per block have no block of DC coefficients, so its flag stays.
            let keep = |coded: &Coded| if modes.luma == Mode::Blocks { coded.luma_dc } else { 0 };
            above.coded = Coded { luma_dc: keep(&above.coded), ..Coded::default() };
            self.left.coded = Coded { luma_dc: keep(&self.left.coded), ..Coded::default() };
        }
        let inside = Inside { above: self.row > 0, left: column > 0 };
        // Beyond the right edge, the last sample above repeats. Above the first row, all are the same.
        let to_the_right = to_the_right.unwrap_or([above.luma[15]; 4]);
        self.reconstruct_luma(&modes, above, to_the_right, inside, (column, planes));
        self.reconstruct_chroma(&modes, above, inside, (column, planes));
    }

    /// Reads the coefficients (section 13). A block of DC coefficients comes first if luma is predicted as a whole,
    /// then luma, Cb, Cr.
    #[inline(always)]
    fn read_coefficients(&mut self, modes: &Modes, above: &mut Coded, shared: &mut BoolReader<'_>) {
        // A copy of the reader stays in registers.
        let mut reader = shared.clone();
        reader.fill();
        let mut has_dc = false;
        let kind = if modes.luma == Mode::Blocks {
            Kind::Luma
        } else {
            let mut block = [0; 16];
            let neighbours = above.luma_dc + self.left.coded.luma_dc;
            let steps = self.header.steps[modes.segment].luma_dc;
            let put = |index: usize, value| block[index] = value;
            has_dc = self.tokens.read_block(&mut reader, Kind::LumaDc, neighbours, steps, put);
            (above.luma_dc, self.left.coded.luma_dc) = (u8::from(has_dc), u8::from(has_dc));
            if has_dc {
                self.luma[0] = inverse_walsh(&block);
            }
            Kind::LumaWithoutDc
        };
        self.has_luma = self.read_luma(kind, modes.segment, above, &mut reader) | has_dc;
        self.has_chroma = self.read_chroma(modes.segment, above, &mut reader);
        *shared = reader;
    }

    /// Returns whether there are any.
    #[inline(always)]
    fn read_luma(&mut self, kind: Kind, segment: usize, above: &mut Coded, reader: &mut BoolReader<'_>) -> bool {
        let left = &mut self.left.coded.luma;
        if (above.luma, *left) == ([0; 4], [0; 4]) && self.tokens.skip_empty(reader, kind) {
            return false;
        }
        let steps = self.header.steps[segment].luma;
        let mut any = false;
        for (y, left) in left.iter_mut().enumerate() {
            for (x, above) in above.luma.iter_mut().enumerate() {
                let put = |index: usize, value| self.luma[index][4 * y + x] = value;
                let is_coded = self.tokens.read_block(reader, kind, *above + *left, steps, put);
                (*above, *left) = (u8::from(is_coded), u8::from(is_coded));
                any |= is_coded;
            }
        }
        any
    }

    /// Returns whether there are any.
    #[inline(always)]
    fn read_chroma(&mut self, segment: usize, above: &mut Coded, reader: &mut BoolReader<'_>) -> bool {
        let left = &mut self.left.coded.chroma;
        let are_empty = (above.chroma, *left) == ([[0; 2]; 2], [[0; 2]; 2]);
        if are_empty && self.tokens.skip_empty(reader, Kind::Chroma) {
            return false;
        }
        let steps = self.header.steps[segment].chroma;
        let mut any = false;
        for plane in 0..2 {
            for (y, x) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let put = |index: usize, value| self.chroma[index][4 * plane + 2 * y + x] = value;
                let (above, left) = (&mut above.chroma[plane][x], &mut left[plane][y]);
                let is_coded = self.tokens.read_block(reader, Kind::Chroma, *above + *left, steps, put);
                (*above, *left) = (u8::from(is_coded), u8::from(is_coded));
                any |= is_coded;
            }
        }
        any
    }

    #[inline(always)]
    fn reconstruct_luma(
        &mut self,
        modes: &Modes,
        above: &mut Neighbours,
        to_the_right: [u8; 4],
        inside: Inside,
        (column, planes): (usize, &mut Planes<'_>),
    ) {
        let blocks = self.blocks;
        let residues = if self.has_luma { Residues::take(blocks, &mut self.luma) } else { Residues::none(blocks) };
        let mut around = Around { above: blocks.load(above.luma), corner: self.left.luma_corner };
        self.left.luma_corner = around.above;
        let square = Square::new(blocks, modes.luma, around, &self.left.luma, inside);
        // The rightmost blocks of all four rows use the samples above the macroblock to the right.
        let right = blocks.load_four(to_the_right);
        let mut above_blocks: [B::Samples; 4] = std::array::from_fn(|x| blocks.columns(around.above, x));
        let mut corner = around.corner;
        for y in 0..4 {
            let left = self.left.luma[y];
            let row = if modes.luma == Mode::Blocks {
                let [a, b, c, d] = above_blocks;
                let near = |left, corner, above, right| Near { left, corner, above, right };
                let i = 4 * y;
                let first = residues.add(i, blocks.predict(near(left, corner, a, b), modes.blocks[i]));
                let second = residues.add(i + 1, blocks.predict(near(first, a, b, c), modes.blocks[i + 1]));
                let third = residues.add(i + 2, blocks.predict(near(second, b, c, d), modes.blocks[i + 2]));
                [
                    first,
                    second,
                    third,
                    residues.add(i + 3, blocks.predict(near(third, c, d, right), modes.blocks[i + 3])),
                ]
            } else {
                std::array::from_fn(|x| residues.add(4 * y + x, square.predict(blocks, x, y)))
            };
            (corner, above_blocks, self.left.luma[y]) = (left, row, row[3]);
            let rows = blocks.rows(row);
            for (i, row) in rows.into_iter().enumerate() {
                let at = (4 * y + i) * planes.stride + 16 * column;
                planes.luma[at..][..16].copy_from_slice(&blocks.store(row));
            }
            around.above = rows[3];
        }
        above.luma = blocks.store(around.above);
    }

    #[inline(always)]
    fn reconstruct_chroma(
        &mut self,
        modes: &Modes,
        above: &mut Neighbours,
        inside: Inside,
        (column, planes): (usize, &mut Planes<'_>),
    ) {
        let blocks = self.blocks;
        let residues = if self.has_chroma { Residues::take(blocks, &mut self.chroma) } else { Residues::none(blocks) };
        for (plane, samples) in planes.chroma.iter_mut().enumerate() {
            let above_row = blocks.load_eight(above.chroma[plane]);
            let around = Around { above: above_row, corner: self.left.chroma_corners[plane] };
            self.left.chroma_corners[plane] = above_row;
            let square = Square::new(blocks, modes.chroma, around, &self.left.chroma[plane], inside);
            let [[a, b], [c, d]]: [[B::Samples; 2]; 2] = std::array::from_fn(|y| {
                std::array::from_fn(|x| residues.add(4 * plane + 2 * y + x, square.predict(blocks, x, y)))
            });
            self.left.chroma[plane] = [b, d];
            // The lower half lies to the right of the upper one.
            for (i, row) in blocks.rows([a, b, c, d]).into_iter().enumerate() {
                let row = blocks.store(row);
                for (half, row) in row.as_chunks::<8>().0.iter().enumerate() {
                    let at = (4 * half + i) * planes.stride / 2 + 8 * column;
                    samples[at..][..8].copy_from_slice(row);
                    above.chroma[plane] = *row;
                }
            }
        }
    }
}

/// The residues of 16 blocks.
struct Residues<B: Blocks> {
    blocks: B,
    split: [[B::Samples; 2]; 16],
}

impl<B: Blocks> Residues<B> {
    #[inline(always)]
    fn none(blocks: B) -> Self {
        Self { blocks, split: [[blocks.fill(0); 2]; 16] }
    }

    /// Transforms coefficients, and clears them.
    #[inline(always)]
    fn take(blocks: B, coefficients: &mut [Numbers; 16]) -> Self {
        let taken = std::array::from_fn(|i| blocks.load_numbers(coefficients[i]));
        *coefficients = [[0; 16]; 16];
        let residues = blocks.turn(inverse_dct(blocks, taken));
        Self { blocks, split: std::array::from_fn(|i| blocks.split(residues[i])) }
    }

    /// Adds those of a block.
    #[inline(always)]
    fn add(&self, block: usize, samples: B::Samples) -> B::Samples {
        self.blocks.add(samples, self.split[block])
    }
}
