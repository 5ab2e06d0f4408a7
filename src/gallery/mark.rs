//! Names pages, and tells those made by this program from others.

/// The name of a page in its directory.
pub(crate) const NAME: &str = "index.html";

/// The start of the element that marks a page as made by this program.
pub(super) const MARK: &str = "<meta name=generator content=\"thumbs ";

/// The number of bytes within which a page has its mark.
pub(crate) const MARKED_WITHIN: usize = 512;

/// Returns whether a file that starts with these bytes is a page made by this program.
pub(crate) fn is_page(start: &[u8]) -> bool {
    let start = &start[..start.len().min(MARKED_WITHIN)];
    start.windows(MARK.len()).any(|window| window == MARK.as_bytes())
}
