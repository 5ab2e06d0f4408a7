//! Reads the boxes inside `meta`: the items, with their kinds, data, references and properties.

use std::collections::BTreeMap;

use super::super::boxes::{Fields, Part, list_boxes};
use super::super::input::Reader;
use super::properties::{self, Property};
use crate::span::Span;

/// Limit of boxes read at the top of a file; a fragmented film has thousands, behind `meta`.
const MAX_TOP: usize = 64;

/// Limit of boxes inside `meta`, and of properties; a phone's file has a hundred.
const MAX_INSIDE: usize = 1 << 16;

/// The content type of XMP.
const XMP_TYPE: &[u8] = b"application/rdf+xml";

/// Longest name or content type of an item that is read.
const LONGEST_NAME: usize = 1024;

/// The contents of `meta`.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) items: BTreeMap<u32, Item>,
    pub(super) primary: Option<u32>,
    /// Whether the file has an `iloc` box, which locates the items' data.
    pub(super) has_places: bool,
    /// Kind, source and targets (ISO/IEC 14496-12, 8.11.12).
    pub(super) references: Vec<([u8; 4], u32, Vec<u32>)>,
    properties: Vec<Property>,
}

#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) kind: [u8; 4],
    /// Whether its content is XMP (ISO/IEC 23008-12, A.3).
    is_xmp: bool,
    pub(super) data: Vec<Span>,
    /// Indices of its properties, from 1 (ISO/IEC 23008-12, 9.3).
    properties: Vec<u16>,
}

impl Items {
    /// Reads the `meta` box. `None` if the file has none.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let length = reader.length();
        let meta = list_boxes(reader, 0, length, MAX_TOP).into_iter().find(|part| part.name == *b"meta")?;
        let bytes = reader.up_to(meta.content, usize::try_from(meta.end - meta.content).ok()?)?;
        // Read once, parsed in memory.
        let (origin, end) = (meta.content, bytes.len() as u64);
        let mut bytes = bytes.as_slice();
        let mut inside = Reader::new(&mut bytes);
        let mut items = Self::default();
        // `meta` is a full box: its boxes come behind version and flags.
        let parts = list_boxes(&mut inside, 4, end, MAX_INSIDE);
        let idat = parts.iter().find(|part| part.name == *b"idat");
        let idat = idat.map(|part| Span { offset: origin + part.content, len: part.end.saturating_sub(part.content) });
        for part in &parts {
            // The contents of a damaged box are kept up to the damage.
            let _ = match &part.name {
                b"pitm" => items.read_primary(&mut inside, part),
                b"iinf" => items.read_kinds(&mut inside, part),
                b"iloc" => items.read_places(&mut inside, part, idat, length),
                b"iref" => items.read_references(&mut inside, part),
                b"iprp" => items.read_properties(&mut inside, part, origin),
                _ => None,
            };
        }
        Some(items)
    }

    fn read_primary(&mut self, reader: &mut Reader<'_>, part: &Part) -> Option<()> {
        let mut fields = Fields::of(reader, part);
        let (version, _) = fields.version()?;
        self.primary = Some(fields.short_or_long(version > 0)?);
        Some(())
    }

    fn read_kinds(&mut self, reader: &mut Reader<'_>, part: &Part) -> Option<()> {
        let mut fields = Fields::of(reader, part);
        let (version, _) = fields.version()?;
        fields.short_or_long(version > 0)?;
        let at = fields.at;
        for entry in list_boxes(reader, at, part.end, MAX_INSIDE) {
            let mut fields = Fields::of(reader, &entry);
            let (version, _) = fields.version()?;
            // Versions 0 and 1 have no kind, and no image is listed with them.
            if entry.name == *b"infe" && version >= 2 {
                let id = fields.short_or_long(version > 2)?;
                fields.u16()?;
                let item = self.items.entry(id).or_default();
                item.kind = fields.array()?;
                if item.kind == *b"mime" {
                    fields.text(LONGEST_NAME)?;
                    item.is_xmp = fields.text(LONGEST_NAME)? == XMP_TYPE;
                }
            }
        }
        Some(())
    }

    /// Reads `iloc` (ISO/IEC 14496-12, 8.11.3).
    fn read_places(
        &mut self,
        reader: &mut Reader<'_>,
        part: &Part,
        idat: Option<Span>,
        file_length: u64,
    ) -> Option<()> {
        self.has_places = true;
        let mut fields = Fields::of(reader, part);
        let (version, _) = fields.version()?;
        let [lengths, bases] = fields.array()?;
        let index = if version == 0 { 0 } else { bases & 15 };
        let count = fields.short_or_long(version == 2)?;
        for _ in 0..count {
            let id = fields.short_or_long(version == 2)?;
            let method = if version == 0 { 0 } else { fields.u16()? & 15 };
            let reference = fields.u16()?;
            let base = fields.sized(bases >> 4)?;
            let extents = fields.u16()?;
            let source = match (method, reference) {
                (0, 0) => Some(Span { offset: 0, len: file_length }),
                (1, _) => idat,
                // Other files, and parts of other items.
                _ => None,
            };
            let mut data = Vec::new();
            for _ in 0..extents {
                fields.sized(index)?;
                let (offset, length) = (fields.sized(lengths >> 4)?, fields.sized(lengths & 15)?);
                let Some(source) = source else { continue };
                let from = base.checked_add(offset).filter(|from| *from <= source.len)?;
                // A length of 0 reaches to the end of the source.
                let length = if length == 0 { source.len - from } else { length };
                data.push(Span { offset: source.offset + from, len: length });
            }
            self.items.entry(id).or_default().data = data;
        }
        Some(())
    }

    fn read_references(&mut self, reader: &mut Reader<'_>, part: &Part) -> Option<()> {
        let mut fields = Fields::of(reader, part);
        let (version, _) = fields.version()?;
        let at = fields.at;
        for entry in list_boxes(reader, at, part.end, MAX_INSIDE) {
            let mut fields = Fields::of(reader, &entry);
            let from = fields.short_or_long(version > 0)?;
            let count = fields.u16()?;
            let to: Option<Vec<u32>> = (0..count).map(|_| fields.short_or_long(version > 0)).collect();
            self.references.push((entry.name, from, to?));
        }
        Some(())
    }

    fn read_properties(&mut self, reader: &mut Reader<'_>, part: &Part, origin: u64) -> Option<()> {
        for entry in list_boxes(reader, part.content, part.end, MAX_INSIDE) {
            match &entry.name {
                b"ipco" => {
                    let known = list_boxes(reader, entry.content, entry.end, MAX_INSIDE);
                    self.properties.extend(known.iter().map(|property| properties::read(reader, property, origin)));
                }
                b"ipma" => self.read_associations(&mut Fields::of(reader, &entry))?,
                _ => {}
            }
        }
        Some(())
    }

    fn read_associations(&mut self, fields: &mut Fields<'_, '_>) -> Option<()> {
        let (version, flags) = fields.version()?;
        let count = fields.u32()?;
        for _ in 0..count {
            let id = fields.short_or_long(version > 0)?;
            for _ in 0..fields.u8()? {
                // The highest bit marks an essential property.
                let index = if flags & 1 == 1 { fields.u16()? & 0x7fff } else { u16::from(fields.u8()? & 0x7f) };
                self.items.entry(id).or_default().properties.push(index);
            }
        }
        Some(())
    }

    /// Returns the EXIF of the primary image.
    pub(super) fn exif(&self) -> Option<u32> {
        self.describing(|item| item.kind == *b"Exif")
    }

    /// Returns the XMP of the primary image.
    pub(super) fn xmp(&self) -> Option<u32> {
        self.describing(|item| item.is_xmp)
    }

    /// Returns the first item of a kind that describes the primary image, or nothing in particular.
    fn describing(&self, is_wanted: impl Fn(&Item) -> bool) -> Option<u32> {
        let describes = |id: u32| {
            let targets = self.referred_from(*b"cdsc", id);
            targets.is_empty() || self.primary.is_some_and(|primary| targets.contains(&primary))
        };
        self.items.iter().find(|(id, item)| is_wanted(item) && describes(**id)).map(|(id, _)| *id)
    }

    pub(super) fn kind(&self, id: u32) -> Option<&[u8; 4]> {
        self.items.get(&id).map(|item| &item.kind)
    }

    /// Returns the items from which an item is derived.
    pub(super) fn derived_from(&self, id: u32) -> &[u32] {
        self.referred_from(*b"dimg", id)
    }

    /// Returns the targets of an item's references of one kind.
    pub(super) fn referred_from(&self, kind: [u8; 4], id: u32) -> &[u32] {
        let reference = self.references.iter().find(|(name, from, _)| *name == kind && *from == id);
        reference.map_or(&[], |(_, _, to)| to)
    }

    /// Returns the pieces of an item's data.
    pub(super) fn data_of(&self, id: u32) -> &[Span] {
        self.items.get(&id).map_or(&[], |item| &item.data)
    }

    pub(super) fn properties_of(&self, id: u32) -> impl Iterator<Item = &Property> {
        let indices = self.items.get(&id).map_or([].as_slice(), |item| &item.properties);
        indices.iter().filter_map(|index| self.properties.get(usize::from(*index).checked_sub(1)?))
    }
}
