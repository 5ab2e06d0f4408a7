//! LZMA as libtiff stores it: an `.xz` stream in each strip or tile.

use std::io;

use liblzma::stream::{Action, IGNORE_CHECK, Status, Stream};

use super::compressed::{Compressed, Step};
use crate::container::Input;

/// Memory of a decoder at most: the dictionary of the strongest preset, 64 MiB, and its state.
pub(super) const MEMORY: u64 = 66 << 20;

/// Decodes one chunk after the other.
#[derive(Default)]
pub(super) struct Xz {
    stream: Option<Stream>,
}

impl std::fmt::Debug for Xz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xz").finish_non_exhaustive()
    }
}

impl Xz {
    /// Begins a chunk.
    pub(super) fn start(&mut self) {
        // The former one frees its memory first. Pixels are worth more than their checksums.
        self.stream = None;
        self.stream = Stream::new_stream_decoder(MEMORY, IGNORE_CHECK).ok();
    }

    /// Decodes on; returns how many bytes were written, fewer than asked for where the chunk ends or is broken.
    pub(super) fn decode(
        &mut self,
        input: &mut dyn Input,
        compressed: &mut Compressed,
        out: &mut [u8],
    ) -> io::Result<usize> {
        let Some(stream) = &mut self.stream else { return Ok(0) };
        compressed.pump(input, out, |bytes, out| {
            let before = (stream.total_in(), stream.total_out());
            let status = stream.process(bytes, out, Action::Run);
            let count = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(0);
            Step {
                consumed: count(stream.total_in(), before.0),
                written: count(stream.total_out(), before.1),
                is_last: !matches!(status, Ok(Status::Ok | Status::GetCheck)),
            }
        })
    }
}
