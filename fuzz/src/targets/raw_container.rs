//! Checks any bytes as a RAW file: no panic, and every preview begins inside.

use photo_container::{Kind, RawKind, read_raw, sniff_raw};

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let mut input = bytes;
    let _ = sniff_raw(&mut input);
    // Each structure is tried, whatever the first bytes say.
    for kind in [RawKind::Tiff, RawKind::Raf, RawKind::Cr3, RawKind::Crw] {
        let raw = read_raw(&mut input, kind).expect("memory can be read");
        for preview in raw.previews {
            assert!(preview.span.offset < bytes.len() as u64);
            // Of a page, only its directory is named.
            assert!(preview.span.len > 0 || preview.kind == Kind::RawPage);
            assert!(preview.size.is_some_and(|(width, height)| width > 0 && height > 0));
        }
        assert!(raw.orientation.is_none_or(|value| (1..=8).contains(&value)));
    }
}
