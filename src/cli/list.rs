//! Reads lists of files.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thumbs::error::Error;

/// A list of files: its path, `-` for stdin, and the byte that ends each file's path.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    pub path: &'a Path,
    pub separator: u8,
}

/// Reads the paths of a list. Empty ones are left out.
pub fn read(list: List<'_>) -> Result<Vec<PathBuf>, Error> {
    let mut bytes = Vec::new();
    let read = match list.path.to_str() {
        Some("-") => io::stdin().read_to_end(&mut bytes),
        _ => File::open(list.path).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|source| Error::Input { path: list.path.to_path_buf(), source })?;
    Ok(split(&bytes, list.separator))
}

fn split(bytes: &[u8], separator: u8) -> Vec<PathBuf> {
    let paths = bytes.split(|byte| *byte == separator);
    // A list from Windows ends its lines with a carriage return as well.
    let paths = paths.map(|path| if separator == b'\n' { path.strip_suffix(b"\r").unwrap_or(path) } else { path });
    paths.filter(|path| !path.is_empty()).map(to_path).collect()
}

#[cfg(unix)]
fn to_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_a_path_a_line_or_between_nul_bytes() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(split(b"a.jpg\n\nb c.png\r\nd", b'\n'), paths(&["a.jpg", "b c.png", "d"]));
        assert_eq!(split(b"a\nb.jpg\0c\0", 0), paths(&["a\nb.jpg", "c"]));
        assert!(split(b"", 0).is_empty());
    }
}
