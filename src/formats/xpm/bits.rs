//! Reads the header and the numbers of an XBM.

/// Most lines before the numbers: definitions and comments.
const MOST_LINES: usize = 64;

/// The structure of an XBM.
#[derive(Debug)]
pub(super) struct Bits {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Offset of the numbers.
    pub(super) offset: usize,
    /// Bits of each number: 16 in the oldest version.
    pub(super) number_bits: usize,
}

/// Reads the definitions of an XBM. `None` if one of the sides is missing, or there are no numbers.
pub(super) fn read(bytes: &[u8]) -> Option<Bits> {
    let (mut width, mut height, mut at) = (None, None, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n').take(MOST_LINES) {
        let text = String::from_utf8_lossy(&line[..line.len().min(512)]);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        match words[..] {
            ["#define", name, value] if name.ends_with("_width") => width = value.parse().ok(),
            ["#define", name, value] if name.ends_with("_height") => height = value.parse().ok(),
            _ => {}
        }
        if let (true, Some(brace)) =
            (text.contains("_bits") || text.contains('{'), line.iter().position(|b| *b == b'{'))
        {
            let number_bits = if words.contains(&"short") { 16 } else { 8 };
            return Some(Bits { width: width?, height: height?, offset: at + brace + 1, number_bits });
        }
        at += line.len();
    }
    None
}

/// The numbers of an array, in any base of C.
pub(super) struct Numbers<'b>(pub(super) &'b [u8]);

impl Iterator for Numbers<'_> {
    type Item = u16;

    /// Returns the next number. `None` at the end of the array.
    fn next(&mut self) -> Option<u16> {
        let start = self.0.iter().position(|byte| byte.is_ascii_alphanumeric() || *byte == b'}')?;
        let rest = &self.0[start..];
        let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.0 = &rest[length..];
        let word = std::str::from_utf8(&rest[..length]).ok()?;
        let digits = word.strip_prefix("0x").or(word.strip_prefix("0X"));
        digits.map_or_else(|| word.parse().ok(), |digits| u16::from_str_radix(digits, 16).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_and_numbers_are_read() {
        let source = b"#define a_width 9\n#define a_height 2\nstatic unsigned char a_bits[] = { 0x01, 0Xff,\n 7, 0};";
        let bits = read(source).unwrap();
        assert_eq!((bits.width, bits.height, bits.number_bits), (9, 2, 8));
        assert_eq!(Numbers(&source[bits.offset..]).collect::<Vec<_>>(), [1, 255, 7, 0]);
        assert!(read(b"#define a_width 9\nstatic char a_bits[] = { 1 };").is_none(), "no height");
        assert!(read(&source[..40]).is_none());
    }
}
