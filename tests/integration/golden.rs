//! Tests that `thumbs/` holds the output of `thumbs images/`. A fresh run may differ only by the rounding of another
//! processor's float instructions.

use std::path::Path;

use crate::fixture::{Folder, psnr, read_picture};

/// Minimum agreement of fresh and stored thumbnails in dB, equal to one pixel in ten off by one.
const AGREES_DB: f64 = 58.0;

#[test]
fn the_sample_pictures_give_the_thumbnails_under_version_control() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    let run = folder.thumbs(&[root.join("images").to_str().unwrap(), "--size", "50x50"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let fresh = folder.files_below("thumbs");
    assert!(fresh.len() >= 20, "{fresh:?}");
    for name in &fresh {
        let golden = root.join("thumbs").join(name);
        assert!(golden.exists(), "{name} is not in thumbs/");
        let (golden, fresh) = (read_picture(&golden), read_picture(&folder.path("thumbs").join(name)));
        assert_eq!(golden.dimensions(), fresh.dimensions(), "{name}");
        let db = psnr(golden.as_raw(), fresh.as_raw());
        assert!(db >= AGREES_DB, "{name}: {db:.1} dB");
    }
    let is_ledger = |entry: &std::fs::DirEntry| entry.file_name() == ".thumbs";
    let kept =
        std::fs::read_dir(root.join("thumbs")).unwrap().filter(|entry| !is_ledger(entry.as_ref().unwrap())).count();
    assert_eq!(kept, fresh.len(), "thumbs/ holds something that images/ does not give");
}

#[test]
fn the_eight_orientations_of_one_scene_give_one_thumbnail() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let upright = read_picture(&root.join("thumbs/orientation-1.jpg"));
    for value in 2..=8 {
        let turned = read_picture(&root.join(format!("thumbs/orientation-{value}.jpg")));
        let db = psnr(upright.as_raw(), turned.as_raw());
        assert!(db > 30.0, "orientation {value}: {db:.1} dB");
    }
}
