//! Finds the relevant chunks of a file (RFC 9649, 2.3 to 2.7). A truncated chunk keeps the bytes that are there.

use super::error::Error;
use super::{lossless, lossy};

/// The coding and the bytes of the image in a file, or of the first frame of an animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding<'a> {
    /// A `VP8 ` chunk, and the `ALPH` chunk of the same image.
    Lossy {
        /// The key frame.
        frame: &'a [u8],
        /// The header and samples of the alpha plane.
        alpha: Option<&'a [u8]>,
    },
    /// A `VP8L` chunk.
    Lossless(&'a [u8]),
    /// `ANMF` chunks, the first of which covers only a part of the canvas.
    Animation,
}

/// The contents of a file. Chunks of metadata come without their headers, unparsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Container<'a> {
    /// Width and height in px; those of the canvas for an animation.
    pub size: (u32, u32),
    /// Whether any pixel may be transparent.
    pub has_alpha: bool,
    /// The coded image.
    pub coding: Coding<'a>,
    /// The `ICCP` chunk.
    pub icc: Option<&'a [u8]>,
    /// The `EXIF` chunk.
    pub exif: Option<&'a [u8]>,
    /// The `XMP ` chunk.
    pub xmp: Option<&'a [u8]>,
}

/// Bit of the features in a `VP8X` chunk.
const ANIMATION: u8 = 0x02;
/// Bit of the features in a `VP8X` chunk.
const ALPHA: u8 = 0x10;
/// Bit of the features in a `VP8X` chunk.
const ICC: u8 = 0x20;
/// Bit of the features in a `VP8X` chunk.
const EXIF: u8 = 0x08;
/// Bit of the features in a `VP8X` chunk.
const XMP: u8 = 0x04;

/// The image among the chunks of a file or of a frame, and its alpha.
#[derive(Debug, Clone, Copy, Default)]
struct Still<'a> {
    alpha: Option<&'a [u8]>,
    image: Option<(&'a [u8; 4], &'a [u8])>,
}

impl<'a> Still<'a> {
    fn take(&mut self, name: &'a [u8; 4], payload: &'a [u8]) {
        match name {
            b"ALPH" if self.alpha.is_none() && self.image.is_none() => self.alpha = Some(payload),
            b"VP8 " | b"VP8L" if self.image.is_none() => self.image = Some((name, payload)),
            _ => {}
        }
    }

    /// Returns the size, whether there may be alpha, and the coded image. A lossy image has alpha only if the file says
    /// so.
    fn read(self, may_have_alpha: bool) -> Result<((u32, u32), bool, Coding<'a>), Error> {
        match self.image.ok_or(Error::Truncated("the chunks before the image"))? {
            (b"VP8 ", frame) => {
                let alpha = self.alpha.filter(|_| may_have_alpha);
                Ok((lossy::read_size(frame)?, alpha.is_some(), Coding::Lossy { frame, alpha }))
            }
            (_, stream) => {
                let (size, has_alpha) = lossless::read_size(stream)?;
                Ok((size, has_alpha, Coding::Lossless(stream)))
            }
        }
    }
}

/// Finds the image and its metadata.
///
/// # Errors
/// The bytes are not a WebP, end before the size of the image, or contain no image.
pub fn read_container(bytes: &[u8]) -> Result<Container<'_>, Error> {
    if !(bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")) {
        return Err(Error::Invalid("the signature is wrong"));
    }
    let (mut extended, mut icc, mut exif, mut xmp, mut first_frame) = (None, None, None, None, None);
    let mut still = Still::default();
    let mut rest = &bytes[12..];
    while let Some((name, payload, after)) = next_chunk(rest) {
        rest = after;
        match name {
            b"VP8X" if extended.is_none() => extended = Some(read_extended(payload)?),
            b"ICCP" if icc.is_none() => icc = Some(payload),
            b"EXIF" if exif.is_none() => exif = Some(payload),
            b"XMP " if xmp.is_none() => xmp = Some(payload),
            b"ANMF" if first_frame.is_none() => first_frame = Some(payload),
            _ => still.take(name, payload),
        }
        // In a file that is not extended, chunks after the image do not belong to it.
        if still.image.is_some() && extended.is_none() {
            break;
        }
    }
    let Some((flags, canvas)) = extended else {
        let (size, has_alpha, coding) = still.read(false)?;
        return Ok(Container { size, has_alpha, coding, icc, exif, xmp });
    };
    let may_have_alpha = flags & ALPHA != 0;
    if flags & ANIMATION != 0 {
        // A frame that covers the canvas is a normal image.
        let whole = first_frame.and_then(|frame| read_whole_frame(frame, canvas, may_have_alpha));
        let (has_alpha, coding) = whole.unwrap_or((may_have_alpha, Coding::Animation));
        return Ok(Container { size: canvas, has_alpha, coding, icc, exif, xmp });
    }
    let (size, has_alpha, coding) = still.read(may_have_alpha)?;
    if size != canvas {
        return Err(Error::Invalid("image and canvas differ in size"));
    }
    Ok(Container { size, has_alpha, coding, icc, exif, xmp })
}

/// Returns the image of an `ANMF` chunk, if it is as large as the canvas.
fn read_whole_frame(payload: &[u8], canvas: (u32, u32), may_have_alpha: bool) -> Option<(bool, Coding<'_>)> {
    // Position, size, duration, and blending and disposal.
    let mut rest = payload.get(16..)?;
    let mut still = Still::default();
    while let Some((name, payload, after)) = next_chunk(rest) {
        still.take(name, payload);
        rest = after;
    }
    // A frame of the canvas's size can only start in the corner.
    let (size, has_alpha, coding) = still.read(may_have_alpha).ok()?;
    (size == canvas).then_some((has_alpha, coding))
}

/// Returns the name and payload of the first chunk, and the bytes after it.
fn next_chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let padded = length.saturating_add(length & 1);
    Some((name, &rest[..length.min(rest.len())], rest.get(padded..).unwrap_or_default()))
}

/// Returns the features and the size of the canvas of a `VP8X` chunk.
fn read_extended(payload: &[u8]) -> Result<(u8, (u32, u32)), Error> {
    let payload: &[u8; 10] = payload.first_chunk().ok_or(Error::Truncated("the VP8X chunk"))?;
    let side = |at: usize| u32::from_le_bytes([payload[at], payload[at + 1], payload[at + 2], 0]) + 1;
    Ok((payload[0], (side(4), side(7))))
}

/// Metadata to add to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metadata<'a> {
    /// The colour profile.
    pub icc: Option<&'a [u8]>,
    /// EXIF, from its TIFF header on.
    pub exif: Option<&'a [u8]>,
    /// The XMP packet.
    pub xmp: Option<&'a [u8]>,
}

/// Adds metadata to the file of a still image. Without any, the file stays as it is.
///
/// `size` is the width and height in px that the encoder received. The file is as an encoder wrote it: bytes that are no
/// WebP yield a file without an image.
#[must_use]
pub fn embed_metadata(file: &[u8], size: (u32, u32), metadata: Metadata<'_>) -> Vec<u8> {
    let Metadata { icc, exif, xmp } = metadata;
    let features = [(icc, ICC), (exif, EXIF), (xmp, XMP)].map(|(part, feature)| part.map_or(0, |_| feature));
    let mut features = features.into_iter().fold(0, |all, feature| all | feature);
    if features == 0 {
        return file.to_vec();
    }
    let mut image = Vec::new();
    let mut rest = file.get(12..).unwrap_or_default();
    while let Some((name, payload, after)) = next_chunk(rest) {
        rest = after;
        match (name, payload) {
            (b"VP8X", [flags, ..]) => features |= flags,
            _ => {
                if name == b"VP8L" && lossless::read_size(payload).is_ok_and(|(_, has_alpha)| has_alpha) {
                    features |= ALPHA;
                }
                write_chunk(&mut image, name, payload);
            }
        }
    }
    let mut extended = [0; 10];
    extended[0] = features;
    for (at, side) in [(4, size.0), (7, size.1)] {
        extended[at..at + 3].copy_from_slice(&side.saturating_sub(1).to_le_bytes()[..3]);
    }
    let mut body = b"WEBP".to_vec();
    write_chunk(&mut body, b"VP8X", &extended);
    if let Some(icc) = icc {
        write_chunk(&mut body, b"ICCP", icc);
    }
    body.extend(image);
    for (name, part) in [(b"EXIF", exif), (b"XMP ", xmp)] {
        if let Some(part) = part {
            write_chunk(&mut body, name, part);
        }
    }
    let mut whole = Vec::with_capacity(body.len() + 8);
    write_chunk(&mut whole, b"RIFF", &body);
    whole
}

fn write_chunk(to: &mut Vec<u8>, name: &[u8; 4], payload: &[u8]) {
    to.extend(name);
    to.extend((payload.len() as u32).to_le_bytes());
    to.extend(payload);
    to.extend(&[0][..payload.len() % 2]);
}
