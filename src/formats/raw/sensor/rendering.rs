//! Converts the camera's colours to sRGB (DNG 1.7, chapters 5 and 6).
//!
//! The file's neutral becomes white at the white level, and brighter light is clipped there, so that lights have no tint. The
//! file's matrix converts colours, its exposure brightens them, and its tone curve, if it has one, shapes them. No curve is added
//! otherwise: an image is as dark as it was exposed.

#![allow(clippy::inline_always, reason = "the hot loop is compiled once for each kind of processor")]

use super::blocks::Blocks;
use super::matrix::{IDENTITY, Matrix, XYZ_OF_SRGB, apply, invert, multiply};
use crate::container::{Sensor, SensorColors};
use crate::pixels::scene;

/// Entries of the table from light to sRGB. The steps of the darkest are a fifth of those of 8 bits.
const ENTRIES: usize = 1 << 14;

/// Bytes of the table.
pub(super) const MEMORY: usize = ENTRIES * size_of::<u16>();

/// The conversion of sums to pixels.
#[derive(Debug)]
pub(super) struct Rendering {
    /// The camera's light is a sum times this, less that, for each colour.
    gain: [f32; 3],
    black: [f32; 3],
    /// From the camera's light to that of sRGB.
    matrix: [[f32; 3]; 3],
    /// sRGB by light.
    table: Vec<u16>,
}

impl Rendering {
    /// Prepares the conversion; `measured` are the black levels, unless the file states them.
    #[expect(clippy::cast_possible_truncation, reason = "24 bits are more than samples have")]
    pub(super) fn new(sensor: &Sensor, blocks: &Blocks, measured: Option<[f64; 3]>) -> Self {
        let (from_camera, neutral) = colors(&sensor.colors);
        let brightest = neutral.into_iter().fold(0.0, f64::max);
        let (black, white) = (measured.unwrap_or_else(|| black(sensor)), &sensor.levels.white);
        let (mut gain, mut offset) = ([0.0; 3], [0.0; 3]);
        for (color, count) in blocks.counts.into_iter().enumerate() {
            let range = f64::from(white[color.min(white.len() - 1)]) - black[color];
            let balance = brightest / neutral[color] / range.max(f64::MIN_POSITIVE);
            gain[color] = (balance / f64::from(count)) as f32;
            offset[color] = (black[color] * balance) as f32;
        }
        let brightening = sensor.colors.exposure.exp2();
        let scale = brightening * (ENTRIES - 1) as f64;
        let matrix = from_camera.map(|row| row.map(|factor| (factor * scale) as f32));
        Self { gain, black: offset, matrix, table: table(&sensor.colors.curve) }
    }

    /// Converts the sums of blocks to pixels whose white is 65535.
    pub(super) fn convert(&self, sums: &[[u32; 3]], pixels: &mut [[u16; 3]]) {
        // Sums of products are single instructions where the processor has them, and calls of a function elsewhere.
        pulp::Arch::new().dispatch(Conversion { rendering: self, sums, pixels });
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, NaN included")]
    fn convert_all(&self, sums: &[[u32; 3]], pixels: &mut [[u16; 3]]) {
        let Self { gain, black, matrix, table } = self;
        let table: &[u16; ENTRIES] = table[..].try_into().expect("it has that many entries");
        for (pixel, sum) in pixels.iter_mut().zip(sums) {
            let light = [0, 1, 2].map(|color| (sum[color] as f32).mul_add(gain[color], -black[color]).min(1.0));
            *pixel = matrix.map(|row| {
                let light = light[2].mul_add(row[2], light[1].mul_add(row[1], light[0] * row[0]));
                table[((light + 0.5) as usize).min(ENTRIES - 1)]
            });
        }
    }
}

/// The conversion of a row, which is compiled once for each kind of processor.
struct Conversion<'a> {
    rendering: &'a Rendering,
    sums: &'a [[u32; 3]],
    pixels: &'a mut [[u16; 3]],
}

impl pulp::WithSimd for Conversion<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.rendering.convert_all(self.sums, self.pixels);
    }
}

/// Returns the matrix from the balanced camera's colours to sRGB's, and the camera's colours of white.
fn colors(colors: &SensorColors) -> (Matrix, [f64; 3]) {
    let from_xyz = colors.from_xyz.map(|m| [[m[0], m[1], m[2]], [m[3], m[4], m[5]], [m[6], m[7], m[8]]]);
    let is_positive = |color: &[f64; 3]| color.iter().all(|value| *value > 0.0);
    let of_light = from_xyz.zip(colors.white).map(|(matrix, [x, y])| apply(&matrix, [x / y, 1.0, (1.0 - x - y) / y]));
    let neutral = colors.neutral.or(of_light).filter(is_positive);
    let Some(from_srgb) = from_xyz.map(|matrix| multiply(&matrix, &XYZ_OF_SRGB)) else {
        return (IDENTITY, neutral.unwrap_or([1.0; 3]));
    };
    let of_white = apply(&from_srgb, [1.0; 3]);
    if !is_positive(&of_white) {
        return (IDENTITY, neutral.unwrap_or([1.0; 3]));
    }
    // White stays white: only the directions of the colours are taken from the matrix.
    let balanced = [0, 1, 2].map(|color| from_srgb[color].map(|factor| factor / of_white[color]));
    (invert(&balanced).unwrap_or(IDENTITY), neutral.unwrap_or(of_white))
}

/// Returns the mean black level of each colour. Levels and colours repeat with periods of their own.
fn black(sensor: &Sensor) -> [f64; 3] {
    let (levels, pattern) = (&sensor.levels, &sensor.pattern);
    let samples = sensor.samples as usize;
    let (mut sums, mut counts) = ([0.0; 3], [0.0; 3]);
    for y in 0..levels.repeat.1 * pattern.size.1 {
        for x in 0..levels.repeat.0 * pattern.size.0 {
            let at = (y % levels.repeat.1 * levels.repeat.0 + x % levels.repeat.0) as usize * samples;
            let color = pattern.colors.get((y % pattern.size.1 * pattern.size.0 + x % pattern.size.0) as usize);
            for sample in 0..samples {
                let color = color.map_or(sample, |color| usize::from(*color));
                sums[color] += f64::from(levels.black[at + sample]);
                counts[color] += 1.0;
            }
        }
    }
    [0, 1, 2].map(|color| sums[color] / f64::max(counts[color], 1.0))
}

/// Returns sRGB for each light from 0 to 1, by way of a tone curve.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 65535")]
fn table(curve: &[(f64, f64)]) -> Vec<u16> {
    let toned = |light: f64| match curve.partition_point(|(x, _)| *x < light) {
        0 => curve.first().map_or(light, |first| first.1),
        next => {
            let Some(((x0, y0), (x1, y1))) = curve.get(next - 1).zip(curve.get(next)) else { return light };
            y0 + (light - x0) / (x1 - x0) * (y1 - y0)
        }
    };
    let light = |i: usize| toned(i as f64 / (ENTRIES - 1) as f64);
    (0..ENTRIES).map(|i| (f64::from(scene::code((light(i) * 255.0) as f32)) * 257.0).round() as u16).collect()
}
