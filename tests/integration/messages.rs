use std::fs;
use std::path::Path;

use image::ImageFormat;

use crate::fixture::{Folder, encode, outcome_of, picture};

/// Internals that mean nothing to users, or that a library prints about itself.
const INTERNALS: [&str; 12] = [
    "{",
    "::",
    "ChunkType",
    "os error",
    "InvalidData",
    "Invalid",
    "Err(",
    "Some(",
    "Format error",
    "failed unexpectedly",
    "CABAC",
    "ISOBMFF",
];

/// Asserts that no message has internals or names its file twice.
fn assert_plain(errors: &str) {
    let mut read = 0;
    for line in errors.lines().filter(|line| line.contains("in/")) {
        read += 1;
        for internal in INTERNALS {
            assert!(!line.contains(internal), "{line}");
        }
        let path = line.split_whitespace().find(|word| word.starts_with("in/")).unwrap().trim_end_matches(':');
        assert_eq!(line.matches(path).count(), 1, "{line}");
        assert!(!line.ends_with('.'), "{line}");
    }
    assert!(read > 0, "{errors}");
}

/// Returns a PNG with altered bytes of the chunk after its header, and correct checksums.
fn png_with(alter: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut png = encode(&picture(64, 48), ImageFormat::Png);
    alter(&mut png);
    let mut at = 8;
    while let Some(length) = png.get(at..at + 4) {
        let end = at + 8 + u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let Some(chunk) = png.get(at + 4..end) else { break };
        let mut sum = flate2::Crc::new();
        sum.update(chunk);
        let sum = sum.sum().to_be_bytes();
        match png.get_mut(end..end + 4) {
            Some(stored) => stored.copy_from_slice(&sum),
            None => break,
        }
        at = end + 4;
    }
    png
}

#[test]
fn hostile_files_are_described_in_words_that_people_understand() {
    let folder = Folder::new();
    let cut = |mut png: Vec<u8>, length: usize| {
        png.truncate(length);
        png
    };
    let table: [(&str, Vec<u8>, &str); 17] = [
        ("no-header.png", png_with(|png| drop(png.drain(8..33))), "corrupt PNG: the image header is missing"),
        ("cut.png", cut(png_with(|_| ()), 20), "corrupt PNG: the file ends too early"),
        ("colour-type.png", png_with(|png| png[25] = 9), "corrupt PNG: the image header is invalid"),
        ("interlacing.png", png_with(|png| png[28] = 9), "corrupt PNG: the image header is invalid"),
        ("zero.png", png_with(|png| png[16..20].fill(0)), "corrupt PNG: the size in the image header is invalid"),
        ("deflate.png", png_with(|png| png[41..60].fill(0xff)), "corrupt PNG: the compressed data are corrupt"),
        ("only-magic.jpg", b"\xff\xd8\xff\xe0".to_vec(), "corrupt JPEG: no frame header (at byte "),
        ("no-scan.jpg", b"\xff\xd8\xff\xd9 and more".to_vec(), "corrupt JPEG: no frame header (at byte "),
        ("cut.gif", b"GIF89a\x01\0".to_vec(), "corrupt GIF: the file ends too early"),
        ("junk.gif", b"GIF89a\x01\0\x01\0\0\0\0junk and more junk".to_vec(), "corrupt GIF: a block is corrupt"),
        ("junk.exr", b"\x76\x2f\x31\x01\x02\0\0\0junk".to_vec(), "corrupt OpenEXR: "),
        ("junk.dds", [&b"DDS "[..], &[7; 200]].concat(), "corrupt DDS: the image header is invalid"),
        ("short.dds", [&b"DDS \x7c\0\0\0"[..], &[0; 40]].concat(), "corrupt DDS: the file ends too early"),
        ("junk.jxl", [&b"\xff\x0a"[..], &[0xff; 64]].concat(), "corrupt JPEG XL: "),
        ("unclosed.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><g>".to_vec(), "corrupt SVG: "),
        ("junk.tif", [&b"II*\0\x08\0\0\0"[..], &[0xee; 64]].concat(), "corrupt TIFF: "),
        ("text.jpg", b"no image at all".to_vec(), "not an image, despite its JPEG file extension"),
    ];
    for (name, bytes, _) in &table {
        folder.write(&format!("in/{name}"), bytes);
    }
    let (run, report) = folder.report(&["in"]);
    let errors = run.errors();
    assert_plain(&errors);
    for (name, _, wanted) in &table {
        let (outcome, reason) = outcome_of(&report, name);
        assert!(outcome != "written" && reason.contains(wanted), "{name}: {outcome}: {reason}");
        let prefix = if outcome == "failed" { "error" } else { "warning" };
        assert!(errors.contains(&format!("{prefix}: in/{name}: {wanted}")), "{name}: {errors}");
    }
}

#[test]
fn samples_of_every_format_altered_anywhere_are_described_without_internals() {
    let folder = Folder::new();
    let mut written = 0;
    for entry in walkdir::WalkDir::new(Path::new("tests/data/samples")) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() || entry.path().ends_with("README.md") {
            continue;
        }
        let bytes = fs::read(entry.path()).unwrap();
        let name = entry.file_name().to_str().unwrap();
        let mut state = bytes.len() as u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize
        };
        for turn in 0..12 {
            let mut altered = bytes.clone();
            match turn {
                0..3 => altered.truncate(bytes.len() * (turn + 1) / 4),
                // The signature stays, so that the decoder is called.
                _ => (0..4 * turn).for_each(|_| {
                    let at = 12 + random() % bytes.len().saturating_sub(12).max(1);
                    altered.get_mut(at).into_iter().for_each(|byte| *byte = random() as u8);
                }),
            }
            folder.write(&format!("in/{turn}-{name}"), &altered);
            written += 1;
        }
    }
    assert!(written > 500, "{written}");
    for damaged in ["keep", "fail"] {
        let run = folder.thumbs(&["in", "--quiet", "--damaged", damaged]);
        assert_plain(&run.errors());
    }
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_opened_is_named_once_with_a_reason() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    folder.write_picture("in/shut/a.jpg").write_picture("in/locked.jpg").write_picture("in/b.jpg");
    std::os::unix::fs::symlink("nowhere", folder.path("in/link.jpg")).unwrap();
    let lock = |mode: u32| {
        for name in ["in/shut", "in/locked.jpg"] {
            fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    lock(0o000);
    let is_superuser = fs::read_dir(folder.path("in/shut")).is_ok();
    let ended = match is_superuser {
        true => folder.command_without_privileges(&["in", "--quiet"]).output(),
        false => folder.command(&["in", "--quiet"]).output(),
    };
    lock(0o755);
    let Ok(ended) = ended else { return println!("skipped: the superuser has no setpriv here") };
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert_plain(&errors);
    for line in [
        "error: can't open in/shut: permission denied",
        "error: can't read in/locked.jpg: permission denied",
        "error: can't open in/link.jpg: broken symbolic link",
    ] {
        assert!(errors.lines().any(|told| told == line), "{line}: {errors}");
    }
}

#[test]
fn wrong_values_are_answered_with_what_would_be_right() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    for (words, answer) in [
        ("-j 0", "error: invalid value '0' for '--jobs <N>': at least 1 worker is needed"),
        ("-j abc", "error: invalid value 'abc' for '--jobs <N>': the number of workers is a number from 1"),
        ("-q abc", "error: invalid value 'abc' for '--quality <1-100>': quality is a number from 1 to 100"),
        ("-q 101", "error: invalid value '101' for '--quality <1-100>': quality is a number from 1 to 100"),
        (
            "--timeout abc",
            "error: invalid value 'abc' for '--timeout <TIME>': expected a time such as 10s, 2m or 500ms",
        ),
        ("--blur -1", "error: invalid value '-1' for '--blur <SIGMA>': the blur is a number from 0 to 1000"),
        ("--blur NaN", "error: invalid value 'NaN' for '--blur <SIGMA>': the blur is a number from 0 to 1000"),
        (
            "--size big",
            "error: invalid value 'big' for '--size <SIZE>': expected a size such as 800, 800x600, 800x, x600 or 50%",
        ),
    ] {
        let run = folder.thumbs(&[&["in"], &words.split(' ').collect::<Vec<_>>()[..]].concat());
        assert_eq!(run.status(), Some(2), "{words}");
        assert_eq!(run.errors().lines().next(), Some(answer));
    }
}

#[test]
fn too_many_workers_are_capped_with_one_warning() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    // With a memory budget in bytes, the program may restart itself. The warning must not be repeated then.
    for memory in ["50%", "128M"] {
        let run = folder.thumbs(&["in", "-j", "100000", "--max-memory", memory]);
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_eq!(run.errors(), "warning: 100000 workers are too many; using 1024, the most --jobs allows\n");
        assert!(run.lines().contains("1 file in ") && run.lines().contains("1024 workers"), "{}", run.lines());
    }
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_url_in_a_build_without_stores_names_the_feature_that_is_missing() {
    let folder = Folder::of(&["in/a.jpg"]);
    for words in
        [&["s3://album/photos"][..], &["in", "-o", "gs://album/thumbs"], &["https://host/a.jpg", "-o", "a.png"]]
    {
        let run = folder.thumbs(words);
        assert!(matches!(run.status(), Some(1 | 2)), "{words:?}");
        assert!(run.errors().contains("this build reads no URLs: it lacks the feature `cloud`"), "{}", run.errors());
    }
    assert_eq!(folder.all_files_below(""), ["in/a.jpg"]);
}

#[test]
fn every_option_has_its_text_in_the_man_page() {
    let folder = Folder::new();
    let page = folder.thumbs(&["--man"]).lines();
    let lines: Vec<&str> = page.lines().collect();
    let options: Vec<usize> =
        (1..lines.len()).filter(|at| lines[at - 1] == ".TP" && lines[*at].contains("\\-\\-")).collect();
    assert!(options.len() > 50, "{}", options.len());
    for at in options {
        let text = lines[at + 1];
        assert!(!text.is_empty() && !text.starts_with('.'), "{}: {text:?}", lines[at]);
    }
}
