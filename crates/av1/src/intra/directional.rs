//! Predicts a block along a direction (AV1 bitstream specification, 7.11.2.4).

use super::block::{Block, EdgeFilter};
use super::edges::{Edges, MOST};
use crate::sample::Sample;

/// Steps along an edge, of 64, for each step away from it, by half the angle from it.
const STEPS: [u16; 44] = [
    0, 1023, 0, 547, 372, 0, 0, 273, 215, 0, 178, 151, 0, 132, 116, 0, 102, 0, 90, 80, 0, 71, 64, 0, 57, 51, 0, 45, 0,
    40, 35, 0, 31, 27, 0, 23, 19, 0, 15, 0, 11, 0, 7, 3,
];

/// Weights of neighbours, of 16, for each strength of the edge filter.
const KERNELS: [[i32; 5]; 3] = [[0, 4, 8, 4, 0], [0, 5, 6, 5, 0], [2, 4, 4, 4, 2]];

/// Most sides of a block whose corner isn't filtered, in samples of both.
const SMALL: usize = 24;

#[inline(always)]
pub(super) fn predict<T: Sample>(angle: u32, edges: &mut Edges<T>, block: &mut Block<'_, T>) {
    match angle {
        ..90 if edges.has_top => from_top(angle, edges, block),
        ..=90 => copy_top(edges, block),
        91..=179 => from_both(angle, edges, block),
        _ if angle > 180 && edges.has_left => from_left(angle, edges, block),
        _ => copy_left(edges, block),
    }
}

#[inline(always)]
fn copy_top<T: Sample>(edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    for row in block.samples.chunks_mut(block.stride).take(height) {
        row[..width].copy_from_slice(&edges.top[1..=width]);
    }
}

#[inline(always)]
fn copy_left<T: Sample>(edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    for (row, left) in block.samples.chunks_mut(block.stride).take(height).zip(&edges.left[1..]) {
        row[..width].fill(*left);
    }
}

/// Returns the strength of the edge filter for blocks of these sides, and this angle to the edge (7.11.2.9).
fn strength(filter: EdgeFilter, sides: usize, angle: u32) -> usize {
    const NEVER: u32 = 180;
    // The least angle for each strength.
    let least = match (filter, sides) {
        (EdgeFilter::Off, _) => [NEVER; 3],
        (EdgeFilter::On, ..=8) => [56, NEVER, NEVER],
        (EdgeFilter::On, ..=16) => [40, NEVER, NEVER],
        (EdgeFilter::On, ..=24) => [8, 16, 32],
        (EdgeFilter::On, ..=32) => [0, 4, 32],
        (EdgeFilter::Smooth, ..=8) => [40, 64, NEVER],
        (EdgeFilter::Smooth, ..=16) => [20, 48, NEVER],
        (EdgeFilter::Smooth, ..=24) => [4; 3],
        _ => [0; 3],
    };
    least.into_iter().filter(|least| angle >= *least).count()
}

/// Returns whether an edge has samples between its own (7.11.2.10).
fn is_doubled(filter: EdgeFilter, sides: usize, angle: u32) -> bool {
    let most = match filter {
        EdgeFilter::Off => 0,
        EdgeFilter::On => 16,
        EdgeFilter::Smooth => 8,
    };
    angle < 40 && sides <= most
}

/// Filters `count` samples of an edge of `length` samples after its corner (7.11.2.12).
#[inline(always)]
fn filter_edge<T: Sample>(edge: &mut [T; MOST], length: usize, count: usize, strength: usize) {
    if strength == 0 {
        return;
    }
    let kernel = KERNELS[strength - 1];
    // From two samples before the corner to two after the end.
    let mut padded = [0_i32; MOST + 4];
    padded[..2].fill(edge[0].into());
    for (padded, sample) in padded[2..].iter_mut().zip(&edge[..=length]) {
        *padded = (*sample).into();
    }
    padded[length + 3..length + 5].fill(edge[length].into());
    for (index, sample) in edge[1..=count].iter_mut().enumerate() {
        let around = &padded[index + 1..index + 6];
        let sum: i32 = (0..5).map(|tap| kernel[tap] * around[tap]).sum();
        *sample = T::of((sum + 8) >> 4);
    }
}

/// Puts samples between those of an edge of `length` samples after its corner (7.11.2.11). The first one is before `first`.
#[inline(always)]
fn double_edge<T: Sample>(edge: &[T; MOST], first: usize, length: usize, depth: u32) -> [T; MOST] {
    let mut doubled = [T::default(); MOST];
    let at = |index: usize| -> i32 { edge[index.min(length)].into() };
    let most = (1 << depth) - 1;
    for (index, pair) in doubled.as_chunks_mut::<2>().0[..=length - first].iter_mut().enumerate() {
        let index = first + index;
        let sum = 9 * (at(index) + at(index + 1)) - at(index.saturating_sub(1)) - at(index + 2);
        *pair = [edge[index], T::of(((sum + 8) >> 4).clamp(0, most))];
    }
    doubled
}

/// Interpolates between two neighbours on an edge.
#[inline(always)]
fn mix<T: Sample>(one: T, other: T, part: i32) -> T {
    let (one, other): (i32, i32) = (one.into(), other.into());
    T::of((one * (64 - part) + other * part + 32) >> 6)
}

/// Predicts rows from the edge above, for angles below 90 degrees.
#[inline(always)]
fn from_top<T: Sample>(angle: u32, edges: &mut Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let sides = width + height;
    let step = usize::from(STEPS[angle as usize >> 1]);
    if is_doubled(block.filter, sides, 90 - angle) {
        let doubled = double_edge(&edges.top, 1, sides, block.depth);
        return from_doubled(
            &doubled,
            2 * sides - 2,
            2 * step,
            width,
            block.samples.chunks_mut(block.stride).take(height),
        );
    }
    filter_edge(&mut edges.top, sides, sides, strength(block.filter, sides, 90 - angle));
    let last = edges.top[sides];
    edges.top[sides + 1..].fill(last);
    from_edge(&edges.top, sides, step, width, block.samples.chunks_mut(block.stride).take(height));
}

/// Predicts rows from an edge with samples between its own, of which `last` is the last one.
#[inline(always)]
fn from_doubled<'a, T: Sample>(
    edge: &[T; MOST],
    last: usize,
    step: usize,
    width: usize,
    rows: impl Iterator<Item = &'a mut [T]>,
) {
    for (y, row) in rows.enumerate() {
        let position = (y + 1) * step;
        let (base, part) = (position >> 6, (position & 0x3e) as i32);
        for (x, sample) in row[..width].iter_mut().enumerate() {
            let index = base + 2 * x;
            *sample = if index < last { mix(edge[index], edge[index + 1], part) } else { edge[last] };
        }
    }
}

/// Predicts rows from an edge, after whose `sides` samples the last one is repeated.
#[inline(always)]
fn from_edge<'a, T: Sample>(
    edge: &[T; MOST],
    sides: usize,
    step: usize,
    width: usize,
    rows: impl Iterator<Item = &'a mut [T]>,
) {
    for (y, row) in rows.enumerate() {
        let position = (y + 1) * step;
        let (base, part) = ((position >> 6).min(sides) + 1, (position & 0x3e) as i32);
        let (near, far) = (&edge[base..][..width], &edge[base + 1..][..width]);
        for ((sample, near), far) in row[..width].iter_mut().zip(near).zip(far) {
            *sample = mix(*near, *far, part);
        }
    }
}

/// Predicts columns from the edge to the left, for angles above 180 degrees.
#[inline(always)]
fn from_left<T: Sample>(angle: u32, edges: &mut Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let sides = width + height;
    let step = usize::from(STEPS[(270 - angle) as usize >> 1]);
    let mut columns = [[T::default(); 64]; 64];
    let rows = columns.iter_mut().take(width).map(|column| &mut column[..]);
    if is_doubled(block.filter, sides, angle - 180) {
        let doubled = double_edge(&edges.left, 1, sides, block.depth);
        from_doubled(&doubled, 2 * sides - 2, 2 * step, height, rows);
    } else {
        filter_edge(&mut edges.left, sides, sides, strength(block.filter, sides, angle - 180));
        let last = edges.left[sides];
        edges.left[sides + 1..].fill(last);
        from_edge(&edges.left, sides, step, height, rows);
    }
    for (y, row) in block.samples.chunks_mut(block.stride).take(height).enumerate() {
        for (sample, column) in row[..width].iter_mut().zip(&columns) {
            *sample = column[y];
        }
    }
}

/// Predicts from both edges, for angles between 90 and 180 degrees.
#[inline(always)]
fn from_both<T: Sample>(angle: u32, edges: &mut Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let sides = width + height;
    if block.filter != EdgeFilter::Off && sides >= SMALL {
        let (top, left, corner): (i32, i32, i32) = (edges.top[1].into(), edges.left[1].into(), edges.top[0].into());
        let filtered = T::of(((top + left) * 5 + corner * 6 + 8) >> 4);
        (edges.top[0], edges.left[0]) = (filtered, filtered);
    }
    let mut along = i32::from(STEPS[(180 - angle) as usize >> 1]);
    let mut down = i32::from(STEPS[(angle - 90) as usize >> 1]);
    let top_doubled = is_doubled(block.filter, sides, angle - 90);
    if top_doubled {
        edges.top = double_edge(&edges.top, 0, width, block.depth);
        along *= 2;
    } else {
        let count = block.inside.0.min(width);
        filter_edge(&mut edges.top, width, count, strength(block.filter, sides, angle - 90));
    }
    let left_doubled = is_doubled(block.filter, sides, 180 - angle);
    if left_doubled {
        edges.left = double_edge(&edges.left, 0, height, block.depth);
        down *= 2;
    } else {
        let count = block.inside.1.min(height);
        filter_edge(&mut edges.left, height, count, strength(block.filter, sides, 180 - angle));
    }
    let (across, deep) = (1 + i32::from(top_doubled), 1 + i32::from(left_doubled));
    for (y, row) in block.samples.chunks_mut(block.stride).take(height).enumerate() {
        let position = (across << 6) - along * (y as i32 + 1);
        let (base, part) = (position >> 6, position & 0x3e);
        // Samples from the left edge come first.
        let count = ((across - 1 - base) / across).clamp(0, width as i32) as usize;
        let (from_left, from_top) = row[..width].split_at_mut(count);
        for (x, sample) in from_left.iter_mut().enumerate() {
            let position = ((y as i32) << (5 + deep)) - down * (x as i32 + 1);
            let (base, part) = (((position >> 6) + deep) as usize, position & 0x3e);
            *sample = mix(edges.left[base], edges.left[base + 1], part);
        }
        let base = (base + across * count as i32).max(0) as usize;
        if top_doubled {
            for (x, sample) in from_top.iter_mut().enumerate() {
                *sample = mix(edges.top[base + 2 * x], edges.top[base + 2 * x + 1], part);
            }
        } else {
            let width = from_top.len();
            let (near, far) = (&edges.top[base..][..width], &edges.top[base + 1..][..width]);
            for ((sample, near), far) in from_top.iter_mut().zip(near).zip(far) {
                *sample = mix(*near, *far, part);
            }
        }
    }
}
