//! Decodes LZMA as libtiff stores it: an `.xz` stream in each strip or tile.

use std::io;

use liblzma::stream::{Action, IGNORE_CHECK, Status, Stream};

use super::compressed::{Compressed, Step};
use crate::container::Input;

/// Most memory of a decoder: the dictionary of the strongest preset, 64 MiB, and its state.
pub(super) const MEMORY: u64 = 66 << 20;

/// A decoder of chunks, one after the other.
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
        // The previous stream frees its memory first. Pixels matter more than their checksums.
        self.stream = None;
        self.stream = Stream::new_stream_decoder(MEMORY, IGNORE_CHECK).ok();
    }

    /// Decodes the next bytes and returns their number. It is less than requested if the chunk ends or is corrupt.
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
            let is_last = !matches!(status, Ok(Status::Ok | Status::GetCheck));
            Step::since(before, (stream.total_in(), stream.total_out()), is_last)
        })
    }
}
