//! Reads the header of a key frame (RFC 6386, section 9). Creates the readers of its partitions.

use super::super::error::Error;
use super::bits::BoolReader;
use super::tables::{AC_STEPS, DC_STEPS, TOKEN_PROBS, TOKEN_UPDATE_PROBS, TokenProbs};

/// Returns the width and height of a key frame.
pub(crate) fn read_size(frame: &[u8]) -> Result<(u32, u32), Error> {
    let head: &[u8; 10] = frame.first_chunk().ok_or(Error::Truncated("the frame header"))?;
    if head[0] & 1 != 0 {
        return Err(Error::Invalid("its frame is not a key frame"));
    }
    if head[3..6] != [0x9d, 0x01, 0x2a] {
        return Err(Error::Invalid("its frame lacks the start code of a key frame"));
    }
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]) & 0x3fff);
    match (side(6), side(8)) {
        (0, _) | (_, 0) => Err(Error::Invalid("its frame has no pixels")),
        size => Ok(size),
    }
}

/// The steps of DC and AC coefficients, for the three kinds of blocks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) luma: [i32; 2],
    pub(super) luma_dc: [i32; 2],
    pub(super) chroma: [i32; 2],
}

/// The properties shared by all macroblocks of a frame.
#[derive(Debug)]
pub(super) struct FrameHeader {
    /// By segment; all the same if there are no segments.
    pub(super) steps: [Steps; 4],
    /// Probabilities of the tree of segments, if each macroblock names its own.
    pub(super) segment_probs: Option<[u8; 3]>,
    /// Probability that a macroblock has coefficients, if macroblocks may have none.
    pub(super) coded_prob: Option<u8>,
    pub(super) token_probs: TokenProbs,
}

/// Returns the header, the reader of the modes and the readers of the coefficients.
pub(super) fn read_frame(frame: &[u8]) -> Result<(FrameHeader, BoolReader<'_>, Vec<BoolReader<'_>>), Error> {
    read_size(frame)?;
    let tag = u32::from_le_bytes([frame[0], frame[1], frame[2], 0]);
    let body = &frame[10..];
    let first = body.get(..(tag >> 5) as usize).ok_or(Error::Truncated("the first partition"))?;
    let mut reader = BoolReader::new(first);
    // The colour space, and whether clamping may be omitted, which is optional.
    reader.number(2);
    let (segment_steps, segment_probs) = read_segments(&mut reader);
    skip_loop_filter(&mut reader);
    let count = 1_usize << reader.number(2);
    let steps = read_steps(&mut reader, segment_steps);
    // Whether to keep the probabilities for the next frame, which does not exist.
    reader.flag();
    let mut token_probs = TOKEN_PROBS;
    for (prob, update) in token_probs
        .as_flattened_mut()
        .as_flattened_mut()
        .iter_mut()
        .zip(TOKEN_UPDATE_PROBS.as_flattened().as_flattened())
    {
        for (prob, update) in prob.iter_mut().zip(update) {
            if reader.bit(*update) {
                *prob = reader.number(8);
            }
        }
    }
    let coded_prob = reader.flag().then(|| reader.number(8));
    if reader.has_run_dry() {
        return Err(Error::Truncated("the first partition"));
    }
    let partitions = split_partitions(&body[first.len()..], count)?;
    Ok((FrameHeader { steps, segment_probs, coded_prob, token_probs }, reader, partitions))
}

/// The quantizer of each segment, absolute or relative.
#[derive(Debug, Clone, Copy)]
enum SegmentSteps {
    Absolute([i32; 4]),
    Relative([i32; 4]),
}

fn read_segments(reader: &mut BoolReader<'_>) -> (SegmentSteps, Option<[u8; 3]>) {
    let mut steps = SegmentSteps::Relative([0; 4]);
    if !reader.flag() {
        return (steps, None);
    }
    let has_map = reader.flag();
    if reader.flag() {
        let is_absolute = reader.flag();
        let values = std::array::from_fn(|_| reader.optional(7).unwrap_or(0));
        steps = if is_absolute { SegmentSteps::Absolute(values) } else { SegmentSteps::Relative(values) };
        // The strengths of the loop filter.
        (0..4).for_each(|_| _ = reader.optional(6));
    }
    let probs = has_map.then(|| std::array::from_fn(|_| if reader.flag() { reader.number(8) } else { 255 }));
    (steps, probs)
}

fn skip_loop_filter(reader: &mut BoolReader<'_>) {
    // The type, level and sharpness.
    reader.number(1);
    reader.number(6);
    reader.number(3);
    if reader.flag() && reader.flag() {
        (0..8).for_each(|_| _ = reader.optional(6));
    }
}

/// Reads the quantizer steps of each segment (section 14.1).
fn read_steps(reader: &mut BoolReader<'_>, segments: SegmentSteps) -> [Steps; 4] {
    let base = i32::from(reader.number(7));
    let [luma_dc, second_dc, second_ac, chroma_dc, chroma_ac] =
        std::array::from_fn(|_| reader.optional(4).unwrap_or(0));
    std::array::from_fn(|segment| {
        let index = match segments {
            SegmentSteps::Absolute(values) => values[segment],
            SegmentSteps::Relative(values) => base + values[segment],
        };
        let step = |table: &[i32; 128], delta: i32| table[(index + delta).clamp(0, 127).cast_unsigned() as usize];
        Steps {
            luma: [step(&DC_STEPS, luma_dc), step(&AC_STEPS, 0)],
            luma_dc: [step(&DC_STEPS, second_dc) * 2, (step(&AC_STEPS, second_ac) * 155 / 100).max(8)],
            chroma: [step(&DC_STEPS, chroma_dc).min(132), step(&AC_STEPS, chroma_ac)],
        }
    })
}

/// Splits the partitions by their sizes, 3 bytes for each but the last (section 9.5).
fn split_partitions(bytes: &[u8], count: usize) -> Result<Vec<BoolReader<'_>>, Error> {
    let (sizes, mut rest) =
        bytes.split_at_checked(3 * (count - 1)).ok_or(Error::Truncated("the sizes of the partitions"))?;
    let mut partitions = Vec::with_capacity(count);
    for size in sizes.as_chunks::<3>().0 {
        let size = u32::from_le_bytes([size[0], size[1], size[2], 0]) as usize;
        let (partition, after) = rest.split_at(size.min(rest.len()));
        partitions.push(BoolReader::new(partition));
        rest = after;
    }
    partitions.push(BoolReader::new(rest));
    Ok(partitions)
}
