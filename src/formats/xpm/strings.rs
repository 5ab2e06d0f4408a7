//! Finds the strings of C source.

/// The strings of a text, without their quotes. Comments are left out.
pub(super) struct Strings<'b>(pub(super) &'b [u8]);

impl<'b> Iterator for Strings<'b> {
    type Item = &'b [u8];

    /// Returns the next string. `None` if there is none, or it has no end.
    fn next(&mut self) -> Option<&'b [u8]> {
        loop {
            let at = self.0.iter().position(|byte| matches!(byte, b'"' | b'/'))?;
            let rest = &self.0[at..];
            if rest[0] == b'"' {
                let end = rest[1..].iter().position(|byte| *byte == b'"')?;
                self.0 = &rest[end + 2..];
                return Some(&rest[1..=end]);
            }
            self.0 = match rest {
                [b'/', b'*', comment @ ..] => &comment[comment.windows(2).position(|two| two == b"*/")? + 2..],
                _ => &rest[1..],
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_between_comments() {
        let source = b"/* \"no\" */ static char *a[] = { \"one\", / \"\", /* \"\" */ \"two, /*\"};\n\"three";
        let strings: Vec<&[u8]> = Strings(source).collect();
        assert_eq!(strings, [&b"one"[..], b"", b"two, /*"]);
    }
}
