//! Reads the prediction modes of a macroblock in a key frame (RFC 6386, 10 and 11).

use super::bits::BoolReader;
use super::header::FrameHeader;
use super::tables::BLOCK_MODE_PROBS;

/// The prediction mode of a square of 16 or 8 samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Dc,
    Vertical,
    Horizontal,
    TrueMotion,
    /// Luma only: each 4x4 block has its own mode.
    Blocks,
}

/// The prediction mode of a 4x4 block, in the order of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum BlockMode {
    #[default]
    Dc,
    TrueMotion,
    Vertical,
    Horizontal,
    LeftDown,
    RightDown,
    VerticalRight,
    VerticalLeft,
    HorizontalDown,
    HorizontalUp,
}

/// The properties of a macroblock that precede its coefficients.
#[derive(Debug, Clone, Copy)]
pub(super) struct Modes {
    pub(super) segment: usize,
    /// Whether coefficients follow.
    pub(super) is_coded: bool,
    pub(super) luma: Mode,
    pub(super) blocks: [BlockMode; 16],
    pub(super) chroma: Mode,
}

/// Reads the modes of a macroblock. `above` and `left` hold those of the adjacent blocks, and are replaced.
#[inline(always)]
pub(super) fn read_modes(
    shared: &mut BoolReader<'_>,
    header: &FrameHeader,
    above: &mut [BlockMode; 4],
    left: &mut [BlockMode; 4],
) -> Modes {
    // A copy of the reader stays in registers.
    let mut reader = shared.clone();
    let modes = read_all(&mut reader, header, above, left);
    *shared = reader;
    modes
}

#[inline(always)]
fn read_all(
    reader: &mut BoolReader<'_>,
    header: &FrameHeader,
    above: &mut [BlockMode; 4],
    left: &mut [BlockMode; 4],
) -> Modes {
    let segment = match &header.segment_probs {
        Some(probs) => {
            let high = reader.bit(probs[0]);
            2 * usize::from(high) + usize::from(reader.bit(probs[1 + usize::from(high)]))
        }
        None => 0,
    };
    let is_coded = !header.coded_prob.is_some_and(|prob| reader.bit(prob));
    let luma = if !reader.bit(145) {
        Mode::Blocks
    } else if reader.bit(156) {
        if reader.bit(128) { Mode::TrueMotion } else { Mode::Horizontal }
    } else if reader.bit(163) {
        Mode::Vertical
    } else {
        Mode::Dc
    };
    let mut blocks = [BlockMode::Dc; 16];
    if luma == Mode::Blocks {
        for (row, left) in blocks.as_chunks_mut::<4>().0.iter_mut().zip(left.iter_mut()) {
            for (block, above) in row.iter_mut().zip(above.iter_mut()) {
                *block = read_block_mode(reader, &BLOCK_MODE_PROBS[*above as usize][*left as usize]);
                (*above, *left) = (*block, *block);
            }
        }
    } else {
        let implied = match luma {
            Mode::Dc | Mode::Blocks => BlockMode::Dc,
            Mode::Vertical => BlockMode::Vertical,
            Mode::Horizontal => BlockMode::Horizontal,
            Mode::TrueMotion => BlockMode::TrueMotion,
        };
        (*above, *left) = ([implied; 4], [implied; 4]);
    }
    let chroma = if !reader.bit(142) {
        Mode::Dc
    } else if !reader.bit(114) {
        Mode::Vertical
    } else if reader.bit(183) {
        Mode::TrueMotion
    } else {
        Mode::Horizontal
    };
    Modes { segment, is_coded, luma, blocks, chroma }
}

/// Reads a mode by the tree of section 11.2.
#[inline(always)]
fn read_block_mode(reader: &mut BoolReader<'_>, probs: &[u8; 9]) -> BlockMode {
    if !reader.bit(probs[0]) {
        return BlockMode::Dc;
    }
    if !reader.bit(probs[1]) {
        return BlockMode::TrueMotion;
    }
    if !reader.bit(probs[2]) {
        return BlockMode::Vertical;
    }
    if !reader.bit(probs[3]) {
        if !reader.bit(probs[4]) {
            return BlockMode::Horizontal;
        }
        return if reader.bit(probs[5]) { BlockMode::VerticalRight } else { BlockMode::RightDown };
    }
    if !reader.bit(probs[6]) {
        return BlockMode::LeftDown;
    }
    if !reader.bit(probs[7]) {
        return BlockMode::VerticalLeft;
    }
    if reader.bit(probs[8]) { BlockMode::HorizontalUp } else { BlockMode::HorizontalDown }
}
