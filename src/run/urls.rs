//! Checks the paths of a run that are URLs, and resolves those that name files.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::options::{Config, Gallery, Layout, Orphans};
use crate::storage;

/// Replaces URLs of the scheme `file` by the paths that they name.
pub(super) fn with_local_paths(config: &Config) -> Cow<'_, Config> {
    let mut paths = config.inputs.iter().chain(&config.listed).chain([&config.output]);
    if !paths.any(|path| storage::local(path) != *path) {
        return Cow::Borrowed(config);
    }
    let local = |paths: &[PathBuf]| paths.iter().map(|path| storage::local(path)).collect();
    let (inputs, listed) = (local(&config.inputs), local(&config.listed));
    Cow::Owned(Config { inputs, listed, output: storage::local(&config.output), ..config.clone() })
}

/// Refuses URLs in a build without stores, and options that make no sense for objects.
pub(super) fn check(config: &Config) -> Result<(), Error> {
    let url = |paths: &[PathBuf]| paths.iter().find(|path| storage::is_url(path)).cloned();
    let input = url(&config.inputs).or_else(|| url(&config.listed));
    let output = Some(&config.output).filter(|output| storage::is_url(output)).cloned();
    let Some(any) = input.as_ref().or(output.as_ref()) else { return Ok(()) };
    storage::is_supported().map_err(|error: io::Error| refusal(any, &error.to_string()))?;
    if config.orphans == Orphans::Remove {
        return Err(refusal(any, "thumbnails without a source are removed only where both are files"));
    }
    if config.layout == Layout::DesktopCache {
        return Err(refusal(any, "the cache of a desktop is for files"));
    }
    let Some(output) = &output else { return Ok(()) };
    if config.gallery != Gallery::Off {
        return Err(refusal(output, "pages are written to directories only"));
    }
    if config.contact_sheet.is_some() {
        return Err(refusal(output, "a contact sheet is made of thumbnails in a directory"));
    }
    Ok(())
}

/// Refuses to compare two runs over objects, whose times say nothing of processors.
pub(super) fn check_comparison(config: &Config) -> Result<(), Error> {
    let mut paths = config.inputs.iter().chain(&config.listed).chain([&config.output]);
    match paths.find(|path| storage::is_url(path)) {
        Some(url) => Err(refusal(url, "two runs are compared over files only")),
        None => Ok(()),
    }
}

fn refusal(url: &Path, reason: &str) -> Error {
    Error::Storage { path: url.to_path_buf(), reason: reason.to_string() }
}
