//! Writes relative URLs (RFC 3986) from one path to another.

use std::path::{Component, Path};

use crate::url::push_escaped;

/// Returns the URL of the file `to` on a page in the directory `from`. Both paths start from the output directory; `to` may
/// lead out of it.
///
/// Every byte that is not unreserved is escaped, so names of any bytes are right, in attributes and in `srcset`, too.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let is_absolute = to.first().is_some_and(|part| matches!(part, Component::Prefix(_) | Component::RootDir));
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let mut url = if is_absolute { "file://".to_string() } else { "../".repeat(from.len() - shared) };
    let rest = &to[shared..];
    for (index, part) in rest.iter().enumerate() {
        match part {
            Component::RootDir => {}
            Component::Prefix(prefix) => {
                url.push('/');
                // The colon of a drive stays.
                push_escaped(&mut url, prefix.as_os_str().as_encoded_bytes(), b":");
            }
            Component::ParentDir => url.push_str(".."),
            Component::CurDir => url.push('.'),
            Component::Normal(name) => push_escaped(&mut url, name.as_encoded_bytes(), b""),
        }
        if index + 1 < rest.len() {
            url.push('/');
        }
    }
    if url.is_empty() { "./".to_string() } else { url }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_from_a_page_to_a_file_wherever_both_are() {
        for (from, to, wanted) in [
            ("", "a.jpg", "a.jpg"),
            ("", "x/y/a.jpg", "x/y/a.jpg"),
            ("x", "x/a.jpg", "a.jpg"),
            ("x/y", "x/z/a.jpg", "../z/a.jpg"),
            ("x/y", "index.html", "../../index.html"),
            ("", "../in/a.jpg", "../in/a.jpg"),
            ("x", "../in/x/a.jpg", "../../in/x/a.jpg"),
            ("x", "x", "./"),
        ] {
            assert_eq!(relative(from.as_ref(), to.as_ref()), wanted, "from {from} to {to}");
        }
        #[cfg(unix)]
        assert_eq!(relative("x".as_ref(), "/photos/a b.jpg".as_ref()), "file:///photos/a%20b.jpg");
    }

    #[test]
    fn a_name_of_any_bytes_is_right_in_a_url() {
        for (name, wanted) in [
            ("100%.jpg", "100%25.jpg"),
            ("a b, c.jpg", "a%20b%2C%20c.jpg"),
            ("q\"'<&>#?.jpg", "q%22%27%3C%26%3E%23%3F.jpg"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("new\nline", "new%0Aline"),
            ("ä~-_.9", "%C3%A4~-_.9"),
        ] {
            assert_eq!(relative("".as_ref(), name.as_ref()), wanted);
        }
        #[cfg(unix)]
        {
            let name = <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(b"caf\xe9.jpg".to_vec());
            assert_eq!(relative("".as_ref(), name.as_ref()), "caf%E9.jpg");
        }
    }
}
