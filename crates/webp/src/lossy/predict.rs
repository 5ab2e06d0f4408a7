//! Predicts blocks from the samples above and to the left (RFC 6386, section 12).

use super::modes::{BlockMode, Mode};
use super::transform::clamp;

/// Row length of the buffer for a macroblock and its neighbours.
pub(super) const STRIDE: usize = 32;

/// Flags for the neighbours of a macroblock that are inside the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    pub(super) above: bool,
    pub(super) left: bool,
}

/// Predicts a square of `SIDE` whose first sample is at `at`.
#[inline(always)]
pub(super) fn predict_square<const SIDE: usize, const N: usize>(
    room: &mut [u8; N],
    at: usize,
    mode: Mode,
    inside: Inside,
) {
    let above: [u8; SIDE] = *room[at - STRIDE..].first_chunk().expect("a row lies above");
    match mode {
        Mode::Dc | Mode::Blocks => {
            let mean = mean_of_edges(room, at, above, inside);
            (0..SIDE).for_each(|y| room[at + y * STRIDE..][..SIDE].fill(mean));
        }
        Mode::Vertical => (0..SIDE).for_each(|y| room[at + y * STRIDE..][..SIDE].copy_from_slice(&above)),
        Mode::Horizontal => {
            for y in 0..SIDE {
                let row = at + y * STRIDE;
                let left = room[row - 1];
                room[row..][..SIDE].fill(left);
            }
        }
        Mode::TrueMotion => {
            let corner = i16::from(room[at - STRIDE - 1]);
            for y in 0..SIDE {
                let row = at + y * STRIDE;
                let slope = i16::from(room[row - 1]) - corner;
                for (sample, above) in room[row..][..SIDE].iter_mut().zip(above) {
                    *sample = (i16::from(above) + slope).clamp(0, 255) as u8;
                }
            }
        }
    }
}

/// Returns the mean of those edges that are inside the image.
#[inline(always)]
fn mean_of_edges<const SIDE: usize, const N: usize>(
    room: &[u8; N],
    at: usize,
    above: [u8; SIDE],
    inside: Inside,
) -> u8 {
    let shift = SIDE.trailing_zeros();
    let top = || above.into_iter().map(u32::from).sum::<u32>();
    let left = || (0..SIDE).map(|y| u32::from(room[at + y * STRIDE - 1])).sum::<u32>();
    let mean = match inside {
        Inside { above: true, left: true } => (top() + left() + (1 << shift)) >> (shift + 1),
        Inside { above: true, left: false } => (top() + (1 << (shift - 1))) >> shift,
        Inside { above: false, left: true } => (left() + (1 << (shift - 1))) >> shift,
        Inside { above: false, left: false } => 128,
    };
    mean as u8
}

/// Predicts the 4x4 samples whose first is at `at` (12.3).
#[inline(always)]
pub(super) fn predict_block<const N: usize>(room: &mut [u8; N], at: usize, mode: BlockMode) {
    // The edge from the bottom left over the corner, at 4, to the top right.
    let mut e = [0_u8; 13];
    e[4..].copy_from_slice(&room[at - STRIDE - 1..][..9]);
    for y in 0..4 {
        e[3 - y] = room[at + y * STRIDE - 1];
    }
    let two = |i: usize| ((u16::from(e[i]) + u16::from(e[i + 1]) + 1) >> 1) as u8;
    let weigh = |a: u8, b: u8, c: u8| ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) >> 2) as u8;
    // The weighted mean around `i`.
    let three = |i: usize| weigh(e[i - 1], e[i], e[i + 1]);
    let rows: [[u8; 4]; 4] = match mode {
        BlockMode::Dc => {
            let sum: u16 = e[..4].iter().chain(&e[5..9]).map(|sample| u16::from(*sample)).sum();
            [[((sum + 4) >> 3) as u8; 4]; 4]
        }
        BlockMode::TrueMotion => std::array::from_fn(|y| {
            std::array::from_fn(|x| clamp(i32::from(e[3 - y]) + i32::from(e[5 + x]) - i32::from(e[4])))
        }),
        BlockMode::Vertical => [std::array::from_fn(|x| three(5 + x)); 4],
        BlockMode::Horizontal => [[three(3); 4], [three(2); 4], [three(1); 4], [weigh(e[1], e[0], e[0]); 4]],
        BlockMode::LeftDown => {
            let diagonal: [u8; 7] =
                std::array::from_fn(|i| if i == 6 { weigh(e[11], e[12], e[12]) } else { three(6 + i) });
            std::array::from_fn(|y| std::array::from_fn(|x| diagonal[x + y]))
        }
        BlockMode::RightDown => {
            let diagonal: [u8; 7] = std::array::from_fn(|i| three(1 + i));
            std::array::from_fn(|y| std::array::from_fn(|x| diagonal[3 + x - y]))
        }
        BlockMode::VerticalRight => {
            let (even, odd) = ([two(4), two(5), two(6), two(7)], [three(4), three(5), three(6), three(7)]);
            [even, odd, [three(3), even[0], even[1], even[2]], [three(2), odd[0], odd[1], odd[2]]]
        }
        BlockMode::VerticalLeft => {
            let (even, odd) = ([two(5), two(6), two(7), two(8)], [three(6), three(7), three(8), three(9)]);
            [even, odd, [even[1], even[2], even[3], three(10)], [odd[1], odd[2], odd[3], three(11)]]
        }
        BlockMode::HorizontalDown => {
            let last = [two(0), three(1), two(1), three(2)];
            let third = [two(1), three(2), two(2), three(3)];
            let second = [two(2), three(3), two(3), three(4)];
            [[two(3), three(4), three(5), three(6)], second, third, last]
        }
        BlockMode::HorizontalUp => {
            let end = e[0];
            let (l01, l12, l23) = (two(2), two(1), two(0));
            let (m1, m2, m3) = (three(2), three(1), weigh(e[1], end, end));
            [[l01, m1, l12, m2], [l12, m2, l23, m3], [l23, m3, end, end], [end; 4]]
        }
    };
    for (y, row) in rows.into_iter().enumerate() {
        room[at + y * STRIDE..][..4].copy_from_slice(&row);
    }
}
