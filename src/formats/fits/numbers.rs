//! Converts stored numbers, whose highest byte comes first, to values.

use super::cards::Layout;
use super::kind::Kind;

/// Converts a row of numbers. Missing ones become NaN.
pub(super) fn read_values(row: &[u8], layout: &Layout, values: &mut [f64]) {
    let integer = |stored: i64| {
        #[expect(clippy::cast_precision_loss, reason = "as the format defines it")]
        let value = stored as f64;
        if layout.blank == Some(stored) { f64::NAN } else { value }
    };
    let scale = |value: f64| layout.zero + layout.scale * value;
    match layout.kind {
        Kind::Byte => values.iter_mut().zip(row).for_each(|(to, byte)| *to = scale(integer((*byte).into()))),
        Kind::Short => each(row, values, |two| scale(integer(i16::from_be_bytes(two).into()))),
        Kind::Long => each(row, values, |four| scale(integer(i32::from_be_bytes(four).into()))),
        Kind::LongLong => each(row, values, |eight| scale(integer(i64::from_be_bytes(eight)))),
        Kind::Single => each(row, values, |four| scale(f32::from_be_bytes(four).into())),
        Kind::Double => each(row, values, |eight| scale(f64::from_be_bytes(eight))),
    }
}

fn each<const N: usize>(row: &[u8], values: &mut [f64], convert: impl Fn([u8; N]) -> f64) {
    values.iter_mut().zip(row.as_chunks::<N>().0).for_each(|(to, stored)| *to = convert(*stored));
}
