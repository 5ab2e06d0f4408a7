//! Tests tar archives as inputs and outputs of the command.

use std::fs;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use image::ImageFormat;
use tar::{Builder, EntryType, Header};

use crate::fixture::{Folder, encode, outcome_of, picture};

/// A member: its name, kind and content.
type Member = (String, EntryType, Vec<u8>);

fn file(name: &str, content: &[u8]) -> Member {
    (name.to_string(), EntryType::Regular, content.to_vec())
}

/// Returns an archive. Names are written as they are, also such as no program would write.
fn tar(members: &[Member]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, content) in members {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mtime(1_700_000_000);
        header.set_mode(0o640);
        if !content.is_empty() || *kind == EntryType::Regular {
            header.set_cksum();
        } else {
            header.set_link_name("/etc/passwd").unwrap();
            header.set_cksum();
        }
        builder.append(&header, content.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Lists the names and contents of an archive that a run wrote.
fn members(path: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type() == EntryType::XGlobalHeader {
            continue;
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        found.push((entry.path().unwrap().to_str().unwrap().to_string(), content));
    }
    found
}

fn names(path: &std::path::Path) -> Vec<String> {
    members(path).into_iter().map(|(name, _)| name).collect()
}

fn png(width: u32) -> Vec<u8> {
    encode(&picture(width, 48), ImageFormat::Png)
}

/// Returns two samples as WebDataset stores them, the larger image last.
fn samples() -> Vec<Member> {
    vec![
        file("a/0001.cls", b"7"),
        file("a/0001.png", &png(64)),
        file("a/0001.json", b"{}"),
        file("./a/0002.json", b"{\"x\": 1}"),
        file("./a/0002.png", &png(200)),
    ]
}

#[test]
fn an_archive_gives_the_thumbnails_that_its_files_give() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&samples())).write("in/a/0001.png", &png(64)).write("in/a/0002.png", &png(200));
    let (run, report) = folder.report(&["in.tar", "-o", "out"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.files_below("out"), ["a/0001.png", "a/0002.png"]);
    assert_eq!(report["totals"]["found"], 5);
    assert_eq!(report["totals"]["skipped"], 3);
    assert_eq!(outcome_of(&report, "in.tar/a/0001.png").0, "written");
    folder.thumbs(&["in", "-o", "same"]);
    for name in ["a/0001.png", "a/0002.png"] {
        assert_eq!(
            fs::read(folder.path(&format!("out/{name}"))).unwrap(),
            fs::read(folder.path(&format!("same/{name}"))).unwrap()
        );
    }
    let (_, report) = folder.report(&["in.tar", "-o", "out", "--update"]);
    assert_eq!(report["totals"]["up_to_date"], 2);
}

#[test]
fn pruning_removes_the_thumbnails_of_members_that_are_gone_and_no_others() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&samples()));
    assert_eq!(folder.thumbs(&["in.tar", "-o", "out"]).status(), Some(0));
    let words = ["in.tar", "-o", "out", "--update", "--prune"];
    assert_eq!(folder.report(&words).1["totals"]["removed"], 0);
    // Damage may hide a member.
    let archive = fs::read(folder.path("in.tar")).unwrap();
    folder.write("in.tar", &archive[..1024]);
    folder.thumbs(&words);
    assert_eq!(folder.files_below("out"), ["a/0001.png", "a/0002.png"]);
    folder.write("in.tar", &tar(&[]));
    let run = folder.thumbs(&words);
    assert!(run.errors().contains("in.tar: empty or damaged; thumbnails"), "{}", run.errors());
    assert_eq!(folder.files_below("out"), ["a/0001.png", "a/0002.png"]);
    folder.write("in.tar", &tar(&samples()[..3]));
    assert_eq!(folder.report(&words).1["totals"]["removed"], 1);
    assert_eq!(folder.files_below("out"), ["a/0001.png"]);
}

#[test]
fn an_archive_of_thumbnails_keeps_the_other_files_of_samples_in_their_order() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&samples()));
    let (run, report) = folder.report(&["in.tar", "-o", "out.tar", "-s", "32"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let found = members(&folder.path("out.tar"));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a/0001.cls", "a/0001.png", "a/0001.json", "a/0002.json", "a/0002.png"]);
    assert_eq!((found[0].1.as_slice(), found[3].1.as_slice()), (&b"7"[..], &b"{\"x\": 1}"[..]));
    assert_eq!(image::load_from_memory(&found[4].1).unwrap().width(), 32);
    assert_eq!(report["files"][1]["thumbnails"][0]["path"], "out.tar/a/0001.png");
    assert_eq!(folder.files_below("."), ["in.tar", "out.tar", "report.json"]);
}

#[test]
fn an_archive_has_the_same_bytes_for_any_number_of_workers() {
    let folder = Folder::new();
    let many: Vec<Member> = (0..60).map(|number| file(&format!("{number}.png"), &png(20 + number * 13 % 97))).collect();
    folder.write("in.tar", &tar(&many));
    let written = ["1", "2", "7"].map(|jobs| {
        let run = folder.thumbs(&["in.tar", "-o", "out.tar", "--jobs", jobs]);
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        fs::read(folder.path("out.tar")).unwrap()
    });
    assert!(written[0] == written[1] && written[1] == written[2]);
}

#[test]
fn a_directory_becomes_an_archive_in_the_order_of_names() {
    let folder = Folder::of(&["in/b.png", "in/a/x.jpg", "in/c.png"]);
    folder.write("in/notes.txt", b"not an image");
    let run = folder.thumbs(&["in", "-o", "new/out.tar"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(names(&folder.path("new/out.tar")), ["a/x.jpg", "b.png", "c.png"]);
    assert_eq!(folder.all_files_below("new"), ["out.tar"]);
}

#[test]
fn each_shard_becomes_a_shard() {
    let folder = Folder::new();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&tar(&samples())).unwrap();
    folder.write("s/0.tar", &tar(&samples())).write("s/1.tgz", &packed.finish().unwrap()).write_picture("s/2/x.png");
    let inputs = ["s/0.tar", "s/1.tgz", "s/2"];
    let (run, report) = folder.report(&[&inputs[..], &["--tar", "-o", "out"]].concat());
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.all_files_below("out"), ["0.tar", "1.tar", "2.tar"]);
    assert_eq!(members(&folder.path("out/0.tar")), members(&folder.path("out/1.tar")));
    assert_eq!(names(&folder.path("out/2.tar")), ["x.png"]);
    assert_eq!((&report["totals"]["found"], &report["totals"]["written"]), (&11.into(), &5.into()));
    let sources: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["source"].as_str().unwrap()).collect();
    assert_eq!((sources[0], sources[5], sources[10]), ("s/0.tar/a/0001.cls", "s/1.tgz/a/0001.cls", "s/2/x.png"));
    for shard in ["1/2", "2/2"] {
        let run = folder.thumbs(&[&inputs[..], &["--tar", "-o", "shared", "--shard", shard]].concat());
        assert_eq!(run.status(), Some(0), "{}", run.errors());
    }
    assert_eq!(folder.all_files_below("shared"), ["0.tar", "1.tar", "2.tar"]);
}

#[test]
fn a_file_that_is_not_ours_is_never_replaced_by_an_archive() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&samples())).write("out.tar", &tar(&[file("mine", b"1")]));
    let mine = fs::read(folder.path("out.tar")).unwrap();
    let run = folder.thumbs(&["in.tar", "-o", "out.tar"]);
    assert_eq!((run.status(), fs::read(folder.path("out.tar")).unwrap()), (Some(2), mine), "{}", run.errors());
    assert!(run.errors().contains("not made by thumbs"), "{}", run.errors());
    assert_eq!(folder.thumbs(&["in.tar", "-o", "out.tar", "--force"]).status(), Some(0));
    // It is ours now, until somebody changes it.
    assert_eq!(folder.thumbs(&["in.tar", "-o", "out.tar", "-s", "20"]).status(), Some(0));
    let mut changed = fs::read(folder.path("out.tar")).unwrap();
    let last = changed.len() - 1;
    changed[last] = 1;
    folder.write("out.tar", &changed);
    assert_eq!(folder.thumbs(&["in.tar", "-o", "out.tar"]).status(), Some(2));
    assert_eq!(fs::read(folder.path("out.tar")).unwrap(), changed);
    let given = fs::read(folder.path("in.tar")).unwrap();
    assert_eq!(folder.thumbs(&["in.tar", "-o", "in.tar", "--force"]).status(), Some(2));
    assert_eq!(fs::read(folder.path("in.tar")).unwrap(), given);
    assert_eq!(folder.files_below("."), ["in.tar", "out.tar"]);
}

#[test]
fn a_file_that_is_cut_off_fails_and_those_before_it_do_not() {
    let folder = Folder::new();
    let whole = tar(&samples());
    let (run, report) = folder.write("in.tar", &whole[..whole.len() - 1024 - 600]).report(&["in.tar", "-o", "out.tar"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(outcome_of(&report, "in.tar/a/0001.png").0, "written");
    assert_eq!(outcome_of(&report, "in.tar/a/0002.png").0, "failed");
    assert!(run.errors().contains("the archive is cut off"), "{}", run.errors());
    assert_eq!(names(&folder.path("out.tar")), ["a/0001.cls", "a/0001.png", "a/0001.json", "a/0002.json"]);
}

#[test]
fn files_behind_a_damaged_header_are_found() {
    let folder = Folder::new();
    let mut damaged = tar(&samples());
    // The second header, behind that of the first file and its block.
    damaged[1024..1034].fill(b'#');
    let (run, report) = folder.write("in.tar", &damaged).report(&["in.tar", "-o", "out"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert!(run.errors().contains("damaged archive"), "{}", run.errors());
    assert_eq!(folder.files_below("out"), ["a/0002.png"]);
    assert_eq!((&report["totals"]["found"], &report["totals"]["failed"]), (&5.into(), &1.into()));
}

#[test]
fn a_damaged_compression_fails_after_what_could_be_unpacked() {
    let folder = Folder::new();
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(&tar(&samples())).unwrap();
    let packed = packed.finish().unwrap();
    let (run, report) = folder.write("in.tar.gz", &packed[..packed.len() - 1500]).report(&["in.tar.gz", "-o", "out"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(outcome_of(&report, "in.tar.gz/a/0001.png").0, "written");
    assert!(run.errors().contains("damaged compression"), "{}", run.errors());
}

#[test]
fn names_that_lead_out_links_and_devices_are_never_followed() {
    let folder = Folder::new();
    let link = |name: &str, kind| (name.to_string(), kind, Vec::new());
    let hostile = [
        file("../up.png", &png(30)),
        file("/root.png", &png(30)),
        file("a/../../up2.png", &png(30)),
        link("link.png", EntryType::Symlink),
        link("hard.png", EntryType::Link),
        link("null.png", EntryType::Char),
        file("good.png", &png(30)),
    ];
    folder.write("x/in.tar", &tar(&hostile));
    for (output, listed) in [("x/out", vec!["good.png"]), ("x/out.tar", vec![])] {
        let (run, report) = folder.report(&["x/in.tar", "-o", output]);
        assert_eq!(run.status(), Some(1), "{}", run.errors());
        let totals = &report["totals"];
        assert_eq!(
            (&totals["found"], &totals["written"], &totals["skipped"], &totals["failed"]),
            (&7.into(), &1.into(), &3.into(), &3.into())
        );
        assert!(run.errors().contains("leads out of the archive"), "{}", run.errors());
        assert_eq!(if output == "x/out" { folder.files_below(output) } else { vec![] }, listed);
    }
    assert_eq!(names(&folder.path("x/out.tar")), ["good.png"]);
    assert_eq!(folder.files_below("."), ["report.json", "x/in.tar", "x/out.tar", "x/out/good.png"]);
}

#[test]
fn of_files_with_one_name_the_last_counts() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&[file("a.png", b"old"), file("b.png", &png(30)), file("a.png", &png(90))]));
    let (run, report) = folder.report(&["in.tar", "-o", "out.tar", "-s", "64"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let outcomes: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["skipped", "written", "written"]);
    assert_eq!(names(&folder.path("out.tar")), ["b.png", "a.png"]);
}

#[test]
fn a_damaged_image_is_left_out_of_the_archive_and_its_sample_stays() {
    let folder = Folder::new();
    let cut = png(200);
    folder
        .write("in.tar", &tar(&[file("a.png", &cut[..cut.len() / 4]), file("a.json", b"{}"), file("b.png", &png(30))]));
    let (run, report) = folder.report(&["in.tar", "-o", "out.tar"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(outcome_of(&report, "in.tar/a.png").0, "failed");
    assert_eq!(names(&folder.path("out.tar")), ["a.json", "b.png"]);
}

#[test]
fn a_dry_run_writes_no_archive() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&samples()));
    let (run, report) = folder.report(&["in.tar", "-o", "new/out.tar", "--dry-run"]);
    assert_eq!((run.status(), &report["totals"]["written"]), (Some(0), &2.into()), "{}", run.errors());
    assert_eq!(folder.files_below("."), ["in.tar", "report.json"]);
}

#[test]
fn options_that_make_no_sense_for_an_archive_are_refused() {
    let folder = Folder::new();
    folder.write("in.tar", &tar(&samples())).write_picture("a.png");
    for words in [
        &["in.tar", "-o", "out.tar", "--update"][..],
        &["in.tar", "-o", "out.tar", "--shard", "1/2"],
        &["in.tar", "-o", "out.tar.gz"],
        &["in.tar", "-o", "out.tar", "--compare"],
        &["in.tar", "-o", "out.tar", "--gallery"],
        &["a.png", "--tar", "-o", "out"],
        &["in.tar", "./in.tar", "--tar", "-o", "out"],
        &["missing.tar", "--tar", "-o", "out"],
    ] {
        let run = folder.thumbs(words);
        assert_eq!(run.status(), Some(2), "{words:?}: {}", run.errors());
    }
    assert_eq!(folder.files_below("."), ["a.png", "in.tar"]);
}
