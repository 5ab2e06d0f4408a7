//! HEIF and AVIF → working grid. The container (`crate::container`) says what coded pictures a picture is made of; each is
//! decoded on its own and reduced as soon as it is there, so that of a grid of tiles no more than one stands in memory.
//! The thumbnail that a file has of its picture stands in for it where it is large enough.
//!
//! | file | from | to |
//! |---|---|---|
//! | `coded` | a coded item | its planes |
//! | `hevc`, `av1`, `sequence` | the item's bytes | the same, for each codec |
//! | `coding` | code points | matrix, range and colour space |
//! | `mixing` | samples of matrices that mix light | red, green and blue |
//! | `plain` | the bytes of a JPEG item, or of samples as they are | planes |
//! | `tiles` | planes | working grid: opaque pictures, planes not upsampled |
//! | `rows` | planes | working grid: pictures whose pixels must be whole, as with alpha |
//! | `overlay` | layers | working grid, through a canvas |
//! | `losses` | tiles that can't be decoded | damage |

#[cfg(feature = "avif")]
mod av1;
mod coded;
mod coding;
#[cfg(feature = "heic")]
mod hevc;
mod losses;
mod mixing;
mod overlay;
mod plain;
mod rows;
#[cfg(feature = "avif")]
mod sequence;
mod tiles;

use super::super::preview::in_order_of_salvage;
use super::super::probe::Header;
use super::super::source::read_piece;
use super::super::{check_pixels, shown_target, stored_target};
use super::{Chosen, Decoded, factors_for};
use crate::container::{Alpha, Heif, HeifError, HeifPicture, Input, read_heif};
use crate::error::Cause;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exactness, Format, Options};
use crate::outcome::{Damage, DecodedFrom};

use coded::{CodedPicture, Decoder};
use coding::Coding;
use rows::Opacity;

/// How many times as large as its target a thumbnail item must be to stand in for its picture, on both axes: what
/// libvips asks for, and what lets one of 320 px serve a target of 256.
const THUMBNAIL_MARGIN: f64 = 1.25;

/// Reads the header.
pub(super) fn read_header(input: &mut dyn Input, format: Format) -> Result<Header, Cause> {
    read(input, format).map(|heif| header_of(&heif, format))
}

fn read(input: &mut dyn Input, format: Format) -> Result<Heif, Cause> {
    read_heif(input)?.map_err(|error| match error {
        HeifError::Damaged(detail) => Cause::Damaged { format, detail: detail.to_string() },
        HeifError::Unsupported(detail) => Cause::Unsupported { format, detail },
    })
}

fn header_of(heif: &Heif, format: Format) -> Header {
    Header {
        format,
        size: size_of(&heif.primary),
        orientation: Orientation::from_exif(heif.primary.orientation).unwrap_or_default(),
        has_alpha: has_alpha(heif),
    }
}

fn has_alpha(heif: &Heif) -> bool {
    let is_see_through = heif.primary.overlay.as_ref().is_some_and(|overlay| overlay.background[3] < u16::MAX);
    is_see_through || matches!(heif.alpha, Alpha::Item(_))
}

fn size_of(picture: &HeifPicture) -> Size {
    Size::new(picture.window.width, picture.window.height)
}

/// What decoding takes beside the working grid: of an opaque picture a tile, of one whose pixels must be whole a row of
/// tiles and as much of alpha, as they are coded, what the codec needs for one of them, and of an overlay its canvas.
pub(super) fn working_memory(input: &mut dyn Input, format: Format) -> u64 {
    let Ok(heif) = read(input, format) else { return 0 };
    let Some(overlay) = &heif.primary.overlay else { return memory_of(input, &heif.primary, &heif.alpha) };
    let layers = overlay.layers.iter().map(|layer| memory_of(input, &layer.picture, &layer.alpha));
    let canvas = u64::from(heif.primary.size.0).saturating_mul(heif.primary.size.1.into());
    layers.max().unwrap_or(0).saturating_add(canvas.saturating_mul(overlay::PIXEL))
}

fn memory_of(input: &mut dyn Input, picture: &HeifPicture, alpha: &Alpha) -> u64 {
    let mut largest = |picture: &HeifPicture| {
        let needs = picture.tiles.iter().map(|item| coded::working_memory(input, item));
        needs.max().unwrap_or(0)
    };
    let mut row = |picture: &HeifPicture| {
        let line = u64::from(picture.size.0) * rows::PIXEL;
        largest(picture).saturating_mul(picture.columns.into()).saturating_add(line)
    };
    match alpha {
        Alpha::Item(alpha) => row(picture).saturating_add(row(alpha)),
        _ if coding::needs_pixels(picture) => row(picture),
        _ => largest(picture),
    }
}

/// Decodes the primary picture onto a grid that is coarser by `factors`.
pub(super) fn decode(input: &mut dyn Input, format: Format, factors: Factors) -> Result<Decoded, Cause> {
    let heif = read(input, format)?;
    let mut decoded = decode_picture(input, format, &heif.primary, (&heif.alpha, heif.is_premultiplied), factors)?;
    if heif.alpha == Alpha::Unreadable && decoded.damage.is_none() {
        decoded.damage = Some(Damage::of_whole("its opacity is missing: the file doesn't say how it is coded"));
    }
    Ok(decoded)
}

fn decode_picture(
    input: &mut dyn Input,
    format: Format,
    picture: &HeifPicture,
    (alpha, is_premultiplied): (&Alpha, bool),
    factors: Factors,
) -> Result<Decoded, Cause> {
    // A profile that is cut off says nothing.
    let icc = match picture.icc.map(|place| read_piece(input, place.offset, place.length)).transpose() {
        Err(Cause::Io(error)) if losses::is_end(&error) => None,
        read => read?,
    };
    let mut decoder = Decoder::new(input, format, factors);
    let mut space = None;
    let (grid, damage) = match (&picture.overlay, overlay::opacity_of(alpha, is_premultiplied)) {
        (Some(layers), _) => overlay::decode(&mut decoder, picture, layers, factors, &mut |coding| {
            space = space.or(coding.space);
        })?,
        (None, opacity) => {
            let mut coding_of = |coded: &CodedPicture| -> Result<Coding, Cause> {
                let stated = coding::state(picture.nclx, coded, format)?;
                space = space.or(stated.space);
                Ok(stated)
            };
            match opacity {
                Opacity::Full => tiles::decode(&mut decoder, picture, factors, &mut coding_of)?,
                opacity @ Opacity::Of(..) => rows::decode(&mut decoder, picture, opacity, factors, &mut coding_of)?,
            }
        }
    };
    Ok(Decoded { grid, factor: factors.common(), damage, profile: coding::profile(icc, space, picture.light) })
}

/// The thumbnail item that stands in for the primary picture; none where no such item serves, or it can't be decoded.
pub(in super::super) fn stand_in(input: &mut dyn Input, format: Format, options: &Options) -> Option<Chosen> {
    let heif = read(input, format).ok()?;
    let header = header_of(&heif, format);
    check_pixels(header.size, options).ok()?;
    let targets: Vec<Size> = options.sizes.iter().map(|bounds| stored_target(&header, *bounds)).collect();
    // What is transparent in the picture may be anything in its thumbnail.
    if heif.alpha != Alpha::None || heif.primary.overlay.is_some() {
        return None;
    }
    let mut serving: Vec<&HeifPicture> =
        heif.thumbnails.iter().filter(|thumbnail| serves(thumbnail, &heif.primary, &targets)).collect();
    serving.sort_by_key(|thumbnail| size_of(thumbnail).pixels());
    let thumbnail = serving.first()?;
    let shown = size_of(thumbnail);
    let factors = factors_for(shown, &targets, Exactness::Fast);
    let mut decoded = decode_picture(input, format, thumbnail, (&Alpha::None, false), factors).ok()?;
    decoded.stand_for(header.size, shown);
    (decoded.damage.is_none()).then_some(Chosen { header, targets, decoded, from: DecodedFrom::HeifThumbnail })
}

/// The thumbnail item that stands in for a primary picture that is broken: the smallest one that is large enough for all
/// thumbnails, otherwise the largest, which no thumbnail is larger than.
pub(in super::super) fn salvage(input: &mut dyn Input, header: &Header, options: &Options) -> Option<Chosen> {
    let heif = read(input, header.format).ok()?;
    if heif.alpha != Alpha::None {
        return None;
    }
    let mut showing: Vec<&HeifPicture> =
        heif.thumbnails.iter().filter(|thumbnail| shows(thumbnail, &heif.primary)).collect();
    showing.sort_by_key(|thumbnail| in_order_of_salvage(size_of(thumbnail), header, options));
    showing.into_iter().find_map(|thumbnail| {
        let shown = size_of(thumbnail);
        let targets: Vec<Size> = options.sizes.iter().map(|bounds| shown_target(header, shown, *bounds)).collect();
        let factors = factors_for(shown, &targets, options.exactness);
        let mut decoded = decode_picture(input, header.format, thumbnail, (&Alpha::None, false), factors).ok()?;
        decoded.stand_for(header.size, shown);
        let is_whole = decoded.damage.is_none();
        is_whole.then(|| Chosen { header: header.clone(), targets, decoded, from: DecodedFrom::HeifThumbnail })
    })
}

/// Whether a thumbnail is large enough for every target and shows the picture as it is.
fn serves(thumbnail: &HeifPicture, primary: &HeifPicture, targets: &[Size]) -> bool {
    let small = size_of(thumbnail);
    let is_enough = |side: u32, target: u32| f64::from(side) >= THUMBNAIL_MARGIN * f64::from(target);
    shows(thumbnail, primary)
        && targets.iter().all(|target| is_enough(small.width, target.width) && is_enough(small.height, target.height))
}

/// Whether a thumbnail shows the picture as it is. One that lies in another orientation is left alone: where a writer forgot
/// to turn it, nothing tells.
fn shows(thumbnail: &HeifPicture, primary: &HeifPicture) -> bool {
    let (small, full) = (size_of(thumbnail), size_of(primary));
    thumbnail.orientation == primary.orientation && small.pixels() < full.pixels() && has_aspect_of(small, full)
}

/// Whether `small` can be what is left of `full` when one of its sides was rounded to a whole px, up or down.
fn has_aspect_of(small: Size, full: Size) -> bool {
    let [w, h, full_w, full_h] = [small.width, small.height, full.width, full.height].map(f64::from);
    (h - w * full_h / full_w).abs() < 1.0 || (w - h * full_w / full_h).abs() < 1.0
}

fn damaged(format: Format, detail: impl Into<String>) -> Cause {
    Cause::Damaged { format, detail: detail.into() }
}

#[cfg(test)]
mod tests;
