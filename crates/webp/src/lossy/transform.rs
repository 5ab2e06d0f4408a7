//! Transforms coefficients into residues (RFC 6386, section 14).

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

/// Adds the inverse transform of `input` to the 4x4 samples from `at` (14.4).
#[inline(always)]
pub(super) fn add_inverse_dct<const N: usize>(input: &[i16; 16], samples: &mut [u8; N], at: usize, stride: usize) {
    let rows: [[i32; 4]; 4] = std::array::from_fn(|y| std::array::from_fn(|x| i32::from(input[4 * y + x])));
    let down = transpose(dct(rows));
    let across = transpose(dct(down));
    for (y, residues) in across.into_iter().enumerate() {
        let row: &mut [u8; 4] = samples[at + y * stride..].first_chunk_mut().expect("a block lies inside");
        for x in 0..4 {
            row[x] = clamp(i32::from(row[x]) + ((residues[x] + 4) >> 3));
        }
    }
}

/// Transforms four columns at once in one pass.
#[inline(always)]
fn dct(rows: [[i32; 4]; 4]) -> [[i32; 4]; 4] {
    let mut out = [[0; 4]; 4];
    for x in 0..4 {
        let (a, b) = (rows[0][x] + rows[2][x], rows[0][x] - rows[2][x]);
        let c = by_sine(rows[1][x]) - by_cosine(rows[3][x]);
        let d = by_cosine(rows[1][x]) + by_sine(rows[3][x]);
        out[0][x] = a + d;
        out[1][x] = b + c;
        out[2][x] = b - c;
        out[3][x] = a - d;
    }
    out
}

/// Multiplies by √2 · cos(π/8), with 16 fraction bits. Only coefficients that no encoder writes overflow.
#[inline(always)]
fn by_cosine(value: i32) -> i32 {
    value + (value.wrapping_mul(20091) >> 16)
}

/// Multiplies by √2 · sin(π/8), with 16 fraction bits.
#[inline(always)]
fn by_sine(value: i32) -> i32 {
    value.wrapping_mul(35468) >> 16
}

#[inline(always)]
fn transpose(rows: [[i32; 4]; 4]) -> [[i32; 4]; 4] {
    std::array::from_fn(|y| std::array::from_fn(|x| rows[x][y]))
}

/// Adds the inverse transform of a block with only a DC coefficient.
#[inline(always)]
pub(super) fn add_dc<const N: usize>(dc: i16, samples: &mut [u8; N], at: usize, stride: usize) {
    let residue = (i32::from(dc) + 4) >> 3;
    for y in 0..4 {
        let row: &mut [u8; 4] = samples[at + y * stride..].first_chunk_mut().expect("a block lies inside");
        for sample in row {
            *sample = clamp(i32::from(*sample) + residue);
        }
    }
}

#[inline(always)]
pub(super) fn clamp(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_at_the_ends_of_their_range_bring_nothing_down() {
        for block in [[i16::MAX; 16], [i16::MIN; 16], std::array::from_fn(|i| [i16::MAX, i16::MIN][i % 2])] {
            let mut samples = [7; 16];
            add_inverse_dct(&block, &mut samples, 0, 4);
            add_dc(inverse_walsh(&block)[0], &mut samples, 0, 4);
            assert_ne!(samples, [7; 16]);
        }
    }
}
