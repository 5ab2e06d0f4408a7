//! Renames finished files without a moment in which another file could be lost.

use std::fs;
use std::io;
use std::path::Path;

/// Renames `from` to `to` unless `to` exists; then the error's kind is `AlreadyExists`.
///
/// # Errors
/// The system refused.
pub fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    match rename_with(from, to, How::IfFree) {
        Err(error) if is_unsupported(&error) => {}
        other => return other,
    }
    // A hard link fails as well if `to` exists.
    match fs::hard_link(from, to) {
        Ok(()) => return fs::remove_file(from),
        Err(error) if is_unsupported(&error) || error.kind() == io::ErrorKind::PermissionDenied => {}
        Err(error) => return Err(error),
    }
    // As a last resort for a file system with neither, an empty file takes the name first.
    fs::File::create_new(to)?;
    fs::rename(from, to)
}

/// Exchanges the files at `a` and `b`. Whatever is at `b` at that moment is at `a` afterwards.
///
/// # Errors
/// The system refused. Then both are where they were.
pub fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    match rename_with(a, b, How::Exchange) {
        Err(error) if is_unsupported(&error) => exchange_in_steps(a, b),
        other => other,
    }
}

/// Exchanges two files on a system that can't do so in one step. `b` does not exist for a moment.
fn exchange_in_steps(a: &Path, b: &Path) -> io::Result<()> {
    let mut aside = a.as_os_str().to_owned();
    aside.push(ASIDE);
    let aside = Path::new(&aside);
    fs::rename(b, aside)?;
    match rename_to_free(a, b) {
        Ok(()) => fs::rename(aside, a),
        Err(error) => {
            // Another program took the name meanwhile, so the earlier file has to stay aside.
            rename_to_free(aside, b)?;
            Err(error)
        }
    }
}

/// The suffix of the name of a file that waits to change places.
const ASIDE: &str = "-aside";

#[derive(Clone, Copy)]
enum How {
    IfFree,
    Exchange,
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_with(from: &Path, to: &Path, how: How) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    let flags = match how {
        How::IfFree => RenameFlags::NOREPLACE,
        How::Exchange => RenameFlags::EXCHANGE,
    };
    Ok(renameat_with(CWD, from, CWD, to, flags)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_with(_from: &Path, _to: &Path, _how: How) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns whether the file system lacks this kind of renaming or hard links. It answers `EINVAL`, `ENOSYS` or
/// `EOPNOTSUPP` to such a renaming, and `EPERM` to hard links. On Windows, FAT and exFAT answer `ERROR_INVALID_FUNCTION`.
fn is_unsupported(error: &io::Error) -> bool {
    const ERROR_INVALID_FUNCTION: i32 = 1;
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
        || cfg!(windows) && error.raw_os_error() == Some(ERROR_INVALID_FUNCTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Exchange = fn(&Path, &Path) -> io::Result<()>;

    #[test]
    fn a_name_that_is_taken_stays_with_what_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(rename_to_free(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&from).unwrap(), fs::read(&to).unwrap()), (b"new".to_vec(), b"old".to_vec()));
        fs::remove_file(&to).unwrap();
        rename_to_free(&from, &to).unwrap();
        assert!(!from.exists() && to.exists());
    }

    #[test]
    fn two_files_change_places_in_one_step_and_in_several() {
        for exchange in [exchange as Exchange, exchange_in_steps] {
            let folder = tempfile::tempdir().unwrap();
            let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
            fs::write(&a, "1").unwrap();
            fs::write(&b, "2").unwrap();
            exchange(&a, &b).unwrap();
            assert_eq!((fs::read(&a).unwrap(), fs::read(&b).unwrap()), (b"2".to_vec(), b"1".to_vec()));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
            fs::remove_file(&b).unwrap();
            assert!(exchange(&a, &b).is_err());
            assert!(a.exists());
        }
    }
}
