//! A lossless bit stream (RFC 9649, section 3) → its pixels, a row at a time. Nothing is held of them but what distances
//! reach back to, up to 8 MiB, and the row before.

#![allow(clippy::inline_always, reason = "the hot loops are compiled once for each kind of processor")]

mod bits;
mod pixels;
mod prefix;
mod transform;

use pulp::{Arch, NullaryFnOnce};

use super::error::Error;
use super::stop::Stop;
use bits::BitReader;
use pixels::{Coded, Role};
use transform::Transform;

/// First byte of a lossless stream.
const SIGNATURE: u8 = 0x2f;

/// Bytes of the header: the signature, sides, and whether alpha is used.
const HEADER: usize = 5;

/// Width and height, and whether alpha may be used (3.4).
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

/// Bytes that decoding a stream of `length` bytes takes at the most: the window, what is told of blocks of 16 pixels in
/// three ways, 4 bytes each, and the tables of its codes.
#[must_use]
pub const fn lossless_memory(length: u64, pixels: u64) -> u64 {
    const WINDOW: u64 = pixels::LARGEST_WINDOW as u64;
    let window = if pixels < WINDOW { pixels } else { WINDOW };
    let tables = length.saturating_mul(prefix::TABLES_OF_BYTE);
    let tables = if tables < prefix::MOST_BYTES { tables } else { prefix::MOST_BYTES };
    4 * window + pixels.saturating_mul(3 * 4) / 16 + tables
}

/// Decodes a stream and hands each row to `sink`, from the top: alpha, red, green and blue from the highest byte of a pixel
/// down, alpha not multiplied in. Where the stream ends or makes no sense before all rows were there, the rows that are
/// there are told.
///
/// # Errors
/// The stream is damaged or cut off before its first row, or there is no memory for what it tells.
pub fn decode_lossless(stream: &[u8], sink: &mut dyn FnMut(&[u32])) -> Result<Option<Stop>, Error> {
    let ((width, height), _) = read_size(stream)?;
    decode_headless(&stream[HEADER..], width, height, sink)
}

/// Decodes a stream that lacks its header, as that of alpha does, and returns its green samples.
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
    // Zeros behind the end may make no sense, which is not what is wrong then.
    let cut_off = Error::Truncated("the header of its pixels");
    let (transforms, coded) = told.map_err(|error| if bits.is_exhausted() { cut_off } else { error })?;
    // The same in the widest vectors that this processor has, and with its shifts that spare the flags.
    let rows = Arch::new().dispatch(Work { bits, coded, transforms, sink })?;
    match rows as u32 {
        0 => Err(Error::Truncated("its first row")),
        rows if rows < height => Ok(Some(Stop { rows })),
        _ => Ok(None),
    }
}

/// What comes before the pixels.
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
        let (mut row, mut spare, mut y) = (Vec::new(), Vec::new(), 0);
        coded.decode(&mut bits, &mut |pixels: &[u32]| {
            row.clear();
            row.extend_from_slice(pixels);
            // What was done last is undone first.
            for transform in transforms.iter_mut().rev() {
                transform.undo(y, &mut row, &mut spare);
            }
            sink(&row);
            y += 1;
        })
    }
}

#[cfg(test)]
mod tests;
