//! Detects SVG by the first element after the prolog (XML 1.0, 2.8), and decodes its text to UTF-8. SVGZ is the same,
//! compressed by gzip (SVG 2, appendix on the media type).

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

/// Most bytes of a compressed head that are inflated.
const HEAD: u64 = 64 << 10;

/// The kind of a file's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// An SVG.
    Svg,
    /// A document whose first element lies further on.
    Prolog,
    Other,
}

/// Detects the kind from the first bytes of a file.
pub(super) fn tell(head: &[u8]) -> Start {
    if is_compressed(head) {
        let mut inflated = Vec::new();
        // The head ends in the middle of the stream, so the inflated part counts.
        let _ = MultiGzDecoder::new(head).take(HEAD).read_to_end(&mut inflated);
        return tell_text(&decode_text(&inflated));
    }
    // All encodings but UTF-16 write markup as ASCII does, and images of other formats need no further look.
    let front = &head[..head.len().min(4)];
    let is_markup = front.contains(&b'<')
        || [b"\xef\xbb\xbf".as_slice(), b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| front.starts_with(mark))
        || front.iter().all(u8::is_ascii_whitespace);
    if is_markup { tell_text(&decode_text(head)) } else { Start::Other }
}

/// Returns whether the bytes are compressed by gzip (RFC 1952, 2.3.1).
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

fn tell_text(text: &str) -> Start {
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        rest = rest.trim_start();
        let (opening, closing) = match rest {
            _ if rest.starts_with("<?") => ("<?", "?>"),
            _ if rest.starts_with("<!--") => ("<!--", "-->"),
            _ if rest.starts_with("<!DOCTYPE") => {
                let name = rest["<!DOCTYPE".len()..].trim_start();
                return match name.is_empty() {
                    true => Start::Prolog,
                    false if is_named_svg(name) => Start::Svg,
                    false => Start::Other,
                };
            }
            _ => break,
        };
        match rest[opening.len()..].split_once(closing) {
            Some((_, behind)) => rest = behind,
            None => return Start::Prolog,
        }
    }
    match rest.strip_prefix('<') {
        Some(name) if is_named_svg(name) => Start::Svg,
        None if rest.is_empty() && !text.is_empty() => Start::Prolog,
        _ => Start::Other,
    }
}

/// Returns whether the name at the start of the text is `svg`, with or without a namespace prefix.
fn is_named_svg(text: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '>' | '/' | '[');
    let Some(end) = text.find(is_end) else { return false };
    let name = &text[..end];
    name.rsplit_once(':').map_or(name, |(_, local)| local) == "svg"
}

/// Decodes the text of a document: UTF-8 or UTF-16 by its mark or its first character (XML 1.0, F), or else by its
/// declaration.
pub(super) fn decode_text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, rest @ ..] => decode_utf16(rest, u16::from_le_bytes).into(),
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest, u16::from_be_bytes).into(),
        [b'<', 0, ..] => decode_utf16(bytes, u16::from_le_bytes).into(),
        [0, b'<', ..] => decode_utf16(bytes, u16::from_be_bytes).into(),
        _ if is_latin(bytes) => bytes.iter().copied().map(char::from).collect::<String>().into(),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|two| unit(*two));
    char::decode_utf16(units).map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Returns whether the declaration names Latin-1, whose bytes are the first code points of Unicode.
fn is_latin(bytes: &[u8]) -> bool {
    let declaration = bytes.split(|byte| *byte == b'>').next().unwrap_or_default();
    let declaration = declaration[..declaration.len().min(200)].to_ascii_lowercase();
    declaration.starts_with(b"<?xml")
        && [b"iso-8859-1".as_slice(), b"windows-1252"]
            .iter()
            .any(|name| declaration.windows(name.len()).any(|w| w == *name))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn an_svg_is_told_behind_every_kind_of_prolog() {
        for text in [
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "\n <?xml version='1.0'?>\n<!-- <html> --><svg>",
            "<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x' 'y'><svg/>",
            "<!DOCTYPE svg [<!ENTITY a 'b>c'>]><svg a='1'>",
            "<s:svg xmlns:s='http://www.w3.org/2000/svg'>",
        ] {
            assert_eq!(tell(text.as_bytes()), Start::Svg, "{text}");
            assert_eq!(tell(format!("\u{feff}{text}").as_bytes()), Start::Svg, "{text} with a mark");
            let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            assert_eq!(tell(&wide), Start::Svg, "{text} in UTF-16");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            assert_eq!(tell(&packed.finish().unwrap()), Start::Svg, "{text} compressed");
        }
    }

    #[test]
    fn other_markup_is_no_svg_and_a_long_prolog_leaves_it_open() {
        for text in ["<html><svg/></html>", "<!DOCTYPE html><svg>", "<svgs>", "hello <svg>", "<", "<?xml?><x:svg2>"] {
            assert_eq!(tell(text.as_bytes()), Start::Other, "{text}");
        }
        for text in ["<?xml version='1.0'", "<!-- a long licence", "<?xml?>\n\n"] {
            assert_eq!(tell(text.as_bytes()), Start::Prolog, "{text}");
        }
        assert_eq!(tell(b""), Start::Other);
        assert_eq!(tell(b"\x1f\x8b\x08\0"), Start::Other);
    }

    #[test]
    fn latin_letters_are_read_as_declared() {
        assert_eq!(decode_text(b"<?xml encoding='ISO-8859-1'?>\xe9"), "<?xml encoding='ISO-8859-1'?>é");
    }
}
