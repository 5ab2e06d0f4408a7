//! Marks the files of sheets, so that a later run knows those that nobody changed.

use crate::digest::digest;

/// The start of a mark, which 16 hexadecimal digits follow.
pub(super) const MARK: &str = "thumbs contact sheet ";

/// The number of digits.
const DIGITS: usize = 16;

/// Bytes between the digits and the part of the file that they are a digest of. In a PNG, this is the checksum of the mark.
pub(super) const SPACE: usize = 4;

/// The number of bytes within which a file has its mark.
const WITHIN: usize = 512;

/// Returns the mark of a file in which this is all that follows it, after [`SPACE`] bytes.
pub(super) fn mark_before(rest: &[u8]) -> String {
    format!("{MARK}{:0DIGITS$x}", digest(rest))
}

/// Returns a mark to be replaced by [`seal`].
pub(super) fn blank() -> String {
    format!("{MARK}{:0DIGITS$x}", 0)
}

/// Replaces the digits of a file's mark by the right ones.
pub(super) fn seal(file: &mut [u8]) {
    if let Some((digits, rest)) = parts(file) {
        let own = mark_before(&file[rest..]);
        file[digits..digits + DIGITS].copy_from_slice(&own.as_bytes()[MARK.len()..]);
    }
}

/// Returns whether a whole file is a sheet as this program wrote it.
pub(crate) fn is_sheet(file: &[u8]) -> bool {
    parts(file).is_some_and(|(digits, rest)| {
        file[digits..digits + DIGITS] == mark_before(&file[rest..]).as_bytes()[MARK.len()..]
    })
}

/// Returns the offsets of the digits, and of the bytes that they are a digest of.
fn parts(file: &[u8]) -> Option<(usize, usize)> {
    let start = &file[..file.len().min(WITHIN)];
    let digits = start.windows(MARK.len()).position(|window| window == MARK.as_bytes())? + MARK.len();
    let rest = digits + DIGITS + SPACE;
    (rest <= file.len()).then_some((digits, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_known_until_a_byte_of_it_changes() {
        let mut file = [b"head ".to_vec(), blank().into_bytes(), b"    the pixels".to_vec()].concat();
        assert!(!is_sheet(&file));
        seal(&mut file);
        assert!(is_sheet(&file));
        assert!(!is_sheet(&file[..file.len() - 1]) && !is_sheet(&file[..40]) && !is_sheet(b""));
        *file.last_mut().unwrap() ^= 1;
        assert!(!is_sheet(&file));
        seal(&mut file);
        assert!(is_sheet(&file));
        assert!(!is_sheet(&[vec![0; WITHIN], file].concat()));
    }
}
