//! Encodes JPEG from samples as they are laid out for it.

use crate::color::{Layout, Samples, Subsampling};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::metadata::Packets;
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;
use crate::jpeg::{self, Channel, Channels, ChromaResolution, EncodeError, Order};
use crate::options::{Effort, Encoding, Scans};

/// The encoder of JPEG.
#[derive(Debug)]
pub(crate) struct Jpeg;

impl Encoder for Jpeg {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let channels = channels_of(&samples).ok_or(MISMATCH)?;
        let encoded = encode_channels(channels, settings).map_err(|error| error.to_string())?;
        Ok(with_packets(encoded, settings.packets))
    }

    fn memory(&self, size: Size, _: Encoding) -> u64 {
        size.pixels().saturating_mul(BYTES_OF_A_PIXEL)
    }
}

/// Most memory of the encoders for each pixel, in bytes. The fast one has 4 for each coefficient that is not 0, twice while they
/// grow in number; the others have less.
const BYTES_OF_A_PIXEL: u64 = 24;

/// The marker of the segments that hold metadata (EXIF 2.32, 4.5.5).
const APP1: [u8; 2] = [0xff, 0xe1];

/// Identifiers of these segments.
const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// Adds metadata to a file, after its first segment, which is JFIF's.
fn with_packets(file: Vec<u8>, packets: &Packets) -> Vec<u8> {
    let Some(first) = jpeg::segments(&file).next() else { return file };
    let mut added = Vec::new();
    for (identifier, packet) in [(EXIF, &packets.exif), (XMP, &packets.xmp)] {
        let Some(packet) = packet else { continue };
        // Longer ones than a segment were dropped before.
        let Ok(length) = u16::try_from(2 + identifier.len() + packet.len()) else { continue };
        added.extend([&APP1, length.to_be_bytes().as_slice(), identifier, packet].concat());
    }
    if added.is_empty() {
        return file;
    }
    let (start, rest) = file.split_at(first.offset + first.payload.len());
    [start, &added, rest].concat()
}

/// Encodes channels with the encoder of the effort and the order.
///
/// With the effort for small files, chroma is passed in full, and the encoder halves it.
fn encode_channels(channels: Channels<'_>, settings: &Settings<'_>) -> Result<Vec<u8>, EncodeError> {
    let Settings { quality, profile, encoding, .. } = *settings;
    let small = |order| {
        let chroma = match Subsampling::of_quality(quality) {
            Subsampling::Full => ChromaResolution::Full,
            Subsampling::Halved => ChromaResolution::Halved,
        };
        jpeg::encode_small(channels, quality, chroma, order, profile)
    };
    match (encoding.effort, encoding.scans) {
        (Effort::Small, Scans::Progressive) => small(Order::Progressive),
        (Effort::Small, Scans::Sequential) => small(Order::Any),
        (Effort::Fast | Effort::Default, Scans::Progressive) => jpeg::encode_progressive(channels, quality, profile),
        (Effort::Fast | Effort::Default, Scans::Sequential) => jpeg::encode(channels, quality, profile),
    }
}

/// Returns the channels of samples. `None` if they have a layout that is not a JPEG's.
fn channels_of(samples: &Samples) -> Option<Channels<'_>> {
    let mut left = samples.bytes.as_slice();
    let mut planes = samples.layout.planes(samples.size).map(|(channels, Size { width, height })| {
        let (width, height) = (width as usize, height as usize);
        let samples = left.split_off(..width * height * channels).unwrap_or_default();
        Channel { samples, width, height }
    });
    match (samples.layout, [planes.next(), planes.next(), planes.next()]) {
        (Layout::Grey, [Some(grey), ..]) => Some(Channels::Grey(grey)),
        (Layout::YCbCr(_), [Some(luma), Some(blue), Some(red)]) => Some(Channels::YCbCr([luma, blue, red])),
        _ => None,
    }
}
