//! Tests placeholders and the pages of a gallery.

use std::fs;

use crate::fixture::{Folder, outcome_of};

fn folder(names: &[&str]) -> Folder {
    let folder = Folder::new();
    for name in names {
        folder.write_picture(name);
    }
    folder
}

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the targets of the links and images of a page, as paths from the folder, in order.
fn targets(folder: &Folder, page: &str) -> Vec<String> {
    let text = read(folder, page);
    let body = text.split_once("<main>").unwrap().1.split_once("<dialog").unwrap().0;
    let mut found = Vec::new();
    for attribute in ["href", "src"] {
        for rest in body.split(&format!(" {attribute}=\"")).skip(1) {
            let path = folder.path(page).parent().unwrap().join(decoded(rest.split('"').next().unwrap()));
            let real = fs::canonicalize(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let root = fs::canonicalize(folder.path("")).unwrap();
            found.push(real.strip_prefix(root).unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

fn decoded(url: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = url.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_gallery_has_a_page_in_each_directory_whose_links_all_lead_somewhere() {
    let folder = folder(&["in/a.png", "in/x/b.jpg", "in/x/y/c.jpg", "in/q\"'<b>&amp; 100%\n.png"]);
    let run = folder.thumbs(&["in", "--gallery"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert!(run.lines().contains(", 3 pages written"), "{}", run.lines());
    let odd = "q\"'<b>&amp; 100%\n.png";
    assert_eq!(
        targets(&folder, "thumbs/index.html"),
        [
            "thumbs/x/index.html".to_string(),
            "in/a.png".to_string(),
            format!("in/{odd}"),
            "thumbs/x/b.jpg".to_string(),
            "thumbs/a.png".to_string(),
            format!("thumbs/{odd}"),
        ]
    );
    assert_eq!(targets(&folder, "thumbs/x/y/index.html"), ["in/x/y/c.jpg", "thumbs/x/y/c.jpg"]);
    // A page is not an image of the next run, and no half-written file is left.
    let (_, report) = folder.report(&["in", "--gallery", "--update"]);
    assert_eq!(report["totals"]["up_to_date"], 4);
    assert_eq!(report["totals"]["pages"], 3);
    assert_eq!(folder.files_below("thumbs").len(), 4 + 3);
}

#[test]
fn a_page_shows_the_thumbnails_of_earlier_runs_with_their_placeholders() {
    for (kind, start) in [("thumbhash", "url(data:image/bmp;base64,"), ("blurhash", "url(data:"), ("color", "#")] {
        let folder = folder(&["in/a.png", "other/b.png"]);
        let (_, report) = folder.report(&["in", "--placeholder", kind]);
        assert!(report["files"][0]["placeholder"][kind].is_string(), "{report}");
        assert_eq!(folder.thumbs(&["other", "--gallery", "--update"]).status(), Some(0));
        let page = read(&folder, "thumbs/index.html");
        assert_eq!(targets(&folder, "thumbs/index.html"), ["in/a.png", "other/b.png", "thumbs/a.png", "thumbs/b.png"]);
        assert_eq!(page.matches("style=\"background:").count(), 1, "{kind}");
        assert!(page.contains(&format!("style=\"background:{start}")), "{kind}: {page}");
        // A moved image keeps its placeholder, and one that is asked for later is noted.
        fs::rename(folder.path("in/a.png"), folder.path("in/z.png")).unwrap();
        assert_eq!(folder.thumbs(&["in", "--update"]).status(), Some(0));
        assert_eq!(folder.thumbs(&["other", "--gallery", "--placeholder", kind]).status(), Some(0));
        let page = read(&folder, "thumbs/index.html");
        assert_eq!(page.matches("style=\"background:").count(), 2, "{kind}");
    }
}

#[test]
fn a_report_has_a_placeholder_only_if_it_was_asked_for() {
    let folder = folder(&["in/a.png"]);
    folder.write("in/b.png", b"\x89PNG\r\n\x1a\nbroken");
    let (_, report) = folder.report(&["in"]);
    assert!(report["files"][0].get("placeholder").is_none());
    let before = fs::read(folder.path("thumbs/a.png")).unwrap();
    let (_, report) = folder.report(&["in", "--placeholder", "color"]);
    assert_eq!(outcome_of(&report, "b.png").0, "failed");
    let color = report["files"][0]["placeholder"]["color"].as_str().unwrap();
    assert!(color.len() == 7 && color.starts_with('#'), "{color}");
    assert_eq!(fs::read(folder.path("thumbs/a.png")).unwrap(), before);
    folder.thumbs(&["in", "--placeholder", "color", "--report", "r.csv"]);
    let csv = read(&folder, "r.csv");
    let ends: Vec<bool> = csv.lines().map(|line| line.ends_with(color)).collect();
    assert_eq!(ends[..3], [false, true, false], "{csv}");
    // Placeholders change no byte of a thumbnail, so it stays up to date.
    let (_, report) = folder.report(&["in", "--placeholder", "blurhash", "--update"]);
    assert_eq!(report["totals"]["up_to_date"], 1);
}

#[test]
fn sizes_and_formats_of_an_image_are_on_one_page() {
    let folder = folder(&["in/x/a.png"]);
    let run = folder.thumbs(&["in", "--srcset", "20,40", "--format", "same,webp", "--gallery"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let page = read(&folder, "thumbs/x/index.html");
    assert!(
        page.contains("<source type=image/webp srcset=\"../20x/x/a.png.webp 20w, ../40x/x/a.png.webp 40w\""),
        "{page}"
    );
    assert!(page.contains(" srcset=\"../20x/x/a.png 20w, ../40x/x/a.png 40w\""), "{page}");
    assert_eq!(targets(&folder, "thumbs/x/index.html"), ["in/x/a.png", "thumbs/40x/x/a.png"]);
}

#[test]
fn a_page_of_somebody_else_is_kept_unless_it_is_to_be_replaced() {
    let folder = folder(&["in/a.png", "in/x/b.png"]);
    folder.write("thumbs/index.html", b"<title>precious</title>");
    let (run, report) = folder.report(&["in", "--gallery"]);
    assert_eq!(run.status(), Some(1));
    assert!(run.errors().contains("index.html was not made by thumbs"), "{}", run.errors());
    assert_eq!((&report["totals"]["pages"], &report["totals"]["failed_pages"]), (&1.into(), &1.into()));
    assert_eq!(read(&folder, "thumbs/index.html"), "<title>precious</title>");
    assert!(folder.path("thumbs/x/index.html").exists());
    assert_eq!(folder.thumbs(&["in", "--gallery", "--force"]).status(), Some(0));
    assert_eq!(targets(&folder, "thumbs/index.html").len(), 4);

    fs::remove_file(folder.path("thumbs/x/index.html")).unwrap();
    fs::create_dir(folder.path("thumbs/x/index.html")).unwrap();
    assert_eq!(folder.thumbs(&["in", "--gallery", "--force"]).status(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_page_is_never_written_through_a_link_nor_over_an_image_of_the_run() {
    let folder = folder(&["in/a.png"]);
    folder.thumbs(&["in", "--gallery"]);
    let own = read(&folder, "thumbs/index.html");
    folder.write("elsewhere.html", own.as_bytes());
    fs::remove_file(folder.path("thumbs/index.html")).unwrap();
    std::os::unix::fs::symlink(folder.path("elsewhere.html"), folder.path("thumbs/index.html")).unwrap();
    folder.write_picture("in/b.png");
    assert_eq!(folder.thumbs(&["in", "--gallery"]).status(), Some(1));
    assert_eq!(read(&folder, "elsewhere.html"), own);

    // An image whose name is that of a page.
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
    folder.write("all/index.html", svg);
    let run = folder.thumbs(&["all", "-o", "all/../all/out", "--gallery"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let run = folder.thumbs(&["all/index.html", "-o", "all/", "--gallery", "--force"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(fs::read(folder.path("all/index.html")).unwrap(), svg);
}

#[test]
fn pruning_removes_pages_that_show_nothing_and_a_dry_run_touches_none() {
    let folder = folder(&["in/a.png", "in/x/b.png", "in/x/y/c.png"]);
    assert_eq!(folder.thumbs(&["in", "--gallery", "--dry-run"]).status(), Some(0));
    assert!(!folder.path("thumbs").exists());
    assert_eq!(folder.thumbs(&["in", "--gallery"]).status(), Some(0));
    folder.write("thumbs/x/notes/index.html", b"<title>precious</title>");
    fs::remove_dir_all(folder.path("in/x")).unwrap();
    let before = folder.files_below("thumbs");
    assert_eq!(folder.thumbs(&["in", "--prune", "--gallery", "--dry-run"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), before);
    assert_eq!(folder.thumbs(&["in", "--prune"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), ["a.png", "index.html", "x/notes/index.html"]);
    assert!(!folder.path("thumbs/x/y").exists());
    assert_eq!(folder.thumbs(&["in", "--gallery"]).status(), Some(0));
    assert_eq!(targets(&folder, "thumbs/index.html"), ["in/a.png", "thumbs/a.png"]);
}

#[test]
fn a_page_that_was_edited_is_neither_replaced_nor_removed() {
    let folder = folder(&["in/a.png", "in/x/b.png"]);
    assert_eq!(folder.thumbs(&["in", "--gallery"]).status(), Some(0));
    let pages = ["thumbs/index.html", "thumbs/x/index.html"];
    let edited = pages.map(|page| format!("{}<!-- mine -->", read(&folder, page)));
    for (page, text) in pages.iter().zip(&edited) {
        folder.write(page, text.as_bytes());
    }
    let run = folder.thumbs(&["in", "--gallery"]);
    assert_eq!(run.status(), Some(1));
    let refused = "index.html was not made by thumbs, or was changed since; use --force to replace it";
    assert_eq!(run.errors().matches(refused).count(), 2, "{}", run.errors());
    fs::remove_dir_all(folder.path("in/x")).unwrap();
    assert_eq!(folder.thumbs(&["in", "--prune"]).status(), Some(0));
    assert_eq!(pages.map(|page| read(&folder, page)), edited);
    assert_eq!(folder.thumbs(&["in", "--gallery", "--force"]).status(), Some(0));
    assert!(!read(&folder, pages[0]).contains("mine"));
    assert_eq!(folder.thumbs(&["in", "--gallery"]).status(), Some(0));
}

#[test]
fn a_page_has_the_dates_of_cameras() {
    let folder = folder(&["in/a.jpg"]);
    let plain = fs::read(folder.path("in/a.jpg")).unwrap();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let exif = [
        b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec(),
        entry(0x8769, 4, 1, 26),
        vec![0; 4],
        vec![1, 0],
        entry(0x9003, 2, 20, 44),
        vec![0; 4],
        b"2019:07:08 09:10:11\0".to_vec(),
    ]
    .concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    folder.write("in/a.jpg", &[&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat());
    assert_eq!(folder.thumbs(&["in", "--gallery"]).status(), Some(0));
    assert!(read(&folder, "thumbs/index.html").contains("<time>2019-07-08 09:10</time>"));
}

#[cfg(unix)]
#[test]
fn a_page_that_stays_the_same_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;

    let folder = folder(&["in/a.png"]);
    let inode = || {
        assert_eq!(folder.thumbs(&["in", "--gallery", "--update"]).status(), Some(0));
        fs::metadata(folder.path("thumbs/index.html")).unwrap().ino()
    };
    let first = inode();
    assert_eq!(inode(), first);
    folder.write_picture("in/b.png");
    assert_ne!(inode(), first);
}

#[test]
fn a_gallery_needs_a_directory() {
    let folder = folder(&["in/a.png"]);
    let run = folder.thumbs(&["in/a.png", "-o", "b.png", "--gallery"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("--gallery needs a directory of thumbnails"), "{}", run.errors());
}
