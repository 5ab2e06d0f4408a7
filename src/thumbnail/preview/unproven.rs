//! Tries previews that may show something else than the main image: editors forget to renew the EXIF thumbnail and the MPF
//! preview of a JPEG. They stand in if they agree with the first rows of the main image.

use super::letterbox::{self, Crop};
use super::order::in_order_of_salvage;
use super::similarity;
use crate::container::{Input, Kind, Preview, read_piece};
use crate::formats::codec::{OpenedImage, Plan};
use crate::formats::decoded::Decoded;
use crate::formats::header::Header;
use crate::formats::inside::open_inside;
use crate::formats::jpeg;
use crate::geometry::{Frame, Size};
use crate::options::{Exactness, Options};
use crate::outcome::DecodedFrom;
use crate::thumbnail::limits::check_pixels;
use crate::thumbnail::material::Selected;
use crate::thumbnail::workbench::Workbench;

/// Divisor of an image's height for the rows that are compared with its preview: two rows of a thumbnail of 120.
const COMPARED_ROWS: u32 = 60;

/// Maximum number of previews tried for a broken image: an index may name the same one many times.
const MOST_TRIED: usize = 4;

/// Decodes the first preview that serves and agrees with the main image.
pub(super) fn stand_in(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    previews: &[Preview],
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    let header = opened.header();
    check_pixels(header.size, options).ok()?;
    let frames = header.frames(options);
    let mut strip = None;
    for preview in previews {
        let Some((mut selected, shown)) = decode_preview(input, preview, header, &frames, bench) else { continue };
        if strip.is_none() {
            let rows = header.size.height.div_ceil(COMPARED_ROWS);
            strip = Some(opened.decode_top(input, rows, &mut bench.tools())?);
        }
        if strip.as_ref().is_some_and(|strip| similarity::agrees(&selected.decoded.grid, strip, header.size.height)) {
            selected.decoded.stand_for(header.size, shown);
            return Some(selected);
        }
    }
    None
}

/// Decodes the preview that stands in for a broken main image: the smallest one that is large enough for all thumbnails,
/// otherwise the largest.
pub(super) fn salvage(
    input: &mut dyn Input,
    header: &Header,
    previews: &[Preview],
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    let mut smaller: Vec<(Size, &Preview)> = Vec::new();
    for preview in previews {
        let Some(image) = open(input, preview, bench) else { continue };
        let size = image.header().size;
        // A larger one is no preview, and takes more memory than was admitted.
        if (1..header.size.pixels()).contains(&size.pixels()) {
            smaller.push((size, preview));
        }
    }
    smaller.sort_by_key(|(size, _)| in_order_of_salvage(*size, header, options));
    smaller.iter().take(MOST_TRIED).find_map(|(_, preview)| {
        let image = open(input, preview, bench)?;
        let selected = salvage_preview(input, image.as_ref(), preview.kind, header, options, bench)?;
        selected.decoded.damage.is_none().then_some(selected)
    })
}

fn open(input: &mut dyn Input, preview: &Preview, bench: &mut Workbench) -> Option<Box<dyn OpenedImage>> {
    let bytes = read_piece(input, preview.span).ok()?;
    open_inside(jpeg::CODEC, bytes, &mut bench.tools()).ok()
}

/// Decodes a preview if it has the main image's aspect. Thumbnails are no larger than the part of it that shows the image.
fn salvage_preview(
    input: &mut dyn Input,
    preview: &dyn OpenedImage,
    kind: Kind,
    header: &Header,
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    let own = preview.header().size;
    let crop = letterbox::expect(own, header.size);
    if crop.is_some() && own.pixels() > letterbox::BARRED {
        return None;
    }
    let shown = crop.map_or(own, |crop| crop.size);
    let frames = header.frames_of(shown, options);
    let targets = Frame::scales(&frames);
    let mut decoded = decode_shown(input, preview, crop, &Plan::new(&targets, options.exactness), bench)?;
    decoded.stand_for(header.size, shown);
    Some(Selected { header: header.clone(), frames, decoded, from: source_of(kind) })
}

/// Decodes a preview if it is whole, large enough for every target, and of the image's aspect. Also returns the size of the
/// image in it, which is the preview's without bars.
fn decode_preview(
    input: &mut dyn Input,
    preview: &Preview,
    header: &Header,
    frames: &[Frame],
    bench: &mut Workbench,
) -> Option<(Selected, Size)> {
    let image = open(input, preview, bench)?;
    let own = image.header().size;
    let crop = letterbox::expect(own, header.size);
    let shown = crop.map_or(own, |crop| crop.size);
    let targets = Frame::scales(frames);
    if !targets.iter().all(|target| target.is_within(shown)) {
        return None;
    }
    let decoded = decode_shown(input, image.as_ref(), crop, &Plan::new(&targets, Exactness::Fast), bench)?;
    let from = source_of(preview.kind);
    let selected = Selected { header: header.clone(), frames: frames.to_vec(), decoded, from };
    selected.decoded.damage.is_none().then_some((selected, shown))
}

/// Decodes a preview without its bars.
fn decode_shown(
    input: &mut dyn Input,
    preview: &dyn OpenedImage,
    crop: Option<Crop>,
    plan: &Plan<'_>,
    bench: &mut Workbench,
) -> Option<Decoded> {
    let tools = &mut bench.tools();
    let Some(crop) = crop else { return preview.decode(input, plan, tools).ok() };
    let mut decoded = preview.decode_in_full(input, tools).ok()?;
    letterbox::crop(&mut decoded.grid, crop).then_some(decoded)
}

fn source_of(kind: Kind) -> DecodedFrom {
    if kind == Kind::ExifThumbnail { DecodedFrom::ExifThumbnail } else { DecodedFrom::MpfPreview }
}
