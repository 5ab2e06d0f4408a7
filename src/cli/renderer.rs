//! Finds the program whose processes render vector images: this one.

use std::ffi::OsString;
use std::path::PathBuf;

use thumbs::SERVE_WORD;

/// Returns the path of the running program, valid even after its file was replaced. `None` outside Unix, where nothing ends a
/// process that takes too long.
pub fn program() -> Option<PathBuf> {
    match (cfg!(target_os = "linux"), cfg!(unix)) {
        (true, _) => Some(PathBuf::from("/proc/self/exe")),
        (_, true) => std::env::current_exe().ok(),
        _ => None,
    }
}

/// Returns whether a program that was started with these words is to serve renderings.
pub fn is_asked_to_serve(words: &[OsString]) -> bool {
    words.get(1).is_some_and(|word| word == SERVE_WORD)
}
