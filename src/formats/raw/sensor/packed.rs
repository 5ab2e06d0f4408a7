//! Unpacks samples of 8 to 16 bits, and Sony's blocks.

use crate::container::SensorCoding;

/// Returns the bytes of a row of this many samples.
pub(super) fn row_bytes(samples: usize, bits: u32) -> usize {
    (samples * bits as usize).div_ceil(8)
}

/// Returns the bytes from the start of a row to that of the next.
pub(super) fn stride(coding: SensorCoding, samples: usize, bits: u32) -> usize {
    let bytes = row_bytes(samples, bits);
    if coding == SensorCoding::PackedLow { bytes.next_multiple_of(16) } else { bytes }
}

/// Unpacks a row. Samples beyond `bytes` are left as they are.
pub(super) fn unpack(bytes: &[u8], coding: SensorCoding, bits: u32, row: &mut [u16]) {
    match (coding, bits) {
        (SensorCoding::Blocks, _) => unpack_blocks(bytes, row),
        (SensorCoding::PackedLow, _) => unpack_low(bytes, bits, row),
        (SensorCoding::LittleEndian, _) => each(bytes, row, |[pair]: [[u8; 2]; 1]| [u16::from_le_bytes(pair)]),
        (_, 16) => each(bytes, row, |[pair]: [[u8; 2]; 1]| [u16::from_be_bytes(pair)]),
        (_, 8) => row.iter_mut().zip(bytes).for_each(|(sample, byte)| *sample = u16::from(*byte)),
        (_, 12) => each(bytes, row, |[[a, b, c]]: [[u8; 3]; 1]| {
            let [a, b, c] = [a, b, c].map(u16::from);
            [a << 4 | b >> 4, (b & 15) << 8 | c]
        }),
        _ => unpack_any(bytes, bits, row),
    }
}

/// Converts groups of `N` bytes to groups of `M` samples.
fn each<const N: usize, const M: usize>(bytes: &[u8], row: &mut [u16], convert: impl Fn([[u8; N]; 1]) -> [u16; M]) {
    let (groups, rest) = row.as_chunks_mut::<M>();
    let (of_groups, of_rest) = bytes.as_chunks::<N>();
    groups.iter_mut().zip(of_groups).for_each(|(to, from)| *to = convert([*from]));
    // The last group of a row may be cut, as may the row's bytes.
    let mut last = [0; N];
    let after = of_groups.get(groups.len()).map_or(of_rest, |group| &group[..]);
    last[..after.len()].copy_from_slice(after);
    if groups.len() <= of_groups.len() {
        rest.iter_mut().zip(convert([last])).for_each(|(to, sample)| *to = sample);
    }
}

/// Unpacks samples of any width, the most significant bit first.
#[expect(clippy::cast_possible_truncation, reason = "samples have 16 bits at most")]
fn unpack_any(bytes: &[u8], bits: u32, row: &mut [u16]) {
    let (mut window, mut count, mut bytes) = (0_u32, 0, bytes.iter());
    for sample in row {
        while count < bits {
            let Some(byte) = bytes.next() else { return };
            window = window << 8 | u32::from(*byte);
            count += 8;
        }
        count -= bits;
        *sample = (window >> count & ((1 << bits) - 1)) as u16;
    }
}

/// Unpacks samples of any width, the least significant bit first.
#[expect(clippy::cast_possible_truncation, reason = "samples have 16 bits at most")]
fn unpack_low(bytes: &[u8], bits: u32, row: &mut [u16]) {
    let (mut window, mut count, mut bytes) = (0_u32, 0, bytes.iter());
    for sample in row {
        while count < bits {
            let Some(byte) = bytes.next() else { return };
            window |= u32::from(*byte) << count;
            count += 8;
        }
        *sample = (window & ((1 << bits) - 1)) as u16;
        window >>= bits;
        count -= bits;
    }
}

/// Unpacks Sony's blocks of 16 bytes: those of 16 even columns, then those of the odd ones between them.
///
/// A block holds its brightest and its darkest sample in 11 bits each, their places in 4 bits each, and the others as 7 bits above
/// the darkest one, which are shifted if the range is wider.
fn unpack_blocks(bytes: &[u8], row: &mut [u16]) {
    let (pairs, _) = row.as_chunks_mut::<32>();
    for (columns, blocks) in pairs.iter_mut().zip(bytes.as_chunks::<32>().0) {
        for (parity, block) in blocks.as_chunks::<16>().0.iter().enumerate() {
            let samples = unpack_block(u128::from_le_bytes(*block));
            columns.iter_mut().skip(parity).step_by(2).zip(samples).for_each(|(to, sample)| *to = sample);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "samples have 11 bits")]
fn unpack_block(mut block: u128) -> [u16; 16] {
    let mut take = |bits: u32| {
        let value = (block & ((1 << bits) - 1)) as u16;
        block >>= bits;
        value
    };
    let (most, least) = (take(11), take(11));
    let (of_most, of_least) = (take(4), take(4));
    let range = most.saturating_sub(least);
    let shift = (0..4).find(|shift| 0x80 << shift > range).unwrap_or(4);
    std::array::from_fn(|i| match i as u16 {
        place if place == of_most => most,
        place if place == of_least => least,
        _ => ((take(7) << shift) + least).min(0x7ff),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_every_width_are_unpacked_to_the_end_of_a_row() {
        for bits in 8..=16 {
            for length in 0..9 {
                let wanted: Vec<u16> = (0..length).map(|i| (i * 40_503 % (1_u32 << bits)) as u16).collect();
                let digits: String =
                    wanted.iter().map(|sample| format!("{sample:0width$b}", width = bits as usize)).collect();
                let byte = |digits: &[u8]| u8::from_str_radix(&format!("{:0<8}", str::from_utf8(digits).unwrap()), 2);
                let bytes: Vec<u8> = digits.as_bytes().chunks(8).map(|digits| byte(digits).unwrap()).collect();
                assert_eq!(bytes.len(), row_bytes(wanted.len(), bits));
                let mut row = vec![7; wanted.len()];
                unpack(&bytes, SensorCoding::Packed, bits, &mut row);
                assert_eq!(row, wanted, "{bits} bits");
            }
        }
        let mut row = [0; 3];
        unpack(&[1, 2, 3, 4], SensorCoding::LittleEndian, 16, &mut row);
        assert_eq!(row, [0x201, 0x403, 0]);
    }
}
