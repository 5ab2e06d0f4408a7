//! Filters XMP packets through the crate `quick-xml`.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, Writer};

use crate::options::{Kept, Metadata};

/// Properties that are never kept, whatever prefix their namespace has: previews, the orientation, and lists of further images
/// in the file.
const DROPPED: [&str; 5] = ["Orientation", "Thumbnails", "image", "Directory", "HasExtendedXMP"];

/// Properties that tell a place; so do all that begin with "GPS".
const PLACES: [&str; 10] = [
    "Location",
    "LocationCreated",
    "LocationShown",
    "City",
    "State",
    "Country",
    "CountryCode",
    "Sublocation",
    "CountryName",
    "ProvinceState",
];

/// Most levels of elements in each other.
const DEEPEST: usize = 64;

/// Returns the packet without the properties that are not kept. `None` if it is no sound XML.
pub(super) fn keep(packet: &[u8], kept: &Kept) -> Option<Vec<u8>> {
    let packet = str::from_utf8(packet.strip_suffix(b"\0").unwrap_or(packet)).ok()?;
    let mut reader = Reader::from_str(packet);
    let mut writer = Writer::new(Vec::new());
    let mut depth = 0_usize;
    // The depth of the element that is being dropped.
    let mut dropped_at = None;
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return None;
                }
                if dropped_at.is_none() && !is_kept(start.local_name().as_ref(), kept) {
                    dropped_at = Some(depth);
                }
                if dropped_at.is_none() {
                    writer.write_event(Event::Start(filtered(start, kept)?)).ok()?;
                }
            }
            Event::Empty(start) if !is_kept(start.local_name().as_ref(), kept) => {}
            Event::Empty(start) if dropped_at.is_none() => {
                writer.write_event(Event::Empty(filtered(start, kept)?)).ok()?;
            }
            Event::End(_) => {
                if dropped_at.is_none() {
                    writer.write_event(event).ok()?;
                }
                if dropped_at == Some(depth) {
                    dropped_at = None;
                }
                depth = depth.checked_sub(1)?;
            }
            Event::Eof => break,
            // Nothing of XMP has a document type; entities of one could expand to anything.
            Event::DocType(_) => return None,
            _ if dropped_at.is_none() => writer.write_event(event).ok()?,
            _ => {}
        }
    }
    (depth == 0).then(|| writer.into_inner())
}

fn is_kept(name: &str, kept: &Kept) -> bool {
    let is_place = name.starts_with("GPS") || PLACES.contains(&name);
    !DROPPED.contains(&name) && (!is_place || kept.contains(&Metadata::Gps))
}

/// Returns an element without the attributes that are not kept. `None` if they are not sound.
fn filtered<'a>(start: &BytesStart<'a>, kept: &Kept) -> Option<BytesStart<'a>> {
    let mut filtered = start.clone();
    filtered.clear_attributes();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if is_kept(attribute.key.local_name().as_ref(), kept) {
            filtered.push_attribute(attribute);
        }
    }
    Some(filtered)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" exif:GPSLatitude="51,0N" tiff:Orientation="6" tiff:Make="Maker"><dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/">All &amp; sundry</dc:rights><xmp:Thumbnails><rdf:li><xmpGImg:image>AAAA</xmpGImg:image></rdf:li></xmp:Thumbnails><exif:GPSLongitude>7,0E</exif:GPSLongitude></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;

    fn kept(kinds: &[Metadata], packet: &str) -> Option<String> {
        keep(packet.as_bytes(), &kinds.iter().copied().collect()).map(|packet| String::from_utf8(packet).unwrap())
    }

    #[test]
    fn places_previews_and_the_orientation_are_dropped_and_the_rest_stays() {
        let wanted = PACKET
            .replace(r#" exif:GPSLatitude="51,0N" tiff:Orientation="6""#, "")
            .replace("<xmp:Thumbnails><rdf:li><xmpGImg:image>AAAA</xmpGImg:image></rdf:li></xmp:Thumbnails>", "")
            .replace("<exif:GPSLongitude>7,0E</exif:GPSLongitude>", "");
        assert_eq!(kept(&[Metadata::Xmp], PACKET), Some(wanted));
        let with_places = kept(&[Metadata::Xmp, Metadata::Gps], PACKET).unwrap();
        assert!(with_places.contains("51,0N") && with_places.contains("7,0E") && !with_places.contains("AAAA"));
    }

    #[test]
    fn a_packet_that_is_no_sound_xml_is_dropped() {
        let deep = "<a>".repeat(100) + &"</a>".repeat(100);
        for packet in ["<a><b></a>", "<a", "<a b='1' b='2'/>", "<!DOCTYPE a><a/>", "<a>", &deep] {
            assert_eq!(kept(&[Metadata::Xmp], packet), None, "{packet}");
        }
    }
}
