use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::error::Error;
use crate::options::{Config, Format, Links, Target};
use crate::outcome::SkipReason;
use crate::previous_run::{PreviousRun, Was};

/// Creates a directory of files whose content is the name of their own format.
fn tree(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join("in").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, Path::new(file).extension().unwrap_or_default().as_encoded_bytes()).unwrap();
    }
    folder
}

fn config(folder: &TempDir, inputs: &[&str]) -> Config {
    let mut config = Config::new(inputs.iter().map(|input| folder.path().join(input)).collect());
    config.output = folder.path().join("out");
    config
}

fn sniff_format(path: &Path) -> Option<Format> {
    let content = fs::read_to_string(path).unwrap();
    Format::ALL.into_iter().find(|format| format.suffix() == content)
}

/// Files of which none is a thumbnail.
const FILES: Files<'static> =
    Files { format: &sniff_format, is_thumbnail: &|_, _| false, earlier_number: &|_, _| None, last_number: 0 };

fn make(config: &Config) -> Result<Plan, Error> {
    Plan::make(config, &Places::open(config)?, FILES, &|| false)
}

/// Lists the walk's finding about each entry, by its name.
fn kinds(plan: &Plan) -> Vec<String> {
    let kind = |job: &Job| match &job.found {
        Found::File(_) => "file".to_string(),
        Found::Before(was) => format!("{was:?}"),
        Found::Skipped(reason) => format!("{reason:?}"),
        Found::Failed(error) => error.cause.to_string(),
    };
    plan.jobs().iter().map(|job| format!("{}={}", job.name.display(), kind(job))).collect()
}

fn sources(plan: &Plan, folder: &TempDir) -> Vec<PathBuf> {
    plan.jobs().iter().map(|job| plan.source(job).strip_prefix(folder.path()).unwrap().to_path_buf()).collect()
}

#[test]
fn a_plan_lists_the_tree_in_the_order_of_names() {
    let folder = tree(&["b.jpg", "a.png", "sub/deep/c.gif", "a.txt"]);
    let plan = make(&config(&folder, &["in"])).unwrap();
    assert_eq!(sources(&plan, &folder), ["in/a.png", "in/a.txt", "in/b.jpg", "in/sub/deep/c.gif"].map(PathBuf::from));
    let below: Vec<_> = plan.jobs().iter().map(|job| plan.below_output(job)).collect();
    assert_eq!(below[3], PathBuf::from("sub/deep/c.gif"));
}

#[test]
fn a_plan_is_one_to_one() {
    let names = ["a.jpg", "a.png", "a.ico", "a", "a.jpg.jpg", "sub/a.jpg", "sub.jpg/a.jpg", "ä.jpg", "b.png.gif"];
    let folder = tree(&names);
    for target in [Target::Same, Target::Always(Format::Png), Target::Always(Format::Jpeg)] {
        let mut config = config(&folder, &["in"]);
        config.options.targets = target.into();
        let plan = make(&config).unwrap();
        assert_eq!(plan.jobs().len(), names.len());
        let mut targets = HashSet::new();
        for job in plan.jobs() {
            let Some(format) = sniff_format(&plan.source(job)) else { continue };
            for path in plan.targets(job, &[target.for_source(format, false)]) {
                assert!(path.is_relative());
                assert!(targets.insert(path.clone()), "{} twice", path.display());
            }
        }
        assert_eq!(targets.len(), names.len() - 1, "all but the one without a suffix are pictures");
    }
}

#[test]
fn of_two_sources_with_one_thumbnail_the_later_one_fails_and_the_others_are_done() {
    let folder = tree(&["one/a.jpg", "one/b.jpg", "two/a.jpg"]);
    let plan = make(&config(&folder, &["in/one", "in/two"])).unwrap();
    let kinds_found = kinds(&plan);
    assert_eq!(kinds_found[..2], ["a.jpg=file", "b.jpg=file"]);
    assert!(kinds_found[2].ends_with("in/one/a.jpg"), "{kinds_found:?}");

    let folder = tree(&["a.ico", "a.ico.jpg", "b.svg", "b.svg.png"]);
    let failed = kinds(&make(&config(&folder, &["in"])).unwrap());
    assert_eq!(
        failed.iter().filter(|kind| kind.contains("would get the same thumbnail name as")).count(),
        2,
        "{failed:?}"
    );
    assert_eq!((failed[0].as_str(), failed[2].as_str()), ("a.ico=file", "b.svg=file"));
}

#[test]
fn inputs_keep_the_folders_that_they_are_named_with_where_that_is_asked_for() {
    let folder = tree(&["one/a.jpg", "two/a.jpg"]);
    let mut config = config(&folder, &["in/one", "in/two/a.jpg", "in/one/../two/a.jpg"]);
    config.layout = crate::options::Layout::KeepParents;
    let plan = make(&config).unwrap();
    let here = folder.path().strip_prefix("/").unwrap();
    let below: Vec<PathBuf> = plan.jobs().iter().map(|job| plan.below_output(job)).collect();
    assert_eq!(below, [here.join("in/one/a.jpg"), here.join("in/two/a.jpg"), here.join("in/two/a.jpg")]);
    let kinds = kinds(&plan);
    assert_eq!(kinds[..2], ["a.jpg=file", "a.jpg=file"]);
    assert!(kinds[2].starts_with("a.jpg=NamedTwice"));
    let roots: Vec<(u32, PathBuf)> = plan.jobs().iter().map(|job| plan.below_root(job)).collect();
    assert_eq!(roots, [(0, "a.jpg".into()), (1, "a.jpg".into()), (1, "a.jpg".into())]);
}

fn with_hidden(mut config: Config) -> Config {
    config.selection.hidden = crate::options::Hidden::Taken;
    config
}

#[test]
fn a_folder_of_thumbnails_is_one_entry_unless_it_is_named() {
    let folder = tree(&["a.jpg", "small/a.jpg", "small/sub/b.jpg", "small/.thumbs/1-a.ndjson", "empty/.thumbs/other"]);
    let plan = make(&with_hidden(config(&folder, &["in"]))).unwrap();
    assert_eq!(kinds(&plan), ["a.jpg=file", "other=file", "small=HoldsThumbnails"]);
    let plan = make(&config(&folder, &["in/small"])).unwrap();
    assert_eq!(kinds(&plan), ["a.jpg=file", "b.jpg=file"]);
}

#[test]
fn a_report_that_is_being_written_is_no_entry() {
    let folder = tree(&["a.jpg", ".thumbs-report-x.tmp", ".thumbs-notes"]);
    assert_eq!(kinds(&make(&with_hidden(config(&folder, &["in"]))).unwrap()), [".thumbs-notes=file", "a.jpg=file"]);
}

#[test]
fn what_is_no_picture_meets_nobody() {
    let folder = tree(&["one/a.txt", "two/a.txt"]);
    assert_eq!(make(&config(&folder, &["in/one", "in/two"])).unwrap().jobs().len(), 2);
}

#[test]
fn an_output_folder_inside_the_input_is_left_out_of_the_walk() {
    let folder = tree(&["a.jpg", "thumbs/a.jpg"]);
    let mut config = config(&folder, &["in"]);
    config.output = folder.path().join("in/thumbs");
    let plan = make(&config).unwrap();
    assert_eq!(sources(&plan, &folder), [PathBuf::from("in/a.jpg")]);
}

#[test]
fn a_thumbnail_never_takes_the_place_of_a_source() {
    let folder = tree(&["a.jpg", "sub/a.jpg"]);
    let mut same = config(&folder, &["in"]);
    same.output = folder.path().join("in");
    assert!(matches!(make(&same), Err(Error::OutputIsInput { .. })));

    let mut file = config(&folder, &["in/a.jpg"]);
    file.output = folder.path().join("in");
    let found = kinds(&make(&file).unwrap());
    assert!(found[0].contains("would replace") && found[0].contains("in/a.jpg"), "{found:?}");

    let folder = tree(&["in/a.jpg", "in/b.jpg", "a.jpg"]);
    let mut above = config(&folder, &["in/in", "in/a.jpg"]);
    above.output = folder.path().join("in");
    let found = kinds(&make(&above).unwrap());
    assert!(found[0].contains("would replace") && found[2].contains("would replace"), "{found:?}");
    assert_eq!(found[1], "b.jpg=file", "the others are done");

    let mut above = config(&folder, &["in/in"]);
    above.output = folder.path().join("in");
    fs::create_dir(folder.path().join("in/in/in")).unwrap();
    fs::write(folder.path().join("in/in/in/a.jpg"), "jpg").unwrap();
    assert!(kinds(&make(&above).unwrap()).iter().any(|kind| kind.contains("would replace")));
}

#[cfg(unix)]
#[test]
fn sources_with_one_inode_are_all_listed_under_it() {
    let folder = tree(&["a.jpg", "b.jpg"]);
    fs::hard_link(folder.path().join("in/a.jpg"), folder.path().join("in/c.jpg")).unwrap();
    let plan = make(&config(&folder, &["in"])).unwrap();
    let mut lengths: Vec<usize> = plan.sources_by_inode().values().map(Vec::len).collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [1, 2]);
}

#[test]
fn a_source_is_recognised_however_its_folder_is_typed() {
    let folder = tree(&["a/b/p.jpg", "b/p.jpg"]);
    let mut config = config(&folder, &["in/a", "in/a/../b"]);
    config.output = folder.path().join("in");
    let refused = |config: &Config| kinds(&make(config).unwrap()).iter().any(|kind| kind.contains("would replace"));
    assert!(refused(&config));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../b", folder.path().join("in/a/link")).unwrap();
        config.inputs[1] = folder.path().join("in/a/link");
        assert!(refused(&config));
    }
    config.inputs = vec![folder.path().join("in/b"), folder.path().join("in/b/../b")];
    config.output = folder.path().join("out");
    let plan = make(&config).unwrap();
    let files = plan.jobs().iter().filter(|job| matches!(job.found, Found::File(_))).count();
    assert_eq!((plan.jobs().len(), files), (2, 1));
}

#[test]
fn a_walk_that_is_stopped_makes_no_plan() {
    let folder = tree(&["a.jpg", "b.jpg", "c.jpg"]);
    let steps = std::cell::Cell::new(0);
    let is_stopped = || steps.replace(steps.get() + 1) >= 2;
    let config = config(&folder, &["in"]);
    let stopped = Plan::make(&config, &Places::open(&config).unwrap(), FILES, &is_stopped);
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert!(steps.get() < 6, "{}", steps.get());
}

#[test]
fn what_failed_is_found_again_however_the_inputs_are_typed_and_nothing_of_the_report_is_lost() {
    let folder = tree(&["a.jpg", "sub/b.jpg", "new.jpg"]);
    let [a, failed, there, gone, text] = ["in/a.jpg", "in/sub/b.jpg", "out/there.jpg", "in/gone.jpg", "in/gone.txt"]
        .map(|path| folder.path().join(path));
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(&there, "jpg").unwrap();
    let mut config = config(&folder, &["in/sub/../../in"]);
    config.previous_run = PreviousRun::Failed(
        HashMap::from([
            (a, Was::Done),
            (failed, Was::Failed),
            (there, Was::Failed),
            (gone, Was::Failed),
            (text, Was::Skipped("not an image".into())),
        ])
        .into(),
    );
    assert_eq!(
        kinds(&make(&config).unwrap()),
        ["a.jpg=Done", "b.jpg=file", "gone.jpg=NoLongerThere", "gone.txt=NoLongerThere", "there.jpg=NotInInputs"]
    );
}

#[test]
fn all_that_a_report_lists_stays_listed() {
    let folder = tree(&["a.jpg", "new.jpg"]);
    let mut config = config(&folder, &["in"]);
    config.previous_run =
        PreviousRun::All(vec![folder.path().join("in/a.jpg"), folder.path().join("in/gone.jpg")].into());
    assert_eq!(kinds(&make(&config).unwrap()), ["a.jpg=file", "new.jpg=file", "gone.jpg=NoLongerThere"]);
}

#[test]
fn an_input_named_twice_is_done_once() {
    let folder = tree(&["a.jpg", "sub/b.jpg"]);
    let plan = make(&config(&folder, &["in", "in", "in/a.jpg", "in/sub"])).unwrap();
    let files = plan.jobs().iter().filter(|job| matches!(job.found, Found::File(_))).count();
    let twice = plan
        .jobs()
        .iter()
        .filter(|job| matches!(&job.found, Found::Skipped(reason) if matches!(**reason, SkipReason::NamedTwice(_))))
        .count();
    assert_eq!((files, twice), (2, 4));
}

#[test]
fn inputs_none_of_which_is_there_are_an_error_before_any_work() {
    let folder = tree(&["a.jpg"]);
    let error = make(&config(&folder, &["nowhere", "nor this"])).unwrap_err();
    assert!(matches!(&error, Error::Input { path, .. } if path.ends_with("nowhere")), "{error}");
    assert!(!folder.path().join("out").exists(), "nothing is made for a run that cannot start");
    let plan = make(&config(&folder, &["nowhere", "in"])).unwrap();
    assert!(plan.jobs().iter().any(|job| matches!(job.found, Found::Failed(_))));
    assert!(plan.jobs().iter().any(|job| matches!(job.found, Found::File(_))));
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_become_entries_of_their_own_and_loops_end() {
        let folder = tree(&["a.jpg", "sub/b.jpg"]);
        let outside = tree(&["far.jpg"]);
        let at = |name: &str| folder.path().join("in").join(name);
        symlink(at("a.jpg"), at("inside.jpg")).unwrap();
        symlink(outside.path().join("in/far.jpg"), at("outside.jpg")).unwrap();
        symlink(at("nowhere"), at("dangling.jpg")).unwrap();
        symlink(folder.path().join("in"), at("sub/loop")).unwrap();

        let kinds_with = |links| {
            let mut config = config(&folder, &["in"]);
            config.links = links;
            let plan = make(&config).unwrap();
            kinds(&plan)
        };
        assert_eq!(
            kinds_with(Links::WithinTree),
            [
                "a.jpg=file",
                "dangling.jpg=broken symbolic link",
                "inside.jpg=file",
                "outside.jpg=LinkNotFollowed",
                "b.jpg=file",
                "loop=LinkNotFollowed"
            ]
        );
        let followed = kinds_with(Links::All);
        assert_eq!(followed.len(), 6);
        assert_eq!(followed[3], "outside.jpg=file");
        assert_eq!(followed[5], "loop=LinkLoop");
    }

    #[test]
    fn no_link_leads_to_what_a_thumbnail_would_replace() {
        let folder = tree(&["a.jpg", "real/b.jpg"]);
        let out = folder.path().join("out");
        fs::create_dir_all(out.join("sub")).unwrap();
        fs::write(out.join("pic.jpg"), "jpg").unwrap();
        fs::write(out.join("sub/p.jpg"), "jpg").unwrap();
        let at = |name: &str| folder.path().join("in").join(name);
        symlink(out.join("pic.jpg"), at("link.jpg")).unwrap();
        symlink(out.join("sub"), at("linked")).unwrap();
        let mut config = config(&folder, &["in"]);
        config.links = Links::All;
        let found = |config: &Config| {
            let plan = make(config).unwrap();
            let is_file = |job: &&Job| matches!(job.found, Found::File(_));
            plan.jobs().iter().filter(is_file).map(|job| job.name.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found(&config), ["a.jpg", "b.jpg"]);
        // Below an input everything is followed, except for the output directory.
        config.inputs = vec![folder.path().to_path_buf()];
        config.links = Links::WithinTree;
        assert_eq!(found(&config), ["a.jpg", "b.jpg"]);
        config.output = folder.path().join("elsewhere");
        config.inputs = vec![folder.path().join("in"), out];
        assert_eq!(found(&config).len(), 5, "{:?}", found(&config));
    }

    #[test]
    fn links_that_make_millions_of_ways_of_a_few_folders_come_to_an_end() {
        let folder = tree(&["a.jpg"]);
        let mut from = folder.path().join("in");
        for level in 0..24 {
            let to = folder.path().join(format!("level-{level}"));
            fs::create_dir(&to).unwrap();
            for name in ["a", "b"] {
                symlink(&to, from.join(name)).unwrap();
            }
            from = to;
        }
        let mut config = config(&folder, &["in"]);
        config.links = Links::All;
        let plan = make(&config).unwrap();
        let is_refused =
            |job: &&Job| matches!(&job.found, Found::Skipped(reason) if matches!(**reason, SkipReason::LinkedTooOften));
        let refused = plan.jobs().iter().filter(is_refused).count();
        assert!((200..10_000).contains(&refused), "{refused}");
    }

    #[test]
    fn a_link_named_as_input_is_walked() {
        let folder = tree(&["a.jpg"]);
        symlink(folder.path().join("in"), folder.path().join("link")).unwrap();
        let plan = make(&config(&folder, &["link"])).unwrap();
        assert_eq!(sources(&plan, &folder), [PathBuf::from("link/a.jpg")]);
    }
}

/// Plans with a walk in portions of `size`, as a run grows its plan.
fn grown(config: &Config, size: usize) -> (Plan, usize) {
    let places = Places::open(config).unwrap();
    let (mut plan, rest) = Plan::walk(config, &places, FILES, &|| false, size).unwrap();
    let mut portions = 1;
    let Some(mut rest) = rest else { return (plan, portions) };
    while let Some(portion) = rest.read_on(&|| false) {
        let known = plan.jobs().len();
        plan.grow(portion);
        let clashes = rest.find_clashes(&plan, known, sniff_format);
        plan.fail(clashes);
        portions += 1;
    }
    (plan, portions)
}

#[test]
fn a_plan_that_grows_finds_what_a_whole_one_finds() {
    let names: Vec<String> =
        (0..40).map(|i| format!("{}{}.jpg", ["", "a/", "a/b/", "c d/"][i % 4], i * 7 % 40)).collect();
    let folder = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let config = config(&folder, &["in"]);
    let whole = make(&config).unwrap();
    let in_order = sources(&whole, &folder);
    assert!(in_order.is_sorted() && in_order.len() == 40);
    for size in [1, 2, 3, 7, 39, 40, 41] {
        let (plan, portions) = grown(&config, size);
        assert!(portions > 1 || size >= 40, "{size}");
        let mut found = sources(&plan, &folder);
        found.sort();
        assert_eq!(found, in_order, "{size}");
        for job in plan.jobs() {
            assert!(plan.source(job).ends_with(plan.below_output(job)), "{size}");
        }
    }
    // If no directory has more entries than a portion, the order is the same, too.
    assert_eq!(sources(&grown(&config, 14).0, &folder), in_order);
}

#[test]
fn in_a_plan_that_grows_the_later_of_two_that_meet_fails_by_itself() {
    for (inputs, files) in [
        (&["in/one", "in/two"][..], &["one/a.jpg", "one/b.jpg", "two/a.jpg", "two/c.jpg"][..]),
        (&["in"][..], &["a.ico", "a.ico.jpg", "b.jpg", "c.jpg"][..]),
        // Neither of these meets another.
        (&["in"][..], &["a.jpg", "a.jpg.jpg", "b.txt", "b.txt.jpg"][..]),
    ] {
        let folder = tree(files);
        let (plan, portions) = grown(&config(&folder, inputs), 1);
        assert_eq!((plan.jobs().len(), portions), (4, 4));
        let failed: Vec<String> = plan
            .jobs()
            .iter()
            .filter_map(|job| match &job.found {
                Found::Failed(error) => Some(error.to_string()),
                _ => None,
            })
            .collect();
        let wanted = usize::from(files[0] != "a.jpg");
        assert_eq!(failed.len(), wanted, "{failed:?}");
        assert!(failed.iter().all(|text| text.contains("would get the same thumbnail name as")), "{failed:?}");
    }
}

#[test]
fn what_depends_on_all_entries_is_walked_as_a_whole() {
    let folder = tree(&["a.jpg", "b.jpg", "sub/c.jpg"]);
    let overlapping = config(&folder, &["in", "in/sub"]);
    let places = Places::open(&overlapping).unwrap();
    let (plan, rest) = Plan::walk(&overlapping, &places, FILES, &|| false, 1).unwrap();
    assert_eq!(plan.jobs().len(), 4);
    assert!(rest.is_none_or(|mut rest| rest.read_on(&|| false).is_none()));
}

#[test]
fn sources_keep_their_numbers_and_new_ones_get_the_next_with_images_first() {
    let folder = tree(&["a.jpg", "b.txt", "c.png", "d.gif", "sub/e.jpg"]);
    let mut config = config(&folder, &["in"]);
    config.template = Some("{index}.{ext}".parse().unwrap());
    let earlier = |_: u32, below: &Path| match below.to_str() {
        // Two runs at the same time gave a number twice.
        Some("c.png" | "d.gif") => Some(7),
        _ => None,
    };
    let files = Files { earlier_number: &earlier, last_number: 7, ..FILES };
    let plan = Plan::make(&config, &Places::open(&config).unwrap(), files, &|| false).unwrap();
    let numbers: Vec<_> = plan.jobs().iter().map(|job| (job.name.to_str().unwrap(), job.number())).collect();
    assert_eq!(numbers, [("a.jpg", 8), ("b.txt", 11), ("c.png", 7), ("d.gif", 9), ("e.jpg", 10)]);
    assert_eq!(plan.targets(&plan.jobs()[4], &[Format::WebP]), [PathBuf::from("0010.webp")]);
}
