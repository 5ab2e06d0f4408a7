//! Reads and writes the parameters of a gain map in XMP (Adobe, Gain map 1.0). Nothing else of the packet is kept.

use std::fmt::Write;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// The namespace of the parameters.
pub(super) const NAMESPACE: &str = "http://ns.adobe.com/hdr-gain-map/1.0/";

/// The names of numbers, each one or one for each channel.
const NUMBERS: [&str; 7] =
    ["GainMapMin", "GainMapMax", "Gamma", "OffsetSDR", "OffsetHDR", "HDRCapacityMin", "HDRCapacityMax"];

/// Numbers without which a gain map means nothing.
const REQUIRED: [&str; 2] = ["GainMapMax", "HDRCapacityMax"];

/// The parameter that tells whether the main image is the one for displays of high dynamic range.
const BASE: &str = "BaseRenditionIsHDR";

/// The only version of the parameters.
const VERSION: &str = "1.0";

/// The most channels of a gain map.
const CHANNELS: usize = 3;

/// The parameters of a gain map by their names, each with a value or with one for each channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(&'static str, Vec<String>)>);

/// Reads the parameters in a packet. `None` if it has none, and a reason if they can't be used.
pub(super) fn read(packet: &[u8]) -> Option<Result<Parameters, &'static str>> {
    let packet = str::from_utf8(packet).ok()?;
    let mut reader = NsReader::from_str(packet);
    let mut found: Vec<(&'static str, Vec<String>)> = Vec::new();
    // The parameter whose element is open, and whether there are any at all.
    let (mut open, mut has_any) = (None, false);
    while let Ok(event) = reader.read_event() {
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                has_any |= add_attributes(start, &reader, &mut found);
                if let Some(name) =
                    name_of(&reader.resolver().resolve_element(start.name()).0, start.local_name().as_ref())
                {
                    has_any = true;
                    if matches!(event, Event::Start(_)) {
                        open = Some(name);
                    }
                }
            }
            Event::Text(text) => {
                let value = text.as_ref().trim_ascii();
                if let (Some(name), false) = (open, value.is_empty()) {
                    add(name, &String::from_utf8_lossy(value.as_ref()), &mut found);
                }
            }
            Event::End(end) => {
                let name = name_of(&reader.resolver().resolve_element(end.name()).0, end.local_name().as_ref());
                open = open.filter(|open| Some(*open) != name);
            }
            Event::DocType(_) | Event::Eof => break,
            _ => {}
        }
    }
    has_any.then(|| check(found))
}

fn add_attributes(
    start: &BytesStart<'_>,
    reader: &NsReader<&[u8]>,
    found: &mut Vec<(&'static str, Vec<String>)>,
) -> bool {
    let mut has_any = false;
    for attribute in start.attributes().flatten() {
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        has_any |= matches!(namespace, ResolveResult::Bound(bound) if bound.as_ref() == NAMESPACE);
        if let Some(name) = name_of(&namespace, local.as_ref()) {
            add(name, &attribute.value, found);
        }
    }
    has_any
}

/// Returns the parameter of this name.
fn name_of(namespace: &ResolveResult<'_>, local: &str) -> Option<&'static str> {
    let is_own = matches!(namespace, ResolveResult::Bound(bound) if bound.as_ref() == NAMESPACE);
    NUMBERS.into_iter().chain([BASE]).find(|name| is_own && *name == local)
}

fn add(name: &'static str, value: &str, found: &mut Vec<(&'static str, Vec<String>)>) {
    let value = value.trim().to_string();
    match found.iter_mut().find(|(known, _)| *known == name) {
        Some((_, values)) if values.len() < CHANNELS => values.push(value),
        Some(_) => {}
        None => found.push((name, vec![value])),
    }
}

fn check(found: Vec<(&'static str, Vec<String>)>) -> Result<Parameters, &'static str> {
    let is_sound = |(name, values): &(&str, Vec<String>)| match *name {
        BASE => values.iter().all(|value| matches!(value.as_str(), "True" | "False")),
        _ => values.len() != 2 && values.iter().all(|value| value.parse().is_ok_and(f64::is_finite)),
    };
    match () {
        () if !REQUIRED.iter().all(|name| found.iter().any(|(known, _)| known == name)) => {
            Err("its parameters are incomplete")
        }
        () if !found.iter().all(is_sound) => Err("its parameters are invalid"),
        () => Ok(Parameters(found)),
    }
}

/// Returns the headroom that the XMP of Apple's gain maps states, in files since iOS 17.
pub(super) fn read_apple_headroom(packet: &[u8]) -> Option<f32> {
    const NAME: &str = "HDRGainMapHeadroom";
    let packet = str::from_utf8(packet).ok()?;
    let mut reader = NsReader::from_str(packet);
    let mut is_open = false;
    while let Ok(event) = reader.read_event() {
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let stated = start.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == NAME);
                if let Some(stated) = stated {
                    return stated.value.trim().parse().ok();
                }
                is_open = start.local_name().as_ref() == NAME;
            }
            Event::Text(text) if is_open => return text.as_ref().trim().parse().ok(),
            Event::DocType(_) | Event::Eof => break,
            _ => {}
        }
    }
    None
}

impl Parameters {
    /// Returns the parameters of a map that holds the logarithm of the gain, from none to this many stops.
    pub(super) fn of_stops(stops: f32) -> Self {
        let most = format!("{stops:.6}");
        let values = ["0", &most, "1", "0", "0", "0", &most];
        Self(NUMBERS.into_iter().zip(values).map(|(name, value)| (name, vec![value.to_string()])).collect())
    }

    /// Returns a packet with the parameters alone.
    pub(super) fn packet(&self) -> Vec<u8> {
        let (mut attributes, mut elements) = (format!("hdrgm:Version=\"{VERSION}\""), String::new());
        for (name, values) in &self.0 {
            // Writing to a string can't fail.
            let _ = match values.as_slice() {
                [value] => write!(attributes, " hdrgm:{name}=\"{value}\""),
                values => {
                    let items: String = values.iter().map(|value| format!("<rdf:li>{value}</rdf:li>")).collect();
                    write!(elements, "<hdrgm:{name}><rdf:Seq>{items}</rdf:Seq></hdrgm:{name}>")
                }
            };
        }
        packet(&format!(
            "<rdf:Description rdf:about=\"\" xmlns:hdrgm=\"{NAMESPACE}\" {attributes}>{elements}</rdf:Description>"
        ))
    }
}

/// Returns the description of a file with a gain map of this many bytes behind its main image.
pub(super) fn directory(bytes: usize) -> String {
    format!(
        "<rdf:Description rdf:about=\"\" xmlns:hdrgm=\"{NAMESPACE}\" \
         xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" \
         xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\" hdrgm:Version=\"{VERSION}\">\
         <Container:Directory><rdf:Seq>\
         <rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"Primary\" Item:Mime=\"image/jpeg\"/></rdf:li>\
         <rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" \
         Item:Length=\"{bytes}\"/></rdf:li>\
         </rdf:Seq></Container:Directory></rdf:Description>"
    )
}

/// The end of the element that holds all descriptions of a packet.
const END: &str = "</rdf:RDF>";

/// Returns a packet with this description.
pub(super) fn packet(description: &str) -> Vec<u8> {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         {description}{END}</x:xmpmeta>"
    )
    .into_bytes()
}

/// Returns the packet with one more description, or a new one if that is not possible.
pub(super) fn with_description(kept: &[u8], description: &str) -> Vec<u8> {
    let text = str::from_utf8(kept).ok().and_then(|text| text.rfind(END).map(|end| text.split_at(end)));
    match text {
        Some((start, end)) => [start, description, end].concat().into_bytes(),
        None => packet(description),
    }
}
