use std::fs;

use image::ImageFormat;

use crate::fixture::{Folder, assert_totals_add_up, encode, outcome_of, picture, psnr, read_picture};

#[test]
fn every_kind_of_bad_input_has_a_clear_outcome_and_the_rest_is_done() {
    let folder = Folder::new();
    let jpeg = encode(&picture(300, 200), ImageFormat::Jpeg);
    let png = encode(&picture(300, 200), ImageFormat::Png);
    folder
        .write_picture("in/good.jpg")
        .write("in/empty.jpg", b"")
        .write("in/text.jpg", b"I am no picture")
        .write("in/cut-in-its-header.png", &png[..40])
        .write("in/cut-in-its-rows.png", &png[..png.len() * 3 / 4])
        .write("in/magic-only.jpg", &jpeg[..3])
        .write("in/bomb.png", &png_header(60_000, 60_000))
        .write("in/thin.png", &png_header(1, 499_999_999))
        .write("in/no-width.png", &png_header(0, 10))
        .write("in/film.mp4", &[0; 100_000]);
    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(1));
    for (name, outcome, reason) in [
        ("good.jpg", "written", ""),
        ("empty.jpg", "skipped", "empty file"),
        ("text.jpg", "skipped", "not an image, despite its JPEG file extension"),
        ("cut-in-its-header.png", "failed", "corrupt PNG: the file ends too early"),
        ("cut-in-its-rows.png", "written", ""),
        ("magic-only.jpg", "failed", "corrupt JPEG: "),
        ("bomb.png", "failed", "60000x60000 is 3600000000 pixels, more than the limit of 500000000"),
        ("thin.png", "failed", "1x499999999 has a side of 499999999 px, the longest is 10000000"),
        ("no-width.png", "failed", ""),
        ("film.mp4", "skipped", "not an image"),
    ] {
        let (got, why) = outcome_of(&report, name);
        assert_eq!(got, outcome, "{name}: {why}");
        assert!(why.contains(reason), "{name}: {why}");
    }
    assert_totals_add_up(&report);
    assert_eq!(folder.files_below("thumbs"), ["cut-in-its-rows.png", "good.jpg"]);
    for name in ["text.jpg", "cut-in-its-rows.png"] {
        assert!(run.errors().contains(&format!("warning: in/{name}")), "{}", run.errors());
    }
    assert_eq!(run.errors().matches("in/bomb.png").count(), 1, "nothing is said twice");
    assert!(!run.errors().contains("panicked"), "{}", run.errors());
}

/// Builds a PNG with a valid header of this size.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let ihdr = [b"IHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let crc = !ihdr.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1)))
    });
    let idat = b"\0\0\0\x0aIDAT\x78\x9c\x01\0\0\xff\xff\0\0\0\0\0\0\0";
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0d".as_slice(), &ihdr, &crc.to_be_bytes(), idat].concat()
}

#[test]
fn every_truncation_of_every_format_ends_without_a_panic() {
    let folder = Folder::new();
    let mut made = 0;
    for suffix in ["jpg", "png", "webp", "gif", "tif", "bmp", "ppm", "qoi", "tga", "ico"] {
        let bytes = encode(&picture(40, 30), ImageFormat::from_extension(suffix).unwrap());
        for cut in (0..bytes.len()).step_by(1 + bytes.len() / 40) {
            folder.write(&format!("in/{suffix}/{cut}.{suffix}"), &bytes[..cut]);
            made += 1;
        }
    }
    let (run, report) = folder.report(&["in"]);
    assert_totals_add_up(&report);
    assert_eq!(report["totals"]["found"], made);
    assert!(made > 300, "{made}");
    for file in report["files"].as_array().unwrap() {
        assert!(!file["reason"].as_str().unwrap_or_default().contains("unexpectedly"), "{file}");
    }
    assert!(!run.errors().contains("panicked"));
}

#[test]
fn a_jpeg_that_is_cut_off_is_kept_with_a_warning_or_fails_as_asked() {
    let folder = Folder::new();
    let jpeg = encode(&picture(400, 300), ImageFormat::Jpeg);
    folder.write("in/cut.jpg", &jpeg[..jpeg.len() * 2 / 3]).write("in/whole.jpg", &jpeg);

    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert!(run.errors().contains("warning: in/cut.jpg: damaged: 6"), "{}", run.errors());
    let damage = report["files"][0]["damage"].as_str().unwrap().to_string();
    assert!(damage.starts_with("6") && damage.ends_with("% of the image could be decoded; truncated"), "{damage}");
    assert!(report["files"][1]["damage"].is_null());
    // The part that was read is there: the upper half equals that of the whole image.
    let [cut, whole] = ["cut.jpg", "whole.jpg"].map(|name| read_picture(&folder.path("thumbs").join(name)).into_raw());
    assert!(psnr(&cut[..cut.len() / 2], &whole[..whole.len() / 2]) > 35.0);
    let rest = psnr(&cut[cut.len() * 3 / 4..], &whole[whole.len() * 3 / 4..]);
    assert!(rest < 30.0, "the rest was not there to be read: {rest:.1} dB");

    let (run, report) = folder.report(&["in", "--damaged", "fail", "-o", "strict"]);
    assert_eq!(run.status(), Some(1));
    let (outcome, reason) = outcome_of(&report, "cut.jpg");
    assert_eq!((outcome.as_str(), reason.contains("truncated")), ("failed", true), "{reason}");
    assert_eq!(folder.files_below("strict"), ["whole.jpg"]);

    // `--exact` uses another decoder, which does not report the damage.
    let (_, report) = folder.report(&["in", "--exact", "-o", "exact"]);
    assert_eq!(report["files"][0]["damage"].as_str(), Some(damage.as_str()));
    assert!(report["files"][1]["damage"].is_null());
    let (_, report) = folder.report(&["in", "--exact", "--damaged", "fail", "-o", "strict"]);
    assert_eq!(outcome_of(&report, "cut.jpg").0, "failed");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_and_fifos_have_outcomes_of_their_own() {
        let folder = Folder::new();
        folder.write_picture("in/a.jpg").write_picture("outside/far.jpg");
        symlink("nowhere.jpg", folder.path("in/dangling.jpg")).unwrap();
        symlink("a.jpg", folder.path("in/near.jpg")).unwrap();
        symlink("../outside/far.jpg", folder.path("in/far.jpg")).unwrap();
        symlink(".", folder.path("in/loop")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(folder.path("in/pipe.jpg")).status().unwrap().success());
        let (run, report) = folder.report(&["in"]);
        let (_, followed) = folder.report(&["in", "--follow", "-o", "followed"]);
        assert_eq!(run.status(), Some(1));
        assert_totals_add_up(&report);
        assert_totals_add_up(&followed);
        for (name, outcome) in [
            ("in/a.jpg", "written"),
            ("dangling.jpg", "failed"),
            ("near.jpg", "written"),
            ("in/far.jpg", "skipped"),
            ("loop", "skipped"),
            ("pipe.jpg", "skipped"),
        ] {
            assert_eq!(outcome_of(&report, name).0, outcome, "{name}");
        }
        assert_eq!(outcome_of(&followed, "in/far.jpg").0, "written");
        assert_eq!(outcome_of(&followed, "loop"), ("skipped".into(), "symbolic link loop".into()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_locked_fails_by_itself_be_it_a_file_or_a_folder() {
        let folder = Folder::new();
        folder.write_picture("in/a.jpg").write_picture("in/locked.jpg").write_picture("in/shut/b.jpg");
        let lock = |mode: u32| {
            for name in ["in/shut", "in/locked.jpg"] {
                fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
            }
        };
        lock(0o000);
        let is_superuser = fs::read_dir(folder.path("in/shut")).is_ok();
        let words = ["in", "--quiet", "--report", "report.json"];
        let ended = match is_superuser {
            true => folder.command_without_privileges(&words).output(),
            false => folder.command(&words).output(),
        };
        lock(0o755);
        let Ok(ended) = ended else { return println!("skipped: the superuser has no setpriv here") };
        assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
        let report = serde_json::from_slice(&fs::read(folder.path("report.json")).unwrap()).unwrap();
        assert_totals_add_up(&report);
        assert_eq!(outcome_of(&report, "in/a.jpg").0, "written");
        for name in ["in/shut", "in/locked.jpg"] {
            let (outcome, reason) = outcome_of(&report, name);
            assert_eq!((outcome.as_str(), reason.contains("permission denied")), ("failed", true), "{name}: {reason}");
        }
    }

    #[test]
    fn a_file_that_vanishes_between_walk_and_read_fails_by_itself() {
        let folder = Folder::new();
        let large = encode(&picture(2500, 2000), ImageFormat::Png);
        for i in 0..20 {
            folder.write(&format!("in/a{i}.png"), &large);
        }
        folder.write_picture("in/b-small.jpg").write_picture("in/c-small.jpg");
        let mut child = folder.command(&["in", "-j", "1", "--report", "report.json"]).spawn().unwrap();
        // The largest files go first. While they are decoded, the walk is over and the small ones are still unread.
        let started = std::time::Instant::now();
        // The output folder is tested with a hidden file before the walk.
        let is_begun = || folder.files_below("thumbs").iter().any(|name| !name.starts_with('.'));
        while !folder.path("thumbs").exists() || !is_begun() {
            assert!(started.elapsed().as_secs() < 60);
        }
        fs::remove_file(folder.path("in/b-small.jpg")).unwrap();
        child.wait().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.path("report.json")).unwrap()).unwrap();
        assert_eq!(report["totals"]["found"], 22);
        let (outcome, reason) = outcome_of(&report, "b-small.jpg");
        assert_eq!((outcome.as_str(), reason.contains("no such file")), ("failed", true), "{reason}");
        assert_eq!(outcome_of(&report, "c-small.jpg").0, "written");
    }

    /// Replaces a file by a FIFO once the walk has seen it.
    struct Swap {
        path: std::path::PathBuf,
        outcomes: Vec<(String, String)>,
    }

    impl thumbs::Observer for Swap {
        fn planned(&mut self, _: usize, _: u64) {
            fs::remove_file(&self.path).unwrap();
            assert!(std::process::Command::new("mkfifo").arg(&self.path).status().unwrap().success());
        }

        fn finished(&mut self, record: &thumbs::Record) {
            let reason = match &record.outcome {
                thumbs::Outcome::Failed(error) => error.to_string(),
                _ => String::new(),
            };
            self.outcomes.push((record.outcome.name().to_string(), reason));
        }
    }

    #[test]
    fn a_fifo_that_took_a_files_place_fails_in_time_and_the_others_are_done() {
        let folder = Folder::new();
        folder.write_picture("in/a.jpg").write_picture("in/b.jpg").write_picture("in/c.jpg");
        let (done, end) = std::sync::mpsc::channel();
        let (path, input, output) = (folder.path("in/b.jpg"), folder.path("in"), folder.path("out"));
        std::thread::spawn(move || {
            let mut config = thumbs::Config::new(vec![input]);
            config.output = output;
            config.timeout = Some(std::time::Duration::from_secs(2));
            let mut swap = Swap { path, outcomes: Vec::new() };
            thumbs::run_with(&config, &thumbs::Cancel::default(), &mut swap).unwrap();
            done.send(swap.outcomes).unwrap();
        });
        let outcomes = end.recv_timeout(std::time::Duration::from_secs(60)).expect("the run does not come to its end");
        let names: Vec<&str> = outcomes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.iter().filter(|name| **name == "written").count(), 2, "{names:?}");
        let failed = outcomes.iter().find(|(name, _)| name == "failed").unwrap();
        assert!(failed.1.contains("no longer a regular file"), "{}", failed.1);
        assert_eq!(folder.files_below("out"), ["a.jpg", "c.jpg"]);
    }

    #[test]
    fn names_that_are_not_unicode_or_hold_control_characters_are_kept() {
        let folder = Folder::new();
        let jpeg = encode(&picture(60, 60), ImageFormat::Jpeg);
        let names = [
            b"caf\xe9.jpg".to_vec(),
            b"new\nline.jpg".to_vec(),
            b"\x1b[31mred.jpg".to_vec(),
            [vec![b'x'; 247], b".jpg".to_vec()].concat(),
        ];
        fs::create_dir(folder.path("in")).unwrap();
        for name in &names {
            fs::write(folder.path("in").join(std::ffi::OsString::from_vec(name.clone())), &jpeg).unwrap();
        }
        let (run, report) = folder.report(&["in"]);
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_eq!(report["totals"]["written"], 4);
        for name in &names {
            assert!(folder.path("thumbs").join(std::ffi::OsString::from_vec(name.clone())).exists());
        }
        let hex: Vec<_> = report["files"].as_array().unwrap().iter().filter_map(|f| f["source_hex"].as_str()).collect();
        assert_eq!(hex, ["696e2f636166e92e6a7067"], "in/caf\\xe9.jpg");
    }
}
