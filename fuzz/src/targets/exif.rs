//! Checks any bytes as an EXIF segment: no panic, and no value that EXIF does not allow.

use photo_container::read_exif;

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let exif = read_exif(bytes);
    assert!(exif.orientation.is_none_or(|value| (1..=8).contains(&value)));
    assert!(exif.thumbnail.is_none_or(|thumbnail| thumbnail.span.len > 0));
}
