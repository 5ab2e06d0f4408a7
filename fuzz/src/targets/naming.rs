//! Plans thumbnails for any tree of names, with any inputs and an output directory in it.
//!
//! Every planned path stays below the output directory, no two sources have the same thumbnail, and none replaces a source.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use crate::folder;
use thumbs::internal::plan::{Files, Found, Places, Plan};
use thumbs::options::{Format, Layout, Links, Target};
use thumbs::{Config, Size};

/// Entries of the tree; more only cost time.
const MOST_ENTRIES: usize = 12;

const TARGETS: [Target; 4] =
    [Target::Same, Target::Always(Format::Jpeg), Target::Always(Format::Png), Target::Always(Format::WebP)];

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let [kind, target, bytes @ ..] = bytes else { return };
    // A plan needs a real tree.
    let root = folder::open_empty();
    let mut ways = vec![PathBuf::from("in")];
    fs::create_dir_all(root.join("in")).expect("a folder of our own");
    std::env::set_current_dir(&root).expect("a folder of our own");

    let mut config = Config::new(Vec::new());
    // No file name contains a zero byte.
    for entry in bytes.split(|byte| *byte == 0).take(MOST_ENTRIES) {
        let [kind, way @ ..] = entry else { continue };
        let Some(way) = way_below(way) else { continue };
        grow(&mut ways, &mut config, *kind, &Path::new("in").join(way));
    }
    if config.inputs.is_empty() {
        config.inputs.push("in".into());
    }
    config.output = ["out", "in/out", "in", ".", "in/../out"][usize::from(kind % 5)].into();
    config.layout = if target & 0x10 == 0 { Layout::Mirror } else { Layout::KeepParents };
    config.links = if kind & 0x80 == 0 { Links::WithinTree } else { Links::All };
    config.options.targets = TARGETS[usize::from(target % 4)].into();
    config.options.sizes = vec![Size::new(50, 50).into(), Size::new(20, 10).into()];
    config.options.sizes.truncate(1 + usize::from(target >> 7));

    if let Ok(places) = Places::open(&config) {
        let files =
            Files { format: &sniff_format, is_thumbnail: &|_, _| false, earlier_number: &|_, _| None, last_number: 0 };
        let plan = Plan::make(&config, &places, files, &|| false).expect("nothing stops it");
        check_plan(&plan, &config);
    }
    std::env::set_current_dir("/").expect("every system has it");
    folder::close(&root);
}

/// Returns the path that `bytes` spell, if a tree can have it.
fn way_below(bytes: &[u8]) -> Option<PathBuf> {
    let way = Path::new(OsStr::from_bytes(bytes));
    let is_sound = way.components().all(|part| matches!(part, Component::Normal(name) if name.len() < 256));
    (is_sound && way.components().next().is_some() && bytes.len() < 1000).then(|| way.components().collect())
}

/// Adds a file, a directory, a link to an existing entry, or an input. A file's one byte is the format that its content tells.
fn grow(ways: &mut Vec<PathBuf>, config: &mut Config, kind: u8, way: &Path) {
    let other = ways[usize::from(kind >> 4) % ways.len()].clone();
    let parent = way.parent().expect("it has `in` above it");
    let made = fs::create_dir_all(parent).and_then(|()| match kind & 0x0f {
        0 => fs::create_dir_all(way),
        1 => symlink(Path::new(&std::env::current_dir()?).join(&other), way),
        2..6 => {
            let dots = ["", "/", "/.", "/../in"][usize::from(kind & 0x03)];
            let input = if kind & 0x08 == 0 { other.clone() } else { way.to_path_buf() };
            config.inputs.push([input.as_os_str(), OsStr::new(dots)].join(OsStr::new("")).into());
            Ok(())
        }
        _ if way.exists() => Ok(()),
        _ => fs::write(way, [kind >> 3]),
    });
    if made.is_ok() && fs::symlink_metadata(way).is_ok() {
        ways.push(way.to_path_buf());
    }
}

fn sniff_format(path: &Path) -> Option<Format> {
    Format::ALL.get(usize::from(*fs::read(path).ok()?.first()?)).copied()
}

fn check_plan(plan: &Plan, config: &Config) {
    let output = fs::canonicalize(&config.output).expect("the plan made it");
    let files = || plan.jobs().iter().enumerate().filter(|(_, job)| matches!(job.found, Found::File(_)));
    let sources: HashSet<PathBuf> = files().map(|(_, job)| without_links_above(&plan.source(job))).collect();
    let mut taken: HashMap<PathBuf, usize> = HashMap::new();
    for (index, job) in files() {
        let Some(source) = sniff_format(&plan.source(job)) else { continue };
        for has_alpha in [false, true] {
            let formats = config.options.targets.for_source(source, has_alpha);
            let targets = plan.targets(job, &formats);
            assert_eq!(targets.len(), config.options.sizes.len());
            for below in targets {
                assert!(below.components().all(|part| matches!(part, Component::Normal(_))), "{below:?} leads out");
                let target = output.join(&below);
                assert!(!sources.contains(&target), "{target:?} is a source");
                let first = *taken.entry(target.clone()).or_insert(index);
                assert_eq!(first, index, "two sources become {target:?}");
            }
        }
    }
}

/// Resolves the links in a file's parent, but not the file's own name.
fn without_links_above(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = fs::canonicalize(parent).expect("it was walked");
    path.file_name().map_or(parent.clone(), |name| parent.join(name))
}
