//! Looks at the inputs of a run before the walk: what they are, where thumbnails go, and whether they overlap.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::archive::{self, Archive};
use crate::error::Error;
use crate::options::{Config, Layout};
use crate::storage;

/// A file or directory that was named as an input.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// The path as typed.
    pub(super) typed: PathBuf,
    /// The path, absolute and without links.
    pub(super) path: PathBuf,
    /// Whether it has files below it, as an archive has.
    pub(super) is_folder: bool,
    pub(super) archive: Option<Arc<Archive>>,
    /// The reason for which it can't be opened.
    pub(super) refusal: Option<Arc<io::Error>>,
    /// Whether it comes from a list of files.
    pub(super) is_listed: bool,
    /// The index of the directory whose content the thumbnails mirror.
    pub(super) root: u32,
    /// The place below the output directory of thumbnails for the files directly in that directory.
    pub(super) below_output: PathBuf,
}

/// Looks at every input, and lists the directories to mirror. One that can't be opened fails by itself when its turn comes.
///
/// # Errors
/// None of the inputs named can be opened.
pub(super) fn look_at_inputs(config: &Config) -> Result<(Vec<Input>, Vec<PathBuf>), Error> {
    let mut roots: Vec<PathBuf> = Vec::new();
    let mut numbers: HashMap<PathBuf, u32> = HashMap::new();
    let mut inputs = Vec::with_capacity(config.inputs.len() + config.listed.len());
    let named = config.inputs.iter().map(|typed| (typed, false));
    for (typed, is_listed) in named.chain(config.listed.iter().map(|typed| (typed, true))) {
        let looked = match storage::is_url(typed) {
            // Objects of a list are looked at when they have their turn.
            true if is_listed => Ok(Looked { path: typed.clone(), is_folder: false, archive: None }),
            true => look_at_url(typed),
            false => look_at(typed),
        };
        let (Looked { path, is_folder, archive }, refusal) = match looked {
            Ok(looked) => (looked, None),
            // Nothing is to be made of a whole bucket that doesn't answer.
            Err(source) if storage::is_url(typed) => return Err(Error::Input { path: typed.clone(), source }),
            Err(error) => {
                let path = std::path::absolute(typed).unwrap_or_else(|_| typed.clone());
                (Looked { path, is_folder: false, archive: None }, Some(Arc::new(error)))
            }
        };
        let root = if is_folder { &path } else { path.parent().unwrap_or(&path) };
        let root = match numbers.get(root) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(roots.len()).unwrap_or(u32::MAX);
                numbers.insert(root.to_path_buf(), number);
                roots.push(root.to_path_buf());
                number
            }
        };
        let folder = if is_folder { typed.as_path() } else { typed.parent().unwrap_or(Path::new("")) };
        let below_output = match config.layout {
            Layout::Flat | Layout::DesktopCache => PathBuf::new(),
            Layout::Mirror if !is_listed => PathBuf::new(),
            Layout::Mirror | Layout::KeepParents => keep_parents(folder),
        };
        // Keys below a prefix are joined to it.
        let typed = if is_folder && storage::is_url(typed) { path.clone() } else { typed.clone() };
        inputs.push(Input { typed, path, is_folder, archive, refusal, is_listed, root, below_output });
    }
    match inputs.first() {
        Some(Input { typed, refusal: Some(error), is_listed: false, .. })
            if inputs.iter().all(|input| input.refusal.is_some()) =>
        {
            let reason = || io::Error::new(error.kind(), error.to_string());
            let source = error.raw_os_error().map_or_else(reason, io::Error::from_raw_os_error);
            Err(Error::Input { path: typed.clone(), source })
        }
        _ => Ok((inputs, roots)),
    }
}

/// An input that can be opened.
struct Looked {
    /// The path, absolute and without links, or the URL without slashes at its end.
    path: PathBuf,
    is_folder: bool,
    archive: Option<Arc<Archive>>,
}

fn look_at(typed: &Path) -> io::Result<Looked> {
    let path = fs::canonicalize(typed)?;
    let is_directory = fs::metadata(&path)?.is_dir();
    if is_directory {
        fs::read_dir(&path)?;
    }
    let is_archive = !is_directory && archive::has_name_of_archive(typed);
    let archive = is_archive.then(|| archive::open(&path).map(Arc::new)).transpose()?;
    Ok(Looked { path, is_folder: is_directory || is_archive, archive })
}

/// Looks at a URL, which names an object or a prefix.
fn look_at_url(typed: &Path) -> io::Result<Looked> {
    let text = typed.to_str().unwrap_or_default();
    let path = PathBuf::from(text.trim_end_matches('/'));
    let has_key = storage::without_scheme(&path).components().count() > 1;
    if has_key && !text.ends_with('/') {
        match storage::facts(&path) {
            Ok(_) => return Ok(Looked { path, is_folder: false, archive: None }),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
    }
    match storage::list(&path)?.next() {
        Some(listed) => listed.map(|_| Looked { path, is_folder: true, archive: None }),
        None => Err(io::Error::new(io::ErrorKind::NotFound, "there is no such object, and none below it")),
    }
}

/// Returns the directories of a path as typed, none of which leads up. Those of a URL begin with its host.
fn keep_parents(typed: &Path) -> PathBuf {
    let mut kept = PathBuf::new();
    for part in storage::without_scheme(typed).components() {
        match part {
            Component::Normal(name) => kept.push(name),
            Component::ParentDir => drop(kept.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    kept
}

/// Returns whether an input is, or lies in, another one. A file could be found twice then.
pub(super) fn overlap(inputs: &[Input]) -> bool {
    let mut paths: Vec<&Path> = inputs.iter().map(|input| input.path.as_path()).collect();
    paths.sort_unstable();
    // Paths are compared by component, so the content of a directory follows it directly.
    paths.windows(2).any(|pair| pair[1].starts_with(pair[0]))
}

/// Returns the files among the inputs: absolute paths without links, by the typed ones.
pub(super) fn named_files(inputs: &[Input]) -> HashMap<&Path, &Path> {
    let files = inputs.iter().filter(|input| !input.is_folder);
    files.map(|input| (input.typed.as_path(), input.path.as_path())).collect()
}

/// Resolves a directory of the walk to its absolute path without links. One that is gone keeps its path.
pub(super) fn real_folder(folder: &Path) -> PathBuf {
    let named = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(named).unwrap_or_else(|_| folder.to_path_buf())
}

/// Returns whether both are one directory, which may be mounted in two places.
pub(super) fn are_one(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
        use std::os::unix::fs::MetadataExt;
        return (a.dev(), a.ino()) == (b.dev(), b.ino());
    }
    a == b
}
