//! Converts colours to the primaries of sRGB.

use exr::math::Vec2;
use exr::meta::attribute::Chromaticities;

/// A matrix, row by row.
pub(super) type Rows = [[f32; 3]; 3];

type Matrix = [[f64; 3]; 3];

/// x and y of red, green, blue and white (IEC 61966-2-1, 4.2).
const SRGB: [[f64; 2]; 4] = [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06], [0.3127, 0.3290]];

/// The primaries of a layer's colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Primaries {
    /// Matrix from them to sRGB's, `None` if they are sRGB's. White stays white, whatever its colour.
    pub(super) to_srgb: Option<Rows>,
    /// The shares of red, green and blue in luminance.
    pub(super) luminance: [f32; 3],
}

impl Primaries {
    /// Reads the attribute of a layer. Without one, or if it defines no colours, they are sRGB's.
    pub(super) fn of(attribute: Option<Chromaticities>) -> Self {
        let xy = |at: Vec2<f32>| [f64::from(at.x()), f64::from(at.y())];
        let own = attribute.map(|own| [own.red, own.green, own.blue, own.white].map(xy)).filter(|own| *own != SRGB);
        let usual = rgb_to_xyz(SRGB).expect("sRGB's primaries span a triangle");
        let own = own.and_then(|own| Some((own[3], rgb_to_xyz(own)?)));
        let to_srgb = own.and_then(|(white, to_xyz)| {
            let rows = multiply(invert(usual)?, multiply(scale_white(white, SRGB[3]), to_xyz)).map(narrow);
            rows.iter().flatten().all(|term| term.is_finite()).then_some(rows)
        });
        let luminance = match (own, to_srgb) {
            (Some((_, to_xyz)), Some(_)) => to_xyz[1],
            _ => usual[1],
        };
        Self { to_srgb, luminance: narrow(luminance) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "samples are f32")]
fn narrow(row: [f64; 3]) -> [f32; 3] {
    row.map(|term| term as f32)
}

/// Returns the matrix from RGB to XYZ (SMPTE RP 177, 3.3). `None` if the primaries lie on one line.
fn rgb_to_xyz([red, green, blue, white]: [[f64; 2]; 4]) -> Option<Matrix> {
    let xyz = |[x, y]: [f64; 2]| [x, y, 1.0 - x - y];
    let [r, g, b] = [red, green, blue].map(xyz);
    let columns: Matrix = std::array::from_fn(|row| [r[row], g[row], b[row]]);
    let inverse = invert(columns)?;
    let white = xyz(white).map(|part| part / white[1]);
    let gains = inverse.map(|row| row.iter().zip(white).map(|(a, b)| a * b).sum::<f64>());
    let matrix = columns.map(|row| std::array::from_fn(|at| row[at] * gains[at]));
    matrix.iter().flatten().all(|term: &f64| term.is_finite()).then_some(matrix)
}

/// Returns the matrix from one white to another. Each axis is scaled by itself, since the whites of images lie close
/// together.
fn scale_white(from: [f64; 2], to: [f64; 2]) -> Matrix {
    let xyz = |[x, y]: [f64; 2]| [x / y, 1.0, (1.0 - x - y) / y];
    let (from, to) = (xyz(from), xyz(to));
    std::array::from_fn(|row| std::array::from_fn(|column| if row == column { to[row] / from[row] } else { 0.0 }))
}

fn multiply(a: Matrix, b: Matrix) -> Matrix {
    a.map(|row| std::array::from_fn(|column| (0..3).map(|at| row[at] * b[at][column]).sum()))
}

fn invert(m: Matrix) -> Option<Matrix> {
    let minor = |row: usize, column: usize| {
        let at = |r: usize, c: usize| m[(row + r) % 3][(column + c) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * minor(0, column)).sum();
    (determinant.abs() > 1e-9)
        .then(|| std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant)))
}
