//! Opens JPEGs: reads the marker segments up to the first scan once, for the frame, the orientation, the colours and
//! the previews.

use super::memory;
use super::profile::{ADOBE_RGB, Chunks};
use crate::container::{self, Exif, Input, Kind, Preview};
use crate::formats::codec::{Access, Codec, Embedded, OpenedImage, Plan, Receiver, Reduced, Request, Strip, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::geometry::{Factors, Orientation, Size};
use crate::jpeg;
use crate::options::Format;
use crate::pixels::profile::Profile;

const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const SOS: u8 = 0xda;

/// Lengths of the start that are searched for the first scan. Profiles and the parts of an extended XMP precede it.
const STARTS: [u64; 4] = [4 << 10, 128 << 10, 2 << 20, 4 << 20];

/// Least bytes searched for rows: in most files the segments, the tables and the first rows.
const FIRST_ROWS: u64 = 64 << 10;

/// Largest useful preview: a larger one saves nothing.
const LARGEST_PREVIEW: u64 = 8 << 20;

/// The codec of JPEG.
#[derive(Debug)]
pub(crate) struct Jpeg;

/// An opened JPEG.
#[derive(Debug)]
pub(crate) struct OpenedJpeg {
    pub(super) header: Header,
    pub(super) frame: jpeg::Header,
    pub(super) profile: Profile,
    /// Previews, smallest first.
    previews: Vec<Preview>,
    /// The other images behind the main one.
    views: Vec<Preview>,
    /// The offset of the first scan's data.
    scan: Option<u64>,
}

impl Codec for Jpeg {
    fn access(&self) -> Access {
        Access::StartFirst
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let length = input.length();
        for start in STARTS.into_iter().take_while(|start| *start < length) {
            // A height that is stated only after the first scan needs the whole file, and so may a damaged start.
            if let Ok(opened @ OpenedJpeg { scan: Some(_), .. }) = OpenedJpeg::parse(input.start(start)?) {
                return Ok(Box::new(opened));
            }
        }
        Ok(Box::new(OpenedJpeg::parse(input.whole()?)?))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        let mut packets = Packets::default();
        let longest = STARTS[STARTS.len() - 1];
        for segment in jpeg::segments(input.start(longest)?).filter(|segment| segment.marker == APP1) {
            if let Some(exif) = container::exif_of_app1(segment.payload) {
                packets.exif.get_or_insert_with(|| exif.to_vec());
            } else if let Some(xmp) = container::xmp_of_app1(segment.payload) {
                packets.xmp.get_or_insert_with(|| xmp.to_vec());
            }
        }
        Ok(packets)
    }
}

impl OpenedJpeg {
    /// Parses the segments before the first scan.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let frame = jpeg::read_header(bytes).map_err(|error| judge(&error))?;
        let mut segments = Segments::default();
        for segment in jpeg::segments(bytes) {
            segments.add(&segment);
        }
        let Segments { exif, xmp_orientation, is_adobe_rgb, chunks, mut previews, scan } = segments;
        let stated = exif.or(xmp_orientation).and_then(Orientation::from_exif);
        let views = previews.extract_if(.., |preview| preview.kind == Kind::OtherView).collect();
        previews.retain(|preview| preview.span.len <= LARGEST_PREVIEW);
        previews.sort_by_key(|preview| preview.span.len);
        let profile = match chunks.join() {
            Some(icc) => Profile::Icc(icc),
            None if is_adobe_rgb == Some(true) => ADOBE_RGB,
            None => Profile::Srgb,
        };
        let header = Header {
            format: Format::Jpeg,
            size: Size::new(frame.width, frame.height),
            orientation: stated.or_else(|| read_pmp_orientation(bytes)).unwrap_or_default(),
            has_alpha: false,
        };
        Ok(Self { header, frame, profile, previews, views, scan })
    }
}

/// The contents of the segments before the first scan, as far as they were read.
#[derive(Default)]
struct Segments<'a> {
    /// The first orientation in EXIF, and that in XMP, which is used if EXIF states none.
    exif: Option<u16>,
    xmp_orientation: Option<u16>,
    /// The colour space that the first EXIF segment names.
    is_adobe_rgb: Option<bool>,
    chunks: Chunks<'a>,
    previews: Vec<Preview>,
    scan: Option<u64>,
}

impl<'a> Segments<'a> {
    fn add(&mut self, segment: &jpeg::Segment<'a>) {
        let payload = segment.payload;
        match segment.marker {
            APP1 => self.add_app1(payload, segment.offset as u64),
            APP2 => {
                self.chunks.add(payload);
                self.previews.extend(container::read_mpf(payload, segment.offset as u64));
            }
            SOS => self.scan = Some((segment.offset + payload.len()) as u64),
            _ => {}
        }
    }

    fn add_app1(&mut self, payload: &'a [u8], offset: u64) {
        if let Some(exif) = container::exif_of_app1(payload) {
            let Exif { orientation, thumbnail, is_adobe_rgb, .. } = container::read_exif(exif);
            self.exif = self.exif.or(orientation);
            self.is_adobe_rgb.get_or_insert(is_adobe_rgb);
            if payload.starts_with(b"Exif\0\0") {
                self.previews.extend(thumbnail.map(|mut preview: Preview| {
                    preview.span.offset += offset + 6;
                    preview
                }));
            }
        }
        if self.xmp_orientation.is_none() {
            self.xmp_orientation = container::xmp_of_app1(payload).and_then(container::read_xmp_orientation);
        }
    }
}

/// Reads the orientation from the header of a PMP of Sony's first digital camera. It has 124 bytes, including that
/// number, and the image's rotation in quarters (ExifTool's table of its tags).
fn read_pmp_orientation(bytes: &[u8]) -> Option<Orientation> {
    let is_pmp = bytes.get(8..12) == Some(&[0, 0, 0, 124]) && bytes.get(124..127) == Some(b"\xff\xd8\xff");
    let value = match (is_pmp, bytes.get(27)?) {
        (true, 1) => 8,
        (true, 2) => 3,
        (true, 3) => 6,
        _ => return None,
    };
    Orientation::from_exif(value)
}

impl OpenedImage for OpenedJpeg {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        0
    }

    fn memory_to_thumbnails(&self, file_bytes: u64, request: &Request<'_>) -> Option<u64> {
        Some(memory::to_thumbnails(&self.frame, file_bytes, request))
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.decode_to_grid(input.whole()?, plan, tools.jpeg)
    }

    fn decode_in_full(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.decode_all(input.whole()?, tools.jpeg)
    }

    fn decode_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        tools: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        Some(self.push_rows(input, receiver, tools.jpeg))
    }

    fn decode_top(&self, input: &mut dyn Input, rows: u32, tools: &mut Tools<'_>) -> Option<Strip> {
        let (scan, length) = (self.scan?, input.length());
        let share = length.saturating_sub(scan) * u64::from(rows) / u64::from(self.header.size.height.max(1));
        // Some rows take more bytes than others.
        [2, 8].into_iter().find_map(|shares| {
            let wanted = scan.saturating_add(shares * share).max(FIRST_ROWS).min(length);
            let start = input.start(wanted).ok()?;
            let start = start[..usize::try_from(wanted).unwrap_or(usize::MAX).min(start.len())].to_vec();
            self.decode_first_rows(start, rows, tools.jpeg)
        })
    }

    fn views(&self) -> &[Preview] {
        &self.views
    }

    fn embedded(&self) -> Embedded<'_> {
        Embedded::Unproven(&self.previews)
    }
}

pub(super) fn judge(error: &jpeg::Error) -> DecodeError {
    match error {
        jpeg::Error::Unsupported(what) => unsupported(what.to_string()),
        jpeg::Error::Malformed { what, offset } => damaged(format!("{what} (at byte {offset})")),
        jpeg::Error::NotJpeg => damaged("the signature is wrong"),
        jpeg::Error::Limit { .. } => DecodeError::Limit(error.to_string()),
        _ => damaged(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pmp_is_turned_as_its_header_says() {
        let jpeg = b"\xff\xd8\xff\xdb\0\x02\xff\xc0\0\x0b\x08\0\x08\0\x10\x01\x01\x11\0";
        let turned = |value: u8| {
            let mut file = vec![0; 124];
            (file[11], file[27]) = (124, value);
            file.extend(jpeg);
            OpenedJpeg::parse(&file).expect("a frame header").header.orientation
        };
        let expected = [1, 8, 3, 6].map(|value| Orientation::from_exif(value).expect("from 1 to 8"));
        assert_eq!([0, 1, 2, 3].map(turned), expected);
        let mut other = vec![3; 124];
        other.extend(jpeg);
        assert_eq!(OpenedJpeg::parse(&other).expect("a frame header").header.orientation, Orientation::Upright);
    }
}
