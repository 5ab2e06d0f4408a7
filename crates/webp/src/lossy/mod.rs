//! Decodes a key frame of VP8 (RFC 6386) by rows of macroblocks, into luma and chroma. The range is limited and chroma
//! is halved on both axes (RFC 9649, 2.5).

#![allow(clippy::inline_always, reason = "the hot loops are compiled once for each kind of processor")]

mod bits;
mod blocks;
mod header;
mod intervals;
mod macroblock;
mod modes;
mod predict;
mod tables;
mod tokens;
mod transform;

use pulp::{Arch, NullaryFnOnce};

use super::error::Error;
use super::stop::Stop;
use bits::BoolReader;
use blocks::{Blocks, Plain};
use header::FrameHeader;
use intervals::Intervals;
use macroblock::{Macroblock, Neighbours, Planes};
use modes::BlockMode;
use tokens::{BitByBit, Tokens};

pub(super) use header::read_size;

/// Decoded rows of an image: 16 rows of luma, or fewer at its end.
///
/// Samples have limited range: luma from 16 to 235, chroma from 16 to 240 with 128 for grey (ITU-R BT.601). A row of luma is
/// as wide as the image, a row of chroma half as wide; a sample at an odd edge is included.
#[derive(Debug, Clone, Copy)]
pub struct Band<'a> {
    /// The rows of luma, `luma_stride` samples apart.
    pub luma: &'a [u8],
    /// Number of samples between the starts of two rows of luma.
    pub luma_stride: usize,
    /// The rows of Cb and Cr, half as many, `chroma_stride` samples apart.
    pub chroma: [&'a [u8]; 2],
    /// Number of samples between the starts of two rows of chroma.
    pub chroma_stride: usize,
}

/// Number of luma rows in every band but the last.
const BAND: usize = 16;

/// A lossy image whose header was read: a key frame of VP8.
#[derive(Debug)]
pub struct Frame<'a> {
    width: usize,
    height: usize,
    header: FrameHeader,
    modes: BoolReader<'a>,
    partitions: Vec<BoolReader<'a>>,
}

impl<'a> Frame<'a> {
    /// Reads the header of a frame, the payload of a `VP8 ` chunk.
    ///
    /// # Errors
    /// The frame is invalid, or truncated before its first macroblock.
    pub fn read(frame: &'a [u8]) -> Result<Self, Error> {
        let (width, height) = read_size(frame)?;
        let (header, modes, partitions) = header::read_frame(frame)?;
        Ok(Self { width: width as usize, height: height as usize, header, modes, partitions })
    }

    /// Decodes the frame, and passes each band of rows to `sink`, from the top.
    ///
    /// If the frame is truncated, returns the number of decoded rows; the others are grey.
    pub fn decode(self, sink: &mut dyn FnMut(Band<'_>)) -> Option<Stop> {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            return simd.vectorize(Work { blocks: simd, frame: self, sink });
        }
        // Runs with the widest vectors of this processor, and with its shifts that spare the flags.
        Arch::new().dispatch(Work { blocks: Plain, frame: self, sink })
    }
}

/// Estimates the memory in bytes that [`Frame::decode`] takes for an image of this width.
#[must_use]
pub fn lossy_memory(width: u32) -> u64 {
    let column = BAND * BAND * 3 / 2 + size_of::<Neighbours>();
    u64::from(width.div_ceil(16)) * column as u64 + Intervals::MEMORY as u64
}

struct Work<'a, 'b, B> {
    blocks: B,
    frame: Frame<'a>,
    sink: &'b mut dyn FnMut(Band<'_>),
}

impl<B: Blocks> NullaryFnOnce for Work<'_, '_, B> {
    type Output = Option<Stop>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let probs = &self.frame.header.token_probs;
        if self.frame.partitions.iter().map(BoolReader::len).sum::<usize>() < Intervals::WORTHWHILE {
            let tokens = BitByBit::new(probs);
            self.decode(tokens)
        } else {
            let tokens = Intervals::new(probs);
            self.decode(tokens)
        }
    }
}

impl<B: Blocks> Work<'_, '_, B> {
    #[inline(always)]
    fn decode(self, tokens: impl Tokens) -> Option<Stop> {
        let Self { blocks, mut frame, sink } = self;
        let columns = frame.width.div_ceil(BAND);
        let mut rows = Rows::new(columns);
        let mut block = Macroblock::new(&frame.header, tokens, blocks);
        let partitions = frame.partitions.len();
        let mut stop = None;
        for (row, top) in (0..frame.height).step_by(BAND).enumerate() {
            if stop.is_none() {
                let coefficients = &mut frame.partitions[row % partitions];
                if !rows.decode(row, &mut block, &mut frame.modes, coefficients) {
                    stop = Some(Stop { rows: u32::try_from(top).unwrap_or(u32::MAX) });
                }
            }
            if stop.is_some() {
                rows.fill_with_grey();
            }
            sink(rows.band(frame.width, frame.height - top));
        }
        stop
    }
}

/// A row of macroblocks, and the data that the next row needs.
struct Rows {
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
    /// By column of macroblocks.
    above: Vec<Neighbours>,
}

impl Rows {
    fn new(columns: usize) -> Self {
        Self {
            luma: vec![0; columns * BAND * BAND],
            chroma: std::array::from_fn(|_| vec![0; columns * BAND * BAND / 4]),
            above: vec![Neighbours::default(); columns],
        }
    }

    /// Decodes a row. Returns false if the data ended inside it.
    #[inline(always)]
    fn decode(
        &mut self,
        row: usize,
        block: &mut Macroblock<'_, impl Tokens, impl Blocks>,
        modes: &mut BoolReader<'_>,
        coefficients: &mut BoolReader<'_>,
    ) -> bool {
        let columns = self.above.len();
        let mut left_modes = [BlockMode::Dc; 4];
        let mut planes = Planes { luma: &mut self.luma, chroma: &mut self.chroma, stride: columns * BAND };
        block.start_row(row);
        for column in 0..columns {
            let to_the_right = self.above.get(column + 1).map(Neighbours::first_luma);
            let above = &mut self.above[column];
            let readers = (&mut *modes, &mut *coefficients);
            block.decode(column, above, to_the_right, &mut left_modes, readers, &mut planes);
            if modes.has_run_dry() || coefficients.has_run_dry() {
                return false;
            }
        }
        true
    }

    fn fill_with_grey(&mut self) {
        self.luma.fill(128);
        self.chroma.iter_mut().for_each(|plane| plane.fill(128));
    }

    /// Returns the rows of the image, of which `height` are left.
    fn band(&self, width: usize, height: usize) -> Band<'_> {
        let columns = self.above.len();
        let (luma_stride, chroma_stride) = (columns * BAND, columns * BAND / 2);
        let rows = height.min(BAND);
        let cut = |stride: usize, rows: usize, width: usize| (rows - 1) * stride + width;
        let chroma = |plane: usize| &self.chroma[plane][..cut(chroma_stride, rows.div_ceil(2), width.div_ceil(2))];
        Band {
            luma: &self.luma[..cut(luma_stride, rows, width)],
            luma_stride,
            chroma: [chroma(0), chroma(1)],
            chroma_stride,
        }
    }
}
