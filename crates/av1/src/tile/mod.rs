//! Decodes the blocks of a tile.

mod block;
mod colors;
mod decoded;
mod deltas;
mod intra;
mod lines;
mod modes;
mod palette;
mod partition;
mod residual;
mod restoration;
mod taps;

pub(crate) use lines::{Line, SegmentMap};

use crate::canvas::Canvas;
use crate::contexts::Contexts;
use crate::error::Error;
use crate::frame::{Frame, SEGMENTS};
use crate::intra::{Edges, Luma};
use crate::residual::{self as coefficients, Matrices};
use crate::sequence::Sequence;
use crate::symbols::Symbols;
use crate::transform::{Residual, Transformed};
use decoded::Decoded;

/// The state of a tile, from one row of superblocks to the next.
#[derive(Debug)]
pub(crate) struct Tile<'a> {
    symbols: Symbols<'a>,
    contexts: Box<Contexts>,
    left: Line,
    /// Columns and rows of blocks of 4 samples.
    columns: (usize, usize),
    rows: (usize, usize),
    /// Index of the quantiser, and its steps for each segment and plane.
    index: u32,
    steps: [[[u32; 2]; 3]; SEGMENTS],
    restored: [taps::Reference; 3],
    decoded: [Decoded; 3],
    /// Whether the changes of the quantiser are still to come in a superblock.
    expects_deltas: bool,
    /// Quarters of a superblock that have the index of their directional filter.
    has_direction: [bool; 4],
}

/// Memory for blocks, which is used again for each.
#[derive(Debug)]
pub(crate) struct Scratch<T: Transformed> {
    edges: Edges<T>,
    luma: Luma,
    levels: coefficients::Scratch,
    residual: Residual<T::Coefficient>,
    palette: colors::Colors,
}

impl<T: Transformed> Scratch<T> {
    pub(crate) fn new() -> Self {
        Self {
            edges: Edges::new(),
            luma: Luma::new(),
            levels: coefficients::Scratch::new(),
            residual: Residual::new(),
            palette: colors::Colors::new(),
        }
    }
}

/// The headers, the samples and the memory that all tiles share.
#[derive(Debug)]
pub(crate) struct Shared<'s, T: Transformed> {
    pub(crate) sequence: &'s Sequence,
    pub(crate) frame: &'s Frame,
    pub(crate) matrices: &'s [Matrices],
    pub(crate) canvas: &'s mut Canvas<T>,
    pub(crate) above: &'s mut Line,
    pub(crate) segments: &'s mut SegmentMap,
    pub(crate) scratch: &'s mut Scratch<T>,
}

/// A tile, and what it shares.
struct Walk<'w, 's, 'a, T: Transformed> {
    tile: &'w mut Tile<'a>,
    shared: &'w mut Shared<'s, T>,
}

impl<'a> Tile<'a> {
    /// Begins a tile, whose columns and rows are those of blocks of 4 samples.
    pub(crate) fn new(
        bytes: &'a [u8],
        sequence: &Sequence,
        frame: &Frame,
        columns: (usize, usize),
        rows: (usize, usize),
    ) -> Self {
        let mut tile = Self {
            symbols: Symbols::new(bytes, frame.updates_contexts),
            contexts: Contexts::new(frame.quantizer.base),
            left: Line::new(1 << sequence.superblock_log2(), frame.has_screen_content),
            columns,
            rows,
            index: frame.quantizer.base,
            steps: [[[0; 2]; 3]; SEGMENTS],
            restored: [taps::Reference::default(); 3],
            decoded: [const { Decoded::new() }; 3],
            expects_deltas: false,
            has_direction: [false; 4],
        };
        tile.set_steps(sequence, frame);
        tile
    }

    /// Returns the bytes of a tile's state.
    pub(crate) fn memory(sequence: &Sequence, has_palettes: bool) -> u64 {
        let known = Line::memory(1 << sequence.superblock_log2(), has_palettes);
        (size_of::<Self>() + size_of::<Contexts>()) as u64 + known
    }

    /// Sets the quantiser's steps to those of its index.
    fn set_steps(&mut self, sequence: &Sequence, frame: &Frame) {
        for (steps, delta) in self.steps.iter_mut().zip(frame.segments.deltas) {
            let index = (self.index as i32 + delta).clamp(0, 255);
            for (steps, deltas) in steps.iter_mut().zip(frame.quantizer.deltas) {
                *steps = coefficients::steps(sequence.depth, index, deltas);
            }
        }
    }

    /// Decodes the superblocks of a row, of which `row` is the first row of blocks.
    pub(crate) fn decode_row<T: Transformed>(&mut self, row: usize, shared: &mut Shared<'_, T>) -> Result<(), Error> {
        let log2 = shared.sequence.superblock_log2();
        self.left.clear(0, usize::MAX);
        if row == self.rows.0 {
            shared.above.clear(self.columns.0, self.columns.1.next_multiple_of(1 << log2));
        }
        for column in (self.columns.0..self.columns.1).step_by(1 << log2) {
            let mut walk = Walk { tile: self, shared };
            walk.begin_superblock(column, row);
            walk.read_restoration(column, row);
            walk.read_partition(column, row, log2)?;
        }
        if self.symbols.is_exhausted() { Err(Error::Truncated("a tile")) } else { Ok(()) }
    }
}

impl<T: Transformed> Walk<'_, '_, '_, T> {
    fn begin_superblock(&mut self, column: usize, row: usize) {
        let (sequence, tile) = (self.shared.sequence, &mut *self.tile);
        tile.expects_deltas = self.shared.frame.quantizer_deltas.is_some();
        tile.has_direction = [false; 4];
        let side = 1 << sequence.superblock_log2();
        let left = (tile.columns.1 - column, tile.rows.1 - row);
        for (plane, decoded) in tile.decoded[..sequence.planes()].iter_mut().enumerate() {
            let (across, down) = sequence.shifts_of(plane);
            decoded.begin((side >> across, side >> down), (left.0 >> across, left.1 >> down));
        }
    }
}
