//! Tests thumbnails in several formats from one decode.

use std::fs;

use image::ImageFormat;
use thumbs::options::{Exactness, Targets};
use thumbs::{Options, Size, thumbnail};

use crate::fixture::{Folder, encode, picture};

fn options(targets: &str, exactness: Exactness) -> Options {
    let sizes = vec![Size::new(60, 60).into(), Size::new(20, 20).into()];
    let mut options = Options::default();
    options.sizes = sizes;
    options.targets = targets.parse::<Targets>().unwrap();
    options.exactness = exactness;
    options
}

#[test]
fn every_size_in_every_format_has_the_bytes_that_it_has_alone() {
    let jpeg = encode(&picture(400, 300), ImageFormat::Jpeg);
    let png = encode(&picture(400, 300), ImageFormat::Png);
    let mut compared = 0;
    for bytes in [jpeg, png] {
        for exactness in [Exactness::Fast, Exactness::Exact] {
            let together = thumbnail(&bytes, &options("png,webp,jpeg", exactness)).unwrap().thumbnails;
            let mut alone = Vec::new();
            for format in ["png", "webp", "jpeg"] {
                alone.extend(thumbnail(&bytes, &options(format, exactness)).unwrap().thumbnails);
            }
            assert_eq!(together.len(), 6);
            // A JPEG source may be decoded at a finer scale for one format than for another.
            let is_equal = exactness == Exactness::Exact || bytes.starts_with(b"\x89PNG");
            for (one, other) in together.iter().zip(&alone) {
                assert_eq!((one.format, one.size), (other.format, other.size));
                assert!(!is_equal || one.bytes == other.bytes, "{:?} {exactness:?}", one.format);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 2 * 2 * 6);
}

#[test]
fn each_format_has_a_file_and_is_kept_renamed_and_foreseen() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/b.png");
    let words = ["in", "--format", "same,webp", "-s", "40", "-s", "20"];
    let names = |a: &str| {
        let of = |size: &str| {
            [format!("{size}/{a}"), format!("{size}/{a}.webp"), format!("{size}/b.png"), format!("{size}/b.png.webp")]
        };
        [of("20x20"), of("40x40")].concat()
    };
    let (_, foreseen) = folder.report(&[&words[..], &["--dry-run"]].concat());
    assert_eq!(foreseen["files"][0]["planned"].as_array().map(Vec::len), Some(4), "{foreseen}");
    assert!(!folder.path("thumbs").exists());
    assert_eq!(folder.thumbs(&words).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), names("a.jpg"));
    let (_, again) = folder.report(&[&words[..], &["--update"]].concat());
    assert_eq!(again["totals"]["up_to_date"], 2);

    fs::rename(folder.path("in/a.jpg"), folder.path("in/c.jpg")).unwrap();
    let (_, moved) = folder.report(&[&words[..], &["--update"]].concat());
    assert_eq!(moved["totals"]["up_to_date"], 2, "{moved}");
    let mut wanted = names("c.jpg");
    wanted.sort();
    assert_eq!(folder.files_below("thumbs"), wanted);

    fs::remove_file(folder.path("thumbs/20x20/b.png.webp")).unwrap();
    let (_, mended) = folder.report(&[&words[..], &["--update"]].concat());
    assert_eq!((&mended["totals"]["written"], &mended["totals"]["up_to_date"]), (&1.into(), &1.into()));
}

#[test]
fn a_format_that_is_the_sources_own_is_made_once() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/b.png");
    assert_eq!(folder.thumbs(&["in", "--format", "same,jpeg"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), ["a.jpg", "b.png", "b.png.jpg"]);
    fs::rename(folder.path("in/a.jpg"), folder.path("in/z.jpg")).unwrap();
    let (_, moved) = folder.report(&["in", "--format", "same,jpeg", "--update"]);
    assert_eq!(moved["totals"]["up_to_date"], 2, "{moved}");
}
