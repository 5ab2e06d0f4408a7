//! Writes file names as the text of a page.

use std::path::Path;

/// Returns text for elements and for attributes in double quotes. Control characters are shown by their escapes.
pub(super) fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\'' => result.push_str("&#39;"),
            control if control.is_control() => result.extend(control.escape_default()),
            other => result.push(other),
        }
    }
    result
}

/// Returns the last part of a path as escaped text.
pub(super) fn name_of(path: &Path) -> String {
    escaped(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_element_or_attribute() {
        assert_eq!(
            name_of("x/<img src=\"a\" onerror='b()'>&amp;".as_ref()),
            "&lt;img src=&quot;a&quot; onerror=&#39;b()&#39;&gt;&amp;amp;"
        );
        assert_eq!(escaped("new\r\nline\u{7f}\u{85}"), "new\\r\\nline\\u{7f}\\u{85}");
        assert_eq!(escaped("100 % ä 日本"), "100 % ä 日本");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_unicode_is_shown_with_marks() {
        let name = <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(b"caf\xe9.jpg".to_vec());
        assert_eq!(name_of(name.as_ref()), "caf\u{fffd}.jpg");
    }
}
