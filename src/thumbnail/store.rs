//! Bytes → a file, whole or not at all: written under a temporary name in the target's folder, then renamed. Killed at
//! any moment, there is no half-written thumbnail.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::error::{Cause, Failure, Step};

/// Writes `bytes` to `path`, in place of what is there; folders on the way are made.
pub(super) fn store(bytes: &[u8], path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = match write_into(folder, bytes, path) {
        // Only the first file of a folder has to make it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).and_then(|()| write_into(folder, bytes, path))
        }
        other => other,
    };
    written.map_err(|error| Cause::IoAt { path: path.to_path_buf(), error: error.into() }.in_step(Step::Store))
}

fn write_into(folder: &Path, bytes: &[u8], path: &Path) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".thumbs-").suffix(".tmp");
    // A temporary file is private unless told otherwise; a thumbnail is what the user's umask makes of a new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_replaces_what_was_there_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.jpg");
        store(b"first", &path).unwrap();
        store(b"second", &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_names_the_target_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let failure = store(b"bytes", &folder.path().join("taken")).unwrap_err();
        assert!(failure.at(Path::new("a.jpg")).to_string().contains("taken"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_targets_place_is_replaced_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (precious, target) = (folder.path().join("precious"), folder.path().join("a.jpg"));
        fs::write(&precious, "keep me").unwrap();
        std::os::unix::fs::symlink(&precious, &target).unwrap();
        store(b"bytes", &target).unwrap();
        assert_eq!(fs::read(&precious).unwrap(), b"keep me");
        assert_eq!(fs::read(&target).unwrap(), b"bytes");
    }
}
