use std::fs;

use image::ImageFormat;
use serde_json::Value;

use crate::fixture::{Folder, assert_totals_add_up, encode, icon_of, outcome_of, picture, psnr, read_picture};

const FORMATS: [&str; 9] = ["jpg", "png", "webp", "gif", "tif", "bmp", "ppm", "qoi", "tga"];

#[test]
fn a_folder_becomes_a_folder_of_thumbnails_with_a_line_for_each_and_totals_last() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/sub/b.png").write("in/notes.txt", b"hello");
    let run = folder.thumbs(&["in", "--size", "32x32"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.files_below("thumbs"), ["a.jpg", "sub/b.png"]);
    let lines: Vec<String> = run.lines().lines().map(str::to_string).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().any(|line| line.starts_with("in/a.jpg -> thumbs/a.jpg  64x48 -> 32x24  ")), "{lines:?}");
    assert!(lines.contains(&"in/notes.txt: skipped: not an image".to_string()), "{lines:?}");
    assert!(lines[3].contains("2 written, 0 up to date, 1 skipped, 0 failed"), "{}", lines[3]);
    assert_eq!(run.errors(), "", "no bar and no warning in a pipe");
    assert_eq!(read_picture(&folder.path("thumbs/a.jpg")).dimensions(), (32, 24));
}

#[test]
fn every_format_is_read_and_written_under_its_own_name() {
    let folder = Folder::new();
    for suffix in FORMATS {
        folder.write_picture(&format!("in/a.{suffix}"));
    }
    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["totals"]["written"], FORMATS.len());
    for suffix in FORMATS {
        let thumbnail = folder.path(&format!("thumbs/a.{suffix}"));
        assert_eq!(ImageFormat::from_path(&thumbnail).unwrap(), format_of(&thumbnail, suffix));
        let thumbnail = read_thumbnail(&thumbnail, suffix);
        assert_eq!(thumbnail.dimensions(), (50, 38), "{suffix}");
        let small = image::imageops::thumbnail(&picture(64, 48), 50, 38);
        let db = psnr(thumbnail.as_raw(), small.as_raw());
        assert!(db > 24.0, "{suffix}: {db:.1} dB from what the picture looks like");
    }
}

fn read_thumbnail(path: &std::path::Path, suffix: &str) -> image::RgbImage {
    image::load_from_memory_with_format(&fs::read(path).unwrap(), ImageFormat::from_extension(suffix).unwrap())
        .unwrap()
        .into_rgb8()
}

/// Returns the format detected in the content of a thumbnail. A TGA has no signature and is detected by its suffix.
fn format_of(path: &std::path::Path, suffix: &str) -> ImageFormat {
    match suffix {
        "tga" => ImageFormat::Tga,
        _ => image::guess_format(&fs::read(path).unwrap()).unwrap(),
    }
}

#[test]
fn formats_are_told_by_content_and_not_by_name() {
    let folder = Folder::new();
    folder.write("in/really-a-png.jpg", &encode(&picture(80, 60), ImageFormat::Png));
    let (_, report) = folder.report(&["in"]);
    assert_eq!(report["files"][0]["format"], "png");
    assert_eq!(
        folder.files_below("thumbs"),
        ["really-a-png.jpg.png"],
        "the suffix of a thumbnail is that of its format"
    );
}

#[test]
fn another_format_appends_its_suffix() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/a.png");
    assert_eq!(folder.thumbs(&["in", "--format", "webp"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), ["a.jpg.webp", "a.png.webp"]);
    assert_eq!(folder.thumbs(&["in", "--format", "jpeg", "-o", "out"]).status(), Some(0));
    assert_eq!(folder.files_below("out"), ["a.jpg", "a.png.jpg"]);
}

#[test]
fn an_icon_becomes_a_jpeg_or_with_alpha_a_png() {
    let folder = Folder::new();
    let alpha = image::DynamicImage::from(picture(64, 64)).into_rgba8();
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(alpha).write_to(&mut png, ImageFormat::Png).unwrap();
    folder.write("in/a.ico", &icon_of(64, 64, &png.into_inner()));
    assert_eq!(folder.thumbs(&["in"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), ["a.ico.png"]);
}

#[test]
fn several_sizes_are_written_side_by_side() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let (run, report) = folder.report(&["in", "-s", "16", "-s", "32x8"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.files_below("thumbs"), ["16x16/a.png", "32x8/a.png"]);
    assert_eq!(report["files"][0]["thumbnails"].as_array().unwrap().len(), 2);
    assert_eq!(report["totals"]["thumbnails"], 2);
}

#[test]
fn one_worker_and_many_write_the_same_bytes() {
    let folder = Folder::new();
    for i in 0..24 {
        let suffix = FORMATS[i % FORMATS.len()];
        folder.write(
            &format!("in/{i}.{suffix}"),
            &encode(&picture(40 + i as u32 * 13, 200 - i as u32), ImageFormat::from_extension(suffix).unwrap()),
        );
    }
    let names = |run: &crate::fixture::Run| {
        let names =
            run.lines().lines().filter_map(|l| l.split_once(" -> ").map(|(name, _)| name.to_string())).collect();
        let mut names: Vec<String> = names;
        names.sort();
        names
    };
    let alone = names(&folder.thumbs(&["in", "-o", "one", "--sequential"]));
    assert_eq!(alone.len(), 24);
    // With very little memory, files start in another order than by weight.
    for (jobs, memory) in [("2", "50%"), ("64", "50%"), ("64", "1M")] {
        let words = ["in", "-o", "many", "--jobs", jobs, "--max-memory", memory];
        assert_eq!(alone, names(&folder.thumbs(&words)), "{words:?}");
        assert_eq!(folder.files_below("one"), folder.files_below("many"));
        for file in folder.files_below("one") {
            let [one, many] = ["one", "many"].map(|output| fs::read(folder.path(output).join(&file)).unwrap());
            assert!(one == many, "{file} with {words:?}");
        }
    }
}

#[test]
fn a_comparison_tells_both_times_and_that_the_bytes_agree() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/b.png").write("in/broken.png", b"\x89PNG\r\n\x1a\nno more");
    let (run, report) = folder.report(&["in", "--compare", "-j", "2"]);
    assert_eq!(run.status(), Some(1), "the broken one failed");
    assert!(run.lines().contains("times as fast, with identical bytes"), "{}", run.lines());
    let comparison = &report["totals"]["comparison"];
    assert_eq!(comparison["identical"], true);
    assert!(comparison["speed_up"].as_f64().unwrap() > 0.0 && comparison["sequential_seconds"].as_f64().unwrap() > 0.0);
    assert_totals_add_up(&report);
}

#[test]
fn a_report_holds_times_sizes_and_outcomes_in_every_form() {
    let folder = Folder::new();
    folder.write("in/a.jpg", &encode(&picture(800, 600), ImageFormat::Jpeg)).write("in/b.txt", b"text");
    let (_, report) = folder.report(&["in"]);
    let file = &report["files"][0];
    assert_eq!(
        (&file["width_px"], &file["height_px"], &file["working_grid_factor"]),
        (&800.into(), &600.into(), &8.into())
    );
    let steps =
        ["read", "decode", "resize", "encode", "store"].map(|step| file["milliseconds"][step].as_f64().unwrap());
    let total = file["milliseconds"]["total"].as_f64().unwrap();
    assert!(steps.iter().all(|ms| *ms > 0.0) && (steps.iter().sum::<f64>() - total).abs() < 0.01, "{steps:?}, {total}");
    assert_eq!(file["bytes"], fs::metadata(folder.path("in/a.jpg")).unwrap().len());
    assert_eq!(file["thumbnails"][0]["bytes"], fs::metadata(folder.path("thumbs/a.jpg")).unwrap().len());
    assert!(file["worker"].is_u64() && report["options"]["quality"] == 80);
    assert_totals_add_up(&report);

    folder.thumbs(&["in", "--report", "r.csv"]);
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(folder.path("r.csv")).unwrap();
    assert_eq!(rows.records().map(Result::unwrap).count(), 2);
    folder.thumbs(&["in", "--report", "r.ndjson"]);
    let lines = fs::read_to_string(folder.path("r.ndjson")).unwrap();
    let kinds: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["record"].take()).collect();
    assert_eq!(kinds, ["run", "file", "file", "totals"]);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_any_work() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    let run = folder.thumbs(&["in", "--report", "no/such/folder/r.json"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("no/such/folder/r.json"), "{}", run.errors());
    assert!(!folder.path("thumbs").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_fails_at_the_end_is_told_and_takes_no_thumbnail_back() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    std::os::unix::fs::symlink("/dev/full", folder.path("r.json")).unwrap();
    let run = folder.thumbs(&["in", "--report", "r.json"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert!(run.errors().contains("can't write report r.json: no space left on device"), "{}", run.errors());
    assert_eq!(folder.files_below("thumbs"), ["a.jpg"]);
}

#[test]
fn what_cannot_start_says_why_and_ends_with_two() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write("file", b"in the way");
    for (words, reason) in [
        (&["nowhere"][..], "error: can't open nowhere: no such file or directory"),
        (&["in", "-o", "file"], "can't write to output directory file: "),
        (&["in", "-o", "in"], "output directory in is also an input"),
        (&["in", "--size", "0"], "a side is at least 1 px long"),
        (&[], "Usage"),
    ] {
        let run = folder.thumbs(words);
        assert_eq!(run.status(), Some(2), "{words:?}");
        assert!(run.errors().contains(reason), "{words:?}: {}", run.errors());
    }
    assert_eq!(folder.files_below("in"), ["a.jpg"]);
}

#[test]
fn an_input_that_cannot_be_opened_fails_by_itself() {
    let folder = Folder::of(&["a.jpg", "in/b.jpg"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone", folder.path("link.jpg")).unwrap();
    let (run, report) = folder.report(&["a.jpg", "nowhere.jpg", "nowhere/", "link.jpg", "in", "-o", "out"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert!(run.errors().contains("error: can't open nowhere.jpg: no such file or directory\n"), "{}", run.errors());
    assert_eq!(folder.files_below("out"), ["a.jpg", "b.jpg"]);
    assert_totals_add_up(&report);
    assert_eq!(report["totals"]["failed"], 3);
    // Nothing is done where there is nothing to do.
    assert_eq!(folder.thumbs(&["nowhere.jpg", "nowhere", "-o", "other"]).status(), Some(2));
    assert!(!folder.path("other").exists());
}

#[test]
fn quiet_prints_failures_and_nothing_else() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write("in/b.png", b"\x89PNG\r\n\x1a\nno more").write("in/text.jpg", b"text");
    let run = folder.thumbs(&["in", "--quiet"]);
    assert_eq!((run.status(), run.lines()), (Some(1), String::new()));
    assert_eq!(run.errors().lines().count(), 1, "nothing is said twice: {}", run.errors());
    assert!(run.errors().starts_with("error: in/b.png: corrupt PNG: "), "{}", run.errors());
}

#[test]
fn an_output_folder_inside_the_input_is_not_thumbnailed_itself() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    for _ in 0..2 {
        let (run, report) = folder.report(&["in", "-o", "in/thumbs"]);
        assert_eq!(run.status(), Some(0));
        assert_eq!(report["totals"]["found"], 1);
    }
    assert_eq!(folder.files_below("in"), ["a.jpg", "thumbs/a.jpg"]);
}

#[test]
fn a_named_file_without_a_thumbnail_is_a_failure_and_in_a_directory_it_is_skipped() {
    let folder = Folder::new();
    folder
        .write_picture("in/a.jpg")
        .write("in/b.txt", b"text")
        .write("in/empty.jpg", b"")
        .write("in/c.xcf", b"gimp xcf file\0");
    assert_eq!(folder.thumbs(&["in"]).status(), Some(0));
    for name in ["in/b.txt", "in/empty.jpg", "in/c.xcf"] {
        let (run, report) = folder.report(&["in/a.jpg", name]);
        assert_eq!(run.status(), Some(1), "{name}");
        assert_eq!(outcome_of(&report, name).0, "failed");
        assert!(run.errors().starts_with(&format!("error: {name}: ")), "{}", run.errors());
        assert_totals_add_up(&report);
    }
    assert_eq!(folder.thumbs(&["in/a.jpg", "in/a.jpg"]).status(), Some(0), "naming it twice is no fault");
}

#[test]
fn names_that_meet_are_all_listed_and_keep_parents_keeps_them_apart() {
    let folder = Folder::new();
    for name in ["one/a.jpg", "two/a.jpg", "one/b.jpg", "two/b.jpg", "two/c.jpg"] {
        folder.write_picture(name);
    }
    let files = ["one/a.jpg", "one/b.jpg", "two/a.jpg", "two/b.jpg", "two/c.jpg"];
    for inputs in [&["one", "two"][..], &files] {
        let run = folder.thumbs(&[inputs, &["-o", "flat"]].concat());
        assert_eq!(run.status(), Some(1));
        for name in ["a", "b"] {
            let pair = format!("error: two/{name}.jpg: ");
            assert!(
                run.errors().contains(&pair) && run.errors().contains(&format!("one/{name}.jpg")),
                "{}",
                run.errors()
            );
        }
        assert!(run.errors().contains("--keep-parents"), "{}", run.errors());
        assert_eq!(folder.files_below("flat"), ["a.jpg", "b.jpg", "c.jpg"], "the others are done");
        let run = folder.thumbs(&[inputs, &["-o", "apart", "--keep-parents"]].concat());
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_eq!(folder.files_below("apart"), files);
    }
    // These are the arguments as `find` and `xargs` split them.
    for name in files {
        assert_eq!(folder.thumbs(&[&format!("./{name}"), "-o", "lists", "--keep-parents"]).status(), Some(0));
    }
    assert_eq!(folder.files_below("lists"), files);
}

#[test]
fn verbose_prints_the_time_of_each_step() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    let run = folder.thumbs(&["in", "-v"]);
    for step in ["(read ", "decode ", "resize ", "encode ", "store "] {
        assert!(run.lines().contains(step), "{}", run.lines());
    }
}

#[test]
fn a_report_to_stdout_is_ndjson_and_lines_go_to_stderr() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    let run = folder.thumbs(&["in", "--report", "-"]);
    assert_eq!(run.status(), Some(0));
    let kinds: Vec<Value> =
        run.lines().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["record"].take()).collect();
    assert_eq!(kinds, ["run", "file", "totals"]);
    assert!(
        run.errors().starts_with("in/a.jpg -> thumbs/a.jpg") && run.errors().contains("1 file in "),
        "{}",
        run.errors()
    );
}

#[test]
fn files_and_folders_may_be_named_together_and_twice() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("b.jpg");
    let (run, report) = folder.report(&["in", "b.jpg", "in/a.jpg"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.files_below("thumbs"), ["a.jpg", "b.jpg"]);
    assert_eq!(report["totals"]["written"], 2);
    assert_eq!(report["totals"]["skipped"], 1);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_does_not_end_the_run() {
    let folder = Folder::new();
    for i in 0..40 {
        folder.write_picture(&format!("in/{i}.png"));
    }
    let mut child = folder.command(&["in"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(folder.files_below("thumbs").len(), 40);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_cleanly_with_a_report_and_status_130() {
    let folder = Folder::new();
    let bytes = encode(&picture(1500, 1000), ImageFormat::Png);
    for i in 0..200 {
        folder.write(&format!("in/{i}.png"), &bytes);
    }
    let child = folder
        .command(&["in", "-j", "1", "--report", "report.json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let started = std::time::Instant::now();
    while !folder.path("thumbs").exists() || folder.files_below("thumbs").is_empty() {
        assert!(started.elapsed().as_secs() < 60, "nothing is written");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let report: Value = serde_json::from_slice(&fs::read(folder.path("report.json")).unwrap()).unwrap();
    assert_eq!(report["totals"]["ending"], "interrupted");
    assert_totals_add_up(&report);
    let written = folder.files_below("thumbs");
    assert_eq!(report["totals"]["written"], written.len(), "{written:?}");
    assert!(!written.is_empty() && written.len() < 200);
    let (lines, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let totals = lines.lines().last().unwrap();
    assert!(totals.starts_with(&format!("{} of 200 files in ", written.len())), "{totals}");
    assert!(
        errors.contains("continue with: ") && errors.contains("thumbs in -j 1 --report report.json --update"),
        "{errors}"
    );
    for file in written {
        assert_eq!(read_picture(&folder.path("thumbs").join(file)).dimensions(), (50, 33));
    }
}
