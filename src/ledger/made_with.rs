//! Computes digests of the options that decide a thumbnail's bytes.

use std::fmt::Write;

use crate::digest::digest;
use crate::geometry::Shape;
use crate::options::{Encoding, Options};

/// The version of the computation from a source's bytes to a thumbnail's. It changes whenever the same options give
/// other pixels or bytes, so that `--update` makes those thumbnails again.
const ARITHMETIC: u32 = 4;

/// Computes a digest of the options for each thumbnail, in the order of their sizes. It covers everything that decides
/// the bytes. All sizes come from one decode, so each depends on the others, too.
#[must_use]
pub fn made_with(options: &Options) -> Vec<u64> {
    let Options {
        sizes,
        shape,
        blur,
        filter,
        target,
        quality,
        encoding,
        background,
        profiles,
        keep,
        light,
        exposure,
        exactness,
        previews,
        // Limits decide whether a thumbnail is made, not its pixels.
        max_pixels: _,
        max_file_size: _,
        damaged,
    } = options;
    let mut text = format!("{ARITHMETIC} {blur} {filter:?} {target} {quality} {background} ");
    // Writing to a string can't fail.
    let _ = write!(text, "{profiles:?} {light:?} {exposure:?} {exactness:?} {previews:?} {damaged:?}");
    // Defaults add nothing, so that thumbnails of earlier versions stay valid.
    if *encoding != Encoding::default() {
        let _ = write!(text, " {encoding:?}");
    }
    if !keep.is_empty() {
        let _ = write!(text, " {keep:?}");
    }
    if *shape != Shape::default() {
        let _ = write!(text, " {shape:?}");
    }
    for size in sizes {
        let _ = write!(text, " {size}");
    }
    sizes.iter().map(|size| digest(format!("{text}: {size}").as_bytes())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Fit, Size};
    use crate::options::{Effort, Exposure, Loss, Metadata, Scans};

    #[test]
    fn limits_leave_the_digest_alone_and_everything_else_changes_it() {
        let base = Options::default();
        let other = |change: &dyn Fn(&mut Options)| {
            let mut options = base.clone();
            change(&mut options);
            made_with(&options)[0]
        };
        let own = made_with(&base)[0];
        assert_eq!(other(&|options| options.max_pixels = 7), own);
        let changes: [&dyn Fn(&mut Options); 11] = [
            &|options| options.shape.fit = Fit::Cover,
            &|options| options.blur = 2.5,
            &|options| options.quality = 81,
            &|options| options.keep.extend([Metadata::Copyright]),
            &|options| options.encoding.effort = Effort::Small,
            &|options| options.encoding.scans = Scans::Progressive,
            &|options| options.encoding.loss = Loss::Never,
            &|options| options.target = "webp".parse().unwrap(),
            &|options| options.background.rgb = [1, 2, 3],
            &|options| options.exposure = Exposure::Auto,
            &|options| options.sizes.push(Size::new(60, 60).into()),
        ];
        let mut seen = vec![own];
        for change in changes {
            let digest = other(change);
            assert!(!seen.contains(&digest));
            seen.push(digest);
        }
    }
}
