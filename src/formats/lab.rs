//! Converts L*a*b* to sRGB.

use crate::pixels::WorkingGrid;

/// Converts L*a*b* relative to D50 to sRGB, 0 to 255. CIE 15:2004, 8.2.1, then the matrix from D50 by Bradford and the
/// curve of IEC 61966-2-1.
pub(super) fn srgb_of_lab([l, a, b]: [f32; 3]) -> [f32; 3] {
    let fy = (l + 16.0) / 116.0;
    let cube = |f: f32| if f > 6.0 / 29.0 { f * f * f } else { (f - 4.0 / 29.0) * (108.0 / 841.0) };
    let (x, y, z) = (0.964_22 * cube(fy + a / 500.0), cube(fy), 0.825_21 * cube(fy - b / 200.0));
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(|light| {
        let light = light.clamp(0.0, 1.0);
        255.0 * if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
    })
}

/// Converts the planes of a grid: L*, a* and b*.
#[cfg_attr(not(feature = "psd"), allow(dead_code, reason = "TIFF has codings of its own"))]
pub(super) fn convert_lab(grid: &mut WorkingGrid) {
    let [first, second, third] = &mut grid.planes[..] else { return };
    let samples = first.plane.samples.iter_mut().zip(&mut second.plane.samples).zip(&mut third.plane.samples);
    for ((first, second), third) in samples {
        [*first, *second, *third] = srgb_of_lab([*first, *second, *third]);
    }
}
