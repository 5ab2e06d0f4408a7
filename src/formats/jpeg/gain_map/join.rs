//! Writes a JPEG with a gain map behind it.

use super::examine::{APP1, APP2, GainMap, ISO, XMP};
use super::parameters::{directory, packet, with_description};
use crate::jpeg;

/// The marker of the segment that begins a JFIF.
const APP0: u8 = 0xe0;

/// The identifier of an MPF segment.
const MPF: &[u8] = b"MPF\0";

/// The length of the index that is written: a TIFF header, a directory of three entries, and two images of 16 bytes.
const INDEX: usize = 8 + 2 + 3 * 12 + 4 + 2 * 16;

/// The kind of the main image in the index: baseline primary image (CIPA DC-007, 5.2.3.3.1).
const PRIMARY: u32 = 0x0003_0000;

/// The minimum version and the version of ISO 21496-1 that a main image states: 0.
const VERSIONS: [u8; 4] = [0; 4];

/// Joins a JPEG and its gain map, both as an encoder wrote them. `None` if they are too long for that.
pub(crate) fn join(image: &[u8], map: &[u8], gain: &GainMap) -> Option<Vec<u8>> {
    let map = with_parameters(map, gain)?;
    let Start { end, kept, before_kept, after_kept } = start_of(image)?;
    let mut file = [&image[..before_kept], &image[after_kept..end]].concat();
    if gain.parameters.is_some() {
        let own = directory(map.len());
        let xmp = kept.map_or_else(|| packet(&own), |kept| with_description(kept, &own));
        file.extend(segment(APP1, &[XMP, &xmp])?);
    } else if let Some(kept) = kept {
        file.extend(segment(APP1, &[XMP, kept])?);
    }
    if gain.iso.is_some() {
        file.extend(segment(APP2, &[ISO, &VERSIONS])?);
    }
    // The offset in the index counts from its own TIFF header.
    let header = file.len() + 4 + MPF.len();
    let length = header + INDEX + image.len() - end;
    let index =
        index(u32::try_from(length).ok()?, u32::try_from(length - header).ok()?, u32::try_from(map.len()).ok()?);
    file.extend(segment(APP2, &[MPF, &index])?);
    file.extend_from_slice(&image[end..]);
    file.extend_from_slice(&map);
    Some(file)
}

/// The start of a JPEG.
struct Start<'a> {
    /// The end of its first segments.
    end: usize,
    /// The XMP packet among these, and its segment.
    kept: Option<&'a [u8]>,
    before_kept: usize,
    after_kept: usize,
}

/// Finds the segments of JFIF, EXIF and XMP at the start of a file.
fn start_of(image: &[u8]) -> Option<Start<'_>> {
    if !image.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut start = Start { end: 2, kept: None, before_kept: 2, after_kept: 2 };
    for segment in jpeg::segments(image).take_while(|segment| matches!(segment.marker, APP0 | APP1)) {
        start.end = segment.offset + segment.payload.len();
        if let Some(packet) = segment.payload.strip_prefix(XMP) {
            (start.kept, start.before_kept, start.after_kept) =
                (Some(packet), segment.offset.checked_sub(4)?, start.end);
        }
    }
    Some(start)
}

/// Returns the gain map with its parameters after its first segment.
fn with_parameters(map: &[u8], gain: &GainMap) -> Option<Vec<u8>> {
    let Start { end, .. } = start_of(map)?;
    let mut file = map[..end].to_vec();
    if let Some(parameters) = &gain.parameters {
        file.extend(segment(APP1, &[XMP, &parameters.packet()])?);
    }
    if let Some(iso) = &gain.iso {
        file.extend(segment(APP2, &[ISO, iso])?);
    }
    file.extend_from_slice(&map[end..]);
    Some(file)
}

fn segment(marker: u8, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let payload = parts.concat();
    let length = u16::try_from(payload.len() + 2).ok()?.to_be_bytes();
    Some([&[0xff, marker], &length[..], &payload].concat())
}

/// Returns the index of a file whose main image has `length` bytes, and whose gain map lies `offset` bytes behind the index.
fn index(length: u32, offset: u32, map: u32) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let image = |kind: u32, length: u32, offset: u32| {
        [&kind.to_be_bytes()[..], &length.to_be_bytes(), &offset.to_be_bytes(), &[0; 4]].concat()
    };
    let images = 8 + 2 + 3 * 12 + 4_u32;
    [
        b"MM\0*\0\0\0\x08\0\x03".to_vec(),
        entry(0xb000, 7, 4, *b"0100"),
        entry(0xb001, 4, 1, 2_u32.to_be_bytes()),
        entry(0xb002, 7, 32, images.to_be_bytes()),
        vec![0; 4],
        image(PRIMARY, length, 0),
        image(0, map, offset),
    ]
    .concat()
}
