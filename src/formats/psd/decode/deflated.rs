//! Inflates a flattened image whose channels, one after the other, are one stream of zlib.
//!
//! No program is known to write one by default. The channels are held, since the first row ends where the stream ends.

use std::io::{self, ErrorKind, Read};

use flate2::bufread::ZlibDecoder;

use super::layout::{Depth, Layout};
use crate::container::Input;
use crate::formats::pieces::Pieces;

/// Estimates the memory in bytes of the channels of a layout.
pub(super) fn memory(layout: &Layout) -> u64 {
    let plane = (row_bytes(layout) as u64).saturating_mul(layout.size.height.into());
    plane.saturating_mul(layout.channels() as u64)
}

/// Inflates the rows of each channel, as far as they are there.
pub(super) fn inflate(input: &mut dyn Input, layout: &Layout, is_predicted: bool) -> io::Result<Vec<Vec<u8>>> {
    let row = row_bytes(layout);
    let length = row.saturating_mul(layout.size.height as usize);
    let mut stream = ZlibDecoder::new(Pieces::at(input, layout.offset));
    let mut channels = Vec::new();
    for _ in 0..layout.channels() {
        let mut channel = Vec::new();
        channel.try_reserve_exact(length).map_err(|_| io::Error::from(ErrorKind::OutOfMemory))?;
        match stream.by_ref().take(length as u64).read_to_end(&mut channel) {
            Ok(_) => {}
            // The stream is cut off or corrupt.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        if is_predicted {
            channel.chunks_exact_mut(row).for_each(|row| restore(row, layout.depth));
        }
        channels.push(channel);
    }
    Ok(channels)
}

fn row_bytes(layout: &Layout) -> usize {
    layout.depth.row_bytes(layout.size.width as usize)
}

/// Replaces the differences of a row by their sums.
fn restore(row: &mut [u8], depth: Depth) {
    match depth {
        Depth::Bit => {}
        Depth::Byte => sum_up(row),
        Depth::Word => {
            let mut sum = 0_u16;
            for sample in row.as_chunks_mut::<2>().0 {
                sum = sum.wrapping_add(u16::from_be_bytes(*sample));
                *sample = sum.to_be_bytes();
            }
        }
        Depth::Float => {
            // The first bytes of all samples come first, then their second ones.
            sum_up(row);
            let bytes = row.to_vec();
            let width = row.len() / 4;
            for (x, sample) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                *sample = std::array::from_fn(|byte| bytes[byte * width + x]);
            }
        }
    }
}

fn sum_up(bytes: &mut [u8]) {
    let mut sum = 0_u8;
    for byte in bytes {
        sum = sum.wrapping_add(*byte);
        *byte = sum;
    }
}
