//! Provides a directory for the targets that need files: one for each process, in memory if possible.

use std::fs;
use std::path::{Path, PathBuf};

/// Creates the directory, or empties it.
///
/// # Panics
/// It can't be made.
pub fn open_empty() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    let folder = parent.join(format!("thumbs-fuzz-{}", std::process::id()));
    close(&folder);
    fs::create_dir_all(&folder).expect("a folder of our own");
    folder
}

/// Removes the directory and its files.
pub fn close(folder: &Path) {
    // It need not exist.
    let _ = fs::remove_dir_all(folder);
}
