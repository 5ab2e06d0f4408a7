//! Estimates of the memory that decoding takes.

use crate::header::{Coding, Header, Process};
use crate::scale::Scale;
use crate::{lossless, sequential, store};

impl Header {
    /// Returns the bytes of all planes at these scales.
    #[must_use]
    pub fn plane_memory(&self, scales: &[Scale; 4]) -> u64 {
        let plane = |(i, scale): (usize, &Scale)| {
            let (width, height) = self.size_at(i, *scale);
            4 * width as u64 * height as u64
        };
        scales[..self.components.len()].iter().enumerate().map(plane).sum()
    }

    /// Returns the most memory that decoding rows at these scales allocates, in bytes, the file itself and planes not counted.
    #[must_use]
    pub fn peak_memory(&self, scales: &[Scale; 4], file_bytes: usize) -> u64 {
        // Tables, and the data of a stretch, which may be the whole file and takes twice the room while it grows.
        let whole = 2 * file_bytes as u64;
        let used = &scales[..self.components.len()];
        let finest = used.iter().min().copied().unwrap_or_default();
        let mut sum = 640 * 1024;
        sum += match (self.process, self.coding) {
            (Process::Progressive | Process::Lossless, _) | (_, Coding::Arithmetic) => whole,
            _ => sequential::memory(finest, file_bytes),
        };
        if self.process == Process::Lossless {
            sum += lossless::memory_of_rows(self) + self.plane_memory(scales);
        }
        for (i, scale) in used.iter().enumerate() {
            let (x, y) = self.padded_blocks(i);
            let side = scale.samples() as u64;
            let window = x as u64 * u64::from(self.components[i].v) * side * side * 4;
            sum += window;
            if self.process == Process::Progressive {
                let blocks = x as u64 * y as u64;
                let nonzero = if *scale == Scale::Eighth { 0 } else { 8 };
                sum += blocks * (2 * store::stored(*scale) as u64 + nonzero) + store::row_memory(*scale, x);
            }
        }
        sum
    }
}
