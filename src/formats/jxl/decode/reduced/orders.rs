//! Computes the order of coefficients in a block.

use std::sync::OnceLock;

use jxl_bitstream::{Bitstream, U};
use jxl_coding::{Decoder, read_permutation};
use jxl_vardct::TransformType;

use super::unfit::Unfit;

/// The number of orders.
pub(super) const COUNT: usize = 13;

/// The sides of the blocks of each order, the longer one first.
const SIZES: [(usize, usize); COUNT] = [
    (8, 8),
    (8, 8),
    (16, 16),
    (32, 32),
    (16, 8),
    (32, 8),
    (32, 16),
    (64, 64),
    (64, 32),
    (128, 128),
    (128, 64),
    (256, 256),
    (256, 128),
];

/// Every order, with the number of coefficients that are skipped.
const ALL_BUT_LARGE: u32 = 0x5f;
const SMALL: u32 = 0x13;

/// The orders of a pass.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// Places of the natural order, where the file permutes them.
    permuted: Vec<(usize, [Vec<usize>; 3])>,
    /// For each transform and channel, places in the rows of a block.
    places: [[OnceLock<Vec<u32>>; 3]; KINDS],
}

/// The number of transforms.
const KINDS: usize = 27;

impl Orders {
    pub(super) fn parse(bits: &mut Bitstream<'_>) -> Result<Self, Unfit> {
        let used = bits.read_u32(ALL_BUT_LARGE, SMALL, 0, U(13))?;
        let mut orders = Self::default();
        if used == 0 {
            return Ok(orders);
        }
        let mut decoder = Decoder::parse(bits, 8)?;
        decoder.begin(bits)?;
        for (index, (width, height)) in SIZES.into_iter().enumerate().filter(|(index, _)| used >> index & 1 == 1) {
            let size = (width * height) as u32;
            let mut read = || read_permutation(bits, &mut decoder, size, size / 64);
            orders.permuted.push((index, [read()?, read()?, read()?]));
        }
        decoder.finalize()?;
        Ok(orders)
    }

    /// Returns the places of the coefficients in the rows of a block.
    pub(super) fn of(&self, kind: TransformType, channel: usize) -> &[u32] {
        self.places[kind as usize][channel].get_or_init(|| {
            let index = index_of(kind);
            let natural = natural(SIZES[index]);
            let (width, _) = kind.dct_select_size();
            let place = |(x, y): (u32, u32)| if kind.need_transpose() { x * width * 8 + y } else { y * width * 8 + x };
            match self.permuted.iter().find(|permuted| permuted.0 == index) {
                Some((_, channels)) => channels[channel].iter().map(|at| place(natural[*at])).collect(),
                None => natural.into_iter().map(place).collect(),
            }
        })
    }
}

/// Returns the natural order of a block: low frequencies first, of which the lowest are those of the smaller image.
fn natural((width, height): (usize, usize)) -> Vec<(u32, u32)> {
    let scale = width / height;
    let is_lowest = |(x, y): (usize, usize)| x < width / 8 && y < height / 8;
    let all = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let mut places: Vec<_> = all().filter(|place| is_lowest(*place)).collect();
    let mut others: Vec<_> = all().filter(|place| !is_lowest(*place)).collect();
    others.sort_unstable_by_key(|(x, y)| {
        let (x, y) = (*x, y * scale);
        (x + y, if (x + y) % 2 == 0 { x } else { y })
    });
    places.append(&mut others);
    places.into_iter().map(|(x, y)| (x as u32, y as u32)).collect()
}

/// Returns the index of the order that a transform has.
pub(super) fn index_of(kind: TransformType) -> usize {
    match kind {
        TransformType::Dct8 => 0,
        TransformType::Dct16 => 2,
        TransformType::Dct32 => 3,
        TransformType::Dct16x8 | TransformType::Dct8x16 => 4,
        TransformType::Dct32x8 | TransformType::Dct8x32 => 5,
        TransformType::Dct32x16 | TransformType::Dct16x32 => 6,
        TransformType::Dct64 => 7,
        TransformType::Dct64x32 | TransformType::Dct32x64 => 8,
        TransformType::Dct128 => 9,
        TransformType::Dct128x64 | TransformType::Dct64x128 => 10,
        TransformType::Dct256 => 11,
        TransformType::Dct256x128 | TransformType::Dct128x256 => 12,
        _ => 1,
    }
}
