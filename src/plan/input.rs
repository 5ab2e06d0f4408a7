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
    /// Whether it comes from a list of files.
    pub(super) is_listed: bool,
    /// The index of the directory whose content the thumbnails mirror.
    pub(super) root: u32,
    /// The place below the output directory of thumbnails for the files directly in that directory.
    pub(super) below_output: PathBuf,
}

/// Checks that every input can be opened, and lists the directories to mirror. Listed files are checked when they have their
/// turn.
pub(super) fn look_at_inputs(config: &Config) -> Result<(Vec<Input>, Vec<PathBuf>), Error> {
    let mut roots: Vec<PathBuf> = Vec::new();
    let mut numbers: HashMap<PathBuf, u32> = HashMap::new();
    let mut inputs = Vec::with_capacity(config.inputs.len() + config.listed.len());
    let named = config.inputs.iter().map(|typed| (typed, false));
    for (typed, is_listed) in named.chain(config.listed.iter().map(|typed| (typed, true))) {
        let looked = match storage::is_url(typed) {
            // Objects of a list are looked at when they have their turn.
            true if is_listed => Ok((typed.clone(), false)),
            true => look_at_url(typed),
            false => look_at(typed),
        };
        let (path, is_folder) = match looked {
            Ok(found) => found,
            Err(_) if is_listed => (std::path::absolute(typed).unwrap_or_else(|_| typed.clone()), false),
            Err(source) => return Err(Error::Input { path: typed.clone(), source }),
        };
        let archive = match is_folder || storage::is_url(typed) || !archive::has_name_of_archive(typed) {
            true => None,
            false => open_archive(&path, is_listed).map_err(|source| Error::Input { path: typed.clone(), source })?,
        };
        let is_folder = is_folder || archive.is_some();
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
        inputs.push(Input { typed, path, is_folder, archive, is_listed, root, below_output });
    }
    Ok((inputs, roots))
}

/// Returns the path of an input, absolute and without links, and whether it is a directory.
fn look_at(typed: &Path) -> io::Result<(PathBuf, bool)> {
    let path = fs::canonicalize(typed)?;
    let is_folder = fs::metadata(&path)?.is_dir();
    if is_folder {
        fs::read_dir(&path)?;
    }
    Ok((path, is_folder))
}

/// Opens an archive. `None` for one of a list that can't be read, which fails when it has its turn.
fn open_archive(path: &Path, is_listed: bool) -> io::Result<Option<Arc<Archive>>> {
    match archive::open(path) {
        Ok(archive) => Ok(Some(Arc::new(archive))),
        Err(_) if is_listed => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the URL of an input without slashes at its end, and whether it names a prefix.
fn look_at_url(typed: &Path) -> io::Result<(PathBuf, bool)> {
    let text = typed.to_str().unwrap_or_default();
    let path = PathBuf::from(text.trim_end_matches('/'));
    let has_key = storage::without_scheme(&path).components().count() > 1;
    if has_key && !text.ends_with('/') {
        match storage::facts(&path) {
            Ok(_) => return Ok((path, false)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
    }
    match storage::list(&path)?.next() {
        Some(listed) => listed.map(|_| (path, true)),
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
