//! Reads the factors by which coefficients are scaled (ITU-T H.265, 7.3.4 and 7.4.5).

use super::chroma::Chroma;
use crate::bits::Bits;
use crate::error::Error;
use crate::scan;

/// The factors for each size from 4 by 4, for the planes of intra blocks and then those of predicted ones, row by row.
#[derive(Debug, Clone)]
pub(crate) struct ScalingFactors([[Vec<u8>; 6]; 4]);

/// A list of 64 factors at most, in the order of the scan, and that of the lowest frequency.
#[derive(Debug, Clone)]
struct List {
    factors: Vec<u8>,
    lowest: u8,
}

/// The factors of intra blocks where none are sent (ITU-T H.265, table 7-6), in the order of the scan.
const STANDARD: [u8; 64] = [
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 16, 17, 16, 17, 18, 17, 18, 18, 17, 18, 21, 19, 20, 21, 20, 19, 21, 24,
    22, 22, 24, 24, 22, 22, 24, 25, 25, 27, 30, 27, 25, 25, 29, 31, 35, 35, 31, 29, 36, 41, 44, 41, 36, 47, 54, 54, 47,
    65, 70, 65, 88, 88, 115,
];

/// The same of predicted blocks.
const STANDARD_PREDICTED: [u8; 64] = [
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 18, 18, 18, 18, 18, 18, 20, 20, 20, 20, 20, 20, 20, 24,
    24, 24, 24, 24, 24, 24, 24, 25, 25, 25, 25, 25, 25, 25, 28, 28, 28, 28, 28, 28, 33, 33, 33, 33, 33, 41, 41, 41, 41,
    54, 54, 54, 71, 71, 91,
];

impl List {
    /// Returns the list that holds for a size and an index where none is sent.
    fn standard(size: usize, index: usize) -> Self {
        let factors = match (size, index) {
            (0, _) => vec![16; 16],
            (_, 0..3) => STANDARD.to_vec(),
            _ => STANDARD_PREDICTED.to_vec(),
        };
        Self { factors, lowest: 16 }
    }

    /// Spreads the list over a block (ITU-T H.265, equations 7-42 to 7-51).
    fn spread(&self, size: usize) -> Vec<u8> {
        let side = 4 << size;
        let log2_list = if size == 0 { 2 } else { 3 };
        let shift = size.saturating_sub(1);
        let mut block = vec![16; side * side];
        for (factor, (x, y)) in self.factors.iter().zip(scan::diagonal(1 << log2_list)) {
            for row in block.chunks_exact_mut(side).skip(y << shift).take(1 << shift) {
                row[x << shift..(x + 1) << shift].fill(*factor);
            }
        }
        if size > 1 {
            block[0] = self.lowest;
        }
        block
    }
}

impl ScalingFactors {
    /// Returns the factors that hold where none are sent.
    pub(crate) fn standard() -> Self {
        Self([0, 1, 2, 3].map(|size| [0, 1, 2, 3, 4, 5].map(|index| List::standard(size, index).spread(size))))
    }

    /// Returns the factors of a block of `4 << size` px a side: at the index of the plane, or three more if it is predicted.
    pub(crate) fn of(&self, size: usize, index: usize) -> &[u8] {
        &self.0[size][index]
    }
}

/// Reads the lists of all sizes.
pub(super) fn read(bits: &mut Bits<'_>, chroma: Chroma) -> Result<ScalingFactors, Error> {
    let mut all: [Vec<List>; 4] = [const { Vec::new() }; 4];
    for (size, all) in all.iter_mut().enumerate() {
        let mut lists: Vec<List> = (0..6).map(|index| List::standard(size, index)).collect();
        // The largest blocks have lists of luma only.
        let step = if size == 3 { 3 } else { 1 };
        for index in (0..6).step_by(step) {
            let list = read_list(bits, &lists[..index], (size, index), step)?;
            lists[index] = list;
        }
        *all = lists;
    }
    // Chroma blocks of 32 px take the lists of 16 px (equation 7-51).
    if chroma == Chroma::Full {
        for index in [1, 2, 4, 5] {
            all[3][index] = all[2][index].clone();
        }
    }
    let mut size = 0;
    Ok(ScalingFactors(all.map(|lists| {
        let factors = [0, 1, 2, 3, 4, 5].map(|index| lists[index].spread(size));
        size += 1;
        factors
    })))
}

fn read_list(bits: &mut Bits<'_>, known: &[List], (size, index): (usize, usize), step: usize) -> Result<List, Error> {
    if !bits.flag()? {
        let back = bits.up_to(5)? as usize * step;
        return match back {
            0 => Ok(List::standard(size, index)),
            _ => {
                let source = known.len().checked_sub(back).ok_or(Error::Invalid("a scaling list"))?;
                Ok(known[source].clone())
            }
        };
    }
    let mut next = 8;
    let mut lowest = 16;
    if size > 1 {
        next = bits.signed(247)? + 8;
        lowest = factor(next)?;
    }
    let mut factors = Vec::new();
    for _ in 0..if size == 0 { 16 } else { 64 } {
        next = (next + bits.signed(128)?).rem_euclid(256);
        factors.push(factor(next)?);
    }
    Ok(List { factors, lowest })
}

fn factor(number: i32) -> Result<u8, Error> {
    u8::try_from(number).ok().filter(|factor| *factor > 0).ok_or(Error::Invalid("a scaling list"))
}
