//! Predicts squares of blocks from the samples above and to the left (RFC 6386, section 12).

use super::blocks::Blocks;
use super::modes::Mode;

/// Flags for the neighbours of a macroblock that are inside the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    pub(super) above: bool,
    pub(super) left: bool,
}

/// The samples around the macroblock or the part of it that is predicted as a whole.
#[derive(Clone, Copy)]
pub(super) struct Around<B: Blocks> {
    /// The row above.
    pub(super) above: B::Samples,
    /// The samples above to the left, of which the last one counts.
    pub(super) corner: B::Samples,
}

/// The prediction of a square of `SIDE` x `SIDE` blocks. Every mode is a sum of a row and a column less the corner, some of
/// which are 0.
#[derive(Clone, Copy)]
pub(super) struct Square<B: Blocks, const SIDE: usize> {
    rows: [B::Samples; SIDE],
    columns: [B::Samples; SIDE],
    corner: B::Samples,
}

impl<B: Blocks, const SIDE: usize> Square<B, SIDE> {
    /// Prepares the prediction. `left` are the blocks to the left.
    #[inline(always)]
    pub(super) fn new(blocks: B, mode: Mode, around: Around<B>, left: &[B::Samples; SIDE], inside: Inside) -> Self {
        let zero = blocks.fill(0);
        let rows = || std::array::from_fn(|y| blocks.rightmost(left[y]));
        let columns = || std::array::from_fn(|x| blocks.columns(around.above, x));
        let (rows, columns, corner) = match mode {
            Mode::Dc | Mode::Blocks => {
                ([blocks.fill(mean_of_edges(blocks, around, left, inside)); SIDE], [zero; SIDE], zero)
            }
            Mode::Vertical => ([zero; SIDE], columns(), zero),
            Mode::Horizontal => (rows(), [zero; SIDE], zero),
            Mode::TrueMotion => (rows(), columns(), blocks.last(around.corner)),
        };
        Self { rows, columns, corner }
    }

    /// Predicts a block.
    #[inline(always)]
    pub(super) fn predict(&self, blocks: B, x: usize, y: usize) -> B::Samples {
        blocks.gradient(self.rows[y], self.columns[x], self.corner)
    }
}

/// Returns the mean of those edges that are inside the image.
#[inline(always)]
fn mean_of_edges<B: Blocks, const SIDE: usize>(
    blocks: B,
    around: Around<B>,
    left: &[B::Samples; SIDE],
    inside: Inside,
) -> u8 {
    let width = 4 * SIDE as u16;
    let [first, second] = blocks.sum_halves(around.above);
    let top = || if SIDE == 4 { first + second } else { first };
    let left = || left.iter().map(|block| blocks.sum_rightmost(*block)).sum::<u16>();
    let mean = match inside {
        Inside { above: true, left: true } => (top() + left() + width) / (2 * width),
        Inside { above: true, left: false } => (top() + width / 2) / width,
        Inside { above: false, left: true } => (left() + width / 2) / width,
        Inside { above: false, left: false } => 128,
    };
    mean as u8
}

#[cfg(test)]
mod tests {
    use super::super::blocks::Plain;
    use super::*;

    type Samples = [u8; 16];

    fn noise() -> impl Iterator<Item = u8> {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        std::iter::successors(Some(1_u32), next).map(|x| (x >> 24) as u8)
    }

    #[test]
    fn a_square_is_predicted_as_by_the_specification() {
        let mut noise = noise();
        let inside = |i: usize| Inside { above: i & 1 == 0, left: i & 2 == 0 };
        for i in 0..1000 {
            let mut random = || std::array::from_fn(|_| noise.next().unwrap_or(0) >> (i % 3 * 2));
            let (above, corner): (Samples, Samples) = (random(), random());
            let left: [Samples; 4] = std::array::from_fn(|_| random());
            let column: Vec<u8> = left.iter().flat_map(|block| [3, 7, 11, 15].map(|at| block[at])).collect();
            let sums = [(&above[..], inside(i).above), (&column[..], inside(i).left)];
            let counted: Vec<u32> = sums
                .iter()
                .filter(|(_, is_inside)| *is_inside)
                .flat_map(|(edge, _)| edge.iter().map(|sample| u32::from(*sample)))
                .collect();
            let count = counted.len() as u32;
            let mean = (counted.iter().sum::<u32>() + count / 2).checked_div(count).unwrap_or(128) as u8;
            for mode in [Mode::Dc, Mode::Vertical, Mode::Horizontal, Mode::TrueMotion] {
                let square = Square::<Plain, 4>::new(Plain, mode, Around { above, corner }, &left, inside(i));
                for (y, x) in (0..16).flat_map(|y| (0..16).map(move |x| (y, x))) {
                    let slope = i16::from(column[y]) - i16::from(corner[15]);
                    let expected = match mode {
                        Mode::Dc | Mode::Blocks => mean,
                        Mode::Vertical => above[x],
                        Mode::Horizontal => column[y],
                        Mode::TrueMotion => (i16::from(above[x]) + slope).clamp(0, 255) as u8,
                    };
                    assert_eq!(square.predict(Plain, x / 4, y / 4)[y % 4 * 4 + x % 4], expected, "{mode:?}");
                }
            }
        }
    }
}
