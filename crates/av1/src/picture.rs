//! Decodes an image, one row of superblocks at a time.

use crate::canvas::{Canvas, Plane};
use crate::coded::{Coded, CodedHeaders};
use crate::error::Error;
use crate::residual::Matrices;
use crate::tile::{Line, Scratch, SegmentMap, Shared, Tile};
use crate::transform::Transformed;

/// Rows of luma that were decoded at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Decodes an image, and passes the planes on after each row of superblocks.
pub(crate) fn decode<T: Transformed>(
    coded: &Coded<'_>,
    pass_on: &mut dyn FnMut(&[Plane<T>], Rows),
) -> Result<(), Error> {
    let Coded { headers: CodedHeaders { sequence, frame }, tiles } = coded;
    let (columns, rows) = frame.blocks();
    let side = 1 << sequence.superblock_log2();
    let levels = frame.quantizer.matrices.iter().flatten().enumerate();
    let matrices: Vec<_> = levels.map(|(plane, level)| Matrices::new(*level, plane > 0)).collect();
    let mut canvas = Canvas::<T>::new(sequence, frame);
    let mut above = Line::new(columns.next_multiple_of(side), frame.has_screen_content);
    let map_rows = if frame.segments.are_used { side } else { 0 };
    let mut segments = if map_rows > 0 { SegmentMap::new(columns, map_rows) } else { SegmentMap::default() };
    let mut scratch = Scratch::new();
    let mut tiles = tiles.iter();
    for span in frame.tiles.rows.windows(2) {
        let of_row = tiles.by_ref().zip(frame.tiles.columns.windows(2));
        let mut row_tiles: Vec<_> = of_row
            .take(frame.tiles.across())
            .map(|(bytes, columns)| Tile::new(bytes, sequence, frame, (columns[0], columns[1]), (span[0], span[1])))
            .collect();
        for row in (span[0]..span[1]).step_by(side) {
            let mut shared = Shared {
                sequence,
                frame,
                matrices: &matrices,
                canvas: &mut canvas,
                above: &mut above,
                segments: &mut segments,
                scratch: &mut scratch,
            };
            for tile in &mut row_tiles {
                tile.decode_row(row, &mut shared)?;
            }
            let to = (4 * (row + side).min(rows)).min(frame.size.1 as usize);
            pass_on(&canvas.planes, Rows { from: 4 * row, to });
            canvas.advance();
            if map_rows > 0 {
                segments.advance();
            }
        }
    }
    Ok(())
}
