//! Checks any bytes as a HEIF or AVIF file: no panic, and every image found is one.

use photo_container::{Alpha, HeifImage, read_heif};

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let Ok(heif) = read_heif(&mut { bytes }).expect("memory can be read") else { return };
    let check = |picture: &HeifImage| {
        let window = picture.window;
        assert!((1..=8).contains(&picture.orientation));
        assert!(window.width > 0 && window.left.checked_add(window.width).is_some_and(|end| end <= picture.size.0));
        assert!(window.height > 0 && window.top.checked_add(window.height).is_some_and(|end| end <= picture.size.1));
        assert!(picture.columns > 0 && picture.tiles.len().is_multiple_of(picture.columns as usize));
        assert!(picture.tiles.iter().all(|tile| tile.size == picture.tiles[0].size));
        // Lost tiles have no data.
        assert!(picture.tiles.iter().any(|tile| !tile.data.is_empty()) || picture.overlay.is_some());
    };
    check(&heif.primary);
    if let Alpha::Item(alpha) = &heif.alpha {
        check(alpha);
    }
    heif.primary.overlay.iter().flat_map(|overlay| &overlay.layers).for_each(|layer| check(&layer.image));
    heif.thumbnails.iter().for_each(check);
}
