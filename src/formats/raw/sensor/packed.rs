//! Unpacks samples of 8 to 16 bits.

use crate::container::SensorCoding;

/// Returns the bytes of a row of this many samples.
pub(super) fn row_bytes(samples: usize, bits: u32) -> usize {
    (samples * bits as usize).div_ceil(8)
}

/// Unpacks a row. Samples beyond `bytes` are left as they are.
pub(super) fn unpack(bytes: &[u8], coding: SensorCoding, bits: u32, row: &mut [u16]) {
    match (coding, bits) {
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
