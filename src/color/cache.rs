//! Profiles that were read, kept from picture to picture: a phone's folder has one profile. Reading one again costs 30 µs
//! where it has curves, 0.4 ms where it has a press's tables; finding it costs one comparison of its bytes.

use std::sync::Arc;

use super::icc;
use super::space::Space;

/// So many profiles are kept, the last used first.
const KEPT: usize = 4;

/// Larger profiles are read anew: a run's workers must not hold on to tens of megabytes.
const MAX_KEPT_BYTES: usize = 2 << 20;

/// The profiles that were used last.
#[derive(Debug, Default)]
pub struct Cache {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    bytes: Vec<u8>,
    channels: usize,
    space: Arc<Space>,
}

impl Cache {
    /// The space of a profile for pictures of so many channels; see [`icc::read`].
    pub(super) fn space(&mut self, bytes: &[u8], channels: usize) -> Result<Arc<Space>, String> {
        if let Some(at) = self.entries.iter().position(|entry| entry.channels == channels && entry.bytes == bytes) {
            self.entries[..=at].rotate_right(1);
            return Ok(Arc::clone(&self.entries[0].space));
        }
        let space = Arc::new(icc::read(bytes, channels)?);
        if bytes.len() <= MAX_KEPT_BYTES {
            self.entries.truncate(KEPT - 1);
            self.entries.insert(0, Entry { bytes: bytes.to_vec(), channels, space: Arc::clone(&space) });
        }
        Ok(space)
    }
}
