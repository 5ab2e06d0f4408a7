//! A lossless bit stream (RFC 9649, section 3) → its size; its samples through the crate `image-webp`.

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::Error;

/// A picture, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// 3 for red, green and blue, 4 with alpha, which is not multiplied in.
    pub channels: usize,
    /// Interleaved samples.
    pub samples: Vec<u8>,
}

/// First byte of a lossless stream.
const SIGNATURE: u8 = 0x2f;

/// Width and height, and whether alpha may be used (3.4).
pub(super) fn read_size(stream: &[u8]) -> Result<((u32, u32), bool), Error> {
    let [signature, b0, b1, b2, b3]: [u8; 5] =
        *stream.first_chunk().ok_or(Error::Truncated("the header of its pixels"))?;
    if signature != SIGNATURE {
        return Err(Error::Invalid("its pixels lack the signature of lossless ones"));
    }
    let fields = u32::from_le_bytes([b0, b1, b2, b3]);
    if fields >> 29 != 0 {
        return Err(Error::Invalid("its pixels are of a version that is not known"));
    }
    Ok((((fields & 0x3fff) + 1, (fields >> 14 & 0x3fff) + 1), fields >> 28 & 1 != 0))
}

/// Decodes a lossless stream.
///
/// # Errors
/// The stream is damaged or cut off, or there is no memory for its pixels.
pub fn decode_lossless(stream: &[u8]) -> Result<Frame, Error> {
    let length = u32::try_from(stream.len()).map_err(|_| Error::Invalid("a chunk is longer than 4 GiB"))?;
    let padding: &[u8] = if length % 2 == 1 { &[0] } else { &[] };
    let body = length + (length & 1) + 12;
    let head = [b"RIFF".as_slice(), &body.to_le_bytes(), b"WEBPVP8L", &length.to_le_bytes()].concat();
    let file = [&head, stream, padding].concat();

    let damaged = |_| Error::Invalid("its lossless pixels are damaged or cut off");
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(damaged)?;
    let size = decoder.output_buffer_size().ok_or(Error::Invalid("its pixels are too many"))?;
    let mut samples = Vec::new();
    samples.try_reserve_exact(size).map_err(|_| Error::Invalid("its pixels need more memory than there is"))?;
    samples.resize(size, 0);
    decoder.read_image(&mut samples).map_err(damaged)?;
    Ok(Frame { channels: if decoder.has_alpha() { 4 } else { 3 }, samples })
}

/// Decodes a stream that lacks its header, as that of alpha does, and returns its green samples.
pub(super) fn decode_green(stream: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Error> {
    if width.max(height) > 1 << 14 || width.min(height) == 0 {
        return Err(Error::Invalid("its sides are longer than 16384 px"));
    }
    let fields = (width - 1) | (height - 1) << 14;
    let frame = decode_lossless(&[&[SIGNATURE], fields.to_le_bytes().as_slice(), stream].concat())?;
    let mut samples = frame.samples;
    let pixels = samples.len() / frame.channels;
    for i in 0..pixels {
        samples[i] = samples[i * frame.channels + 1];
    }
    samples.truncate(pixels);
    Ok(samples)
}
