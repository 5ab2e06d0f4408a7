//! The boxes inside `meta` → items, and what an item is made of.

use std::collections::BTreeMap;

use super::super::boxes::{Fields, Part, list_boxes};
use super::super::input::Reader;
use super::properties::{self, Property, Transformation, combine};
use super::{Codec, CodedItem, Heif, HeifError, HeifPicture, MAX_TILES, Place, StatedLight};

/// Boxes at the top of a file that are looked at; a fragmented film has thousands, behind `meta`.
const MAX_TOP: usize = 64;

/// Boxes inside `meta`, and properties; a phone's file has a hundred.
const MAX_INSIDE: usize = 1 << 16;

/// Items that stand for other ones, one upon the other.
const MAX_DEPTH: usize = 8;

/// Thumbnails that are looked at.
const MAX_THUMBNAILS: usize = 8;

/// All that `meta` says.
#[derive(Debug, Default)]
pub(super) struct Items {
    items: BTreeMap<u32, Item>,
    primary: Option<u32>,
    /// Kind, from, to (ISO/IEC 14496-12, 8.11.12).
    references: Vec<([u8; 4], u32, Vec<u32>)>,
    properties: Vec<Property>,
}

#[derive(Debug, Default)]
struct Item {
    kind: [u8; 4],
    data: Vec<Place>,
    /// From 1 (ISO/IEC 23008-12, 9.3).
    properties: Vec<u16>,
}

impl Items {
    /// Reads the `meta` box, if there is one.
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
        let idat =
            idat.map(|part| Place { offset: origin + part.content, length: part.end.saturating_sub(part.content) });
        for part in &parts {
            // What a damaged box holds up to the damage is kept.
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
            // Versions 0 and 1 have no kind, and no picture is listed so.
            if entry.name == *b"infe" && version >= 2 {
                let id = fields.short_or_long(version > 2)?;
                fields.u16()?;
                self.items.entry(id).or_default().kind = fields.array()?;
            }
        }
        Some(())
    }

    /// ISO/IEC 14496-12, 8.11.3.
    fn read_places(
        &mut self,
        reader: &mut Reader<'_>,
        part: &Part,
        idat: Option<Place>,
        file_length: u64,
    ) -> Option<()> {
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
                (0, 0) => Some(Place { offset: 0, length: file_length }),
                (1, _) => idat,
                // Other files, and parts of other items.
                _ => None,
            };
            let mut data = Vec::new();
            for _ in 0..extents {
                fields.sized(index)?;
                let (offset, length) = (fields.sized(lengths >> 4)?, fields.sized(lengths & 15)?);
                let Some(source) = source else { continue };
                let from = base.checked_add(offset).filter(|from| *from <= source.length)?;
                // A length of 0 is all there is.
                let length = if length == 0 { source.length - from } else { length };
                data.push(Place { offset: source.offset + from, length });
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
                // The highest bit says whether the property is essential.
                let index = if flags & 1 == 1 { fields.u16()? & 0x7fff } else { u16::from(fields.u8()? & 0x7f) };
                self.items.entry(id).or_default().properties.push(index);
            }
        }
        Some(())
    }

    /// The item that the file is there for: the one that `pitm` names, the first picture where there is no `pitm`.
    pub(super) fn primary(&self) -> Option<u32> {
        let first = || self.items.iter().find(|(_, item)| codec(item.kind).is_some()).map(|(id, _)| *id);
        self.primary.filter(|id| self.items.contains_key(id)).or_else(first)
    }

    /// The primary picture and all that belongs to it.
    pub(super) fn resolve_all(&self, reader: &mut Reader<'_>, primary: u32) -> Result<Heif, HeifError> {
        let chain = self.chain(primary)?;
        let is_of_primary = |to: &[u32]| to.iter().any(|id| chain.contains(id));
        let alpha = self.references.iter().find(|(kind, from, to)| {
            kind == b"auxl" && is_of_primary(to) && self.properties_of(*from).any(|p| matches!(p, Property::Alpha))
        });
        let alpha = alpha.map(|(_, id, _)| *id);
        let is_premultiplied = self.references.iter().any(|(kind, from, to)| {
            kind == b"prem" && chain.contains(from) && alpha.is_some_and(|id| to.contains(&id))
        });
        let thumbnails = self.references.iter().filter(|(kind, _, to)| kind == b"thmb" && is_of_primary(to));
        Ok(Heif {
            primary: self.resolve(reader, primary)?,
            alpha: alpha.map(|id| self.resolve(reader, id)).transpose()?,
            is_premultiplied,
            thumbnails: thumbnails
                .take(MAX_THUMBNAILS)
                .filter_map(|(_, id, _)| self.resolve(reader, *id).ok())
                .collect(),
        })
    }

    /// An item, the one it is derived from without a change, and so on, up to the one that has data.
    fn chain(&self, primary: u32) -> Result<Vec<u32>, HeifError> {
        let mut chain = vec![primary];
        loop {
            let id = chain[chain.len() - 1];
            // A tone map's base picture comes first (ISO/IEC 23008-12, 6.6.2.4).
            let stands_for = matches!(self.kind(id), Some(b"iden" | b"tmap"));
            let Some(next) = self.derived_from(id).first().filter(|_| stands_for) else { return Ok(chain) };
            if chain.len() >= MAX_DEPTH {
                return Err(HeifError::Damaged("items refer to each other in a loop"));
            }
            chain.push(*next);
        }
    }

    fn resolve(&self, reader: &mut Reader<'_>, id: u32) -> Result<HeifPicture, HeifError> {
        let chain = self.chain(id)?;
        let source = chain[chain.len() - 1];
        let (tiles, columns, size) = match self.kind(source) {
            Some(b"grid") => self.resolve_grid(reader, source)?,
            _ => {
                let item = self.coded_item(source)?;
                let size = item.size;
                (vec![item], 1, size)
            }
        };
        // Those of the source come first.
        let steps: Vec<Transformation> = chain
            .iter()
            .rev()
            .flat_map(|id| self.properties_of(*id))
            .filter_map(|property| match property {
                Property::Transformation(step) => Some(*step),
                _ => None,
            })
            .collect();
        let (window, orientation) = combine(size, &steps)?;
        // Some writers give the colour to the tiles and not to the grid of them.
        let first_tile = self.derived_from(source).first();
        // What is said of a tone map's own colours is said of the picture that it makes of its base.
        let own = || chain.iter().filter(|id| self.kind(**id) != Some(b"tmap")).chain(first_tile);
        let stating = || own().flat_map(|id| self.properties_of(*id));
        let icc = stating().find_map(|property| match property {
            Property::Icc(place) => Some(*place),
            _ => None,
        });
        let nclx = stating().find_map(|property| match property {
            Property::Nclx(nclx) => Some(*nclx),
            _ => None,
        });
        let light = StatedLight {
            content: stating().find_map(|property| match property {
                Property::ContentLight(light) => Some(*light),
                _ => None,
            }),
            display: stating().find_map(|property| match property {
                Property::DisplayLight(light) => Some(*light),
                _ => None,
            }),
        };
        Ok(HeifPicture { tiles, columns, size, window, orientation, icc, nclx, light })
    }

    /// The tiles, how many are in a row, and the size of the whole (ISO/IEC 23008-12, 6.6.2.3).
    #[expect(clippy::type_complexity, reason = "three values that its one caller takes apart")]
    fn resolve_grid(&self, reader: &mut Reader<'_>, id: u32) -> Result<(Vec<CodedItem>, u32, (u32, u32)), HeifError> {
        let place = self.items.get(&id).and_then(|item| item.data.first());
        let read = |place: &Place| -> Option<(u32, u32, (u32, u32))> {
            let part = Part { name: *b"grid", content: place.offset, end: place.offset.checked_add(place.length)? };
            let mut fields = Fields::of(reader, &part);
            let [_, flags, rows, columns] = fields.array()?;
            let is_long = flags & 1 == 1;
            let size = (fields.short_or_long(is_long)?, fields.short_or_long(is_long)?);
            Some((u32::from(rows) + 1, u32::from(columns) + 1, size))
        };
        let (rows, columns, size) = place.and_then(read).ok_or(HeifError::Damaged("a grid without dimensions"))?;
        let parts = self.derived_from(id);
        if parts.len() > MAX_TILES || parts.len() as u64 != u64::from(rows) * u64::from(columns) {
            return Err(HeifError::Damaged("a grid with too few tiles"));
        }
        let tiles = parts.iter().map(|tile| self.coded_item(*tile)).collect::<Result<Vec<_>, _>>()?;
        let first = &tiles[0];
        let covered = |count: u32, side: u32| u64::from(count) * u64::from(side);
        let is_covered =
            covered(columns, first.size.0) >= u64::from(size.0) && covered(rows, first.size.1) >= u64::from(size.1);
        if size.0 == 0 || size.1 == 0 || !is_covered || tiles.iter().any(|tile| tile.size != first.size) {
            return Err(HeifError::Damaged("the tiles of a grid don't cover it"));
        }
        Ok((tiles, columns, size))
    }

    fn coded_item(&self, id: u32) -> Result<CodedItem, HeifError> {
        let kind = self.kind(id).ok_or(HeifError::Damaged("an item is missing"))?;
        let codec = codec(*kind).ok_or_else(|| {
            let name: String = kind.iter().map(|byte| char::from(*byte)).collect();
            let is_name = kind.iter().all(u8::is_ascii_alphanumeric);
            let unknown =
                if is_name { format!("an item of type '{name}'") } else { "an item of unknown type".to_string() };
            HeifError::Unsupported(unknown)
        })?;
        let mut size = None;
        let mut configuration = None;
        for property in self.properties_of(id) {
            match property {
                Property::Size(width, height) if *width > 0 && *height > 0 => size = Some((*width, *height)),
                Property::Configuration(place) => configuration = Some(*place),
                _ => {}
            }
        }
        let data = self.items.get(&id).map(|item| item.data.clone()).unwrap_or_default();
        if data.is_empty() {
            return Err(HeifError::Damaged("an image without data"));
        }
        let size = size.ok_or(HeifError::Damaged("an image without a size"))?;
        let configuration = configuration.ok_or(HeifError::Damaged("an image without its codec's configuration"))?;
        Ok(CodedItem { codec, configuration, data, size })
    }

    fn kind(&self, id: u32) -> Option<&[u8; 4]> {
        self.items.get(&id).map(|item| &item.kind)
    }

    fn derived_from(&self, id: u32) -> &[u32] {
        let reference = self.references.iter().find(|(kind, from, _)| kind == b"dimg" && *from == id);
        reference.map_or(&[], |(_, _, to)| to)
    }

    fn properties_of(&self, id: u32) -> impl Iterator<Item = &Property> {
        let indices = self.items.get(&id).map_or([].as_slice(), |item| &item.properties);
        indices.iter().filter_map(|index| self.properties.get(usize::from(*index).checked_sub(1)?))
    }
}

fn codec(kind: [u8; 4]) -> Option<Codec> {
    match &kind {
        b"hvc1" => Some(Codec::Hevc),
        b"av01" => Some(Codec::Av1),
        _ => None,
    }
}
