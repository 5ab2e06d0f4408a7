//! This program as the one whose processes render vector pictures.

use std::path::PathBuf;

use thumbs::thumbnail::SERVE_WORD;

/// The program that runs, also where its file was replaced meanwhile. Only Unix ends a process that takes too long by itself.
pub fn program() -> Option<PathBuf> {
    match (cfg!(target_os = "linux"), cfg!(unix)) {
        (true, _) => Some(PathBuf::from("/proc/self/exe")),
        (_, true) => std::env::current_exe().ok(),
        _ => None,
    }
}

/// Whether it was started to serve.
pub fn is_asked_to_serve() -> bool {
    std::env::args_os().nth(1).is_some_and(|word| word == SERVE_WORD)
}
