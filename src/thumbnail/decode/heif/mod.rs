//! HEIF and AVIF → working grid. The container (`crate::container`) says what coded pictures a picture is made of; each is
//! decoded on its own and reduced as soon as it is there, so that of a grid of tiles no more than one stands in memory.
//! The thumbnail that a file has of its picture stands in for it where it is large enough.
//!
//! | file | from | to |
//! |---|---|---|
//! | `coded` | a coded item | its planes |
//! | `hevc`, `av1`, `sequence` | the item's bytes | the same, for each codec |
//! | `coding` | code points | matrix, range and colour space |
//! | `tiles` | planes | working grid: opaque pictures, planes not upsampled |
//! | `rows` | planes | working grid: pictures with alpha, whose pixels must be whole |

#[cfg(feature = "avif")]
mod av1;
mod coded;
mod coding;
#[cfg(feature = "heic")]
mod hevc;
mod rows;
#[cfg(feature = "avif")]
mod sequence;
mod tiles;

use super::super::preview::in_order_of_salvage;
use super::super::probe::Header;
use super::super::source::read_piece;
use super::super::{check_pixels, shown_target, stored_target};
use super::{Chosen, Decoded, factors_for};
use crate::container::{Heif, HeifError, HeifPicture, Input, read_heif};
use crate::error::Cause;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exactness, Format, Options};
use crate::outcome::DecodedFrom;

use coded::{CodedPicture, Decoder};
use coding::Coding;

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
        has_alpha: heif.alpha.is_some(),
    }
}

fn size_of(picture: &HeifPicture) -> Size {
    Size::new(picture.window.width, picture.window.height)
}

/// What decoding takes beside the working grid: of an opaque picture a tile, of one with alpha a row of tiles of both, as
/// they are coded, and what the codec needs for one of them.
pub(super) fn working_memory(input: &mut dyn Input, format: Format) -> u64 {
    let Ok(heif) = read(input, format) else { return 0 };
    let mut largest = |picture: &HeifPicture| {
        let needs = picture.tiles.iter().map(|item| coded::working_memory(input, item));
        needs.max().unwrap_or(0)
    };
    match &heif.alpha {
        None => largest(&heif.primary),
        Some(alpha) => {
            let rows = [&heif.primary, alpha].map(|picture| largest(picture).saturating_mul(picture.columns.into()));
            rows[0].saturating_add(rows[1])
        }
    }
}

/// Decodes the primary picture onto a grid that is coarser by `factors`.
pub(super) fn decode(input: &mut dyn Input, format: Format, factors: Factors) -> Result<Decoded, Cause> {
    let heif = read(input, format)?;
    match &heif.alpha {
        Some(alpha) => {
            let kind = if heif.is_premultiplied { rows::Colors::Premultiplied } else { rows::Colors::Straight };
            decode_picture(input, format, &heif.primary, Some((alpha, kind)), factors)
        }
        None => decode_picture(input, format, &heif.primary, None, factors),
    }
}

fn decode_picture(
    input: &mut dyn Input,
    format: Format,
    picture: &HeifPicture,
    alpha: Option<(&HeifPicture, rows::Colors)>,
    factors: Factors,
) -> Result<Decoded, Cause> {
    let icc = picture.icc.map(|place| read_piece(input, place.offset, place.length)).transpose()?;
    let mut decoder = Decoder::new(input, format, factors);
    let mut coding = None;
    let mut coding_of = |coded: &CodedPicture| -> Result<Coding, Cause> {
        let stated = coding::state(picture.nclx, coded, format)?;
        Ok(*coding.get_or_insert(stated))
    };
    let (grid, damage) = match alpha {
        None => tiles::decode(&mut decoder, picture, factors, &mut coding_of)?,
        Some((alpha, kind)) => (rows::decode(&mut decoder, picture, alpha, kind, factors, &mut coding_of)?, None),
    };
    let profile = coding::profile(icc, coding.and_then(|coding| coding.space), picture.light);
    Ok(Decoded { grid, factor: factors.common(), damage, profile })
}

/// The thumbnail item that stands in for the primary picture; none where no such item serves, or it can't be decoded.
pub(in super::super) fn stand_in(input: &mut dyn Input, format: Format, options: &Options) -> Option<Chosen> {
    let heif = read(input, format).ok()?;
    let header = header_of(&heif, format);
    check_pixels(header.size, options).ok()?;
    let targets: Vec<Size> = options.sizes.iter().map(|bounds| stored_target(&header, *bounds)).collect();
    // What is transparent in the picture may be anything in its thumbnail.
    if heif.alpha.is_some() {
        return None;
    }
    let mut serving: Vec<&HeifPicture> =
        heif.thumbnails.iter().filter(|thumbnail| serves(thumbnail, &heif.primary, &targets)).collect();
    serving.sort_by_key(|thumbnail| size_of(thumbnail).pixels());
    let thumbnail = serving.first()?;
    let shown = size_of(thumbnail);
    let factors = factors_for(shown, &targets, Exactness::Fast);
    let mut decoded = decode_picture(input, format, thumbnail, None, factors).ok()?;
    decoded.stand_for(header.size, shown);
    (decoded.damage.is_none()).then_some(Chosen { header, targets, decoded, from: DecodedFrom::HeifThumbnail })
}

/// The thumbnail item that stands in for a primary picture that is broken: the smallest one that is large enough for all
/// thumbnails, otherwise the largest, which no thumbnail is larger than.
pub(in super::super) fn salvage(input: &mut dyn Input, header: &Header, options: &Options) -> Option<Chosen> {
    let heif = read(input, header.format).ok()?;
    if heif.alpha.is_some() {
        return None;
    }
    let mut showing: Vec<&HeifPicture> =
        heif.thumbnails.iter().filter(|thumbnail| shows(thumbnail, &heif.primary)).collect();
    showing.sort_by_key(|thumbnail| in_order_of_salvage(size_of(thumbnail), header, options));
    showing.into_iter().find_map(|thumbnail| {
        let shown = size_of(thumbnail);
        let targets: Vec<Size> = options.sizes.iter().map(|bounds| shown_target(header, shown, *bounds)).collect();
        let factors = factors_for(shown, &targets, options.exactness);
        let mut decoded = decode_picture(input, header.format, thumbnail, None, factors).ok()?;
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
mod tests {
    use super::*;

    #[test]
    fn an_aspect_agrees_when_rounding_explains_the_difference() {
        let full = Size::new(4032, 3024);
        assert!(has_aspect_of(Size::new(320, 240), full));
        assert!(has_aspect_of(Size::new(512, 385), Size::new(4080, 3064)));
        assert!(!has_aspect_of(Size::new(160, 120), Size::new(6000, 4000)), "bars above and below");
        assert!(!has_aspect_of(Size::new(240, 320), full), "lies on its side");
    }
}
