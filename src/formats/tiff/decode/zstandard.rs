//! Decodes Zstandard (RFC 8878): a frame in each strip or tile.

use std::io;

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::compressed::{Compressed, Step};
use crate::container::Input;

/// Exponent of the largest window that libtiff's highest level writes.
const LARGEST_WINDOW: u32 = 27;

/// Exponent of the smallest window set. Blocks have up to 128 KiB, whatever the window.
const SMALLEST_WINDOW: u32 = 18;

/// Memory of the decoder's tables and of the current block.
const STATE: u64 = 1 << 20;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Bit of a frame's descriptor: its window is all of its content, and no window size follows.
const SINGLE_SEGMENT: u8 = 0x20;

/// A decoder of chunks, one after the other.
#[derive(Default)]
pub(super) struct Zstandard {
    decoder: Option<Decoder<'static>>,
}

impl std::fmt::Debug for Zstandard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zstandard").finish_non_exhaustive()
    }
}

/// Returns the exponent of the window for a chunk of `plain` bytes, within the limits.
fn window_of(plain: u64) -> u32 {
    plain.max(1).next_power_of_two().ilog2().clamp(SMALLEST_WINDOW, LARGEST_WINDOW)
}

/// Estimates the memory that decoding a chunk of `plain` bytes takes. A decoder holds one window.
pub(super) fn working_memory(plain: u64) -> u64 {
    STATE + (1 << window_of(plain))
}

impl Zstandard {
    /// Begins a chunk that decodes to `plain` bytes. The window in its header is reduced to the chunk's needs, since
    /// writers claim the window of their level, 128 MiB, for strips of some KiB.
    pub(super) fn start(&mut self, bytes: &mut [u8], plain: u64) {
        let window = window_of(plain);
        if let Some([m0, m1, m2, m3, descriptor, told]) = bytes.first_chunk_mut()
            && [*m0, *m1, *m2, *m3] == MAGIC
            && *descriptor & SINGLE_SEGMENT == 0
            && u32::from(*told >> 3) + 10 >= window
        {
            // The exponent above 2^10, and a mantissa of 0.
            *told = u8::try_from(window - 10).unwrap_or(0) << 3;
        }
        self.decoder = self.decoder.take().or_else(|| Decoder::new().ok()).and_then(|mut decoder| {
            decoder.reinit().ok()?;
            decoder.set_parameter(DParameter::WindowLogMax(window)).ok()?;
            Some(decoder)
        });
    }

    /// Decodes the next bytes and returns their number. It is less than requested if the chunk ends or is corrupt.
    pub(super) fn decode(
        &mut self,
        input: &mut dyn Input,
        compressed: &mut Compressed,
        out: &mut [u8],
    ) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return Ok(0) };
        compressed.pump(input, out, |bytes, out| {
            let (mut from, mut to) = (InBuffer::around(bytes), OutBuffer::around(out));
            let status = decoder.run(&mut from, &mut to);
            // 0: the frame ends.
            Step { consumed: from.pos(), written: to.pos(), is_last: !matches!(status, Ok(1..)) }
        })
    }
}
