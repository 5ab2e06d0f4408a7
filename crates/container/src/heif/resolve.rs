//! Resolves items and their references to images: coded ones, grids, overlays, with alpha and thumbnails.

use super::super::boxes::{Fields, Part};
use super::super::input::Reader;
use super::error::HeifError;
use super::image::{Alpha, Codec, CodedItem, Heif, HeifImage, MAX_TILES, StatedLight};
use super::items::Items;
use super::overlay;
use super::properties::{Property, Transformation, combine};
use super::raw::Description;
use crate::span::Span;

/// Limit of items in a chain in which each stands for the next.
pub(super) const MAX_DEPTH: usize = 8;

/// Limit of thumbnails read.
const MAX_THUMBNAILS: usize = 8;

/// Longest side of a coded image in px (AV1, 5.5.1; HEVC's levels and JPEG end below). Rows of that width are
/// allocated, however small the part that `clap` leaves of them.
const MAX_SIDE: u32 = 65_536;

/// The tiles of a grid, or a single one: tiles, tiles per row, and the size of the whole.
type Tiles = (Vec<CodedItem>, u32, (u32, u32));

impl Items {
    /// Returns the primary item: the one that `pitm` names, otherwise the first coded image.
    pub(super) fn primary(&self) -> Option<u32> {
        let first = || self.items.iter().find(|(_, item)| is_coded(item.kind)).map(|(id, _)| *id);
        self.primary.filter(|id| self.items.contains_key(id)).or_else(first)
    }

    /// Resolves the primary image with its alpha and thumbnails.
    pub(super) fn resolve_all(&self, reader: &mut Reader<'_>, primary: u32) -> Result<Heif, HeifError> {
        let chain = self.chain(primary)?;
        let thumbnails =
            self.references.iter().filter(|(kind, _, to)| kind == b"thmb" && to.iter().any(|id| chain.contains(id)));
        let thumbnails = thumbnails.take(MAX_THUMBNAILS).filter_map(|(_, id, _)| self.resolve(reader, *id).ok());
        let thumbnails = thumbnails.filter(|image| image.overlay.is_none()).collect();
        let primary = self.resolve(reader, primary)?;
        let (alpha, is_premultiplied) = self.resolve_alpha(reader, &chain, &primary);
        Ok(Heif { primary, alpha, is_premultiplied, thumbnails })
    }

    /// Returns an image's opacity, and whether its colours are premultiplied. The image is the end of `chain`.
    pub(super) fn resolve_alpha(&self, reader: &mut Reader<'_>, chain: &[u32], image: &HeifImage) -> (Alpha, bool) {
        let Some(id) = self.alpha_item(chain) else { return (self.alpha_inside(chain, image), false) };
        let is_premultiplied =
            self.references.iter().any(|(kind, from, to)| kind == b"prem" && chain.contains(from) && to.contains(&id));
        let alpha = match self.resolve_sized(reader, id, Some(image.size)) {
            Ok(alpha) if alpha.overlay.is_none() => Alpha::Item(alpha),
            _ => Alpha::Unreadable,
        };
        (alpha, is_premultiplied)
    }

    /// Returns the item that is the opacity of one of those given.
    fn alpha_item(&self, of: &[u32]) -> Option<u32> {
        let is_alpha = |id: u32| self.properties_of(id).any(|property| matches!(property, Property::Alpha));
        self.references
            .iter()
            .find(|(kind, from, to)| kind == b"auxl" && to.iter().any(|id| of.contains(id)) && is_alpha(*from))
            .map(|(_, id, _)| *id)
    }

    /// Returns opacity without an item of its own: that of a grid's tiles, or a component of uncompressed data.
    fn alpha_inside(&self, chain: &[u32], image: &HeifImage) -> Alpha {
        let source = chain.last().copied().unwrap_or_default();
        let tiles: Option<Vec<CodedItem>> = if self.kind(source) == Some(b"grid") {
            let alphas = self.derived_from(source).iter().zip(&image.tiles).map(|(tile, item)| {
                let id = self.alpha_item(&[*tile])?;
                self.coded_item(id, Some(item.size)).ok().filter(|alpha| alpha.size == item.size)
            });
            alphas.collect()
        } else {
            None
        };
        let tiles = tiles.filter(|tiles| !tiles.is_empty()).or_else(|| {
            let has_alpha = |item: &CodedItem| matches!(&item.codec, Codec::Uncompressed(raw) if raw.has_alpha());
            let is_there = !image.tiles.is_empty() && image.tiles.iter().all(has_alpha);
            is_there.then(|| image.tiles.iter().map(CodedItem::opacity).collect())
        });
        tiles.map_or(Alpha::None, |tiles| Alpha::Item(HeifImage { tiles, icc: None, nclx: None, ..image.clone() }))
    }

    /// Returns an item's chain of plain derivations, up to the item with data.
    pub(super) fn chain(&self, primary: u32) -> Result<Vec<u32>, HeifError> {
        let mut chain = vec![primary];
        loop {
            let id = chain[chain.len() - 1];
            // A tone map's base image comes first (ISO/IEC 23008-12, 6.6.2.4).
            let stands_for = matches!(self.kind(id), Some(b"iden" | b"tmap"));
            let Some(next) = self.derived_from(id).first().filter(|_| stands_for) else { return Ok(chain) };
            if chain.len() >= MAX_DEPTH {
                return Err(HeifError::Damaged("items refer to each other in a loop"));
            }
            chain.push(*next);
        }
    }

    /// Resolves an item to its image.
    pub(super) fn resolve(&self, reader: &mut Reader<'_>, id: u32) -> Result<HeifImage, HeifError> {
        self.resolve_sized(reader, id, None)
    }

    /// Resolves an item to its image; `size` applies if the item does not state its own.
    fn resolve_sized(
        &self,
        reader: &mut Reader<'_>,
        id: u32,
        size: Option<(u32, u32)>,
    ) -> Result<HeifImage, HeifError> {
        let chain = self.chain(id)?;
        let source = chain[chain.len() - 1];
        let mut overlay = None;
        let (tiles, columns, size) = match self.kind(source) {
            Some(b"grid") => self.resolve_grid(reader, source)?,
            Some(b"iovl") => {
                let (found, size) = overlay::read(self, reader, source)?;
                overlay = Some(found);
                (Vec::new(), 1, size)
            }
            _ => {
                let item = self.coded_item(source, size)?;
                let size = item.size;
                (vec![item], 1, size)
            }
        };
        let (window, orientation) = combine(size, &self.steps(&chain))?;
        // Some writers give the colour to the tiles and not to the grid of them.
        let first_tile = self.derived_from(source).first();
        // The colour properties of a tone map describe its result and not its base.
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
        Ok(HeifImage { tiles, columns, size, window, orientation, icc, nclx, light, overlay })
    }

    /// Returns the transformations of a chain of items, those of the last one first.
    fn steps(&self, chain: &[u32]) -> Vec<Transformation> {
        let properties = chain.iter().rev().flat_map(|id| self.properties_of(*id));
        properties
            .filter_map(|property| match property {
                Property::Transformation(step) => Some(*step),
                _ => None,
            })
            .collect()
    }

    /// Resolves a grid (ISO/IEC 23008-12, 6.6.2.3).
    fn resolve_grid(&self, reader: &mut Reader<'_>, id: u32) -> Result<Tiles, HeifError> {
        let read = |place: &Span| -> Option<(u32, u32, (u32, u32))> {
            let part = Part { name: *b"grid", content: place.offset, end: place.offset.checked_add(place.len)? };
            let mut fields = Fields::of(reader, &part);
            let [_, flags, rows, columns] = fields.array()?;
            let is_long = flags & 1 == 1;
            let size = (fields.short_or_long(is_long)?, fields.short_or_long(is_long)?);
            Some((u32::from(rows) + 1, u32::from(columns) + 1, size))
        };
        let place = self.data_of(id).first();
        let parts = self.derived_from(id);
        let dimensions = place.and_then(read).or_else(|| self.infer_grid(id, parts));
        let (rows, columns, size) = dimensions.ok_or(HeifError::Damaged("a grid without dimensions"))?;
        if parts.len() > MAX_TILES || parts.len() as u64 != u64::from(rows) * u64::from(columns) {
            return Err(HeifError::Damaged("a grid with too few tiles"));
        }
        let tiles = self.resolve_tiles(parts)?;
        let first = &tiles[0];
        let covered = |count: u32, side: u32| u64::from(count) * u64::from(side);
        let is_covered =
            covered(columns, first.size.0) >= u64::from(size.0) && covered(rows, first.size.1) >= u64::from(size.1);
        if size.0 == 0 || size.1 == 0 || !is_covered || tiles.iter().any(|tile| tile.size != first.size) {
            return Err(HeifError::Damaged("the tiles of a grid don't cover it"));
        }
        Ok((tiles, columns, size))
    }

    /// Infers rows, columns and size of a grid without a description. Where a file is truncated, the sizes of the grid
    /// and its tiles leave one choice.
    fn infer_grid(&self, id: u32, parts: &[u32]) -> Option<(u32, u32, (u32, u32))> {
        let size_of = |id: u32| {
            self.properties_of(id).find_map(|property| match property {
                Property::Size(width, height) if *width > 0 && *height > 0 => Some((*width, *height)),
                _ => None,
            })
        };
        let (whole, tile) = (size_of(id)?, size_of(*parts.first()?)?);
        let (columns, rows) = (whole.0.div_ceil(tile.0), whole.1.div_ceil(tile.1));
        (u64::from(columns) * u64::from(rows) == parts.len() as u64).then_some((rows, columns, whole))
    }

    /// Resolves the tiles of a grid. A lost tile has no data; if all are lost, the first `Err` is returned.
    fn resolve_tiles(&self, parts: &[u32]) -> Result<Vec<CodedItem>, HeifError> {
        let mut tiles: Vec<_> = parts.iter().map(|tile| self.tile(*tile)).collect();
        let Some(whole) = tiles.iter().find_map(|tile| tile.as_ref().ok()).cloned() else {
            return Err(tiles.swap_remove(0).err().unwrap_or(HeifError::Damaged("a grid without tiles")));
        };
        let lost = CodedItem { data: Vec::new(), predicted_from: None, ..whole };
        Ok(tiles.into_iter().map(|tile| tile.unwrap_or_else(|_| lost.clone())).collect())
    }

    fn tile(&self, id: u32) -> Result<CodedItem, HeifError> {
        let chain = self.chain(id)?;
        if !self.steps(&chain).is_empty() {
            return Err(HeifError::Unsupported("a grid of tiles that are turned or cropped".to_string()));
        }
        self.coded_item(chain[chain.len() - 1], None)
    }

    /// Returns a coded item; `size` applies if the item does not state its own.
    fn coded_item(&self, id: u32, size: Option<(u32, u32)>) -> Result<CodedItem, HeifError> {
        let kind = *self.kind(id).ok_or(HeifError::Damaged("an item is missing"))?;
        let (mut size, mut configuration, mut raw) = (size, None, None::<&Description>);
        let (mut components, mut operating_point, mut layer) = (Vec::new(), 0, None);
        for property in self.properties_of(id) {
            match property {
                Property::Size(width, height) if *width > 0 && *height > 0 => size = Some((*width, *height)),
                Property::Configuration(place) => configuration = Some(*place),
                // A compression takes precedence over the layout, in any order.
                Property::Raw(layout) if !matches!(raw, Some(Description::Exotic(_))) => raw = Some(layout),
                Property::Components(kinds) => components.clone_from(kinds),
                Property::OperatingPoint(point) => operating_point = *point,
                Property::Layer(wanted) => layer = Some(*wanted),
                _ => {}
            }
        }
        let codec = match &kind {
            b"hvc1" => Codec::Hevc,
            b"av01" => Codec::Av1,
            b"jpeg" => Codec::Jpeg,
            b"unci" => {
                let raw = raw.ok_or(HeifError::Damaged("uncompressed data without a description"))?;
                Codec::Uncompressed(raw.clone().with_kinds(&components)?)
            }
            _ => return Err(unknown(kind)),
        };
        let data = self.data_of(id).to_vec();
        if data.is_empty() {
            return Err(HeifError::Damaged("an image without data"));
        }
        let size = size.ok_or(HeifError::Damaged("an image without a size"))?;
        if size.0.max(size.1) > MAX_SIDE {
            return Err(HeifError::Damaged("an image with a longer side than its codec allows"));
        }
        let configuration = match codec {
            // JPEG may share its tables in a configuration, but need not.
            Codec::Jpeg | Codec::Uncompressed(_) => configuration.unwrap_or(Span { offset: 0, len: 0 }),
            _ => configuration.ok_or(HeifError::Damaged("an image without its codec's configuration"))?,
        };
        let predicted_from = match self.referred_from(*b"pred", id) {
            [] => None,
            // The decoder takes one, which is coded on its own.
            [source] if self.referred_from(*b"pred", *source).is_empty() => {
                Some(Box::new(self.coded_item(*source, Some(size))?))
            }
            _ => return Err(HeifError::Unsupported("an image predicted from several others".to_string())),
        };
        Ok(CodedItem { codec, configuration, data, size, predicted_from, operating_point, layer })
    }
}

fn is_coded(kind: [u8; 4]) -> bool {
    matches!(&kind, b"hvc1" | b"av01" | b"jpeg" | b"unci")
}

fn unknown(kind: [u8; 4]) -> HeifError {
    let name: String = kind.iter().map(|byte| char::from(*byte)).collect();
    let is_name = kind.iter().all(u8::is_ascii_alphanumeric);
    HeifError::Unsupported(if is_name { format!("an item of type '{name}'") } else { "an item of unknown type".into() })
}
