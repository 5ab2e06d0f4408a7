//! Decodes rows of run-length codes (RLE8, RLE4), after Microsoft's "Bitmap Compression". The codes come in the stored
//! order of rows, mostly from the bottom up. One scan of all codes finds the start of each row, so that any row can be
//! decoded by itself.

use crate::formats::error::ENDS_TOO_EARLY;
use crate::geometry::Size;

/// The codes of an image, and the starts of its rows.
#[derive(Debug)]
pub(super) struct Runs<'a> {
    codes: &'a [u8],
    /// Bits of an index, 4 or 8.
    bits: u8,
    /// The rows that have pixels, in their stored order.
    rows: Vec<Start>,
    /// The reason why the codes end too early.
    pub(super) damage: Option<&'static str>,
}

/// Position of a row's first code, and its column.
#[derive(Debug)]
struct Start {
    row: u32,
    column: u32,
    at: usize,
}

/// One code, two bytes or more.
enum Code<'a> {
    /// This many pixels of the index, or of the two indices, in the byte.
    Run(u8, u8),
    /// This many pixels, each with an index of its own.
    Each(u8, &'a [u8]),
    EndOfRow,
    EndOfPicture,
    /// A move by this many columns and rows.
    Move(u8, u8),
}

impl<'a> Code<'a> {
    /// Reads the code at `at` and the position of the next one. `None` at the end of the codes.
    fn read(codes: &'a [u8], bits: u8, at: usize) -> Option<(Self, usize)> {
        let after = at + 2;
        Some(match *codes.get(at..after)? {
            [0, 0] => (Self::EndOfRow, after),
            [0, 1] => (Self::EndOfPicture, after),
            [0, 2] => {
                let [columns, rows] = *codes.get(after..after + 2)?.first_chunk()?;
                (Self::Move(columns, rows), after + 2)
            }
            [0, count] => {
                let bytes = (usize::from(count) * usize::from(bits)).div_ceil(8);
                (Self::Each(count, codes.get(after..after + bytes)?), after + bytes.next_multiple_of(2))
            }
            [count, index] => (Self::Run(count, index), after),
            _ => return None,
        })
    }
}

impl<'a> Runs<'a> {
    /// Finds the rows of an image of `size` among its codes.
    pub(super) fn find(codes: &'a [u8], bits: u8, size: Size) -> Self {
        let mut runs = Self { codes, bits, rows: Vec::new(), damage: None };
        let (mut row, mut column, mut at, mut is_begun) = (0_u32, 0_u32, 0, false);
        while row < size.height {
            let Some((code, next)) = Code::read(codes, bits, at) else {
                runs.damage = Some(ENDS_TOO_EARLY);
                break;
            };
            match code {
                Code::Run(count, _) | Code::Each(count, _) => {
                    if !is_begun {
                        runs.rows.push(Start { row, column, at });
                        is_begun = true;
                    }
                    // Some programs write more pixels than a row has. They are dropped, as in other programs.
                    column = column.saturating_add(count.into());
                }
                Code::EndOfRow => (row, column, is_begun) = (row + 1, 0, false),
                Code::EndOfPicture => break,
                Code::Move(columns, rows) => {
                    row = row.saturating_add(rows.into());
                    column = column.saturating_add(columns.into());
                    is_begun &= rows == 0;
                    if row >= size.height {
                        runs.damage = Some("its codes lead out of the image");
                        break;
                    }
                }
            }
            at = next;
        }
        runs
    }

    /// Returns the number of rows that have any pixel.
    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Fills in the stored row `row`, red, green and blue. A pixel without a code has the first colour, as in Pillow and
    /// ImageMagick.
    pub(super) fn fill(&self, row: u32, colors: &[[u8; 3]; 256], pixels: &mut [[u8; 3]]) {
        pixels.fill(colors[0]);
        let Ok(found) = self.rows.binary_search_by_key(&row, |start| start.row) else { return };
        let Start { column, at, .. } = self.rows[found];
        let (mut column, mut at) = (column as usize, at);
        while let Some((code, next)) = Code::read(self.codes, self.bits, at) {
            at = next;
            let rest = pixels.get_mut(column..).unwrap_or_default();
            let count = match code {
                Code::Run(count, index) => {
                    let there = usize::from(count).min(rest.len());
                    self.fill_run(&mut rest[..there], index, colors);
                    usize::from(count)
                }
                Code::Each(count, indices) => {
                    for (place, pixel) in rest.iter_mut().enumerate().take(count.into()) {
                        *pixel = colors[usize::from(self.index(indices, place))];
                    }
                    usize::from(count)
                }
                Code::Move(columns, 0) => usize::from(columns),
                _ => break,
            };
            column += count;
        }
    }

    fn fill_run(&self, pixels: &mut [[u8; 3]], index: u8, colors: &[[u8; 3]; 256]) {
        let of = |place| colors[usize::from(self.index(&[index, index], place))];
        let pair = [of(0), of(1)];
        if pair[0] == pair[1] {
            return pixels.fill(pair[0]);
        }
        for two in pixels.chunks_mut(2) {
            two.copy_from_slice(&pair[..two.len()]);
        }
    }

    fn index(&self, indices: &[u8], place: usize) -> u8 {
        match (self.bits, place % 2) {
            (8, _) => indices[place],
            (_, 0) => indices[place / 2] >> 4,
            _ => indices[place / 2] & 15,
        }
    }
}
