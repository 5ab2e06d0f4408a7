//! Reads the coefficients of transforms (AV1 bitstream specification, 5.11.39).

mod coefficients;
mod levels;
mod matrices;
mod scan;
mod steps;

pub(crate) use coefficients::{Class, Coded, Scratch, read, size_context};
pub(crate) use matrices::Matrices;

/// Returns the steps of the DC and the other coefficients for an index, and for what planes add to it (7.12.2).
pub(crate) fn steps(depth: u32, index: i32, deltas: [i32; 2]) -> [u32; 2] {
    let (dc, ac) = match depth {
        8 => (&steps::DC_8, &steps::AC_8),
        10 => (&steps::DC_10, &steps::AC_10),
        _ => (&steps::DC_12, &steps::AC_12),
    };
    let at = |table: &[u16; 256], delta: i32| u32::from(table[(index + delta).clamp(0, 255) as usize]);
    [at(dc, deltas[0]), at(ac, deltas[1])]
}
