//! Converts the bytes of a row to samples. First predictors are undone, and numbers get this machine's byte order. Then
//! they become `f32` from 0 to 255. Floats may exceed that range.

use super::coding::{Numbers, Predictor, SampleKind};
use super::differences;
use crate::container::Order;

/// Converts the numbers of a row to this machine's byte order and undoes the predictor. `samples` is the number per pixel
/// in that row.
pub(super) fn restore(row: &mut [u8], kind: SampleKind, samples: usize, order: Order, predictor: Predictor) {
    if predictor == Predictor::Float {
        return undo_float(row, kind.bits / 8, samples);
    }
    let is_native = (order == Order::Little) == cfg!(target_endian = "little");
    if !is_native {
        match kind.bits {
            16 => row.as_chunks_mut::<2>().0.iter_mut().for_each(|number| number.reverse()),
            24 => row.as_chunks_mut::<3>().0.iter_mut().for_each(|number| number.reverse()),
            32 => row.as_chunks_mut::<4>().0.iter_mut().for_each(|number| number.reverse()),
            64 => row.as_chunks_mut::<8>().0.iter_mut().for_each(|number| number.reverse()),
            _ => {}
        }
    }
    if predictor == Predictor::Horizontal {
        // The last finished pixel is the one to the left of the others.
        let finished = differences::sum_up(row, samples, kind.bits / 8);
        let row = &mut row[finished.saturating_sub(samples * kind.bits / 8)..];
        match kind.bits {
            8 => undo_horizontal(row.as_chunks_mut().0, samples, |[left], [right]: [u8; 1]| [left.wrapping_add(right)]),
            16 => undo_horizontal(row.as_chunks_mut().0, samples, |left, right| {
                u16::from_ne_bytes(left).wrapping_add(u16::from_ne_bytes(right)).to_ne_bytes()
            }),
            24 => undo_horizontal(row.as_chunks_mut().0, samples, |left: [u8; 3], right| {
                bytes_of_24(number_of_24(left).wrapping_add(number_of_24(right)))
            }),
            32 => undo_horizontal(row.as_chunks_mut().0, samples, |left, right| {
                u32::from_ne_bytes(left).wrapping_add(u32::from_ne_bytes(right)).to_ne_bytes()
            }),
            _ => undo_horizontal(row.as_chunks_mut().0, samples, |left, right| {
                u64::from_ne_bytes(left).wrapping_add(u64::from_ne_bytes(right)).to_ne_bytes()
            }),
        }
    }
}

/// Returns a number of three bytes in this machine's order.
fn number_of_24([a, b, c]: [u8; 3]) -> u32 {
    if cfg!(target_endian = "little") { u32::from_le_bytes([a, b, c, 0]) } else { u32::from_be_bytes([0, a, b, c]) }
}

/// Returns the lower three bytes of a number.
fn bytes_of_24(number: u32) -> [u8; 3] {
    if cfg!(target_endian = "little") {
        let [a, b, c, _] = number.to_le_bytes();
        [a, b, c]
    } else {
        let [_, a, b, c] = number.to_be_bytes();
        [a, b, c]
    }
}

/// Undoes the horizontal predictor (TIFF 6.0, section 14). Each number is the difference to the pixel on the left.
fn undo_horizontal<const B: usize>(row: &mut [[u8; B]], samples: usize, add: impl Fn([u8; B], [u8; B]) -> [u8; B]) {
    match samples {
        1 => sum_up::<1, B>(row, add),
        3 => sum_up::<3, B>(row, add),
        4 => sum_up::<4, B>(row, add),
        _ => {
            for i in samples..row.len() {
                row[i] = add(row[i - samples], row[i]);
            }
        }
    }
}

/// Sums differences of pixels with `N` samples. The sums stay in registers.
fn sum_up<const N: usize, const B: usize>(row: &mut [[u8; B]], add: impl Fn([u8; B], [u8; B]) -> [u8; B]) {
    let mut sums = [[0; B]; N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for channel in 0..N {
            sums[channel] = add(sums[channel], pixel[channel]);
        }
        *pixel = sums;
    }
}

/// Undoes the predictor of floats (Adobe's Technical Note 3). Each byte is the difference to the pixel on the left. The most
/// significant bytes of all numbers come first, then the next ones.
fn undo_float(row: &mut [u8], bytes: usize, samples: usize) {
    undo_horizontal(row.as_chunks_mut().0, samples, |[left], [right]: [u8; 1]| [left.wrapping_add(right)]);
    let planes = row.to_vec();
    match bytes {
        2 => weave::<2>(&planes, row),
        3 => weave::<3>(&planes, row),
        4 => weave::<4>(&planes, row),
        _ => weave::<8>(&planes, row),
    }
}

/// Joins the bytes of each number. `planes` has the most significant ones first.
fn weave<const B: usize>(planes: &[u8], row: &mut [u8]) {
    let count = row.len() / B;
    let significance = |byte: usize| if cfg!(target_endian = "little") { B - 1 - byte } else { byte };
    let planes: [&[u8]; B] = std::array::from_fn(|byte| &planes[significance(byte) * count..][..count]);
    for (i, number) in row.as_chunks_mut::<B>().0.iter_mut().enumerate() {
        *number = planes.map(|plane| plane[i]);
    }
}

/// The value of the highest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// 255.
    Samples,
    /// Itself.
    Indices,
}

/// Reads numbers of a restored row until `out` is full.
pub(super) fn read(row: &[u8], kind: SampleKind, range: Range, out: &mut [f32]) {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a factor")]
    let scale = match range {
        Range::Samples => (255.0 / ((1_u128 << kind.bits) - 1) as f64) as f32,
        Range::Indices => 1.0,
    };
    match (kind.numbers, kind.bits) {
        (Numbers::Float, 16) => each(row, out, |bytes| of_light(half(u16::from_ne_bytes(bytes)))),
        (Numbers::Float, 24) => each(row, out, |bytes| of_light(three_quarters(number_of_24(bytes)))),
        (Numbers::Float, 32) => each(row, out, |bytes| of_light(f32::from_ne_bytes(bytes))),
        #[expect(clippy::cast_possible_truncation, reason = "no sample needs more")]
        (Numbers::Float, _) => each(row, out, |bytes| of_light(f64::from_ne_bytes(bytes) as f32)),
        (Numbers::Unsigned, 8) if range == Range::Samples => {
            out.iter_mut().zip(row).for_each(|(to, from)| *to = f32::from(*from));
        }
        (numbers, 8) => each(row, out, |[byte]: [u8; 1]| f32::from(byte ^ sign(numbers, 0x80)) * scale),
        (numbers, 16) => {
            let sign = sign(numbers, 0x8000);
            each(row, out, |bytes| f32::from(u16::from_ne_bytes(bytes) ^ sign) * scale);
        }
        #[expect(clippy::cast_precision_loss, reason = "24 bits")]
        (numbers, 24) => {
            let sign = sign(numbers, 1 << 23);
            each(row, out, |bytes| (number_of_24(bytes) ^ sign) as f32 * scale);
        }
        #[expect(clippy::cast_precision_loss, reason = "no sample needs more")]
        (numbers, 32) => {
            let sign = sign(numbers, 1 << 31);
            each(row, out, |bytes| (u32::from_ne_bytes(bytes) ^ sign) as f32 * scale);
        }
        #[expect(clippy::cast_precision_loss, reason = "no sample needs more")]
        (numbers, 64) => {
            let sign = sign(numbers, 1 << 63);
            each(row, out, |bytes| (u64::from_ne_bytes(bytes) ^ sign) as f32 * scale);
        }
        (_, 1) => split::<1, 8>(row, out, scale),
        (_, 2) => split::<2, 4>(row, out, scale),
        (_, 4) => split::<4, 2>(row, out, scale),
        (_, bits) => read_odd(row, bits, out, scale),
    }
}

/// Returns the mask that flips the sign bit, so that the lowest number becomes 0.
fn sign<T: Default>(numbers: Numbers, bit: T) -> T {
    if numbers == Numbers::Signed { bit } else { T::default() }
}

fn each<const B: usize>(row: &[u8], out: &mut [f32], convert: impl Fn([u8; B]) -> f32) {
    out.iter_mut().zip(row.as_chunks::<B>().0).for_each(|(to, from)| *to = convert(*from));
}

/// Splits bytes into samples that share them evenly, the first one in the highest bits.
fn split<const BITS: usize, const IN_BYTE: usize>(row: &[u8], out: &mut [f32], scale: f32) {
    let mask = u8::MAX >> (8 - BITS);
    let number = |byte: u8, i: usize| f32::from(byte >> (8 - BITS * (i + 1)) & mask) * scale;
    let (whole, rest) = out.as_chunks_mut::<IN_BYTE>();
    for (out, byte) in whole.iter_mut().zip(row) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = number(*byte, i);
        }
    }
    if let Some(byte) = row.get(whole.len()) {
        rest.iter_mut().enumerate().for_each(|(i, out)| *out = number(*byte, i));
    }
}

/// Reads samples of 3 to 15 bits that cross bytes.
fn read_odd(row: &[u8], bits: usize, out: &mut [f32], scale: f32) {
    let mut bytes = row.iter();
    let (mut held, mut count) = (0_u32, 0);
    for out in out {
        while count < bits {
            held = held << 8 | u32::from(bytes.next().copied().unwrap_or(0));
            count += 8;
        }
        count -= bits;
        #[expect(clippy::cast_precision_loss, reason = "15 bits")]
        let number = (held >> count & ((1 << bits) - 1)) as f32;
        *out = number * scale;
    }
}

/// Brightest light, with white at 1: the largest of 16 bits. It keeps the sums of a working pixel finite, whatever numbers
/// stand for "nothing known" in maps.
const BRIGHTEST: f32 = 65_504.0;

/// Returns a sample of linear light. NaN becomes 0.
fn of_light(light: f32) -> f32 {
    if light.is_nan() { 0.0 } else { light.clamp(-BRIGHTEST, BRIGHTEST) * 255.0 }
}

/// Converts IEEE 754 binary16.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10 & 31), u32::from(bits & 1023));
    match exponent {
        // Subnormal: a multiple of 2^-24.
        0 => f32::from_bits(sign | (f32::from(bits & 1023) * (-24_f32).exp2()).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// Converts a float of 24 bits (Adobe's Technical Note 3). It has a sign, 7 bits of exponent and 16 of fraction.
fn three_quarters(bits: u32) -> f32 {
    let sign = (bits & 0x80_0000) << 8;
    let (exponent, fraction) = (bits >> 16 & 127, bits & 0xffff);
    match exponent {
        #[expect(clippy::cast_precision_loss, reason = "16 bits")]
        0 => f32::from_bits(sign | (fraction as f32 * (-78_f32).exp2()).to_bits()),
        127 => f32::from_bits(sign | 0x7f80_0000 | fraction << 7),
        _ => f32::from_bits(sign | (exponent + 64) << 23 | fraction << 7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn unsigned(bits: usize) -> SampleKind {
        SampleKind { bits, numbers: Numbers::Unsigned }
    }

    fn numbers(row: &[u8], kind: SampleKind, range: Range, count: usize) -> Vec<f32> {
        let mut out = vec![-1.0; count];
        read(row, kind, range, &mut out);
        out
    }

    #[test]
    fn bits_are_taken_from_the_top_of_each_byte() {
        assert_eq!(
            numbers(&[0b1010_0000, 0x80], unsigned(1), Range::Samples, 9),
            [255., 0., 255., 0., 0., 0., 0., 0., 255.]
        );
        assert_eq!(numbers(&[0b1101_0010], unsigned(2), Range::Indices, 3), [3.0, 1.0, 0.0]);
        assert_eq!(numbers(&[0x5f, 0x80], unsigned(4), Range::Indices, 3), [5.0, 15.0, 8.0]);
        assert_eq!(
            numbers(&[0x12, 0x34, 0x56], unsigned(12), Range::Indices, 2),
            [f32::from(0x123_u16), f32::from(0x456_u16)]
        );
    }

    #[test]
    fn the_lowest_signed_number_is_black_and_the_highest_white() {
        for bits in [8, 16, 24, 32, 64] {
            let kind = SampleKind { bits, numbers: Numbers::Signed };
            let low = (-1_i64 << (bits - 1)).to_le_bytes();
            let high = (!(-1_i64 << (bits - 1))).to_le_bytes();
            let mut row = [&low[..bits / 8], &high[..bits / 8]].concat();
            restore(&mut row, kind, 1, Order::Little, Predictor::None);
            assert_eq!(numbers(&row, kind, Range::Samples, 2), [0.0, 255.0], "{bits} bits");
        }
    }

    #[test]
    fn halves_are_read_to_the_smallest_and_the_largest() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x0001, 2.0_f32.powi(-24)),
            (0x7bff, 65504.0),
            (0x8000, -0.0),
            (0x3555, 0.333_251_95),
        ] {
            assert_eq!(half(bits), value, "{bits:x}");
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }

    #[test]
    fn differences_are_summed_up_for_each_channel_whatever_their_size_and_order() {
        for samples in [1, 2, 3, 4, 5] {
            let mut row: Vec<u8> = (0..60).map(|i: u8| i.wrapping_mul(7).wrapping_add(200)).collect();
            let slow: Vec<u8> =
                (0..60).map(|i| (0..=i).rev().step_by(samples).fold(0_u8, |sum, j| sum.wrapping_add(row[j]))).collect();
            restore(&mut row, unsigned(8), samples, Order::Big, Predictor::Horizontal);
            assert_eq!(row, slow, "{samples} samples");
        }
        let mut row: Vec<u8> = [500_u16, 65_000, 3].iter().flat_map(|n| n.to_be_bytes()).collect();
        restore(&mut row, unsigned(16), 1, Order::Big, Predictor::Horizontal);
        assert_eq!(
            numbers(&row, unsigned(16), Range::Indices, 3),
            [500.0, f32::from(500_u16.wrapping_add(65_000)), f32::from(503_u16.wrapping_add(65_000))]
        );
    }

    #[test]
    fn floats_beyond_all_light_stay_numbers_that_can_be_summed_up() {
        let light = [f32::MAX, f32::MIN, f32::INFINITY, f32::NAN, 2.0].map(f32::to_ne_bytes).concat();
        let kind = SampleKind { bits: 32, numbers: Numbers::Float };
        let brightest = BRIGHTEST * 255.0;
        assert_eq!(numbers(&light, kind, Range::Samples, 5), [brightest, -brightest, brightest, 0.0, 510.0]);
    }

    #[test]
    fn floats_are_put_together_from_their_planes_of_bytes() {
        let values = [1.5_f32, -3.25, 1e-3, 700.0];
        let planes: Vec<u8> = (0..4).flat_map(|byte| values.map(|value| value.to_be_bytes()[byte])).collect();
        let mut row: Vec<u8> =
            (0..16).map(|i| if i == 0 { planes[0] } else { planes[i].wrapping_sub(planes[i - 1]) }).collect();
        let kind = SampleKind { bits: 32, numbers: Numbers::Float };
        restore(&mut row, kind, 1, Order::Little, Predictor::Float);
        assert_eq!(numbers(&row, kind, Range::Samples, 4), values.map(|value| value * 255.0));
    }
}
