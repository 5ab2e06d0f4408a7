//! Decodes a lossless bit stream (RFC 9649, section 3) row by row. Holds only the pixels that distances can reach, up to
//! 8 MiB, and the previous row.

#![allow(clippy::inline_always, reason = "the hot loops are compiled once for each kind of processor")]

mod bits;
mod lanes;
mod pixel;
mod pixels;
mod prefix;
mod rows;
mod transform;

use pulp::{Arch, NullaryFnOnce};

use super::error::Error;
use super::stop::Stop;
use bits::BitReader;
use lanes::{Lanes, Plain, ROWS};
use pixels::{Coded, Role};

use transform::Transform;

/// The first byte of a lossless stream.
const SIGNATURE: u8 = 0x2f;

/// Length in bytes of the header: the signature, the sides, and whether alpha is used.
const HEADER: usize = 5;

/// Returns the width and height, and whether alpha may be used (3.4).
pub(super) fn read_size(stream: &[u8]) -> Result<((u32, u32), bool), Error> {
    let [signature, b0, b1, b2, b3]: [u8; HEADER] =
        *stream.first_chunk().ok_or(Error::Truncated("the header of its pixels"))?;
    if signature != SIGNATURE {
        return Err(Error::Invalid("its pixels lack the signature of lossless ones"));
    }
    let fields = u32::from_le_bytes([b0, b1, b2, b3]);
    if fields >> 29 != 0 {
        return Err(Error::Invalid("its pixels have an unknown version"));
    }
    Ok((((fields & 0x3fff) + 1, (fields >> 14 & 0x3fff) + 1), fields >> 28 & 1 != 0))
}

/// Estimates the maximum memory in bytes of decoding a stream of `length` bytes to `pixels` pixels.
///
/// It consists of the window, three properties of 4 bytes for each block of 16 pixels, and the tables of codes. The stream
/// itself and the caller's rows are not included.
#[must_use]
pub const fn lossless_memory(length: u64, pixels: u64) -> u64 {
    const WINDOW: u64 = pixels::LARGEST_WINDOW as u64;
    let window = if pixels < WINDOW { pixels } else { WINDOW };
    let tables = length.saturating_mul(prefix::TABLES_OF_BYTE);
    let tables = if tables < prefix::MOST_BYTES { tables } else { prefix::MOST_BYTES };
    4 * window + pixels.saturating_mul(3 * 4) / 16 + tables
}

/// Decodes the stream of a `VP8L` chunk, and passes each row to `sink`, from the top.
///
/// A pixel is alpha, red, green and blue from the highest byte down, alpha not premultiplied. If the stream ends or becomes
/// invalid after the first row, returns the number of decoded rows; `sink` receives no others.
///
/// # Errors
/// The stream is corrupt or truncated before its first row, or needs more memory than is available.
pub fn decode_lossless(stream: &[u8], sink: &mut dyn FnMut(&[u32])) -> Result<Option<Stop>, Error> {
    let ((width, height), _) = read_size(stream)?;
    decode_headless(&stream[HEADER..], width, height, sink)
}

/// Decodes a stream without a header, as in a chunk of alpha. Returns its green samples.
pub(super) fn decode_green(stream: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Error> {
    if width.max(height) > 1 << 14 || width.min(height) == 0 {
        return Err(Error::Invalid("its sides are longer than 16384 px"));
    }
    let mut samples = Vec::new();
    let room = width as usize * height as usize;
    samples.try_reserve_exact(room).map_err(|_| Error::Invalid("its alpha needs more memory than there is"))?;
    let stop = decode_headless(stream, width, height, &mut |row: &[u32]| {
        samples.extend(row.iter().map(|pixel| (pixel >> 8) as u8));
    })?;
    match stop {
        Some(_) => Err(Error::Truncated("its alpha")),
        None => Ok(samples),
    }
}

fn decode_headless(
    stream: &[u8],
    width: u32,
    height: u32,
    sink: &mut dyn FnMut(&[u32]),
) -> Result<Option<Stop>, Error> {
    let mut bits = BitReader::new(stream);
    let told = read_told(&mut bits, width as usize, height as usize);
    // The zeros after the end may be invalid, but the defect is the end.
    let cut_off = Error::Truncated("the header of its pixels");
    let (transforms, coded) = told.map_err(|error| if bits.is_exhausted() { cut_off } else { error })?;
    // Runs with the widest vectors of this processor, and with its shifts that spare the flags.
    let rows = Arch::new().dispatch(Work { bits, coded, transforms, sink })?;
    match rows as u32 {
        0 => Err(Error::Truncated("its first row")),
        rows if rows < height => Ok(Some(Stop { rows })),
        _ => Ok(None),
    }
}

/// Reads the transforms and codes that precede the pixels.
fn read_told(bits: &mut BitReader<'_>, width: usize, height: usize) -> Result<(Vec<Transform>, Coded), Error> {
    let (transforms, coded_width) = transform::read_all(bits, width, height)?;
    Ok((transforms, Coded::read(bits, coded_width, height, Role::Main)?))
}

struct Work<'a, 'b> {
    bits: BitReader<'a>,
    coded: Coded,
    transforms: Vec<Transform>,
    sink: &'b mut dyn FnMut(&[u32]),
}

impl NullaryFnOnce for Work<'_, '_> {
    type Output = Result<usize, Error>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { mut bits, coded, mut transforms, sink } = self;
        let mut rows: [Vec<u32>; ROWS] = std::array::from_fn(|_| Vec::new());
        let (mut spare, mut y) = (Vec::new(), 0);
        let mut pass_on = |y: usize, rows: &mut [Vec<u32>]| {
            undo_all(Rows { transforms: &mut transforms, y, rows, spare: &mut spare });
            rows.iter().for_each(|row| sink(row));
        };
        let there = coded.decode(&mut bits, &mut |pixels: &[u32]| {
            let row = &mut rows[y % ROWS];
            row.clear();
            row.extend_from_slice(pixels);
            y += 1;
            if y.is_multiple_of(ROWS) {
                pass_on(y - ROWS, &mut rows);
            }
        })?;
        let left = y % ROWS;
        pass_on(y - left, &mut rows[..left]);
        Ok(there)
    }
}

/// The rows from `y` on, and their transforms.
struct Rows<'a> {
    transforms: &'a mut [Transform],
    y: usize,
    rows: &'a mut [Vec<u32>],
    spare: &'a mut Vec<u32>,
}

/// Undoes the transforms of rows. Too long to be inlined, this is compiled for each kind of processor by itself.
fn undo_all(rows: Rows<'_>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(Undo { lanes: simd, rows });
    }
    Arch::new().dispatch(Undo { lanes: Plain, rows });
}

struct Undo<'a, L> {
    lanes: L,
    rows: Rows<'a>,
}

impl<L: Lanes> NullaryFnOnce for Undo<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { lanes, rows: Rows { transforms, y, rows, spare } } = self;
        // The last transform is undone first.
        for transform in transforms.iter_mut().rev() {
            transform.undo(lanes, y, rows, spare);
        }
    }
}

#[cfg(test)]
mod tests;
