//! Evaluates the table of an ICC profile from device colours to the connection space.
//!
//! The table is a lut8Type, lut16Type or lutAToBType (ICC.1:2022, 10.10 to 10.12). It maps one, three or four samples
//! from 0 to 1 to XYZ under D50, with black at 0.
//!
//! It is evaluated pixel by pixel. `moxcms`, which parses it, would first sample all of it anew, 17⁴ points of a CMYK
//! profile: 45 to 57 ms for a thumbnail whose 2500 pixels take less than 1 ms here, and it knows no black point
//! compensation.

use moxcms::{LutDataType, LutMultidimensionalType, LutStore, LutType, LutWarehouse, ToneReprCurve};

use super::curve::Curve;
use super::lane::Lane;

/// White of the connection space (ICC.1:2022, 7.2.16).
pub(super) const D50: [f32; 3] = [0.9642, 1.0, 0.8249];

/// A table with its curves.
#[derive(Debug)]
pub(super) struct Table {
    input: Vec<Curve>,
    grid: Grid,
    middle: Vec<Curve>,
    matrix: [[f32; 3]; 3],
    bias: [f32; 3],
    output: Vec<Curve>,
    connection: Connection,
    /// Factor and addend of black point compensation, for X, Y and Z.
    compensation: [(f32, f32); 3],
}

/// The coding of a colour of the connection space in three samples from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    /// 1 is 1 + 32767/32768 (ICC.1:2022, 6.3.4.2, table 11).
    Xyz,
    /// 1 is L* = 100, a* and b* = 127 (table 12).
    Lab,
    /// The 16 bits of version 2, which lut16Type keeps: 0xff00 is L* = 100 (10.10).
    LegacyLab,
}

/// The perceptual black of version 4, in XYZ (ICC.1:2022, 6.3.4.3).
pub(super) const PERCEPTUAL_BLACK: [f32; 3] = [0.003_36, 0.003_473_1, 0.002_87];

impl Table {
    /// Returns the table as it was parsed. `connects_by_xyz` is true if the profile connects through XYZ.
    pub(super) fn new(table: &LutWarehouse, connects_by_xyz: bool) -> Option<Self> {
        let table = match table {
            LutWarehouse::Lut(table) => Self::of_lut(table, connects_by_xyz),
            LutWarehouse::Multidimensional(table) => Self::of_stages(table, connects_by_xyz),
        }?;
        let is_sound = table.bias.iter().chain(table.matrix.as_flattened()).all(|number| number.is_finite());
        let tabulated = |curves: Vec<Curve>| curves.into_iter().map(Curve::tabulated).collect();
        is_sound.then(|| Self {
            input: tabulated(table.input),
            middle: tabulated(table.middle),
            output: tabulated(table.output),
            ..table
        })
    }

    fn of_lut(table: &LutDataType, connects_by_xyz: bool) -> Option<Self> {
        let connection = match (connects_by_xyz, table.lut_type) {
            (true, _) => Connection::Xyz,
            (false, LutType::Lut16) => Connection::LegacyLab,
            (false, _) => Connection::Lab,
        };
        let channels = usize::from(table.num_input_channels);
        // The matrix counts only for an input of XYZ, which an image's is not.
        Some(Self {
            input: sampled_curves(&table.input_table, channels)?,
            grid: Grid::new(&table.clut_table, &vec![table.num_clut_grid_points; channels])?,
            middle: Vec::new(),
            matrix: IDENTITY,
            bias: [0.0; 3],
            output: sampled_curves(&table.output_table, usize::from(table.num_output_channels))?,
            connection,
            compensation: [(1.0, 0.0); 3],
        })
    }

    fn of_stages(table: &LutMultidimensionalType, connects_by_xyz: bool) -> Option<Self> {
        let channels = usize::from(table.num_input_channels);
        let curves = |curves: &[ToneReprCurve], channels: usize| -> Option<Vec<Curve>> {
            let curves: Vec<Curve> = curves.iter().map(Curve::of_icc).collect::<Option<_>>()?;
            (curves.is_empty() || curves.len() == channels).then_some(curves)
        };
        let grid = match &table.clut {
            Some(clut) => Grid::new(clut, table.grid_points.get(..channels)?)?,
            None => Grid::identity(channels)?,
        };
        #[expect(clippy::cast_possible_truncation, reason = "pixels are f32")]
        let narrow = |row: [f64; 3]| row.map(|number| number as f32);
        Some(Self {
            input: curves(&table.a_curves, channels)?,
            grid,
            middle: curves(&table.m_curves, 3)?,
            matrix: table.matrix.v.map(narrow),
            bias: narrow(table.bias.v),
            output: curves(&table.b_curves, 3)?,
            connection: if connects_by_xyz { Connection::Xyz } else { Connection::Lab },
            compensation: [(1.0, 0.0); 3],
        })
    }

    /// Returns the number of channels of a device colour.
    pub(super) fn channels(&self) -> usize {
        self.grid.sides.len()
    }

    /// Maps `black` to 0 and leaves white where it is: black point compensation as ISO 18619 defines it, towards sRGB,
    /// whose black is 0.
    pub(super) fn compensate(&mut self, black: [f32; 3]) {
        for (axis, (factor, offset)) in self.compensation.iter_mut().enumerate() {
            *factor = D50[axis] / (D50[axis] - black[axis]);
            *offset = -black[axis] * *factor;
        }
    }

    /// Returns the XYZ of a device colour. As many samples count as the table has channels.
    pub(super) fn to_xyz(&self, mut device: [f32; 4]) -> [f32; 3] {
        for (sample, curve) in device.iter_mut().zip(&self.input) {
            *sample = curve.apply(*sample);
        }
        let mut color = self.grid.interpolate(device);
        apply_each(&self.middle, &mut color);
        let [x, y, z] = color;
        color = std::array::from_fn(|row| {
            let [a, b, c] = self.matrix[row];
            a * x + b * y + c * z + self.bias[row]
        });
        apply_each(&self.output, &mut color);
        let xyz = to_xyz(color, self.connection);
        std::array::from_fn(|axis| xyz[axis] * self.compensation[axis].0 + self.compensation[axis].1)
    }
}

impl Table {
    /// Turns device colours into XYZ, in place: all but the interpolation goes through vectors.
    #[inline(always)]
    pub(super) fn xyz_each(&self, colors: &mut [Lane; 4]) {
        apply_lanes(&self.input, colors);
        let [first, second, third, fourth] = colors;
        for (((x, y), z), w) in first.iter_mut().zip(second).zip(third).zip(fourth) {
            [*x, *y, *z] = self.grid.interpolate([*x, *y, *z, *w]);
        }
        apply_lanes(&self.middle, colors);
        let [first, second, third, _] = colors;
        for ((x, y), z) in first.iter_mut().zip(&mut *second).zip(&mut *third) {
            let color = [*x, *y, *z];
            let row = |row: usize| {
                let [a, b, c] = self.matrix[row];
                a * color[0] + b * color[1] + c * color[2] + self.bias[row]
            };
            (*x, *y, *z) = (row(0), row(1), row(2));
        }
        apply_lanes(&self.output, colors);
        let [first, second, third, _] = colors;
        for ((x, y), z) in first.iter_mut().zip(second).zip(third) {
            let xyz = to_xyz([*x, *y, *z], self.connection);
            let compensated = |axis: usize| xyz[axis] * self.compensation[axis].0 + self.compensation[axis].1;
            (*x, *y, *z) = (compensated(0), compensated(1), compensated(2));
        }
    }
}

#[inline(always)]
fn apply_lanes(curves: &[Curve], lanes: &mut [Lane; 4]) {
    for (lane, curve) in lanes.iter_mut().zip(curves) {
        curve.apply_each(lane);
    }
}

const IDENTITY: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn apply_each(curves: &[Curve], color: &mut [f32; 3]) {
    for (sample, curve) in color.iter_mut().zip(curves) {
        *sample = curve.apply(*sample);
    }
}

/// Returns the XYZ under D50 of a coded colour.
#[inline(always)]
pub(super) fn to_xyz([x, y, z]: [f32; 3], connection: Connection) -> [f32; 3] {
    let scale = match connection {
        Connection::Xyz => return [x, y, z].map(|number| number * (1.0 + 32767.0 / 32768.0)),
        Connection::Lab => [100.0, 255.0, 255.0],
        Connection::LegacyLab => [100.0 * 65535.0 / 65280.0, 65535.0 / 256.0, 65535.0 / 256.0],
    };
    xyz_of_lab([x * scale[0], y * scale[1] - 128.0, z * scale[2] - 128.0])
}

/// Converts L*, a* and b* to XYZ under D50 (CIE 15:2018, 8.2.1.1, solved for XYZ).
#[inline(always)]
pub(super) fn xyz_of_lab([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let cubed = |f: f32| if f > 6.0 / 29.0 { f * f * f } else { (f - 16.0 / 116.0) * (108.0 / 841.0) };
    let f = [y + a / 500.0, y, y - b / 200.0];
    std::array::from_fn(|axis| D50[axis] * cubed(f[axis]))
}

/// Reads a curve of samples for each channel.
fn sampled_curves(store: &LutStore, channels: usize) -> Option<Vec<Curve>> {
    let samples: Vec<u16> = match store {
        LutStore::Store8(samples) => samples.iter().map(|sample| u16::from(*sample) * 257).collect(),
        LutStore::Store16(samples) => samples.clone(),
    };
    let entries = samples.len().checked_div(channels).filter(|entries| *entries >= 2)?;
    samples
        .chunks_exact(entries)
        .take(channels)
        .map(|curve| Curve::of_icc(&ToneReprCurve::Lut(curve.to_vec())))
        .collect()
}

/// Points on a grid in the device's colours, the last channel running fastest, and three samples at each.
#[derive(Debug)]
struct Grid {
    /// Points along each channel, at least 2.
    sides: Vec<usize>,
    points: Vec<[f32; 3]>,
}

impl Grid {
    fn new(store: &LutStore, sides: &[u8]) -> Option<Self> {
        let sides: Vec<usize> = sides.iter().map(|side| usize::from(*side)).collect();
        let samples = store.to_clut_f32();
        let points = samples.as_chunks::<3>().0.to_vec();
        let count = sides.iter().try_fold(1_usize, |count, side| count.checked_mul(*side))?;
        let is_sound = matches!(sides.len(), 1..=4) && sides.iter().all(|side| *side >= 2) && points.len() >= count;
        is_sound.then_some(Self { sides, points })
    }

    /// Returns the grid for a table of stages without one: three channels pass unchanged.
    fn identity(channels: usize) -> Option<Self> {
        let corner = |bits: u8| [4, 2, 1].map(|bit| f32::from(u8::from(bits & bit != 0)));
        (channels == 3).then(|| Self { sides: vec![2; 3], points: (0..8).map(corner).collect() })
    }

    /// Interpolates the last three channels by tetrahedra, and one before them linearly, like LittleCMS. Tetrahedra
    /// keep greys grey.
    fn interpolate(&self, at: [f32; 4]) -> [f32; 3] {
        let (mut base, mut step) = (0, 1);
        // Of each channel, the colour's distance behind its grid point, and the step to the next point.
        let mut axes = [(0.0, 0); 4];
        for channel in (0..self.sides.len()).rev() {
            let side = self.sides[channel];
            let (point, rest) = split(at[channel], side);
            axes[channel] = (rest, step);
            base += point * step;
            step *= side;
        }
        let [first, second, third, fourth] = axes;
        if self.sides.len() < 4 {
            return self.sum(base, &corners([first, second, third]));
        }
        let corners = corners([second, third, fourth]);
        let (share, step) = first;
        let [one, other] = [base, base + step].map(|base| self.sum(base, &corners));
        std::array::from_fn(|i| one[i] + (other[i] - one[i]) * share)
    }

    /// Returns the weighted mean of four points.
    #[inline(always)]
    fn sum(&self, base: usize, corners: &[(f32, usize); 4]) -> [f32; 3] {
        let mut color = [0.0; 3];
        for (weight, offset) in corners {
            let point = self.points[base + offset];
            for (sum, sample) in color.iter_mut().zip(point) {
                *sum += sample * weight;
            }
        }
        color
    }
}

/// Returns the weights and places of a tetrahedron's corners. They lead from a point to the opposite one of its cell
/// along the edges, the channel with the largest share first.
#[inline(always)]
fn corners(mut axes: [(f32, usize); 3]) -> [(f32, usize); 4] {
    for (one, other) in [(0, 1), (1, 2), (0, 1)] {
        if axes[one].0 < axes[other].0 {
            axes.swap(one, other);
        }
    }
    let [(first, to_first), (second, to_second), (third, to_third)] = axes;
    [
        (1.0 - first, 0),
        (first - second, to_first),
        (second - third, to_first + to_second),
        (third, to_first + to_second + to_third),
    ]
}

/// Returns the grid point at or before a sample from 0 to 1, and the share of the step to the next. The point is never
/// the last one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "at most 255 points"
)]
fn split(sample: f32, side: usize) -> (usize, f32) {
    let at = sample.clamp(0.0, 1.0) * (side - 1) as f32;
    let point = (at as usize).min(side - 2);
    (point, at - point as f32)
}

#[cfg(test)]
mod tests {
    use super::super::lane::PIXELS;
    use super::*;

    fn curves(exponents: &[f32]) -> Vec<Curve> {
        exponents.iter().map(|exponent| Curve::of_power(*exponent).unwrap().tabulated()).collect()
    }

    /// Builds a table of noise.
    fn table(sides: &[usize], connection: Connection) -> Table {
        let random = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32;
        let count = sides.iter().product::<usize>();
        let points = (0..count).map(|i| [random(3 * i), random(3 * i + 1), random(3 * i + 2)]).collect();
        let mut table = Table {
            input: curves(&[1.1, 0.9, 2.0, 1.0][..sides.len()]),
            grid: Grid { sides: sides.to_vec(), points },
            middle: curves(&[1.2, 1.0, 0.4]),
            matrix: [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.0, 0.1, 0.9]],
            bias: [0.01, -0.02, 0.0],
            output: curves(&[1.0, 1.5, 1.0]),
            connection,
            compensation: [(1.0, 0.0); 3],
        };
        table.compensate(PERCEPTUAL_BLACK);
        table
    }

    #[test]
    fn colours_side_by_side_are_those_one_by_one() {
        let mut tried = 0;
        for sides in [&[5][..], &[3, 4, 5], &[2, 5, 3, 4]] {
            for connection in [Connection::Xyz, Connection::Lab, Connection::LegacyLab] {
                let table = table(sides, connection);
                let sample = |channel: usize, i: usize| ((i * (7 + 4 * channel) + channel) % 67) as f32 / 60.0 - 0.05;
                let mut lanes: [Lane; 4] = std::array::from_fn(|channel| std::array::from_fn(|i| sample(channel, i)));
                let colors = lanes;
                table.xyz_each(&mut lanes);
                for i in 0..PIXELS {
                    let wanted = table.to_xyz(std::array::from_fn(|channel| colors[channel][i]));
                    for (lane, wanted) in lanes.iter().zip(wanted) {
                        assert!((lane[i] - wanted).abs() < 1e-5, "{sides:?} {connection:?}: {} for {wanted}", lane[i]);
                        tried += 1;
                    }
                }
            }
        }
        assert_eq!(tried, 3 * 3 * PIXELS * 3);
    }

    #[test]
    fn a_corner_of_the_grid_has_its_point() {
        let table = table(&[3, 4, 5], Connection::Xyz);
        for (place, [r, g, b]) in [(0, [0.0, 0.0, 0.0]), (59, [1.0, 1.0, 1.0]), (23, [0.5, 0.0, 0.75])] {
            let (color, point) = (table.grid.interpolate([r, g, b, 0.0]), table.grid.points[place]);
            assert!(color.iter().zip(point).all(|(one, other)| (one - other).abs() < 1e-6), "{color:?} {point:?}");
        }
    }
}
