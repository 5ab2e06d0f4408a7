//! Checks any bytes as an MPF segment: no panic, and no more images than the bytes could list.

use photo_container::read_mpf;

/// Checks one input.
pub fn check(bytes: &[u8]) {
    // The fuzzer need not find the signature.
    let segment = [b"MPF\0", bytes].concat();
    for offset in [0, 1 << 20, u64::MAX] {
        let previews = read_mpf(&segment, offset);
        assert!(previews.len() <= bytes.len() / 16);
        assert!(previews.iter().all(|preview| preview.span.len > 0 && preview.span.offset >= offset));
    }
    let _ = read_mpf(bytes, 0);
}
