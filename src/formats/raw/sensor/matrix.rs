//! Multiplies and inverts matrices of three colours.

/// A matrix, row by row.
pub(super) type Matrix = [[f64; 3]; 3];

pub(super) const IDENTITY: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Linear sRGB to CIE XYZ (IEC 61966-2-1, 5.2).
pub(super) const XYZ_OF_SRGB: Matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];

pub(super) fn multiply(left: &Matrix, right: &Matrix) -> Matrix {
    let column = |x: usize| [right[0][x], right[1][x], right[2][x]];
    left.map(|row| [0, 1, 2].map(|x| dot(row, column(x))))
}

pub(super) fn apply(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| dot(row, vector))
}

fn dot(left: [f64; 3], right: [f64; 3]) -> f64 {
    left[0] * right[0] + left[1] * right[1] + left[2] * right[2]
}

/// Returns the inverse. `None` if there is none to speak of.
pub(super) fn invert(m: &Matrix) -> Option<Matrix> {
    let minor = |y: usize, x: usize| {
        let (a, b, c, d) = ((y + 1) % 3, (y + 2) % 3, (x + 1) % 3, (x + 2) % 3);
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    let determinant = (0..3).map(|x| m[0][x] * minor(0, x)).sum::<f64>();
    let inverse = [0, 1, 2].map(|y| [0, 1, 2].map(|x| minor(x, y) / determinant));
    let is_finite = inverse.iter().flatten().all(|value| value.is_finite() && value.abs() < 1e4);
    is_finite.then_some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_the_identity() {
        let product = multiply(&XYZ_OF_SRGB, &invert(&XYZ_OF_SRGB).unwrap());
        for (got, wanted) in product.iter().flatten().zip(IDENTITY.iter().flatten()) {
            assert!((got - wanted).abs() < 1e-12, "{product:?}");
        }
        assert_eq!(invert(&[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 0.0]]), None);
    }
}
