//! The picture that a file's thumbnails are made from, where it is not the one that the file is there for: a RAW file's
//! preview, or the EXIF thumbnail or MPF preview of a JPEG, of which only the start is read then.

use super::agreement;
use super::bars::{self, Crop};
use super::decode::{self, Chosen, Decoded, Strip};
use super::probe::Header;
use super::scratch::Scratch;
use super::source::read_piece;
use super::{check_pixels, shown_target, stored_target};
use crate::container::{self, Input, Kind, Preview};
use crate::error::Failure;
use crate::geometry::Size;
use crate::jpeg::{self, Workspace};
use crate::options::{Exactness, Format, Options, Previews};
use crate::outcome::DecodedFrom;

/// What is read first of a JPEG: in most of them an EXIF segment, the tables and the first rows.
const FIRST_READ: u64 = 64 << 10;

/// Where the first scan of a JPEG with a usable preview begins, at the latest: segments of profiles and of a panorama's
/// metadata come before it.
const LATEST_SCAN: u64 = 4 << 20;

/// A larger preview than this is no saving.
const LARGEST_PREVIEW: u64 = 8 << 20;

/// The share of its rows by which a picture is compared with its preview: two rows of a thumbnail of 120.
const COMPARED_ROWS: u32 = 60;

/// Previews that are tried for a broken picture: an index may name the same one many times.
const MOST_TRIED: usize = 4;

const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const SOS: u8 = 0xda;

/// The preview that stands in for the picture in `input`; none where the picture itself is to be decoded.
pub(super) fn find(
    input: &mut dyn Input,
    format: Format,
    options: &Options,
    scratch: &mut Scratch,
) -> Result<Option<Chosen>, Failure> {
    match (format, options.previews, options.exactness) {
        (Format::Raw, ..) => decode::decode_raw(input, options, scratch).map(Some),
        // What goes wrong with a preview is not the picture's fault.
        (Format::Jpeg, Previews::Used, Exactness::Fast) => Ok(stand_in_for_jpeg(input, options, scratch)),
        // It is the picture's own, made from it and kept with it by whatever wrote both.
        #[cfg(any(feature = "heic", feature = "avif"))]
        (Format::Heic | Format::Avif, _, Exactness::Fast) if format.is_built_in() => {
            Ok(decode::stand_in_for_heif(input, format, options))
        }
        _ => Ok(None),
    }
}

fn stand_in_for_jpeg(input: &mut dyn Input, options: &Options, scratch: &mut Scratch) -> Option<Chosen> {
    let (mut start, scan) = read_start(input)?;
    let header = decode::read_header(&mut start.as_slice(), Format::Jpeg).ok()?;
    if header.size.pixels() == 0 {
        return None;
    }
    check_pixels(header.size, options).ok()?;
    let targets: Vec<Size> = options.sizes.iter().map(|bounds| stored_target(&header, *bounds)).collect();

    let mut strip = None;
    for preview in list(&start) {
        let Some((mut chosen, shown)) = decode_preview(input, &preview, &header, &targets, scratch) else { continue };
        if strip.is_none() {
            strip = Some(decode_first_rows(input, &mut start, scan, header.size, &mut scratch.jpeg)?);
        }
        if strip.as_ref().is_some_and(|strip| agreement::agrees(&chosen.decoded.grid, strip, header.size.height)) {
            chosen.decoded.stand_for(header.size, shown);
            return Some(chosen);
        }
    }
    None
}

/// The preview that stands in for a JPEG whose main picture is broken: the smallest one that is large enough for all
/// thumbnails, otherwise the largest.
pub(super) fn salvage_jpeg(
    input: &mut dyn Input,
    header: &Header,
    options: &Options,
    scratch: &mut Scratch,
) -> Option<Chosen> {
    let file = input.whole().ok()?;
    let mut previews: Vec<(&[u8], Header, Kind)> = Vec::new();
    for preview in list(file) {
        let Some(mut bytes) = piece_of(file, &preview) else { continue };
        let Ok(own) = decode::read_header(&mut bytes, Format::Jpeg) else { continue };
        // What is larger is no preview, and more than the file was admitted for.
        if (1..header.size.pixels()).contains(&own.size.pixels()) {
            previews.push((bytes, own, preview.kind));
        }
    }
    previews.sort_by_key(|(_, own, _)| in_order_of_salvage(own.size, header, options));
    previews.iter().take(MOST_TRIED).find_map(|(bytes, own, kind)| {
        let chosen = salvage_preview(bytes, own, *kind, header, options, scratch)?;
        chosen.decoded.damage.is_none().then_some(chosen)
    })
}

fn piece_of<'a>(file: &'a [u8], preview: &Preview) -> Option<&'a [u8]> {
    let start = usize::try_from(preview.offset).ok()?;
    let length = usize::try_from(preview.length).ok()?;
    file.get(start..start.checked_add(length)?)
}

/// Sorts pictures of these sizes that may stand in for a broken one.
pub(super) fn in_order_of_salvage(size: Size, header: &Header, options: &Options) -> (bool, u64) {
    let mut targets = options.sizes.iter().map(|bounds| stored_target(header, *bounds));
    let is_enough = targets.all(|target| target.width <= size.width && target.height <= size.height);
    (!is_enough, if is_enough { size.pixels() } else { u64::MAX - size.pixels() })
}

/// Decodes a preview if it has the main picture's aspect; thumbnails are no larger than what it shows.
fn salvage_preview(
    bytes: &[u8],
    own: &Header,
    kind: Kind,
    header: &Header,
    options: &Options,
    scratch: &mut Scratch,
) -> Option<Chosen> {
    let crop = bars::expect(own.size, header.size);
    if crop.is_some() && own.size.pixels() > bars::BARRED {
        return None;
    }
    let shown = crop.map_or(own.size, |crop| crop.size);
    let targets: Vec<Size> = options.sizes.iter().map(|bounds| shown_target(header, shown, *bounds)).collect();
    let mut decoded = decode_shown(bytes, own, crop, &targets, options.exactness, scratch)?;
    decoded.stand_for(header.size, shown);
    Some(Chosen { header: header.clone(), targets, decoded, from: source_of(kind) })
}

/// The start of a JPEG up to its first scan and a little more, and where that scan's data begin.
fn read_start(input: &mut dyn Input) -> Option<(Vec<u8>, u64)> {
    let mut length = FIRST_READ;
    loop {
        let there = length.min(input.length());
        let start = read_piece(input, 0, there).ok()?;
        if let Some(segment) = jpeg::segments(&start).find(|segment| segment.marker == SOS) {
            let scan = (segment.offset + segment.payload.len()) as u64;
            return Some((start, scan));
        }
        if length >= LATEST_SCAN.min(input.length()) {
            return None;
        }
        length *= 4;
    }
}

/// The previews that the segments name, the smallest first.
fn list(start: &[u8]) -> Vec<Preview> {
    let mut previews = Vec::new();
    for segment in jpeg::segments(start) {
        let offset = segment.offset as u64;
        match (segment.marker, segment.payload.strip_prefix(b"Exif\0\0")) {
            (APP1, Some(exif)) => {
                let thumbnail = container::read_exif(exif).thumbnail;
                previews.extend(thumbnail.map(|preview| Preview { offset: preview.offset + offset + 6, ..preview }));
            }
            (APP2, _) => previews.extend(container::read_mpf(segment.payload, offset)),
            _ => {}
        }
    }
    previews.retain(|preview| preview.kind != Kind::OtherView && preview.length <= LARGEST_PREVIEW);
    previews.sort_by_key(|preview| preview.length);
    previews
}

/// Decodes a preview if it is whole, has the main picture's aspect, and is no smaller than any target; and returns the size
/// that it shows the picture in, which is its own without bars.
fn decode_preview(
    input: &mut dyn Input,
    preview: &Preview,
    header: &Header,
    targets: &[Size],
    scratch: &mut Scratch,
) -> Option<(Chosen, Size)> {
    let bytes = read_piece(input, preview.offset, preview.length).ok()?;
    let own = decode::read_header(&mut bytes.as_slice(), Format::Jpeg).ok()?;
    let crop = bars::expect(own.size, header.size);
    let shown = crop.map_or(own.size, |crop| crop.size);
    if !targets.iter().all(|target| target.width <= shown.width && target.height <= shown.height) {
        return None;
    }
    let decoded = decode_shown(&bytes, &own, crop, targets, Exactness::Fast, scratch)?;
    let chosen = Chosen { header: header.clone(), targets: targets.to_vec(), decoded, from: source_of(preview.kind) };
    chosen.decoded.damage.is_none().then_some((chosen, shown))
}

/// Decodes a preview without its bars.
fn decode_shown(
    mut bytes: &[u8],
    own: &Header,
    crop: Option<Crop>,
    targets: &[Size],
    exactness: Exactness,
    scratch: &mut Scratch,
) -> Option<Decoded> {
    let Some(crop) = crop else { return decode::decode(&mut bytes, own, targets, exactness.into(), scratch).ok() };
    let mut decoded = decode::decode_jpeg_in_full(bytes, &mut scratch.jpeg).ok()?;
    bars::crop(&mut decoded.grid, crop).then_some(decoded)
}

fn source_of(kind: Kind) -> DecodedFrom {
    if kind == Kind::ExifThumbnail { DecodedFrom::ExifThumbnail } else { DecodedFrom::MpfPreview }
}

/// Decodes the first rows of the main picture at 1/8, from as many bytes more as they are likely to take.
fn decode_first_rows(
    input: &mut dyn Input,
    start: &mut Vec<u8>,
    scan: u64,
    size: Size,
    workspace: &mut Workspace,
) -> Option<Strip> {
    let rows = size.height.div_ceil(COMPARED_ROWS);
    let share = input.length().saturating_sub(scan) / u64::from(COMPARED_ROWS);
    // Some rows take more bytes than others.
    for shares in [2, 8] {
        let there = start.len() as u64;
        let wanted = scan.saturating_add(shares * share).min(input.length());
        if wanted > there {
            start.extend(read_piece(input, there, wanted - there).ok()?);
        }
        let strip = decode::decode_first_rows(start, rows, workspace);
        if strip.is_some() {
            return strip;
        }
    }
    None
}
