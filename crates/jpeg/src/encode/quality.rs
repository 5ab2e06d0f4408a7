//! The example quantisation tables of T.81, annex K.1, scaled by quality as the Independent JPEG Group's library scales them.

use super::super::idct::ZIGZAG;

/// T.81, table K.1, row by row.
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// T.81, table K.2, row by row; the remaining steps are 99.
const CHROMA: [[u8; 4]; 4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]];

/// Returns the steps of luma in zigzag order.
pub(super) fn luma(quality: u8) -> [u8; 64] {
    scaled(quality, |x, y| LUMA[8 * y + x])
}

/// Returns the steps of chroma in zigzag order.
pub(super) fn chroma(quality: u8) -> [u8; 64] {
    scaled(quality, |x, y| CHROMA.get(y).and_then(|row| row.get(x)).copied().unwrap_or(99))
}

fn scaled(quality: u8, step: impl Fn(usize, usize) -> u8) -> [u8; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    ZIGZAG.map(|(x, y)| {
        let scaled = (u32::from(step(x.into(), y.into())) * percent + 50) / 100;
        scaled.clamp(1, 255) as u8
    })
}
