//! Reads overlays: images stacked on a canvas (ISO/IEC 23008-12, 6.6.2.2).

use super::super::boxes::{Fields, Part};
use super::super::input::Reader;
use super::error::HeifError;
use super::image::{Layer, Overlay};
use super::items::Items;

/// Limit of layers per overlay.
const MAX_LAYERS: usize = 256;

/// Limit of the layers' pixels as a multiple of the canvas', beside `FREE_PIXELS`: each takes time, seen or not.
const LAYERS_TO_CANVAS: u64 = 8;
const FREE_PIXELS: u64 = 1 << 24;

/// Reads the overlay `id`, and the size of its canvas.
pub(super) fn read(items: &Items, reader: &mut Reader<'_>, id: u32) -> Result<(Overlay, (u32, u32)), HeifError> {
    let parts = items.derived_from(id);
    if parts.len() > MAX_LAYERS {
        return Err(HeifError::Unsupported(format!("an overlay of {} images", parts.len())));
    }
    let (background, size, places) =
        read_canvas(items, reader, id, parts.len()).ok_or(HeifError::Damaged("an overlay without dimensions"))?;
    if size.0 == 0 || size.1 == 0 {
        return Err(HeifError::Damaged("an overlay without dimensions"));
    }
    let mut left = (u64::from(size.0) * u64::from(size.1)).saturating_mul(LAYERS_TO_CANVAS).saturating_add(FREE_PIXELS);
    let mut layers = Vec::with_capacity(parts.len());
    for (part, at) in parts.iter().zip(places) {
        // Checked before the layer is resolved, since overlays may refer to each other in a loop.
        let chain = items.chain(*part)?;
        if chain.last().is_some_and(|source| items.kind(*source) == Some(b"iovl")) {
            return Err(HeifError::Unsupported("an overlay inside an overlay".to_string()));
        }
        let image = items.resolve(reader, *part)?;
        let (alpha, is_premultiplied) = items.resolve_alpha(reader, &chain, &image);
        let pixels = u64::from(image.size.0) * u64::from(image.size.1);
        left =
            left.checked_sub(pixels).ok_or(HeifError::Damaged("the images of an overlay are much larger than it"))?;
        layers.push(Layer { image, alpha, is_premultiplied, at });
    }
    Ok((Overlay { background, layers }, size))
}

/// Reads the background, the size, and the places of the layers.
#[expect(clippy::type_complexity, reason = "three values that its one caller takes apart")]
fn read_canvas(
    items: &Items,
    reader: &mut Reader<'_>,
    id: u32,
    count: usize,
) -> Option<([u16; 4], (u32, u32), Vec<(i32, i32)>)> {
    let place = items.data_of(id).first()?;
    let part = Part { name: *b"iovl", content: place.offset, end: place.offset.checked_add(place.len)? };
    let mut fields = Fields::of(reader, &part);
    let [_, flags] = fields.array()?;
    let is_long = flags & 1 == 1;
    let background = [fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?];
    let size = (fields.short_or_long(is_long)?, fields.short_or_long(is_long)?);
    let mut offset = || {
        if is_long { fields.u32().map(u32::cast_signed) } else { fields.u16().map(|short| short.cast_signed().into()) }
    };
    let places = (0..count).map(|_| Some((offset()?, offset()?))).collect::<Option<Vec<_>>>()?;
    Some((background, size, places))
}
