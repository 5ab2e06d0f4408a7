use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::known::Known;
use super::*;
use crate::digest::digest;
use crate::error::{Cause, Failure};
use crate::facts::Facts;
use crate::format::Format;
use crate::options::{Bookkeeping, Effect, Foreign};

/// A directory with a source directory `in` and an output directory `out`.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::create_dir(folder.path().join("out")).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.0.path()).unwrap().join(name)
    }

    fn open_with(&self, foreign: Foreign, effect: Effect) -> Ledger {
        let out = self.path("out");
        let ledger = Ledger::open(&out, &out, &[self.path("in")], (foreign, effect, Bookkeeping::On)).unwrap();
        assert_eq!(ledger.wait(), [""; 0]);
        ledger
    }

    fn open(&self) -> Ledger {
        self.open_with(Foreign::Refuse, Effect::Write)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Lists the files of the output directory, without the ledger's.
    fn thumbnails(&self) -> Vec<String> {
        let out = self.path("out");
        let mut names: Vec<String> = walkdir::WalkDir::new(&out)
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.is_file() && !path.starts_with(out.join(DIRECTORY)))
            .map(|path| path.strip_prefix(&out).unwrap().display().to_string())
            .collect();
        names.sort();
        names
    }

    /// Lists the entries of the ledger's directory.
    fn ledger(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("out/.thumbs")).into_iter().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

const FACTS: Facts = Facts { len: 1000, modified_ns: 5, inode: 7 };
const MADE_WITH: u64 = 99;

/// Stores `bytes` at `target` as the thumbnail of the source of this name.
fn store(ledger: &Ledger, bytes: &[u8], target: &str, source: &str) -> Result<(), Failure> {
    store_into(ledger, bytes, target, source, &mut PathBuf::new())
}

fn store_into(ledger: &Ledger, bytes: &[u8], target: &str, source: &str, known: &mut PathBuf) -> Result<(), Failure> {
    ledger.store(&finished(bytes, target), &origin(source), known)
}

/// Returns the one thumbnail that a source would have.
fn expect(target: PathBuf) -> Vec<Vec<Expected>> {
    vec![vec![Expected { target, format: Format::Jpeg, made_with: MADE_WITH }]]
}

fn finished<'a>(bytes: &'a [u8], target: &'a str) -> Finished<'a> {
    Finished { bytes, digest: digest(bytes), format: Format::Jpeg, target: Path::new(target), made_with: MADE_WITH }
}

fn origin(source: &str) -> Origin<'_> {
    Origin {
        root: 0,
        below: Path::new(source),
        number: None,
        facts: FACTS,
        format: Format::Jpeg,
        content: Some(77),
        placeholder: None,
    }
}

fn moved<'a>(source: &'a str, facts: &'a Facts) -> Moved<'a> {
    Moved { root: 0, below: Path::new(source), number: None, facts }
}

fn is_refused(stored: &Result<(), Failure>) -> bool {
    matches!(stored, Err(failure) if matches!(failure.cause, Cause::NotOurs(_)))
}

fn is_current(ledger: &Ledger, facts: &Facts, target: &str, source: &str) -> bool {
    ledger.is_current(0, Path::new(source), facts, &[MADE_WITH], &[target.into()])
}

/// Sets another modification time.
fn touch(path: &Path) {
    let time = SystemTime::now() + Duration::from_secs(60);
    File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn a_thumbnail_of_ours_is_replaced_by_the_same_run_and_by_a_later_one() {
    let place = Place::new();
    let first = place.open();
    store(&first, b"1", "a/b/c.jpg", "c.jpg").unwrap();
    store(&first, b"22", "a/b/c.jpg", "c.jpg").unwrap();
    assert_eq!(place.read("out/a/b/c.jpg"), b"22");
    drop(first);
    let second = place.open();
    store(&second, b"333", "a/b/c.jpg", "c.jpg").unwrap();
    drop(second);
    assert_eq!(place.read("out/a/b/c.jpg"), b"333");
    assert_eq!(place.thumbnails(), ["a/b/c.jpg"]);
    assert!(place.ledger().iter().all(|name| name.ends_with(".ndjson")), "{:?}", place.ledger());
}

#[test]
fn what_is_not_named_as_ours_stays_byte_for_byte() {
    let place = Place::new();
    place.write("out/a.jpg", b"an original");
    fs::create_dir(place.path("out/b.jpg")).unwrap();
    let ledger = place.open();
    let stored = store(&ledger, b"new", "a.jpg", "a.jpg");
    assert!(is_refused(&stored));
    assert!(is_refused(&store(&ledger, b"new", "b.jpg", "b.jpg")));
    let message = stored.unwrap_err().at(Path::new("in/a.jpg")).to_string();
    assert!(message.ends_with("out/a.jpg was not made by thumbs, or was changed since"), "{message}");
    assert_eq!(place.read("out/a.jpg"), b"an original");
    // A failed attempt does not make it ours either.
    drop(ledger);
    assert!(is_refused(&store(&place.open(), b"newer", "a.jpg", "a.jpg")));
    assert_eq!(place.read("out/a.jpg"), b"an original");
}

#[test]
fn a_thumbnail_that_was_changed_is_theirs_and_one_that_was_only_touched_is_not() {
    let place = Place::new();
    let ledger = place.open();
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        store(&ledger, b"made", name, name).unwrap();
    }
    drop(ledger);
    place.write("out/a.jpg", b"edited");
    place.write("out/b.jpg", b"edit");
    touch(&place.path("out/b.jpg"));
    touch(&place.path("out/c.jpg"));
    let ledger = place.open();
    for name in ["a.jpg", "b.jpg"] {
        assert!(is_refused(&store(&ledger, b"new", name, name)), "{name}");
        assert!(place.read(&format!("out/{name}")).starts_with(b"edit"));
    }
    store(&ledger, b"new", "c.jpg", "c.jpg").unwrap();
    assert_eq!(place.read("out/c.jpg"), b"new");
}

#[test]
fn equal_bytes_become_ours_and_are_not_written_again() {
    let place = Place::new();
    place.write("out/a.jpg", b"made");
    let before = Facts::from(&fs::metadata(place.path("out/a.jpg")).unwrap());
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    assert_eq!(Facts::from(&fs::metadata(place.path("out/a.jpg")).unwrap()), before);
    let lines = || place.ledger().len();
    assert_eq!(lines(), 1);
    // The ledger already says all of this.
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    assert_eq!((Facts::from(&fs::metadata(place.path("out/a.jpg")).unwrap()), lines()), (before, 1));
    store(&place.open(), b"other", "a.jpg", "a.jpg").unwrap();
    assert_eq!(place.read("out/a.jpg"), b"other");
}

#[test]
fn a_copy_of_the_output_directory_works_as_the_original_does() {
    let place = Place::new();
    store(&place.open(), b"made", "sub/a.jpg", "a.jpg").unwrap();
    let copy = Place::new();
    for name in place.ledger() {
        copy.write(&format!("out/.thumbs/{name}"), &place.read(&format!("out/.thumbs/{name}")));
    }
    copy.write("out/sub/a.jpg", &place.read("out/sub/a.jpg"));
    let ledger = copy.open();
    assert!(is_current(&ledger, &FACTS, "sub/a.jpg", "a.jpg"));
    assert!(!is_current(&ledger, &Facts { len: 1001, ..FACTS }, "sub/a.jpg", "a.jpg"));
    store(&ledger, b"new", "sub/a.jpg", "a.jpg").unwrap();
    assert_eq!(copy.read("out/sub/a.jpg"), b"new");
}

#[test]
fn force_replaces_anything_but_a_source_of_the_run_and_a_directory() {
    let place = Place::new();
    place.write("out/a.jpg", b"not ours");
    place.write("out/source.jpg", b"an original");
    fs::create_dir(place.path("out/d.jpg")).unwrap();
    fs::hard_link(place.path("out/source.jpg"), place.path("out/linked.jpg")).unwrap();
    let mut ledger = place.open_with(Foreign::Replace, Effect::Write);
    let source = place.path("out/source.jpg");
    // A source on another file system may have the same inode.
    let elsewhere = place.path("elsewhere.jpg");
    let inode = Facts::from(&fs::metadata(&source).unwrap()).inode;
    ledger.protect(HashMap::from([(inode, vec![elsewhere.clone(), source, elsewhere])]));
    store(&ledger, b"new", "a.jpg", "a.jpg").unwrap();
    assert_eq!(place.read("out/a.jpg"), b"new");
    for target in ["source.jpg", "linked.jpg", "d.jpg"] {
        let failure = store(&ledger, b"new", target, target).unwrap_err();
        assert!(matches!(failure.cause, Cause::NeverReplaced(_)), "{target}: {}", failure.cause);
    }
    assert_eq!(place.read("out/source.jpg"), b"an original");
}

#[test]
fn a_file_that_takes_the_place_between_the_look_and_the_exchange_is_put_back() {
    let place = Place::new();
    let ledger = place.open();
    store(&ledger, b"made", "a.jpg", "a.jpg").unwrap();
    let path = place.path("out/a.jpg");
    let seen = Facts::from(&fs::metadata(&path).unwrap());
    let mut staged = ledger.staging.write(b"new", &path).unwrap();
    // Another program saves a file under this name.
    fs::remove_file(&path).unwrap();
    fs::write(&path, b"their own").unwrap();
    let replaced =
        ledger.replace(&mut staged, &finished(b"new", "a.jpg"), &origin("a.jpg"), &seen, Some(digest(b"made")));
    assert!(matches!(replaced, Ok(false)));
    assert_eq!(place.read("out/a.jpg"), b"their own");
    assert_eq!(fs::read(&staged.path).unwrap(), b"new", "ours is where it was");
    // A file that is there before a new thumbnail's renaming is not lost either.
    let mut staged = ledger.staging.write(b"new", &path).unwrap();
    let placed = ledger.place(&mut staged, &finished(b"new", "a.jpg"), &origin("a.jpg"), &mut PathBuf::new(), false);
    assert!(matches!(placed, Err(Cause::NotOurs(_))));
    assert_eq!(place.read("out/a.jpg"), b"their own");
}

#[test]
fn a_foreign_file_is_put_back_or_kept_whatever_became_of_the_thumbnail_meanwhile() {
    let place = Place::new();
    let ledger = place.open();
    let path = place.path("out/a.jpg");
    let staged = || ledger.staging.write(b"their own", &path).unwrap();
    // The thumbnail exists: the files change places.
    fs::write(&path, b"new").unwrap();
    let mut foreign = staged();
    ledger.put_back(&mut foreign, Path::new("a.jpg")).unwrap();
    assert_eq!((place.read("out/a.jpg"), fs::read(&foreign.path).unwrap()), (b"their own".to_vec(), b"new".to_vec()));
    // It was removed.
    fs::remove_file(&path).unwrap();
    assert!(ledger.put_back(&mut staged(), Path::new("a.jpg")).is_err());
    assert_eq!(place.read("out/a.jpg"), b"their own");
    // Its directory was removed.
    let mut foreign = staged();
    let cause = ledger.put_back(&mut foreign, Path::new("gone/a.jpg")).unwrap_err();
    assert_eq!(foreign.path, PathBuf::new(), "so that nobody removes it");
    let kept: Vec<String> = place.ledger().into_iter().filter(|name| name.starts_with("rescued-")).collect();
    assert!(cause.to_string().contains(&kept[0]), "{cause}");
    assert_eq!(place.read(&format!("out/.thumbs/{}", kept[0])), b"their own");
}

#[test]
fn two_runs_at_once_recognise_each_others_thumbnails() {
    let place = Place::new();
    let [one, other] = [place.open(), place.open()];
    store(&one, b"1", "a.jpg", "a.jpg").unwrap();
    store(&other, b"2", "a.jpg", "a.jpg").unwrap();
    store(&one, b"3", "a.jpg", "a.jpg").unwrap();
    store(&other, b"3", "a.jpg", "a.jpg").unwrap();
    assert_eq!(place.read("out/a.jpg"), b"3");
    drop(one);
    drop(other);
    assert!(is_current(&place.open(), &FACTS, "a.jpg", "a.jpg"));
    assert_eq!(place.thumbnails(), ["a.jpg"]);
}

#[test]
fn of_a_run_that_was_killed_before_the_renaming_nothing_is_taken_for_a_foreign_file() {
    let place = Place::new();
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    let ledger = place.open();
    // The line is written, but the thumbnail is not in its place.
    let mut staged = ledger.staging.write(b"new", &place.path("out/a.jpg")).unwrap();
    ledger.note(&finished(b"new", "a.jpg"), &origin("a.jpg"), staged.facts.modified_ns, Some(digest(b"made"))).unwrap();
    staged.mark_for_exchange().unwrap();
    ledger.note(&finished(b"fresh", "b.jpg"), &origin("b.jpg"), 1, None).unwrap();
    kill(ledger);
    assert_eq!(place.ledger().iter().filter(|name| !name.ends_with(".ndjson")).count(), 1);

    let ledger = place.open();
    assert_eq!(place.ledger().iter().filter(|name| !name.ends_with(".ndjson")).count(), 1, "its own alone");
    assert!(!is_current(&ledger, &FACTS, "a.jpg", "a.jpg") && !is_current(&ledger, &FACTS, "b.jpg", "b.jpg"));
    store(&ledger, b"newer", "a.jpg", "a.jpg").unwrap();
    store(&ledger, b"fresh", "b.jpg", "b.jpg").unwrap();
    assert_eq!((place.read("out/a.jpg"), place.read("out/b.jpg")), (b"newer".to_vec(), b"fresh".to_vec()));
}

/// Leaves everything as a killed run does: the lock goes with the process.
fn kill(mut ledger: Ledger) {
    ledger.is_closed.store(true, Ordering::SeqCst);
    ledger.segment = None;
}

#[test]
fn what_a_killed_run_had_taken_from_the_place_of_a_thumbnail_is_kept_unless_it_is_ours() {
    let place = Place::new();
    let ledger = place.open();
    store(&ledger, b"made", "a.jpg", "a.jpg").unwrap();
    let staging = ledger.segment.as_ref().unwrap().path.with_extension("staged");
    fs::write(staging.join("1-swap"), b"made").unwrap();
    fs::write(staging.join("2-swap"), b"their own").unwrap();
    fs::write(staging.join("3"), b"half a thumb").unwrap();
    kill(ledger);
    drop(place.open());
    let kept: Vec<String> = place.ledger().into_iter().filter(|name| name.starts_with("rescued-")).collect();
    assert_eq!(kept.len(), 1, "{:?}", place.ledger());
    assert_eq!(place.read(&format!("out/.thumbs/{}", kept[0])), b"their own");
    assert!(!staging.exists());
}

#[test]
fn what_a_killed_run_had_replaced_is_known_as_ours_whatever_other_runs_wrote_and_merged_since() {
    let place = Place::new();
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    // The run is killed after the exchange, before the replaced thumbnail was removed.
    let ledger = place.open();
    store(&ledger, b"killed", "a.jpg", "a.jpg").unwrap();
    let staging = ledger.segment.as_ref().unwrap().path.with_extension("staged");
    fs::write(staging.join("1-swap"), b"made").unwrap();
    // Runs that began earlier replace the thumbnail again and merge the segments when they end.
    let others: Vec<Ledger> = (0..4).map(|_| place.open()).collect();
    kill(ledger);
    for (other, bytes) in others.iter().zip([b"1", b"2", b"3", b"4"]) {
        store(other, bytes, "a.jpg", "a.jpg").unwrap();
    }
    drop(others);
    drop(place.open());
    assert!(place.ledger().iter().all(|name| name.ends_with(".ndjson")), "{:?}", place.ledger());
}

#[test]
fn what_was_written_since_the_ledger_was_read_counts_when_a_killed_run_is_swept() {
    let place = Place::new();
    let ledger = place.open();
    store(&ledger, b"made", "a.jpg", "a.jpg").unwrap();
    let mut known = Known::default();
    known.read_on(&ledger.directory);
    store(&ledger, b"newer", "a.jpg", "a.jpg").unwrap();
    let staging = ledger.segment.as_ref().unwrap().path.with_extension("staged");
    fs::write(staging.join("2-swap"), b"newer").unwrap();
    let directory = ledger.directory.clone();
    kill(ledger);
    known.sweep(&directory);
    assert!(!staging.exists());
    assert!(place.ledger().iter().all(|name| name.ends_with(".ndjson")), "{:?}", place.ledger());
}

#[test]
fn what_a_living_run_stages_is_left_alone() {
    let place = Place::new();
    let living = place.open();
    let staged = living.staging.write(b"new", &place.path("out/a.jpg")).unwrap();
    drop(place.open());
    assert!(staged.path.exists());
}

#[test]
fn a_run_that_stored_nothing_leaves_nothing() {
    let place = Place::new();
    drop(place.open());
    assert!(!place.path("out/.thumbs").exists());
    place.write("out/a.jpg", b"not ours");
    let ledger = place.open();
    assert!(is_refused(&store(&ledger, b"new", "a.jpg", "a.jpg")));
    drop(ledger);
    assert!(!place.path("out/.thumbs").exists(), "a directory of originals is no output directory");
}

#[test]
fn a_dry_run_writes_nothing_and_foresees_what_a_run_does() {
    let place = Place::new();
    store(&place.open(), b"made", "ours.jpg", "a.jpg").unwrap();
    place.write("out/theirs.jpg", b"theirs");
    place.write("out/equal.jpg", b"equal");
    let before = place.ledger();
    let ledger = place.open_with(Foreign::Refuse, Effect::DryRun);
    let foresee = |target: &str| {
        let origin = (0, Path::new("a.jpg"));
        ledger.foresee(origin, Path::new(target), &mut |path| fs::read(path).is_ok_and(|bytes| bytes == b"equal"))
    };
    assert!(matches!(foresee("new.jpg"), Foreseen::New));
    assert!(matches!(foresee("ours.jpg"), Foreseen::Replace));
    assert!(matches!(foresee("theirs.jpg"), Foreseen::Refuse(Cause::NotOurs(_))));
    assert!(matches!(foresee("equal.jpg"), Foreseen::Replace));
    drop(ledger);
    assert_eq!(place.ledger(), before);
}

#[test]
fn a_thumbnail_is_current_only_where_source_options_and_file_are_as_the_ledger_has_them() {
    let place = Place::new();
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    let ledger = place.open();
    assert!(is_current(&ledger, &FACTS, "a.jpg", "a.jpg"));
    assert!(is_current(&ledger, &Facts { inode: 1, ..FACTS }, "a.jpg", "a.jpg"), "a restored backup");
    assert!(!is_current(&ledger, &Facts { modified_ns: 4, ..FACTS }, "a.jpg", "a.jpg"), "an older one counts");
    assert!(!is_current(&ledger, &FACTS, "a.jpg", "b.jpg"));
    assert!(!ledger.is_current(0, Path::new("a.jpg"), &FACTS, &[MADE_WITH + 1], &["a.jpg".into()]));
    place.write("out/a.jpg", b"mode");
    touch(&place.path("out/a.jpg"));
    assert!(!is_current(&ledger, &FACTS, "a.jpg", "a.jpg"));
    fs::remove_file(place.path("out/a.jpg")).unwrap();
    assert!(!is_current(&ledger, &FACTS, "a.jpg", "a.jpg"));
}

#[test]
fn the_thumbnails_of_a_source_that_moved_get_its_new_name() {
    for (facts, content, is_renamed) in [
        (FACTS, None, true),
        (Facts { inode: 8, modified_ns: 9, ..FACTS }, Some(77), true),
        (Facts { inode: 8, modified_ns: 9, ..FACTS }, Some(78), false),
        (Facts { len: 999, ..FACTS }, Some(77), false),
    ] {
        let place = Place::new();
        place.write("in/b.jpg", b"moved");
        store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
        let ledger = place.open();
        let renamed = |source: &str| {
            let expected = |_| expect(Path::new("new/deep").join(source));
            ledger.rename_moved(moved(source, &facts), Effect::Write, &mut || content, &expected)
        };
        assert_eq!(renamed("b.jpg").is_some(), is_renamed, "{facts:?}");
        assert_eq!(renamed("c.jpg"), None, "there is one thumbnail");
        let wanted = if is_renamed { "new/deep/b.jpg" } else { "a.jpg" };
        assert_eq!(place.thumbnails(), [wanted]);
        drop(ledger);
        assert_eq!(is_current(&place.open(), &facts, "new/deep/b.jpg", "b.jpg"), is_renamed);
    }
    // A source that still exists keeps its thumbnail.
    let place = Place::new();
    place.write("in/a.jpg", b"there");
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    let expected = |_| expect("b.jpg".into());
    let renamed = place.open().rename_moved(moved("b.jpg", &FACTS), Effect::Write, &mut || Some(77), &expected);
    assert_eq!(renamed, None);
}

#[test]
fn pruning_removes_thumbnails_without_a_source_and_nothing_else() {
    let place = Place::new();
    let ledger = place.open();
    for name in ["gone/a.jpg", "there.jpg", "edited.jpg"] {
        store(&ledger, b"made", name, name).unwrap();
    }
    drop(ledger);
    place.write("in/there.jpg", b"there");
    place.write("out/edited.jpg", b"edited");
    place.write("out/theirs.jpg", b"theirs");
    let dry = place.open_with(Foreign::Refuse, Effect::DryRun).prune(Effect::DryRun, &|_, _| None).unwrap();
    assert_eq!((&dry.removed, &dry.kept), (&vec![place.path("out/gone/a.jpg")], &vec![place.path("out/edited.jpg")]));
    assert!(place.path("out/gone/a.jpg").exists());

    let pruned = place.open().prune(Effect::Write, &|_, _| None).unwrap();
    assert_eq!((pruned.removed, pruned.kept), (dry.removed, dry.kept));
    assert_eq!(place.thumbnails(), ["edited.jpg", "theirs.jpg", "there.jpg"]);
    assert!(!place.path("out/gone").exists());
    assert_eq!(place.open().prune(Effect::Write, &|_, _| None).unwrap().removed, [""; 0].map(PathBuf::from));

    // A run does not touch the thumbnails of another run's inputs.
    let out = place.path("out");
    let other =
        Ledger::open(&out, &out, &[place.path("out")], (Foreign::Refuse, Effect::Write, Bookkeeping::On)).unwrap();
    fs::remove_file(place.path("in/there.jpg")).unwrap();
    assert_eq!(other.prune(Effect::Write, &|_, _| None).unwrap().removed.len(), 0);
    // A missing root may only be unmounted.
    fs::rename(place.path("in"), place.path("elsewhere")).unwrap();
    assert_eq!(place.open().prune(Effect::Write, &|_, _| None).unwrap().removed.len(), 0);
}

#[test]
fn many_segments_become_one_that_says_the_same() {
    let place = Place::new();
    for run in 0..9_u8 {
        let ledger = place.open();
        store(&ledger, &[run], "a.jpg", "a.jpg").unwrap();
        store(&ledger, b"same", &format!("{run}.jpg"), &format!("{run}.jpg")).unwrap();
        let failed = ledger.note_failure(0, Path::new("broken.jpg"), &FACTS, "corrupt");
        failed.unwrap();
    }
    assert!(place.ledger().len() <= 5, "{:?}", place.ledger());
    let ledger = place.open();
    for name in (0..9).map(|run| format!("{run}.jpg")).chain(["a.jpg".to_string()]) {
        assert!(is_current(&ledger, &FACTS, &name, &name), "{name}");
    }
    let text: String = place
        .ledger()
        .iter()
        .filter(|name| name.contains("merged"))
        .map(|name| String::from_utf8(place.read(&format!("out/.thumbs/{name}"))).unwrap())
        .collect();
    assert_eq!(text.matches("\"a.jpg\"").count(), 2, "the latest line alone, as source and as thumbnail: {text}");
    assert_eq!(text.matches("broken.jpg").count(), 1, "{text}");
}

#[test]
fn a_living_runs_segment_is_not_merged() {
    let place = Place::new();
    let living = place.open();
    store(&living, b"1", "living.jpg", "living.jpg").unwrap();
    for run in 0..9_u8 {
        store(&place.open(), &[run], "a.jpg", "a.jpg").unwrap();
    }
    assert!(living.segment.as_ref().unwrap().path.exists());
    store(&living, b"2", "living.jpg", "living.jpg").unwrap();
    drop(living);
    let ledger = place.open();
    assert!(is_current(&ledger, &FACTS, "living.jpg", "living.jpg") && is_current(&ledger, &FACTS, "a.jpg", "a.jpg"));
}

/// Opens the ledger, whatever its flaws, and returns them as messages.
fn open_flawed(place: &Place) -> (Ledger, Vec<String>) {
    let out = place.path("out");
    let ledger =
        Ledger::open(&out, Path::new("out"), &[place.path("in")], (Foreign::Refuse, Effect::Write, Bookkeeping::On))
            .unwrap();
    let flaws = ledger.wait();
    (ledger, flaws)
}

#[test]
fn a_ledger_that_is_damaged_or_of_a_later_version_is_one_message_and_costs_no_file() {
    let place = Place::new();
    let ledger = place.open();
    store(&ledger, b"made", "a.jpg", "a.jpg").unwrap();
    store(&ledger, b"made", "b.jpg", "b.jpg").unwrap();
    drop(ledger);
    let name = format!("out/.thumbs/{}", place.ledger()[0]);
    let whole = String::from_utf8(place.read(&name)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let with = |text: String| {
        place.write(&name, text.as_bytes());
        let (ledger, flaws) = open_flawed(&place);
        assert_eq!(flaws.len(), 1, "{flaws:?}");
        assert!(flaws[0].starts_with("out/.thumbs/") && !flaws[0].contains('{'), "{flaws:?}");
        (ledger, flaws[0].clone())
    };
    // A line cut off by a crash of the machine is not reported.
    place.write(&name, &whole.as_bytes()[..whole.len() - 20]);
    let (ledger, flaws) = open_flawed(&place);
    assert_eq!(flaws, [""; 0]);
    assert!(is_current(&ledger, &FACTS, "a.jpg", "a.jpg"));
    drop(ledger);
    let (ledger, flaw) = with([lines[0], "\0\0garbage", lines[2], ""].join("\n"));
    assert!(flaw.contains("1 corrupt line;"), "{flaw}");
    assert!(is_current(&ledger, &FACTS, "b.jpg", "b.jpg"), "the other lines count");
    assert!(is_refused(&store(&ledger, b"new", "a.jpg", "a.jpg")));
    drop(ledger);
    let (ledger, flaw) = with(whole.replace(segment::SCHEMA, "thumbs-ledger/9"));
    assert!(flaw.contains("not a ledger of this version"), "{flaw}");
    assert!(is_refused(&store(&ledger, b"new", "a.jpg", "a.jpg")));
    drop(ledger);
    assert_eq!(place.read("out/a.jpg"), b"made");
}

#[test]
fn a_ledger_that_cannot_be_written_is_one_message_and_costs_no_file() {
    let place = Place::new();
    place.write("out/.thumbs", b"in the way");
    place.write("out/theirs.jpg", b"theirs");
    let (ledger, flaws) = open_flawed(&place);
    assert_eq!(flaws.len(), 2, "{flaws:?}");
    assert!(flaws.iter().all(|flaw| flaw.starts_with("out/.thumbs: can't be ")), "{flaws:?}");
    store(&ledger, b"new", "a.jpg", "a.jpg").unwrap();
    assert!(is_refused(&store(&ledger, b"new", "theirs.jpg", "theirs.jpg")));
    drop(ledger);
    assert_eq!(place.thumbnails(), ["a.jpg", "theirs.jpg"]);
    assert_eq!(place.read("out/.thumbs"), b"in the way");
}

#[test]
fn a_directory_that_was_removed_is_made_again_but_not_the_output_directory() {
    let place = Place::new();
    let ledger = place.open();
    let mut known = PathBuf::new();
    store_into(&ledger, b"1", "a/b.jpg", "b.jpg", &mut known).unwrap();
    fs::remove_dir_all(place.path("out/a")).unwrap();
    store_into(&ledger, b"2", "a/b.jpg", "b.jpg", &mut known).unwrap();
    assert_eq!(place.read("out/a/b.jpg"), b"2");

    fs::remove_dir_all(place.path("out")).unwrap();
    let failure = store_into(&ledger, b"3", "a/b.jpg", "b.jpg", &mut known).unwrap_err().at(Path::new("b.jpg"));
    assert!(failure.ends_run() && failure.to_string().contains("is gone"), "{failure}");
    assert!(!place.path("out").exists());
}

#[test]
fn a_file_that_is_taken_away_while_it_is_staged_ends_the_run() {
    let place = Place::new();
    let ledger = place.open();
    fs::remove_dir_all(place.path("out")).unwrap();
    for (target, known) in [("a.jpg", PathBuf::new()), ("a.jpg", place.path("out")), ("sub/a.jpg", PathBuf::new())] {
        let failure = store_into(&ledger, b"new", target, "a.jpg", &mut known.clone()).unwrap_err();
        assert!(matches!(failure.cause, Cause::OutputGone(_)), "{}", failure.cause);
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_replaced_or_written_through() {
    use std::os::unix::fs::symlink;

    let place = Place::new();
    place.write("elsewhere/precious", b"keep me");
    symlink(place.path("elsewhere/precious"), place.path("out/a.jpg")).unwrap();
    symlink(place.path("elsewhere"), place.path("out/sub")).unwrap();
    let ledger = place.open();
    assert!(is_refused(&store(&ledger, b"new", "a.jpg", "a.jpg")));
    for target in ["sub/a.jpg", "sub/deep/a.jpg"] {
        let failure = store(&ledger, b"new", target, "a.jpg").unwrap_err();
        assert!(matches!(failure.cause, Cause::LinkOut(_)), "{}", failure.cause);
    }
    drop(ledger);
    assert_eq!(place.read("elsewhere/precious"), b"keep me");
    assert!(fs::symlink_metadata(place.path("out/a.jpg")).unwrap().is_symlink());
    // The ledger itself is not written through a link either.
    symlink(place.path("elsewhere"), place.path("out/.thumbs")).unwrap();
    let (ledger, flaws) = open_flawed(&place);
    assert!(!flaws.is_empty());
    store(&ledger, b"new", "b.jpg", "b.jpg").unwrap();
    drop(ledger);
    assert_eq!(fs::read_dir(place.path("elsewhere")).unwrap().count(), 1);
}

#[test]
fn no_damage_to_a_ledger_costs_a_file_or_ends_a_run() {
    let place = Place::new();
    let ledger = place.open();
    for name in ["a.jpg", "b.jpg", "sub/c.jpg"] {
        store(&ledger, b"made", name, name).unwrap();
    }
    drop(ledger);
    place.write("out/theirs.jpg", b"theirs");
    let name = format!("out/.thumbs/{}", place.ledger()[0]);
    let whole = place.read(&name);
    let mut state = 7_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for turn in 0..300 {
        let mut damaged = whole.clone();
        if turn % 3 == 0 {
            damaged.truncate(random(whole.len()));
        }
        for _ in 0..turn % 7 {
            if let Some(at) = damaged.len().checked_sub(1).map(&mut random) {
                damaged[at] = random(256) as u8;
            }
        }
        fs::remove_dir_all(place.path("out/.thumbs")).unwrap();
        place.write(&name, &damaged);
        let (ledger, flaws) = open_flawed(&place);
        assert!(flaws.len() <= 1, "{flaws:?}");
        for source in ["a.jpg", "b.jpg", "sub/c.jpg"] {
            is_current(&ledger, &FACTS, source, source);
            // Equal bytes make it ours again, whatever the ledger says.
            store(&ledger, b"made", source, source).unwrap();
        }
        assert!(is_refused(&store(&ledger, b"new", "theirs.jpg", "theirs.jpg")));
        drop(ledger);
        assert_eq!(place.thumbnails(), ["a.jpg", "b.jpg", "sub/c.jpg", "theirs.jpg"]);
        assert_eq!(place.read("out/theirs.jpg"), b"theirs");
    }
}

#[test]
fn no_ledger_leads_out_of_the_output_directory() {
    let place = Place::new();
    let ledger = place.open();
    store(&ledger, b"made", "a.jpg", "gone.jpg").unwrap();
    store(&ledger, b"made", "sub/a.jpg", "gone, too.jpg").unwrap();
    drop(ledger);
    place.write("in/b.jpg", b"there");
    place.write("precious.jpg", b"made");
    let name = format!("out/.thumbs/{}", place.ledger()[0]);
    let whole = String::from_utf8(place.read(&name)).unwrap();
    let absolute = place.path("precious.jpg").display().to_string();
    for outside in ["../precious.jpg", "sub/../../precious.jpg", &absolute, "./../precious.jpg", ".."] {
        place.write(&name, whole.replace("\"path\":\"a.jpg\"", &format!("\"path\":\"{outside}\"")).as_bytes());
        let ledger = place.open();
        assert!(ledger.held(Path::new(outside)).is_none(), "{outside}");
        let pruned = ledger.prune(Effect::DryRun, &|_, _| None).unwrap();
        assert_eq!(pruned.removed, [place.path("out/sub/a.jpg")], "{outside}");
    }
    // A link below it does not lead out either.
    #[cfg(unix)]
    {
        fs::rename(place.path("out/sub"), place.path("elsewhere")).unwrap();
        std::os::unix::fs::symlink(place.path("elsewhere"), place.path("out/sub")).unwrap();
        let pruned = place.open().prune(Effect::Write, &|_, _| None).unwrap();
        assert_eq!((pruned.removed.len(), pruned.kept), (0, vec![place.path("out/sub/a.jpg")]));
        assert_eq!(place.read("elsewhere/a.jpg"), b"made");
    }
}

#[test]
fn a_damaged_thumbnail_of_the_same_length_and_time_is_neither_called_written_nor_removed() {
    let place = Place::new();
    store(&place.open(), b"made", "a.jpg", "gone.jpg").unwrap();
    let path = place.path("out/a.jpg");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, b"mode").unwrap();
    File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
    assert!(is_refused(&store(&place.open(), b"made", "a.jpg", "gone.jpg")));
    assert!(is_refused(&store(&place.open(), b"newer", "a.jpg", "gone.jpg")));
    assert_eq!(place.open().prune(Effect::Write, &|_, _| None).unwrap().removed.len(), 0);
    assert_eq!(place.read("out/a.jpg"), b"mode");
    store(&place.open_with(Foreign::Replace, Effect::Write), b"made", "a.jpg", "gone.jpg").unwrap();
    assert_eq!(place.read("out/a.jpg"), b"made");
}

#[test]
fn a_clock_that_was_ahead_makes_no_later_line_older() {
    let place = Place::new();
    store(&place.open(), b"0", "a.jpg", "a.jpg").unwrap();
    let name = format!("out/.thumbs/{}", place.ledger()[0]);
    let text = String::from_utf8(place.read(&name)).unwrap();
    let at = text.find("\"at_ns\":").unwrap() + 8;
    place.write(&name, format!("{}3{}", &text[..at], &text[at + 1..]).as_bytes());
    for run in 1..9_u8 {
        store(&place.open(), &[run; 3], "a.jpg", "a.jpg").unwrap();
        assert!(is_current(&place.open(), &FACTS, "a.jpg", "a.jpg"), "{run}");
    }
}

#[test]
fn a_merge_keeps_what_is_known_of_a_file_that_is_not_as_the_latest_line_has_it() {
    let place = Place::new();
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    for run in 0..9_u8 {
        let ledger = place.open();
        // Two runs at once may write their lines in one order and exchange their files in the other.
        ledger.note(&finished(&[run; 9], "a.jpg"), &origin("a.jpg"), 1, None).unwrap();
        store(&ledger, b"same", "b.jpg", "b.jpg").unwrap();
        store(&ledger, &[run; 2], "c.jpg", "c.jpg").unwrap();
    }
    assert!(place.ledger().iter().any(|name| name.contains("merged")), "{:?}", place.ledger());
    store(&place.open(), b"new", "a.jpg", "a.jpg").unwrap();
    assert_eq!(place.read("out/a.jpg"), b"new");
}

#[test]
fn a_thumbnail_is_not_renamed_to_a_name_that_is_taken_and_stays_ours() {
    let place = Place::new();
    let ledger = place.open();
    store(&ledger, b"one", "a.jpg", "a.jpg").unwrap();
    store(&ledger, b"two", "b.jpg", "b.jpg").unwrap();
    drop(ledger);
    let ledger = place.open();
    let renamed =
        ledger.rename_moved(moved("b.jpg", &FACTS), Effect::Write, &mut || Some(77), &|_| expect("b.jpg".into()));
    assert_eq!(renamed, None);
    drop(ledger);
    store(&place.open(), b"new", "b.jpg", "b.jpg").unwrap();
    assert_eq!((place.read("out/a.jpg"), place.read("out/b.jpg")), (b"one".to_vec(), b"new".to_vec()));
}

#[cfg(unix)]
#[test]
fn only_what_a_run_of_ours_staged_is_swept() {
    let place = Place::new();
    store(&place.open(), b"made", "a.jpg", "a.jpg").unwrap();
    place.write("photos/001", b"an original");
    std::os::unix::fs::symlink(place.path("photos"), place.path("out/.thumbs/1234567890123-abcdef.staged")).unwrap();
    for name in ["my.staged/42", "2024-holiday/1", "1234-abcdef.staged/7", "merge-mine.tmp"] {
        place.write(&format!("out/.thumbs/{name}"), b"theirs");
    }
    place.write("out/.thumbs/1234567890123-fedcba.staged/7", b"half a thumb");
    drop(place.open());
    for name in ["my.staged/42", "2024-holiday/1", "1234-abcdef.staged/7", "merge-mine.tmp"] {
        assert_eq!(place.read(&format!("out/.thumbs/{name}")), b"theirs", "{name}");
    }
    assert_eq!(place.read("photos/001"), b"an original");
    assert!(!place.path("out/.thumbs/1234567890123-fedcba.staged").exists());
}

#[cfg(unix)]
#[test]
fn a_source_behind_a_link_that_leads_nowhere_is_not_gone() {
    let place = Place::new();
    store(&place.open(), b"made", "nas/a.jpg", "nas/a.jpg").unwrap();
    std::os::unix::fs::symlink(place.path("not mounted"), place.path("in/nas")).unwrap();
    assert_eq!(place.open().prune(Effect::Write, &|_, _| None).unwrap().removed.len(), 0);
    fs::remove_file(place.path("in/nas")).unwrap();
    place.write("in/b.jpg", b"there");
    assert_eq!(place.open().prune(Effect::Write, &|_, _| None).unwrap().removed.len(), 1);
}

#[test]
fn runs_that_end_at_once_lose_no_line_when_they_merge() {
    for _ in 0..60 {
        let place = Place::new();
        std::thread::scope(|scope| {
            for run in 0..8 {
                let place = &place;
                scope.spawn(move || {
                    let ledger = place.open();
                    for number in 0..5 {
                        let name = format!("{run}-{number}.jpg");
                        store(&ledger, name.as_bytes(), &name, &name).unwrap();
                    }
                    ledger.close().unwrap();
                });
            }
        });
        let known = place.open();
        let names = place.thumbnails();
        assert_eq!(names.len(), 40);
        let lost: Vec<&String> = names.iter().filter(|name| known.held(Path::new(name)).is_none()).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
