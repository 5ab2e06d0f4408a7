//! Bounds an SVG's expansion, in elements and depth, before references are followed. A few hundred bytes of `<use>`,
//! nested patterns or nested masks stand for billions of elements, and nested elements are converted, rendered and
//! dropped recursively.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Error, Node, NodeId, ParsingOptions};

use super::curves::{DEEPEST, Relative, uncommon_curves};
use super::flaw::malformed;
use crate::formats::error::DecodeError;

/// Most elements after expansion, with glyphs of text and curves of huge arcs: the largest known drawings have a tenth
/// of it.
pub(super) const MOST_ELEMENTS: u64 = 1_000_000;

/// Most bytes that the entities of a document may expand to.
const MOST_ENTITY_BYTES: usize = 16 << 20;

/// Most rules of a style sheet times elements: each rule is matched with each element.
const MOST_MATCHES: usize = 100_000_000;

/// Most attributes of an element: the parser compares each with all others.
const MOST_ATTRIBUTES: usize = 1000;

/// Cost of text layout in ns (measured): per letter, per pair of letters, and per letter and span in one element.
const OF_LETTER: u64 = 15_000;
const OF_PAIR: f64 = 0.6;
const OF_LETTER_AND_SPAN: u64 = 170;

/// Longest layout of all text, for each MiB of the document that is begun: 1.5 s.
const LONGEST_LAYOUT: u64 = 1_500_000_000;

/// Most references to other entities in one entity's text that the parser follows.
const REFERENCES_OF_ENTITY: usize = 255;

/// Parses the text into a document whose entities and nodes are bounded.
pub(super) fn parse(text: &str) -> Result<Document<'_>, DecodeError> {
    if entity_bytes(text) > MOST_ENTITY_BYTES {
        return Err(DecodeError::Limit(format!("its entities expand to more than {} MiB", MOST_ENTITY_BYTES >> 20)));
    }
    if most_attributes(text) > MOST_ATTRIBUTES {
        return Err(DecodeError::Limit(format!("an element has more than {MOST_ATTRIBUTES} attributes")));
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: 4_000_000, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        Error::NodesLimitReached => too_many(),
        other => malformed(&other),
    })
}

/// Returns an upper bound for the expansion of entities. The parser follows them 10 deep and bounds their number in one
/// entity, but not their length.
fn entity_bytes(text: &str) -> usize {
    let Some(start) = text.find("<!ENTITY") else { return 0 };
    let subset = &text[start..start + end_of_subset(&text[start..])];
    let longest = subset.split("<!ENTITY").map(str::len).max().unwrap_or(0);
    let references = text[start + subset.len()..].matches('&').count();
    let inside = if subset.contains('&') { REFERENCES_OF_ENTITY } else { 1 };
    longest.saturating_mul(references).saturating_mul(inside)
}

/// Returns the end of the declarations: a bracket outside of quotes.
fn end_of_subset(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (None, ']') => return at,
            (Some(opening), _) if opening == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Returns the most attributes between two opening brackets, which no value may contain.
fn most_attributes(text: &str) -> usize {
    let is_value = |rest: &str| rest.trim_start().starts_with(['"', '\'']);
    let of_tag = |tag: &str| tag.split('=').skip(1).filter(|rest| is_value(rest)).count();
    text.split('<').map(of_tag).max().unwrap_or(0)
}

/// Refuses text that would take too long to lay out.
fn check_text(document: &Document<'_>) -> Result<(), DecodeError> {
    let mut whole = 0_u64;
    for text in document.descendants().filter(|node| node.tag_name().name() == "text") {
        let (mut letters, mut spans) = (0_u64, 0_u64);
        for node in text.descendants() {
            letters += if node.is_text() { node.text().map_or(0, |text| text.len() as u64) } else { 0 };
            spans += u64::from(node.is_element());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an estimate"
        )]
        let of_pairs = ((letters as f64).powi(2) * OF_PAIR) as u64;
        let of_spans = letters.saturating_mul(spans.saturating_mul(OF_LETTER_AND_SPAN));
        whole =
            whole.saturating_add(letters.saturating_mul(OF_LETTER)).saturating_add(of_pairs).saturating_add(of_spans);
    }
    let begun = 1 + (document.input_text().len() as u64 >> 20);
    match whole <= LONGEST_LAYOUT.saturating_mul(begun) {
        true => Ok(()),
        false => Err(DecodeError::Limit("laying out its text would take too long".to_string())),
    }
}

/// Returns whether there is text to render. An embedded image may contain some.
pub(super) fn has_text(document: &Document<'_>) -> bool {
    let is_svg_url = |value: &str| value.trim_start().starts_with("data:") && value.contains("svg");
    document.descendants().filter(Node::is_element).any(|node| {
        node.tag_name().name() == "text" || node.attributes().any(|attribute| is_svg_url(attribute.value()))
    })
}

/// Refuses a document that expands beyond the limits, and returns its number of expanded elements.
pub(super) fn check(document: &Document<'_>) -> Result<u64, DecodeError> {
    check_text(document)?;
    let mut expansion = Expansion::new(document);
    let elements = document.descendants().filter(Node::is_element).count();
    if expansion.rule_count.saturating_mul(elements) > MOST_MATCHES {
        return Err(DecodeError::Limit("its style sheet has too many rules for its elements".to_string()));
    }
    let whole = expansion.expand(document.root_element(), 0)?;
    if whole.elements > MOST_ELEMENTS { Err(too_many()) } else { Ok(whole.elements) }
}

/// The expansion of one element.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    elements: u64,
    depth: u32,
}

struct Expansion<'a, 'input> {
    by_id: HashMap<&'a str, Node<'a, 'input>>,
    /// Rules of style sheets with references: names in the selector, and the referenced ids.
    rules: Vec<(Vec<&'a str>, Vec<&'a str>)>,
    rule_count: usize,
    relative: Relative,
    /// `None` while it is being computed: renderers break a reference back to it.
    known: HashMap<NodeId, Option<Extent>>,
}

impl<'a, 'input> Expansion<'a, 'input> {
    fn new(document: &'a Document<'input>) -> Self {
        let mut by_id = HashMap::new();
        let (mut rules, mut rule_count) = (Vec::new(), 0);
        for node in document.descendants().filter(Node::is_element) {
            if let Some(id) = node.attribute("id") {
                by_id.entry(id).or_insert(node);
            }
            for text in node.children().filter(|child| node.tag_name().name() == "style" && child.is_text()) {
                for (selector, body) in
                    text.text().unwrap_or_default().split('}').filter_map(|rule| rule.split_once('{'))
                {
                    rule_count += 1 + selector.matches(',').count();
                    if body.contains("url(") {
                        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '*');
                        rules.push((
                            selector.split(|c| !is_name(c)).filter(|name| !name.is_empty()).collect(),
                            urls(body).collect(),
                        ));
                    }
                }
            }
        }
        Self { by_id, rules, rule_count, relative: Relative::read(document), known: HashMap::new() }
    }

    fn expand(&mut self, node: Node<'a, 'input>, level: u32) -> Result<Extent, DecodeError> {
        if level > DEEPEST {
            return Err(too_deep());
        }
        if let Some(known) = self.known.get(&node.id()) {
            let known = known.unwrap_or_default();
            return if level + known.depth > DEEPEST { Err(too_deep()) } else { Ok(known) };
        }
        self.known.insert(node.id(), None);
        let mut whole =
            Extent { elements: glyphs(node).saturating_add(uncommon_curves(node, &self.relative)?), depth: 1 };
        whole.elements = whole.elements.saturating_add(1);
        for child in node.children().filter(Node::is_element) {
            whole.take(self.expand(child, level + 1)?, 1);
        }
        for (id, times) in self.references(node) {
            if let Some(target) = self.by_id.get(id).copied() {
                whole.take(self.expand(target, level + 1)?, times);
            }
        }
        self.known.insert(node.id(), Some(whole));
        Ok(whole)
    }

    /// Returns the elements that are rendered again for this one, and how often. A gradient is not: it is a colour.
    fn references(&self, node: Node<'a, 'input>) -> Vec<(&'a str, u64)> {
        let mut found = Vec::new();
        let tag = node.tag_name().name();
        for attribute in node.attributes() {
            // A marker is inherited, and drawn at every point of a path below.
            let times = if attribute.value().contains("marker") || attribute.name().starts_with("marker") {
                points(node)
            } else {
                1
            };
            found.extend(urls(attribute.value()).map(|id| (id, times)));
            if attribute.name() == "href" && matches!(tag, "use" | "pattern" | "feImage" | "tref") {
                found.extend(attribute.value().trim().strip_prefix('#').map(|id| (id, 1)));
            }
            // Its path is measured again for each text along it: four curves take as long as an element.
            if attribute.name() == "href" && tag == "textPath" {
                let id = attribute.value().trim().trim_start_matches('#');
                found.extend(self.by_id.get(id).map(|path| (id, points(*path) / 4)));
            }
        }
        let classes = node.attribute("class").unwrap_or_default();
        for (names, ids) in &self.rules {
            let hits = |name: &&str| {
                *name == "*"
                    || *name == tag
                    || node.attribute("id") == Some(*name)
                    || classes.split_whitespace().any(|class| class == *name)
            };
            if names.iter().any(hits) {
                found.extend(ids.iter().map(|id| (*id, points(node))));
            }
        }
        found
            .retain(|(id, _)| self.by_id.get(id).is_some_and(|target| !target.tag_name().name().ends_with("Gradient")));
        found
    }
}

impl Extent {
    fn take(&mut self, inner: Self, times: u64) {
        self.elements = self.elements.saturating_add(inner.elements.saturating_mul(times));
        self.depth = self.depth.max(inner.depth + 1);
    }
}

/// Returns the ids in `url(#id)`.
fn urls(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(").skip(1).filter_map(|rest| {
        let inside = rest.split(')').next()?.trim().trim_matches(['"', '\'']);
        inside.strip_prefix('#')
    })
}

/// Returns the most points of the paths in an element: a number has a digit and a separator.
fn points(node: Node<'_, '_>) -> u64 {
    let of = |node: Node<'_, '_>| {
        ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(str::len).sum::<usize>()
    };
    let length: usize = if node.has_children() { node.descendants().map(of).sum() } else { of(node) };
    1 + length as u64 / 4
}

/// Returns the number of letters drawn for the element itself.
fn glyphs(node: Node<'_, '_>) -> u64 {
    match node.tag_name().name() {
        "text" | "tspan" | "textPath" | "a" => {
            node.children().filter(Node::is_text).filter_map(|text| text.text()).map(|text| text.len() as u64).sum()
        }
        _ => 0,
    }
}

fn too_many() -> DecodeError {
    DecodeError::Limit(format!("the image expands to more than {MOST_ELEMENTS} elements"))
}

fn too_deep() -> DecodeError {
    DecodeError::Limit(format!("its elements are nested more than {DEEPEST} deep, references followed"))
}
