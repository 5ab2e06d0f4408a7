//! Transforms coefficients into residues (RFC 6386, section 14).

use super::blocks::Blocks;

/// Returns the DC coefficients of a macroblock's 16 luma blocks from their own block (14.3).
pub(super) fn inverse_walsh(input: &[i16; 16]) -> [i16; 16] {
    let mut rows = [[0_i32; 4]; 4];
    for x in 0..4 {
        let at = |y: usize| i32::from(input[4 * y + x]);
        let column = walsh([at(0), at(1), at(2), at(3)]);
        for y in 0..4 {
            rows[y][x] = column[y];
        }
    }
    let mut output = [0; 16];
    for (row, out) in rows.into_iter().zip(output.as_chunks_mut::<4>().0) {
        *out = walsh(row).map(|value| ((value + 3) >> 3) as i16);
    }
    output
}

fn walsh([i0, i1, i2, i3]: [i32; 4]) -> [i32; 4] {
    let (a, b, c, d) = (i0 + i3, i1 + i2, i1 - i2, i0 - i3);
    [a + b, c + d, a - b, d - c]
}

/// Transforms 16 blocks at once (14.4): coefficients by index and block into residues by sample and block.
#[inline(always)]
pub(super) fn inverse_dct<B: Blocks>(blocks: B, mut numbers: [B::Numbers; 16]) -> [B::Numbers; 16] {
    for x in 0..4 {
        let column = dct(blocks, [numbers[x], numbers[4 + x], numbers[8 + x], numbers[12 + x]]);
        (0..4).for_each(|y| numbers[4 * y + x] = column[y]);
    }
    for row in numbers.as_chunks_mut::<4>().0 {
        *row = dct(blocks, *row).map(|numbers| blocks.eighth(numbers));
    }
    numbers
}

/// Transforms a column or a row of each block. Only coefficients that no encoder writes overflow.
#[inline(always)]
fn dct<B: Blocks>(blocks: B, [first, second, third, fourth]: [B::Numbers; 4]) -> [B::Numbers; 4] {
    let (a, b) = (blocks.sum(first, third), blocks.difference(first, third));
    let c = blocks.difference(by_sine(blocks, second), by_cosine(blocks, fourth));
    let d = blocks.sum(by_cosine(blocks, second), by_sine(blocks, fourth));
    [blocks.sum(a, d), blocks.sum(b, c), blocks.difference(b, c), blocks.difference(a, d)]
}

/// Multiplies by √2 · cos(π/8), with 16 fraction bits.
#[inline(always)]
fn by_cosine<B: Blocks>(blocks: B, numbers: B::Numbers) -> B::Numbers {
    blocks.sum(numbers, blocks.multiply(numbers, 20091))
}

/// Multiplies by √2 · sin(π/8), with 16 fraction bits. The factor has no sign.
#[inline(always)]
fn by_sine<B: Blocks>(blocks: B, numbers: B::Numbers) -> B::Numbers {
    blocks.sum(numbers, blocks.multiply(numbers, 35468_u16.cast_signed()))
}

#[cfg(test)]
mod tests {
    use super::super::blocks::{Numbers, Plain};
    use super::*;

    /// Transforms one block as the specification describes it.
    fn transform(input: [i32; 16]) -> [i32; 16] {
        let sine = |value: i32| (value * 35468) >> 16;
        let cosine = |value: i32| value + ((value * 20091) >> 16);
        let pass = |[i0, i4, i8, i12]: [i32; 4]| {
            let (a, b, c, d) = (i0 + i8, i0 - i8, sine(i4) - cosine(i12), cosine(i4) + sine(i12));
            [a + d, b + c, b - c, a - d]
        };
        let columns: [[i32; 4]; 4] = std::array::from_fn(|x| pass([0, 4, 8, 12].map(|y| input[y + x])));
        let rows: [[i32; 4]; 4] = std::array::from_fn(|y| pass(columns.map(|column| column[y])));
        std::array::from_fn(|i| (rows[i / 4][i % 4] + 4) >> 3)
    }

    #[test]
    fn sixteen_blocks_are_transformed_like_each_by_itself() {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let mut noise = std::iter::successors(Some(1), next).map(|x| (x >> 16) as u16);
        for shift in 0..12 {
            let mut coefficient = || (i16::try_from(noise.next().unwrap_or(0) >> 4).unwrap_or(0) - 2048) >> shift;
            let coefficients: [Numbers; 16] = std::array::from_fn(|_| std::array::from_fn(|_| coefficient()));
            let residues = inverse_dct(Plain, coefficients);
            for block in 0..16 {
                let expected = transform(coefficients.map(|lanes| i32::from(lanes[block])));
                assert_eq!(residues.map(|lanes| i32::from(lanes[block])), expected);
            }
        }
    }

    #[test]
    fn coefficients_at_the_ends_of_their_range_bring_nothing_down() {
        for value in [i16::MAX, i16::MIN] {
            let coefficients = std::array::from_fn(|i| [if i % 3 == 0 { value } else { !value }; 16]);
            assert_ne!(inverse_dct(Plain, coefficients), coefficients);
            // A sum of 16 is cut to 16 bits after its division by 8.
            assert_eq!(inverse_walsh(&[value; 16])[0], ((16 * i32::from(value) + 3) >> 3) as i16);
        }
    }
}
