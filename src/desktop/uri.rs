//! Computes the URIs of files, and the names that they give to thumbnails.

use std::path::{Component, Path, PathBuf};

use crate::url::push_escaped;

/// Characters that stay as they are in the path of a URI. GLib's `g_filename_to_uri` escapes the others, and a thumbnail
/// is found only under the same URI.
const KEPT: &[u8] = b"!$&'()*+,:=@/";

/// Returns the URI of a file. Its path is absolute; links are not resolved, as file managers don't resolve them.
pub(super) fn uri_of(path: &Path) -> String {
    let mut uri = "file://".to_string();
    push_escaped(&mut uri, without_dots(path).as_os_str().as_encoded_bytes(), KEPT);
    uri
}

/// Returns the name of the thumbnails of a URI.
pub(super) fn name_of(uri: &str) -> String {
    format!("{:x}.png", md5::compute(uri))
}

/// Removes `.` and `..` from a path, by its text alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_escaped_as_glib_escapes_it() {
        // By `gio info` of GLib 2.74.
        for (path, uri) in [
            ("/home/jens/photos/me.png", "file:///home/jens/photos/me.png"),
            ("/a b/ü?.jpg", "file:///a%20b/%C3%BC%3F.jpg"),
            (
                "/x/a!$&'()*+,:=@~-._;#%[]{}|^`\"<>.png",
                "file:///x/a!$&'()*+,:=@~-._%3B%23%25%5B%5D%7B%7D%7C%5E%60%22%3C%3E.png",
            ),
            ("/a/./b/../c.png", "file:///a/c.png"),
            ("/../c.png", "file:///c.png"),
        ] {
            assert_eq!(uri_of(Path::new(path)), uri);
        }
    }

    #[test]
    fn the_name_is_the_one_of_the_standards_example() {
        assert_eq!(name_of("file:///home/jens/photos/me.png"), "c6ee772d9e49320e97ec29a7eb5b1697.png");
    }
}
