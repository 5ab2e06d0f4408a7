//! A folder for the targets that need files: one for each process, in memory where the system has such a place.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder, empty.
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

/// Removes the folder and what is in it.
pub fn close(folder: &Path) {
    // Where there is none, that is as it should be.
    let _ = fs::remove_dir_all(folder);
}
