//! Weights of coefficients in quantiser matrices (AV1 bitstream specification, 7.12.3).

use crate::block::Dimensions;

/// Weights of wide transforms, 32 by 16, and the lower triangles of symmetrical ones, 32 by 32: for each of 15 levels,
/// of luma and chroma.
static WEIGHTS: &[u8] = include_bytes!("matrices.bin");

const SIDE: usize = 32;
const WIDE: usize = SIDE * SIDE / 2;
const TRIANGLE: usize = SIDE * (SIDE + 1) / 2;

/// Levels that have a matrix. The last one means none.
const LEVELS: usize = 15;

/// The matrices of a plane, in the order of coefficients, for each size of transforms.
#[derive(Debug, Default)]
pub(crate) struct Matrices {
    sizes: Vec<Vec<u8>>,
}

impl Matrices {
    /// Builds the matrices of a level.
    pub(crate) fn new(level: usize, is_chroma: bool) -> Self {
        if level >= LEVELS {
            return Self::default();
        }
        let index = 2 * level + usize::from(is_chroma);
        let (wide, triangles) = WEIGHTS.split_at(2 * LEVELS * WIDE);
        let weights = (&wide[index * WIDE..][..WIDE], &triangles[index * TRIANGLE..][..TRIANGLE]);
        let of_size = |index: usize| build(weights, Dimensions::new((index / 4) as u32, (index % 4) as u32));
        Self { sizes: (0..16).map(of_size).collect() }
    }

    /// Returns the weights of a transform, of 32.
    pub(crate) fn of(&self, size: Dimensions) -> Option<&[u8]> {
        let coded = size.coded();
        self.sizes.get((4 * coded.log_width + coded.log_height) as usize).map(Vec::as_slice)
    }
}

fn build((wide, triangle): (&[u8], &[u8]), size: Dimensions) -> Vec<u8> {
    let (width, height) = (4 * size.width(), 4 * size.height());
    let longer = width.max(height);
    let weight = |x: usize, y: usize| {
        let (long, short) = if width >= height { (x, y) } else { (y, x) };
        let along = |index: usize, step: usize| index * step + (step - 1) / 2;
        if width == height {
            let (row, column) = (along(long.max(short), SIDE / longer), along(long.min(short), SIDE / longer));
            triangle[row * (row + 1) / 2 + column]
        } else {
            let step = SIDE / 2 / width.min(height);
            wide[along(short, step) * SIDE + along(long, SIDE / longer)]
        }
    };
    (0..width * height).map(|index| weight(index / height, index % height)).collect()
}
