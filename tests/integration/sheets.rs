//! Tests contact sheets.

use std::fs;

use image::ImageFormat;

use crate::fixture::{Folder, encode, picture, read_picture};

#[test]
fn a_sheet_shows_the_thumbnails_of_this_run_and_earlier_ones() {
    let folder = Folder::of(&["in/a.png", "in/x/q\"'<b>&amp; 100%\n.jpg", "other/b.jpg"]);
    assert_eq!(folder.thumbs(&["in"]).status(), Some(0));
    let (run, report) = folder.report(&["other", "--contact-sheet", "sheet.png"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["totals"]["pages"], 1);
    let before = read_picture(&folder.path("sheet.png"));
    assert_eq!((before.width(), before.height()), (1654, 2339));
    // Three images of 50x38 px, which are not grey, each on white.
    let colorful = before.pixels().filter(|pixel| pixel.0.iter().max().unwrap() - pixel.0.iter().min().unwrap() > 20);
    assert!((3000..=3 * 50 * 38).contains(&colorful.count()));
    // Nothing has changed, so the sheet is the same.
    assert_eq!(folder.thumbs(&["other", "--update", "--contact-sheet", "sheet.png"]).status(), Some(0));
    assert_eq!(read_picture(&folder.path("sheet.png")), before);
}

#[test]
fn a_sheet_never_replaces_what_it_did_not_write() {
    let folder = Folder::of(&["in/a.jpg", "in/b.jpg"]);
    let original = fs::read(folder.path("in/b.jpg")).unwrap();
    let run = folder.thumbs(&["in", "--contact-sheet", "in/b.jpg"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("in/b.jpg: it was not made by thumbs"), "{}", run.errors());
    assert!(!folder.path("thumbs").exists());
    // An image of the run is never replaced, not even if that was asked for.
    let run = folder.thumbs(&["in", "--contact-sheet", "in/b.jpg", "--force"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(fs::read(folder.path("in/b.jpg")).unwrap(), original);

    // A sheet that was edited is somebody's own.
    assert_eq!(folder.thumbs(&["in", "--contact-sheet", "sheet.pdf"]).status(), Some(0));
    let mut edited = fs::read(folder.path("sheet.pdf")).unwrap();
    let last = edited.len() - 100;
    edited[last] ^= 1;
    folder.write("sheet.pdf", &edited);
    assert_eq!(folder.thumbs(&["in", "--contact-sheet", "sheet.pdf"]).status(), Some(2));
    assert_eq!(fs::read(folder.path("sheet.pdf")).unwrap(), edited);
    assert_eq!(folder.thumbs(&["in", "--contact-sheet", "sheet.pdf", "--force"]).status(), Some(0));
    assert_ne!(fs::read(folder.path("sheet.pdf")).unwrap(), edited);
    let files = folder.all_files_below("");
    assert!(!files.iter().any(|file| file.contains(".thumbs-")), "{files:?}");
}

#[test]
fn several_pages_are_several_images_or_one_pdf() {
    let folder = Folder::new();
    for number in 0..40 {
        folder.write_picture(&format!("in/{number}.jpg"));
    }
    folder.write(
        "in/z.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path fill='red' d='M0 0h9v9z'/></svg>",
    );
    let words = ["in", "-s", "400", "--enlarge"];
    let run = folder.thumbs(&[&words[..], &["--contact-sheet", "x.jpg"]].concat());
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(
        folder.files_below("").iter().filter(|name| name.starts_with("x")).collect::<Vec<_>>(),
        ["x-1.jpg", "x-2.jpg", "x-3.jpg"]
    );
    folder.write("y-2.png", b"precious");
    let run = folder.thumbs(&[&words[..], &["--update", "--contact-sheet", "y.png"]].concat());
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(fs::read(folder.path("y-2.png")).unwrap(), b"precious");
    let run = folder.thumbs(&[&words[..], &["--update", "--contact-sheet", "thumbs/all/z.pdf"]].concat());
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let pdf = fs::read(folder.path("thumbs/all/z.pdf")).unwrap();
    let count = pdf.windows(11).filter(|window| window == b"/Type /Page").count();
    assert_eq!(count, 4, "three pages, and the tree of pages");
}

#[test]
fn a_sheet_needs_a_place_and_thumbnails() {
    let folder = Folder::of(&["in/a.png"]);
    let refused = |words: &[&str], said: &str| {
        let run = folder.thumbs(words);
        assert_eq!(run.status(), Some(2));
        assert!(run.errors().contains(said), "{}", run.errors());
    };
    refused(&["in", "--contact-sheet", "a.gif"], "ends in .jpg, .png or .pdf");
    refused(&["in", "--contact-sheet", "no/a.pdf"], "there is no such directory");
    refused(
        &["in/a.png", "-o", "b.png", "--contact-sheet", "a.pdf"],
        "--contact-sheet needs a directory of thumbnails",
    );
    assert_eq!(folder.thumbs(&["in", "--dry-run", "--contact-sheet", "a.pdf"]).status(), Some(0));
    folder.write("none/a.txt", b"text");
    let run = folder.thumbs(&["none", "-o", "nothing", "--contact-sheet", "a.pdf"]);
    assert!(run.errors().contains("there are no thumbnails to show"), "{}", run.errors());
    assert!(!folder.path("a.pdf").exists());
}

#[test]
fn pages_that_a_sheet_no_longer_has_are_removed_unless_they_were_changed() {
    let folder = Folder::new();
    let jpeg = encode(&picture(300, 200), ImageFormat::Jpeg);
    for number in 0..100 {
        folder.write(&format!("in/{number}.jpg"), &jpeg);
    }
    assert_eq!(folder.thumbs(&["in", "-s", "256", "--contact-sheet", "sheet.jpg"]).status(), Some(0));
    let sheets = || folder.all_files_below("").into_iter().filter(|file| file.starts_with("sheet")).collect::<Vec<_>>();
    let many = sheets();
    assert!(many.len() >= 3, "{many:?}");
    folder.write("sheet-1.jpg", b"mine");
    for number in 2..100 {
        fs::remove_file(folder.path(&format!("in/{number}.jpg"))).unwrap();
    }
    let words = ["in", "-s", "256", "--update", "--prune", "--contact-sheet", "sheet.jpg"];
    assert_eq!(folder.thumbs(&words).status(), Some(0));
    // The numbers end at a page that is not ours.
    assert_eq!(sheets(), [&many[..], &["sheet.jpg".to_string()]].concat());
    fs::remove_file(folder.path("sheet-1.jpg")).unwrap();
    folder.write("sheet-1.jpg", &fs::read(folder.path("sheet.jpg")).unwrap());
    let (run, _) = folder.report(&words);
    assert_eq!((run.status(), sheets()), (Some(0), vec!["sheet.jpg".to_string()]));
}
