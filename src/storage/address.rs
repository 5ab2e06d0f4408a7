//! Tells URLs from paths of the system.

use std::path::{Path, PathBuf};

/// The schemes of URLs that name objects.
const SCHEMES: [&str; 10] = ["s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss", "http", "https"];

/// Returns whether a path is the URL of an object or of a prefix.
#[must_use]
pub fn is_url(path: &Path) -> bool {
    split(path).is_some_and(|(scheme, _)| SCHEMES.contains(&scheme))
}

/// Returns the path that a URL of the scheme `file` names, or the path itself.
#[must_use]
pub fn local(path: &Path) -> PathBuf {
    match split(path) {
        Some(("file", rest)) => match rest.strip_prefix("localhost/") {
            Some(rest) => PathBuf::from(format!("/{rest}")),
            None => PathBuf::from(rest),
        },
        _ => path.to_path_buf(),
    }
}

/// Returns the part of a URL behind its scheme, or the path itself.
#[must_use]
pub fn without_scheme(path: &Path) -> &Path {
    if is_url(path) { split(path).map_or(path, |(_, rest)| Path::new(rest)) } else { path }
}

/// Splits a URL into its scheme and the rest.
fn split(path: &Path) -> Option<(&str, &str)> {
    path.to_str()?.split_once("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme_of_a_store() {
        for url in ["s3://bucket", "gs://bucket/a b.jpg", "https://host/a.jpg", "az://container/x"] {
            assert!(is_url(url.as_ref()), "{url}");
        }
        for path in ["photos", "/s3://bucket", "s3:/bucket", "ftp://host/a", "file:///photos", "a/s3://b"] {
            assert!(!is_url(path.as_ref()), "{path}");
        }
    }

    #[test]
    fn a_url_of_a_file_is_its_path() {
        assert_eq!(local("file:///photos/a.jpg".as_ref()), Path::new("/photos/a.jpg"));
        assert_eq!(local("file://localhost/photos".as_ref()), Path::new("/photos"));
        assert_eq!(local("photos/a.jpg".as_ref()), Path::new("photos/a.jpg"));
        assert_eq!(local("s3://bucket/a".as_ref()), Path::new("s3://bucket/a"));
        assert_eq!(without_scheme("s3://bucket/a".as_ref()), Path::new("bucket/a"));
        assert_eq!(without_scheme("a/b".as_ref()), Path::new("a/b"));
    }
}
