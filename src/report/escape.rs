//! Escapes hostile names. On a terminal, a control character in a file name could move the cursor, recolour the screen
//! or reverse a name.

use std::borrow::Cow;

/// Returns `text` with control characters, and characters that change the direction of writing, escaped.
#[must_use]
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

/// Returns whether a character could mislead a reader. Those are control characters (Unicode category Cc), line and
/// paragraph separators, and the marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9, 2).
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_reaches_a_terminal() {
        let mut tried = 0;
        for c in (0..0x2100_u32).filter_map(char::from_u32).filter(|c| is_hostile(*c)) {
            let name = format!("a{c}b");
            let escaped = escape_controls(&name);
            assert!(!escaped.chars().any(is_hostile), "{:x}", u32::from(c));
            assert!(escaped.starts_with('a') && escaped.ends_with('b'));
            tried += 1;
        }
        assert!(tried >= 65 + 12, "{tried}");
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["IMG_1.jpg", "Grüße aus Tōkyō.png", "شاطئ.jpg", "a b\\c"] {
            assert_eq!(escape_controls(name), name);
        }
    }
}
