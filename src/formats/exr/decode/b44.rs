//! Decodes B44 (OpenEXR's `ImfB44Compressor`). A block of 4 by 4 samples of 16 bits has 14 bytes, or 3 if all are equal.
//! The crate's own decoder takes subsampled channels for larger than they are.

use exr::prelude::f16;

/// Bytes of a block, and of one with equal samples, and the lowest third byte of the latter.
const BLOCK: usize = 14;
const FLAT: usize = 3;
const FLAT_MARK: u8 = 13 << 2;

/// Pairs of a sample and its predecessor in the order of the differences: the first column downwards, then each of the
/// others from its neighbour.
const STEPS: [(usize, usize); 15] = [
    (4, 0),
    (8, 4),
    (12, 8),
    (1, 0),
    (5, 4),
    (9, 8),
    (13, 12),
    (2, 1),
    (6, 5),
    (10, 9),
    (14, 13),
    (3, 2),
    (7, 6),
    (11, 10),
    (15, 14),
];

/// The quantisation of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    AsTheyAre,
    /// As exponentials of an eighth.
    Exponentials,
}

/// Takes a channel's blocks from `rest` and returns its samples, row by row. `None` if there are too few bytes.
pub(super) fn unpack(rest: &mut &[u8], width: usize, height: usize, scale: Scale) -> Option<Vec<u16>> {
    let mut samples = vec![0; width * height];
    for top in (0..height).step_by(4) {
        for left in (0..width).step_by(4) {
            let is_flat = *rest.get(2)? >= FLAT_MARK;
            let block = unpack_block(rest.split_off(..if is_flat { FLAT } else { BLOCK })?);
            for (y, row) in block.as_chunks::<4>().0.iter().enumerate().take(height - top) {
                let room = &mut samples[(top + y) * width..][left..width];
                let row = row
                    .iter()
                    .map(|sample| if scale == Scale::Exponentials { of_exponential(*sample) } else { *sample });
                room.iter_mut().zip(row).for_each(|(room, sample)| *room = sample);
            }
        }
    }
    Some(samples)
}

fn unpack_block(bytes: &[u8]) -> [u16; 16] {
    let mut wide = [0; 16];
    wide[2..2 + bytes.len()].copy_from_slice(bytes);
    let bits = u128::from_be_bytes(wide);
    let mut samples = [field(bits, 0, 16); 16];
    if bytes.len() == BLOCK {
        let shift = u32::from(field(bits, 16, 6));
        let bias = 0x20_u16.wrapping_shl(shift);
        for (at, (to, from)) in (0..).zip(STEPS) {
            let difference = field(bits, 22 + 6 * at, 6).wrapping_shl(shift);
            samples[to] = samples[from].wrapping_add(difference).wrapping_sub(bias);
        }
    }
    // Converts ordered numbers back to those of the format.
    samples.map(|sample| if sample & 0x8000 != 0 { sample & 0x7fff } else { !sample })
}

/// Returns `count` bits of a block, from the bit `at` on.
#[expect(clippy::cast_possible_truncation, reason = "16 bits at most are left")]
fn field(bits: u128, at: u32, count: u32) -> u16 {
    (bits >> (112 - at - count)) as u16 & (u16::MAX >> (16 - count))
}

/// Returns eight times the logarithm of `sample`.
fn of_exponential(sample: u16) -> u16 {
    let exponential = f16::from_bits(sample).to_f32();
    let number = if exponential > 0.0 && exponential.is_finite() { 8.0 * exponential.ln() } else { 0.0 };
    f16::from_f32(number).to_bits()
}
