//! Tests that no object of a user's is lost, and what of the command line objects have.

use std::fs;

use image::ImageFormat;

use crate::album::{Album, picture};
use crate::server::BUCKET;

/// Returns a bucket with a few images below `in`.
fn small_album() -> Album {
    let album = Album::new();
    for name in ["a.jpg", "b c.jpg", "sub/d#1.jpg", "sub/é.png", "notes.txt", ".hidden/e.jpg"] {
        let format = if name.ends_with("png") { ImageFormat::Png } else { ImageFormat::Jpeg };
        let bytes = if name.ends_with("txt") { b"text".to_vec() } else { picture(name.len() as u32, format) };
        album.server.put(&format!("in/{name}"), &bytes);
    }
    album
}

#[test]
fn thumbnails_are_those_of_files_wherever_they_come_from_and_go_to() {
    let album = small_album();
    for key in album.server.all_keys("in/") {
        let path = album.path(&key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, album.server.get(&key).unwrap()).unwrap();
    }
    let names = ["a.jpg", "b c.jpg", "sub/d#1.jpg", "sub/é.png"];
    let local = album.thumbs(&["in", "-o", "local", "-s", "32"]);
    assert_eq!(local.count("written"), 4, "{}", local.errors);
    assert!(local.report["totals"].get("bytes_fetched").is_none());
    let (from, to) = (Album::url("in"), Album::url("out"));
    let fetched = album.thumbs(&[&from, "-o", "fetched", "-s", "32"]);
    assert_eq!((fetched.count("written"), fetched.count("skipped")), (4, 1), "{}", fetched.errors);
    assert!(fetched.count("bytes_fetched") > 0);
    assert_eq!(album.thumbs(&[&from, "-o", &to, "-s", "32"]).count("written"), 4);
    assert_eq!(album.thumbs(&["in", "-o", &Album::url("up/"), "-s", "32"]).count("written"), 4);
    for name in names {
        let wanted = fs::read(album.path("local").join(name)).unwrap();
        assert!(wanted == fs::read(album.path("fetched").join(name)).unwrap(), "{name}");
        for prefix in ["out", "up"] {
            assert!(album.server.get(&format!("{prefix}/{name}")).as_ref() == Some(&wanted), "{name}");
        }
    }
    assert_eq!(album.server.keys("out/").len(), 4);
    // A later run knows them, in either place.
    for to in ["fetched", &to] {
        assert_eq!(album.thumbs(&[&from, "-o", to, "-s", "32", "--update"]).count("up_to_date"), 4);
    }
    let url = format!("file://{}", album.path("in").display());
    assert_eq!(album.thumbs(&[&url, "-o", "local", "-s", "32", "--update"]).count("up_to_date"), 4);
}

#[test]
fn objects_are_named_one_by_one_and_in_lists() {
    let album = small_album();
    let run = album.thumbs(&[&Album::url("in/a.jpg"), "-o", "one"]);
    assert_eq!((run.count("written"), album.path("one/a.jpg").exists()), (1, true), "{}", run.errors);
    let list = format!("{}\n{}\n", Album::url("in/sub/d#1.jpg"), Album::url("in/gone.jpg"));
    fs::write(album.path("list"), list).unwrap();
    let run = album.thumbs(&["--files-from", "list", "-o", &Album::url("listed")]);
    assert_eq!((run.status, run.count("written"), run.count("failed")), (Some(1), 1, 1), "{}", run.errors);
    assert!(run.errors.contains("in/gone.jpg: no such object"), "{}", run.errors);
    assert_eq!(album.server.keys("listed/"), [format!("listed/{BUCKET}/in/sub/d#1.jpg")]);
    let run = album.thumbs(&["--files-from", "list", "-o", &Album::url("listed"), "--update"]);
    assert_eq!(run.count("up_to_date"), 1, "{}", run.errors);
    album.server.put("public/b c.jpg", &picture(5, ImageFormat::Jpeg));
    let url = format!("http://127.0.0.1:{}/{BUCKET}/public/b%20c.jpg", album.server.port);
    let run = album.thumbs(&[&url, "-o", "web"]);
    assert_eq!(run.count("written"), 1, "{}", run.errors);
    let run = album.bare(&[&url, "-o", "one.png"]);
    assert!(run.status == Some(0) && album.path("one.png").is_file(), "{}", run.errors);
    let run = album.thumbs(&[&format!("{url}?a=b"), "-o", "web"]);
    assert!(run.status == Some(2) && run.errors.contains("URLs with a query are not supported"), "{}", run.errors);
    let run = album.thumbs(&[&Album::url("nowhere"), "-o", "none"]);
    assert_eq!(run.status, Some(2));
    assert!(run.errors.contains("there is no such object, and none below it"), "{}", run.errors);
}

#[test]
fn an_object_that_the_ledger_does_not_name_is_never_overwritten() {
    for is_simple in [false, true] {
        let mut album = small_album();
        if is_simple {
            album.server.refuse_conditions();
            album.variables.push(("AWS_CONDITIONAL_PUT", "disabled"));
        }
        let theirs = picture(77, ImageFormat::Png);
        album.server.put("out/a.jpg", &theirs);
        let (from, to) = (Album::url("in"), Album::url("out"));
        let run = album.thumbs(&[&from, "-o", &to]);
        assert_eq!((run.count("written"), run.count("failed")), (3, 1), "{}", run.errors);
        assert!(run.errors.contains("out/a.jpg was not made by thumbs, or was changed since"), "{}", run.errors);
        assert!(album.server.get("out/a.jpg").as_ref() == Some(&theirs));
        // Those that it names are replaced by those of other options, and one that was changed since is not.
        album.server.put("out/b c.jpg", &theirs);
        let run = album.thumbs(&[&from, "-o", &to, "-s", "20"]);
        assert_eq!((run.count("written"), run.count("failed")), (2, 2), "{}", run.errors);
        assert!(album.server.get("out/b c.jpg") == Some(theirs));
        let run = album.thumbs(&[&from, "-o", &to, "-s", "20", "--force"]);
        assert_eq!(run.count("written"), 4, "{}", run.errors);
        let run = album.thumbs(&[&from, "-o", &to, "-s", "20", "--update"]);
        assert_eq!(run.count("up_to_date"), 4, "{}", run.errors);
    }
}

#[test]
fn a_changed_object_gets_a_new_thumbnail_and_a_lost_thumbnail_comes_back() {
    let album = small_album();
    let (from, to) = (Album::url("in"), Album::url("out"));
    assert_eq!(album.thumbs(&[&from, "-o", &to]).count("written"), 4);
    album.server.put("in/a.jpg", &[picture(55, ImageFormat::Jpeg), b"more".to_vec()].concat());
    album.server.remove("out/b c.jpg");
    let run = album.thumbs(&[&from, "-o", &to, "--update"]);
    assert_eq!((run.count("written"), run.count("up_to_date")), (2, 2), "{}", run.errors);
    assert_eq!(album.server.keys("out/").len(), 4);
    // An ended run leaves one segment.
    assert_eq!(album.server.all_keys("out/.thumbs/").len(), 2);
    assert_eq!(album.thumbs(&[&from, "-o", &to, "--update"]).count("up_to_date"), 4);
    assert_eq!(album.server.all_keys("out/.thumbs/").len(), 2, "nor does one that wrote nothing");
}

#[test]
fn of_a_run_that_was_killed_before_it_replaced_a_thumbnail_the_one_before_is_not_up_to_date() {
    let album = Album::new();
    album.server.put("in/a.bmp", &picture(1, ImageFormat::Bmp));
    let (from, to) = (Album::url("in"), Album::url("out"));
    let words = [from.as_str(), "-o", &to, "--format", "bmp"];
    assert_eq!(album.thumbs(&words).count("written"), 1);
    let before = album.server.get("out/a.bmp").unwrap();
    let sharp = [&words[..], &["--blur", "0"]].concat();
    assert_eq!(album.thumbs(&sharp).count("written"), 1);
    let after = album.server.get("out/a.bmp").unwrap();
    assert!(before != after && before.len() == after.len());
    // As if it had been killed between the line and the thumbnail.
    album.server.put("out/a.bmp", &before);
    let run = album.thumbs(&[&sharp[..], &["--update"]].concat());
    assert_eq!((run.count("written"), run.count("up_to_date")), (1, 0), "{}", run.errors);
    assert!(album.server.get("out/a.bmp") == Some(after));
    assert_eq!(album.thumbs(&[&sharp[..], &["--update"]].concat()).count("up_to_date"), 1);
}

#[test]
fn thumbnails_among_the_images_are_left_out() {
    let album = small_album();
    let (all, to) = (Album::url("in"), Album::url("in/small"));
    assert_eq!(album.thumbs(&[&all, "-o", &to]).count("written"), 4);
    let run = album.thumbs(&[&all, "-o", &to, "--update"]);
    assert_eq!((run.count("found"), run.count("up_to_date")), (5, 4), "{}", run.errors);
    let run = album.thumbs(&[&all, "-o", "elsewhere"]);
    let outcomes = run.outcomes("s3://album/in/");
    assert_eq!(outcomes["small"].1, "a directory of thumbnails; name it as an input to include it");
    assert_eq!(run.count("written"), 4);
    let run = album.thumbs(&[&all, "-o", &Album::url("")]);
    assert!(run.status == Some(2) && run.errors.contains("is also an input"), "{}", run.errors);
}

#[test]
fn thumbnails_are_left_out_although_their_keys_come_before_that_of_the_ledger() {
    let album = Album::new();
    for key in ["in/!a.png", "in/(1)/b.png", "in/c.png"] {
        album.server.put(key, &picture(64, ImageFormat::Png));
    }
    album.thumbs(&[&Album::url("in"), "-o", &Album::url("all/small")]);
    album.server.put("all/!d.png", &picture(65, ImageFormat::Png));
    let run = album.thumbs(&[&Album::url("all"), "-o", &Album::url("out")]);
    let outcomes = run.outcomes("s3://album/all/");
    assert_eq!(outcomes.keys().collect::<Vec<_>>(), ["!d.png", "small"], "{outcomes:?}");
    assert_eq!(outcomes["small"].1, "a directory of thumbnails; name it as an input to include it");
}

#[test]
fn a_selection_holds_for_keys_too() {
    let album = small_album();
    let written = |words: &[&str]| {
        let run = album.thumbs(&[&[Album::url("in").as_str(), "-o", "some", "--dry-run"], words].concat());
        assert_eq!(run.status, Some(0), "{}", run.errors);
        run.outcomes("s3://album/in/")
            .into_iter()
            .filter(|(_, (outcome, _))| outcome == "would-write")
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(written(&[]), ["a.jpg", "b c.jpg", "sub/d#1.jpg", "sub/é.png"]);
    assert_eq!(written(&["--hidden"]).len(), 5);
    assert_eq!(written(&["--max-depth", "1"]), ["a.jpg", "b c.jpg"]);
    assert_eq!(written(&["--exclude", "sub"]), ["a.jpg", "b c.jpg"]);
    assert_eq!(written(&["--include", "*.png"]), ["sub/é.png"]);
    assert_eq!(written(&["--ext", "png"]), ["sub/é.png"]);
    let shards: Vec<String> = ["1/2", "2/2"].iter().flat_map(|shard| written(&["--shard", shard])).collect();
    assert_eq!(shards.len(), 4, "{shards:?}");
}

#[test]
fn options_that_make_no_sense_for_objects_are_errors() {
    let album = small_album();
    let (from, to) = (Album::url("in"), Album::url("out"));
    for (words, reason) in [
        (
            &[from.as_str(), "-o", to.as_str(), "--prune"][..],
            "thumbnails without a source are removed only where both are files",
        ),
        (&["in", "-o", &to, "--gallery"], "pages are written to directories only"),
        (&["in", "-o", &to, "--contact-sheet=a.pdf"], "a contact sheet is made of thumbnails in a directory"),
        (&[&from, "--compare"], "two runs are compared over files only"),
        (&[&from, "--freedesktop"], "the cache of a desktop is for files"),
        (&[&from, "--watch"], "only directories are watched"),
    ] {
        fs::create_dir_all(album.path("in")).unwrap();
        let run = if words.contains(&"--watch") { album.bare(words) } else { album.thumbs(words) };
        assert_eq!(run.status, Some(2), "{words:?}: {}", run.errors);
        assert!(run.errors.contains(reason), "{words:?}: {}", run.errors);
    }
    assert!(album.server.written().is_empty());
}
