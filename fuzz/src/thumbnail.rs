//! Checks any bytes as a file of one format, within limits: no panic in our code, and a thumbnail that fits its box or a stated
//! reason.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use thumbs::Thumbnails;
use thumbs::geometry::Bounds;
use thumbs::internal::thumbnail::{Workbench, make, sniff_format};
use thumbs::options::{Damaged, Exactness, Format, Hdr, Light, Metadata, Motion, Previews, Profiles, Target};
use thumbs::{Options, Size};

/// Big images only cost time.
const MAX_PIXELS: u64 = 1 << 18;

const BOUNDS: Size = Size::new(24, 16);

thread_local! {
    static WORKBENCH: RefCell<Workbench> = RefCell::default();
}

/// Makes thumbnails of `bytes`, and checks them.
pub fn check(bytes: &[u8], format: Format) {
    let _ = sniff_format(bytes);
    let options = choose_options(bytes);
    let Some(made) = make_as_a_run_does(bytes, format, &options) else { return };
    assert!(made.header.size.pixels() <= MAX_PIXELS);
    assert_eq!(made.thumbnails.len(), options.sizes.len());
    for (thumbnail, bounds) in made.thumbnails.iter().zip(&options.sizes) {
        let size = thumbnail.size;
        let Bounds::Box(bounds) = bounds else { panic!("{bounds} is no box") };
        assert!(size.width >= 1 && size.height >= 1, "{size:?}");
        assert!(size.width <= bounds.width && size.height <= bounds.height, "{size:?}");
        assert_eq!(sniff_format(&thumbnail.bytes), Some(thumbnail.format));
    }
}

/// Makes thumbnails as a run does: a panic is a failure of its file, and the workbench it used is dropped.
fn make_as_a_run_does(bytes: &[u8], format: Format, options: &Options) -> Option<Thumbnails> {
    let mut bench = WORKBENCH.take();
    let made = catch_unwind(AssertUnwindSafe(|| make(bytes, format, options, &mut bench))).ok()?;
    WORKBENCH.set(bench);
    made.ok()
}

/// Chooses options by the length of the input. Each set gets its share, and an input always has the same one.
#[must_use]
pub fn choose_options(bytes: &[u8]) -> Options {
    let mut options = Options::default();
    options.sizes = vec![BOUNDS.into()];
    options.max_pixels = MAX_PIXELS;
    options.damaged = Damaged::Keep;
    match bytes.len() % 8 {
        1 => options.exactness = Exactness::Exact,
        2 => options.damaged = Damaged::Auto,
        3 => {
            options.previews = Previews::Used;
            options.sizes.push(Size::new(1, 200).into());
        }
        4 => options.motion = Motion::Kept,
        5 => {
            options.light = Light::Linear;
            options.profiles = Profiles::Keep;
            options.targets = Target::Always(Format::Png).into();
        }
        6 => {
            options.hdr = Hdr::Keep;
            options.keep = [Metadata::Copyright, Metadata::Exif, Metadata::Xmp, Metadata::Gps].into();
        }
        7 => {
            options.damaged = Damaged::Fail;
            options.blur = 0.0;
            options.targets = Target::Always(Format::Jpeg).into();
        }
        _ => {}
    }
    options
}
