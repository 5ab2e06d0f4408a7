//! Any bytes as a file of the format that the target is named after, limits on: no panic, and a thumbnail that fits its box
//! or a stated reason.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use thumbs::options::Format;
use thumbs::thumbnail::{Scratch, make};
use thumbs::{Options, Size};

/// Big pictures only cost time.
const MAX_PIXELS: u64 = 1 << 18;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

fuzz_target!(|bytes: &[u8]| {
    let name = env!("CARGO_BIN_NAME").trim_start_matches("thumbnail_");
    let format = Format::ALL.into_iter().find(|format| format.name() == name).expect("the target's name ends in a format's");
    let bounds = Size::new(24, 16);
    let options = Options { sizes: vec![bounds], max_pixels: MAX_PIXELS, ..Options::default() };
    let Ok(made) = SCRATCH.with_borrow_mut(|scratch| make(bytes, format, &options, scratch)) else { return };
    let thumbnail = &made.thumbnails[0];
    assert!(made.header.size.pixels() <= MAX_PIXELS);
    assert!(thumbnail.size.width.max(thumbnail.size.height) >= 1);
    assert!(thumbnail.size.width <= bounds.width && thumbnail.size.height <= bounds.height, "{:?}", thumbnail.size);
    assert!(!thumbnail.bytes.is_empty());
});
