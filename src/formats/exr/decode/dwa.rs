//! Checks the counters at the start of a block that is compressed with DWA (OpenEXR's `internal_dwa_compressor.h`). The
//! crate allocates the declared lengths, and the process ends if they exceed the memory.

use exr::compression::Compression;
use exr::error::Error;
use exr::math::Vec2;
use exr::meta::header::Header as Layer;

/// Side of the squares that are transformed together. Channels are padded to whole ones.
const SQUARE: usize = 8;

/// Indices of the counters with unpacked lengths.
const UNPACKED: [usize; 5] = [1, 6, 7, 8, 9];

/// Checks that a block, of at most `size` px, declares no lengths beyond its samples.
pub(super) fn check(layer: &Layer, size: Vec2<usize>, packed: &[u8]) -> Result<(), Error> {
    if !matches!(layer.compression, Compression::DWAA(_) | Compression::DWAB(_)) {
        return Ok(());
    }
    let padded = |side: usize| side.div_ceil(SQUARE).saturating_mul(SQUARE);
    let samples = padded(size.width()).saturating_mul(padded(size.height()));
    // Runs without repetition take up to twice their bytes.
    let most = samples.saturating_mul(layer.channels.list.len()).saturating_mul(2 * 4) as u64;
    let counters = packed.as_chunks::<8>().0;
    let is_too_long = |at: usize| counters.get(at).is_some_and(|counter| u64::from_le_bytes(*counter) > most);
    if packed.len() as u64 <= most && !UNPACKED.into_iter().any(is_too_long) {
        Ok(())
    } else {
        Err(Error::Invalid("DWA counters".into()))
    }
}
