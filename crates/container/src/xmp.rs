//! Reads the orientation that an XMP packet states (XMP specification, parts 1 and 2; part 3 for the segments of JPEG).
//!
//! The packet is XML, with `tiff:Orientation` as an attribute or as an element.

/// Identifier at the start of a JPEG's XMP segment (part 3, 1.1.3).
const IDENTIFIER: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// The namespace of TIFF's properties (part 2, 2.4), and the prefix that the specification uses for it.
const NAMESPACE: &[u8] = b"http://ns.adobe.com/tiff/1.0/";
const USUAL_PREFIX: &[u8] = b"tiff";

const NAME: &[u8] = b":Orientation";

/// Returns the packet in the payload of a JPEG's APP1 segment.
#[must_use]
pub fn xmp_of_app1(payload: &[u8]) -> Option<&[u8]> {
    payload.strip_prefix(IDENTIFIER)
}

/// Returns the EXIF orientation that an XMP packet states, 1 to 8.
#[must_use]
pub fn read_xmp_orientation(packet: &[u8]) -> Option<u16> {
    let prefix = find_prefix(packet).unwrap_or(USUAL_PREFIX);
    places(packet, NAME).find_map(|at| {
        let is_whole =
            |before: &[u8]| before.last().is_none_or(|byte| b"<\"'".contains(byte) || byte.is_ascii_whitespace());
        let before = packet[..at].strip_suffix(prefix).filter(|before| is_whole(before))?;
        read_value(&packet[at + NAME.len()..], before.ends_with(b"<"))
    })
}

/// Returns the prefix that the packet binds to the namespace.
fn find_prefix(packet: &[u8]) -> Option<&[u8]> {
    places(packet, NAMESPACE).find_map(|at| {
        let before = packet[..at].strip_suffix(b"\"").or_else(|| packet[..at].strip_suffix(b"'"))?;
        let name = before.trim_ascii_end().strip_suffix(b"=")?.trim_ascii_end();
        let start = name.iter().rposition(u8::is_ascii_whitespace)? + 1;
        name[start..].strip_prefix(b"xmlns:")
    })
}

/// Reads the number behind an attribute's name, or inside the element that the name begins.
fn read_value(behind: &[u8], is_element: bool) -> Option<u16> {
    let value = if is_element {
        &behind[behind.iter().position(|byte| *byte == b'>')? + 1..]
    } else {
        let quoted = behind.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        quoted.strip_prefix(b"\"").or_else(|| quoted.strip_prefix(b"'"))?
    };
    match value.trim_ascii_start() {
        [digit @ b'1'..=b'8', next, ..] if !next.is_ascii_digit() => Some(u16::from(digit - b'0')),
        _ => None,
    }
}

/// Returns the offsets of `word` in `text`.
fn places<'a>(text: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    text.windows(word.len()).enumerate().filter(move |(_, place)| *place == word).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(description: &str) -> Vec<u8> {
        format!(
            "<?xpacket begin='\u{feff}' id='W5M0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
             xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>{description}</rdf:RDF></x:xmpmeta>"
        )
        .into_bytes()
    }

    #[test]
    fn the_orientation_is_read_from_an_attribute_and_from_an_element() {
        let namespace = "xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\"";
        for description in [
            format!("<rdf:Description {namespace} tiff:Orientation=\"6\"/>"),
            format!("<rdf:Description {namespace}\n tiff:Orientation = '6'/>"),
            format!("<rdf:Description {namespace}><tiff:Orientation>6</tiff:Orientation></rdf:Description>"),
            format!(
                "<rdf:Description {namespace}><tiff:Orientation rdf:x='9'>\n6\n</tiff:Orientation></rdf:Description>"
            ),
            "<rdf:Description xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='6'/>".to_string(),
        ] {
            assert_eq!(read_xmp_orientation(&packet(&description)), Some(6), "{description}");
        }
    }

    #[test]
    fn what_is_no_orientation_states_none() {
        let namespace = "xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\"";
        for description in [
            format!("<rdf:Description {namespace}/>"),
            format!("<rdf:Description {namespace} tiff:Orientation=\"9\"/>"),
            format!("<rdf:Description {namespace} tiff:Orientation=\"60\"/>"),
            format!("<rdf:Description {namespace} tiff:OrientationOfThat=\"6\"/>"),
            format!("<rdf:Description {namespace} other:Orientation=\"6\" xtiff:Orientation=\"6\"/>"),
            format!("<rdf:Description {namespace} tiff:Orientation"),
        ] {
            assert_eq!(read_xmp_orientation(&packet(&description)), None, "{description}");
        }
    }
}
