//! Tests one image to one file, stdin and stdout.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Output, Stdio};

use image::ImageFormat;

use crate::fixture::{Folder, encode, picture, read_picture};

/// Runs with `input` on stdin, and returns stdout, stderr and the status.
fn piped(folder: &Folder, words: &[&str], input: &[u8]) -> Output {
    let mut command = folder.command(words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn one_image_becomes_one_file_of_the_format_that_its_name_claims() {
    let folder = Folder::new();
    folder.write_picture("a.png");
    for (name, format) in [("small.webp", ImageFormat::WebP), ("b.JPG", ImageFormat::Jpeg), ("c.png", ImageFormat::Png)]
    {
        let run = folder.thumbs(&["a.png", "-o", name, "-s", "20"]);
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert!(run.lines().contains(name), "{}", run.lines());
        let bytes = fs::read(folder.path(name)).unwrap();
        assert_eq!(image::guess_format(&bytes).unwrap(), format);
        assert_eq!(read_picture(&folder.path(name)).dimensions().0, 20);
    }
    assert!(!folder.path("thumbs").exists() && !folder.path(".thumbs").exists());
}

#[test]
fn a_file_is_replaced_only_with_force_and_the_image_itself_never() {
    let folder = Folder::new();
    folder.write_picture("a.png").write("mine.jpg", b"precious");
    let before = fs::read(folder.path("a.png")).unwrap();
    let run = folder.thumbs(&["a.png", "-o", "mine.jpg"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("mine.jpg: the file exists; replace it with --force"), "{}", run.errors());
    assert_eq!(fs::read(folder.path("mine.jpg")).unwrap(), b"precious");
    assert_eq!(folder.thumbs(&["a.png", "-o", "mine.jpg", "--force"]).status(), Some(0));
    assert_ne!(fs::read(folder.path("mine.jpg")).unwrap(), b"precious");

    fs::hard_link(folder.path("a.png"), folder.path("link.png")).unwrap();
    for own in ["a.png", "./a.png", "link.png"] {
        let run = folder.thumbs(&["a.png", "-o", own, "--force"]);
        assert_eq!(run.status(), Some(2), "{own}");
        assert!(run.errors().contains("it is the image itself"), "{}", run.errors());
    }
    assert_eq!(fs::read(folder.path("a.png")).unwrap(), before);
}

#[test]
fn a_damaged_image_leaves_the_former_file_and_no_other() {
    let folder = Folder::new();
    folder.write("bad.jpg", b"\xff\xd8\xff\xe0 nothing").write("old.jpg", b"old").write("notes.txt", b"text");
    for source in ["bad.jpg", "notes.txt"] {
        let run = folder.thumbs(&[source, "-o", "old.jpg", "--force"]);
        assert_eq!(run.status(), Some(1), "{source}");
        assert!(run.errors().contains(source), "{}", run.errors());
    }
    assert_eq!(fs::read(folder.path("old.jpg")).unwrap(), b"old");
    assert_eq!(folder.all_files_below("").len(), 3, "{:?}", folder.all_files_below(""));
}

#[test]
fn an_image_goes_from_stdin_to_stdout_or_to_a_file() {
    let folder = Folder::new();
    let jpeg = encode(&picture(300, 200), ImageFormat::Jpeg);
    for words in [&["-", "-s", "60"][..], &["-", "-o", "-", "-s", "60"], &["-", "-s", "60", "--format", "png"]] {
        let Output { status, stdout, stderr } = piped(&folder, words, &jpeg);
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        assert!(stderr.is_empty());
        let format = if words.contains(&"png") { ImageFormat::Png } else { ImageFormat::Jpeg };
        assert_eq!(image::guess_format(&stdout).unwrap(), format);
        let made = image::load_from_memory(&stdout).unwrap();
        assert_eq!((made.width(), made.height()), (60, 40));
    }
    assert!(piped(&folder, &["-", "-o", "out.webp"], &jpeg).status.success());
    assert_eq!(image::guess_format(&fs::read(folder.path("out.webp")).unwrap()).unwrap(), ImageFormat::WebP);
    let Output { status, stdout, stderr } = piped(&folder, &["-"], b"no image");
    assert_eq!(status.code(), Some(1));
    assert!(stdout.is_empty());
    assert!(String::from_utf8_lossy(&stderr).contains("stdin: "), "{}", String::from_utf8_lossy(&stderr));
}

#[test]
fn what_needs_a_directory_is_refused_for_one_file() {
    let folder = Folder::new();
    folder.write_picture("a.png").write_picture("b.png");
    fs::create_dir(folder.path("there")).unwrap();
    for words in [
        &["a.png", "-o", "x.jpg", "-s", "10", "-s", "20"][..],
        &["a.png", "b.png", "-o", "-"],
        &["a.png", "-o", "x.jpg", "--update"],
        &["a.png", "-o", "x.jpg", "--report", "r.json"],
        &["a.png", "-o", "x.heic"],
        &["a.png", "-o", "x.webp", "--format", "jpeg"],
        &["-", "-o", "there"],
    ] {
        let Output { status, stdout, stderr } = piped(&folder, words, b"");
        assert_eq!(status.code(), Some(2), "{words:?} {}", String::from_utf8_lossy(&stderr));
        assert!(stdout.is_empty() && !stderr.is_empty(), "{words:?}");
    }
    assert_eq!(folder.all_files_below("").len(), 2);
}

#[test]
fn a_directory_whose_name_ends_in_a_suffix_stays_a_directory() {
    let folder = Folder::new();
    folder.write_picture("a.png").write_picture("in/b.png");
    fs::create_dir(folder.path("made.jpg")).unwrap();
    assert_eq!(folder.thumbs(&["a.png", "-o", "made.jpg"]).status(), Some(0));
    assert_eq!(folder.files_below("made.jpg"), ["a.png"]);
    assert_eq!(folder.thumbs(&["in", "-o", "other.jpg"]).status(), Some(0));
    assert_eq!(folder.files_below("other.jpg"), ["b.png"]);
}

/// Tests the call of file managers: they make the file themselves, and it need not have a suffix.
#[test]
fn the_thumbnailer_of_desktops_fills_the_file_that_it_is_given() {
    let entry = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/thumbs.thumbnailer")).unwrap();
    let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=thumbs ")).unwrap();
    let folder = Folder::new();
    folder.write_picture("my photo.jpg").write_picture("b.png").write("given", b"");
    for (source, size, wanted) in [("my photo.jpg", "128", 64), ("b.png", "32", 32)] {
        let word = |word: &str| match word {
            "%i" => folder.path(source).display().to_string(),
            "%o" => folder.path("given").display().to_string(),
            "%s" => size.to_string(),
            other => other.to_string(),
        };
        let words: Vec<String> = exec.split(' ').map(word).collect();
        let run = folder.thumbs(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((run.status(), run.errors().as_str()), (Some(0), ""), "{words:?}");
        let bytes = fs::read(folder.path("given")).unwrap();
        assert_eq!(image::guess_format(&bytes).unwrap(), ImageFormat::Png);
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), wanted);
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_permissions_of_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write_picture("a.png");
    drop(File::create(folder.path("usual")).unwrap());
    assert_eq!(folder.thumbs(&["a.png", "-o", "b.png"]).status(), Some(0));
    let mode = |name| fs::metadata(folder.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("b.png"), mode("usual"));
}
