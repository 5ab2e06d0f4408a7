//! Names pages, and marks them, so that a later run knows those that nobody changed.

use crate::digest::digest;

/// The name of a page in its directory.
pub(crate) const NAME: &str = "index.html";

/// The start of the element that marks a page as made by this program.
const MARK: &str = "<meta name=generator content=\"thumbs ";

/// The number of hexadecimal digits behind the version in a mark.
const DIGITS: usize = 16;

/// The number of bytes within which a page has its mark.
const WITHIN: usize = 512;

/// Returns a mark to be replaced by [`seal`].
pub(super) fn blank() -> String {
    format!("{MARK}{} {:0DIGITS$x}\">\n", env!("CARGO_PKG_VERSION"), 0)
}

/// Replaces the digits of a page's mark by the digest of the page.
pub(super) fn seal(page: &mut String) {
    if let Some(digits) = find_digits(page.as_bytes()) {
        let own = digits_of(page.as_bytes(), digits);
        page.replace_range(digits..digits + DIGITS, &own);
    }
}

/// Returns whether a whole file is a page as this program wrote it.
pub(crate) fn is_page(file: &[u8]) -> bool {
    find_digits(file).is_some_and(|digits| file[digits..digits + DIGITS] == *digits_of(file, digits).as_bytes())
}

/// Returns the digits of a page that has its own at the offset `digits`. They stand for everything but themselves.
fn digits_of(page: &[u8], digits: usize) -> String {
    let (before, after) = (&page[..digits], &page[digits + DIGITS..]);
    format!("{:0DIGITS$x}", digest(&[before, after].concat()))
}

/// Returns the offset of the digits in a mark.
fn find_digits(file: &[u8]) -> Option<usize> {
    let start = &file[..file.len().min(WITHIN)];
    let mark = start.windows(MARK.len()).position(|window| window == MARK.as_bytes())? + MARK.len();
    let end = mark + start[mark..].iter().position(|byte| *byte == b'"')?;
    let digits = end.checked_sub(DIGITS)?;
    (mark < digits && start[digits..end].iter().all(u8::is_ascii_hexdigit)).then_some(digits)
}
