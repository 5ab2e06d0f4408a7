//! Computes digests of the options that decide a thumbnail's bytes.

use std::fmt::Write;

use crate::digest::digest;
use crate::format::Format;
use crate::geometry::{Bounds, Shape};
use crate::options::{Encoding, Hdr, Motion, Options};

/// The version of the computation from a source's bytes to a thumbnail's. It changes whenever the same options give
/// other pixels or bytes, so that `--update` makes those thumbnails again.
const ARITHMETIC: u32 = 8;

/// Computes a digest of the options for each thumbnail: of all sizes in the first of `formats`, then in the next. It covers
/// everything that decides the bytes. All come from one decode, so each depends on the others, too.
#[must_use]
pub fn made_with(options: &Options, formats: &[Format]) -> Vec<u64> {
    let Options {
        sizes,
        shape,
        blur,
        filter,
        targets,
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
        placeholder: _,
        motion,
        hdr,
    } = options;
    let mut text = format!("{ARITHMETIC} {blur} {filter:?} {targets} {quality} {background} ");
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
    let special = |format: &Format| match (motion, format) {
        (Motion::Kept, Format::Gif | Format::Png | Format::WebP) => " animated",
        (_, Format::Jpeg) if *hdr == Hdr::Keep => " with gain map",
        _ => "",
    };
    let of_format = |format: &Format| match targets.as_slice() {
        [_] => String::new(),
        _ => format!(" {}", format.name()),
    };
    let of = &|format: &Format, size: &Bounds| {
        digest(format!("{text}: {size}{}{}", of_format(format), special(format)).as_bytes())
    };
    formats.iter().flat_map(|format| sizes.iter().map(move |size| of(format, size))).collect()
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
            made_with(&options, &[Format::Jpeg])[0]
        };
        let own = made_with(&base, &[Format::Jpeg])[0];
        assert_eq!(other(&|options| options.max_pixels = 7), own);
        let changes: [&dyn Fn(&mut Options); 12] = [
            &|options| options.shape.fit = Fit::Cover,
            &|options| options.blur = 2.5,
            &|options| options.quality = 81,
            &|options| options.keep.extend([Metadata::Copyright]),
            &|options| options.encoding.effort = Effort::Small,
            &|options| options.encoding.scans = Scans::Progressive,
            &|options| options.encoding.loss = Loss::Never,
            &|options| options.hdr = Hdr::Keep,
            &|options| options.targets = "webp".parse().unwrap(),
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

    #[test]
    fn motion_changes_only_thumbnails_that_may_be_animated() {
        let (still, moving) = (Options::default(), Options { motion: Motion::Kept, ..Options::default() });
        let formats = [Format::Jpeg, Format::Gif, Format::Png, Format::WebP];
        let equal: Vec<bool> = made_with(&still, &formats)
            .iter()
            .zip(made_with(&moving, &formats))
            .map(|(still, moving)| *still == moving)
            .collect();
        assert_eq!(equal, [true, false, false, false]);
    }

    #[test]
    fn each_size_in_each_format_has_a_digest_of_its_own() {
        let mut options = Options { targets: "jpeg,webp".parse().unwrap(), ..Options::default() };
        options.sizes.push(Size::new(60, 60).into());
        let mut digests = made_with(&options, &[Format::Jpeg, Format::WebP]);
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), 4);
    }
}
