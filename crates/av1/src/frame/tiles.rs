//! Reads the borders of tiles (AV1 bitstream specification, 5.9.15).

use crate::bits::Bits;
use crate::error::Error;
use crate::sequence::Sequence;

/// Most samples along a tile, and in its area.
const MOST_WIDTH: u32 = 4096;
const MOST_AREA: u32 = 4096 * 2304;

/// Most columns and rows of tiles.
const MOST_TILES: u32 = 64;

/// The borders of tiles in blocks of 4 samples: where each begins, and the end of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tiles {
    pub(crate) columns: Vec<usize>,
    pub(crate) rows: Vec<usize>,
    /// Bits of a tile's number.
    pub(crate) number_bits: u32,
    /// Bytes of a tile's size.
    pub(crate) size_bytes: usize,
}

impl Tiles {
    pub(super) fn read(bits: &mut Bits<'_>, sequence: &Sequence, size: (u32, u32)) -> Result<Self, Error> {
        let log2 = sequence.superblock_log2();
        let [across, down] = [size.0, size.1].map(|side| side.div_ceil(4 << log2));
        let widest = MOST_WIDTH >> (log2 + 2);
        let least_columns = log2_of(widest, across);
        let least = least_columns.max(log2_of(MOST_AREA >> (2 * (log2 + 2)), across * down));
        let most = |sides: u32| log2_of(1, sides.min(MOST_TILES));
        let (starts, logs) = if bits.flag()? {
            let columns = read_log2(bits, least_columns, most(across))?;
            let rows = read_log2(bits, least.saturating_sub(columns), most(down))?;
            ([even(across, columns), even(down, rows)], (columns, rows))
        } else {
            let columns = read_starts(bits, across, widest)?;
            let ends = columns.iter().skip(1).copied().chain([across]);
            let widest = columns.iter().zip(ends).map(|(start, end)| end - start).max().unwrap_or(1);
            let area = if least > 0 { (across * down) >> (least + 1) } else { across * down };
            let rows = read_starts(bits, down, (area / widest).max(1))?;
            let logs = (log2_of(1, columns.len() as u32), log2_of(1, rows.len() as u32));
            ([columns, rows], logs)
        };
        let number_bits = logs.0 + logs.1;
        let mut size_bytes = 0;
        if number_bits > 0 {
            bits.take(number_bits)?;
            size_bytes = bits.take(2)? as usize + 1;
        }
        let [columns, rows] = starts.map(|starts| starts.into_iter().map(|start| (start as usize) << log2));
        let end = |side: u32| 2 * side.div_ceil(8) as usize;
        Ok(Self {
            columns: columns.chain([end(size.0)]).collect(),
            rows: rows.chain([end(size.1)]).collect(),
            number_bits,
            size_bytes,
        })
    }

    /// Returns the number of columns of tiles.
    pub(crate) const fn across(&self) -> usize {
        self.columns.len() - 1
    }

    /// Returns the number of rows of tiles.
    pub(crate) const fn down(&self) -> usize {
        self.rows.len() - 1
    }
}

/// Returns the least number of doublings of `unit` to reach `target`.
const fn log2_of(unit: u32, target: u32) -> u32 {
    let mut log2 = 0;
    while (unit as u64) << log2 < target as u64 {
        log2 += 1;
    }
    log2
}

fn read_log2(bits: &mut Bits<'_>, least: u32, most: u32) -> Result<u32, Error> {
    let mut log2 = least;
    while log2 < most && bits.flag()? {
        log2 += 1;
    }
    Ok(log2)
}

/// Returns where tiles of the same size begin.
fn even(side: u32, log2: u32) -> Vec<u32> {
    let step = (side + (1 << log2) - 1) >> log2;
    (0..side).step_by(step as usize).collect()
}

/// Reads where tiles of different sizes begin.
fn read_starts(bits: &mut Bits<'_>, side: u32, most: u32) -> Result<Vec<u32>, Error> {
    let (mut starts, mut start) = (Vec::new(), 0);
    while start < side {
        if starts.len() == MOST_TILES as usize {
            return Err(Error::Invalid("the number of tiles"));
        }
        starts.push(start);
        start += bits.below((side - start).min(most))? + 1;
    }
    Ok(starts)
}
