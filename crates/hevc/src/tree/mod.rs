//! Decodes the coding tree blocks of a slice (ITU-T H.265, 7.3.8).

mod coding;
mod levels;
mod merging;
mod offsets;
mod parts;
mod predicted;
mod quantiser;
mod residual;
mod transform_tree;

use crate::cabac::{ContextModels, Engine, initial, offset};
use crate::canvas::Canvas;
use crate::error::Error;
use crate::intra::References;
use crate::parameters::{PictureParameters, SequenceParameters};
use crate::prediction::Reference;
use crate::sample::Sample;
use crate::slice::Slice;
use crate::surroundings::Surroundings;
use crate::transform::Coefficients;

use quantiser::Quantiser;

/// The decoder of a slice segment's blocks.
pub(crate) struct Tree<'a, T> {
    pub(crate) sequence: &'a SequenceParameters,
    pub(crate) picture: &'a PictureParameters,
    pub(crate) slice: &'a Slice,
    pub(crate) canvas: &'a mut Canvas<T>,
    reference: Option<&'a Reference<T>>,
    data: &'a [u8],
    engine: Engine<'a>,
    models: ContextModels,
    quantiser: Quantiser,
    /// The current coding tree block.
    block: Surroundings,
    coefficients: Box<Coefficients>,
    references: References<T>,
    /// The first error in the current coding tree block.
    error: Option<Error>,
}

/// The state of a slice that continues in the next segment.
#[derive(Debug, Clone)]
pub(crate) struct State {
    models: ContextModels,
    qp: i32,
}

impl<'a, T: Sample> Tree<'a, T> {
    /// Starts a segment, from the state at the end of the one before if it is dependent.
    pub(crate) fn new(
        (sequence, picture, slice): (&'a SequenceParameters, &'a PictureParameters, &'a Slice),
        (canvas, reference): (&'a mut Canvas<T>, Option<&'a Reference<T>>),
        (data, at): (&'a [u8], usize),
        state: Option<&State>,
    ) -> Self {
        let quantiser = Quantiser::new(sequence, picture, slice, state.map_or(slice.qp, |state| state.qp));
        Self {
            sequence,
            picture,
            slice,
            canvas,
            reference,
            data,
            engine: Engine::new(data, at),
            models: state.map_or_else(|| initial(slice.models(), slice.qp), |state| state.models),
            quantiser,
            block: Surroundings::default(),
            coefficients: Box::new(Coefficients::new()),
            references: References::new(),
            error: None,
        }
    }

    /// Returns the state after the last block.
    pub(crate) fn state(&self) -> State {
        State { models: self.models, qp: self.quantiser.qp() }
    }

    /// Returns the models after the last block, for the next row of a wavefront.
    pub(crate) const fn models(&self) -> &ContextModels {
        &self.models
    }

    /// Starts the prediction of quantisers anew, and the models from the given ones or from the slice's.
    pub(crate) fn restart(&mut self, models: Option<&ContextModels>) {
        self.models = models.copied().unwrap_or_else(|| initial(self.slice.models(), self.slice.qp));
        self.quantiser.restart(self.slice.qp);
    }

    /// Starts reading at the next whole byte, after a part of the data that has ended.
    pub(crate) fn start_next_part(&mut self) {
        self.engine = Engine::new(self.data, self.engine.position());
    }

    /// Reads the flag of an end.
    pub(crate) fn read_end(&mut self) -> bool {
        self.engine.terminate()
    }

    /// Decodes a coding tree block.
    pub(crate) fn decode(&mut self, block: Surroundings) -> Result<(), Error> {
        let (x, y) = (block.x, block.y);
        self.block = block;
        if self.slice.has_offsets != [false; 2] {
            self.read_offsets();
        }
        self.split_coding(x, y, self.sequence.log2_ctb, 0);
        self.block.keep_right_side(self.sequence.log2_ctb);
        if self.engine.is_beyond_end() {
            return Err(Error::Truncated("a slice"));
        }
        self.error.map_or(Ok(()), Err)
    }

    /// Returns the surroundings of the block that was decoded last.
    pub(crate) const fn last_block(&self) -> &Surroundings {
        &self.block
    }

    /// Decodes a quadtree of coding blocks (7.3.8.4).
    fn split_coding(&mut self, x: usize, y: usize, log2: u32, depth: u8) {
        let (size, sequence) = (1 << log2, self.sequence);
        let fits = x + size <= sequence.width && y + size <= sequence.height;
        let can_split = log2 > sequence.log2_min_block;
        let is_split = can_split && (!fits || self.read_split(x, y, depth));
        if self.picture.qp_depth.is_some() {
            self.quantiser.start_group(&self.block, (x, y), log2);
        }
        if !is_split {
            self.block.set_depth(&mut self.canvas.depths_above, (x, y), log2, depth);
            self.decode_coding(x, y, log2);
            return;
        }
        let half = size / 2;
        for (x, y) in [(x, y), (x + half, y), (x, y + half), (x + half, y + half)] {
            if x < sequence.width && y < sequence.height {
                self.split_coding(x, y, log2 - 1, depth + 1);
            }
        }
    }

    fn read_split(&mut self, x: usize, y: usize, depth: u8) -> bool {
        let deeper = self.block.count_deeper(&self.canvas.depths_above, (x, y), depth);
        self.bin(offset::SPLIT_CODING + deeper)
    }

    #[inline]
    fn bin(&mut self, index: usize) -> bool {
        self.engine.bin(&mut self.models, index) == 1
    }

    /// Records an error. Decoding goes on to the end of the coding tree block.
    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}
