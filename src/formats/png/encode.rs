//! Encodes PNG. Few colours become a palette, and flat areas, as drawings have them, are compressed harder than
//! photographs, where it would bring little.

use std::borrow::Cow;

use png::text_metadata::ITXtChunk;
use png::{BitDepth, ColorType, Compression, EncodingError, Filter, Info};

use super::palette::{Indexed, index};
use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture::MISMATCH;
use crate::options::Effort;

/// The encoder of PNG.
#[derive(Debug)]
pub(crate) struct Png;

/// Keyword of the text that holds XMP (XMP specification, part 3, 1.1.5).
const XMP: &str = "XML:com.adobe.xmp";

/// Share of pixels that equal their left neighbour from which an image is taken for a drawing: 1 / 2.
const FLAT_SHARE: usize = 2;

impl Encoder for Png {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let (color, channels) = match samples.layout {
            Layout::Grey => (ColorType::Grayscale, 1),
            Layout::GreyAlpha => (ColorType::GrayscaleAlpha, 2),
            Layout::Rgb => (ColorType::Rgb, 3),
            Layout::RgbAlpha => (ColorType::Rgba, 4),
            // Only JPEG takes this layout.
            Layout::YCbCr(_) => return Err(MISMATCH.to_string()),
        };
        let is_drawing = is_flat(&samples.bytes, channels);
        let mut info = Info::with_size(samples.size.width, samples.size.height);
        info.icc_profile = settings.profile.map(Cow::Borrowed);
        info.exif_metadata = settings.packets.exif.as_deref().map(Cow::Borrowed);
        if let Some(xmp) = settings.packets.xmp.clone().and_then(|xmp| String::from_utf8(xmp).ok()) {
            info.utf8_text.push(ITXtChunk::new(XMP, xmp));
        }
        (info.color_type, info.bit_depth) = (color, BitDepth::Eight);
        let indexed = if is_drawing { index(&samples, channels) } else { None };
        let efforts: &[(Compression, Filter)] = match (settings.encoding.effort, is_drawing, &indexed) {
            (Effort::Fast, ..) | (Effort::Default, false, _) => &[(Compression::Fast, Filter::Adaptive)],
            (_, _, Some(_)) => &[(Compression::High, Filter::NoFilter)],
            (..) => &[(Compression::High, Filter::Adaptive), (Compression::High, Filter::NoFilter)],
        };
        let data = match indexed {
            Some(Indexed { palette, opacities, depth, rows }) => {
                (info.color_type, info.bit_depth) = (ColorType::Indexed, depth);
                info.palette = Some(palette.into());
                info.trns = opacities.map(Into::into);
                rows
            }
            None => samples.bytes,
        };
        let files = efforts.iter().map(|effort| write(info.clone(), *effort, &data).map_err(|error| error.to_string()));
        let files: Vec<Vec<u8>> = files.collect::<Result<_, _>>()?;
        Ok(files.into_iter().min_by_key(Vec::len).unwrap_or_default())
    }
}

/// Returns whether many pixels equal their left neighbour.
fn is_flat(bytes: &[u8], channels: usize) -> bool {
    let pixels = bytes.len() / channels;
    let equal = bytes.chunks_exact(channels).zip(bytes[channels.min(bytes.len())..].chunks_exact(channels));
    equal.filter(|(left, right)| left == right).count() > pixels / FLAT_SHARE
}

fn write(info: Info<'_>, (compression, filter): (Compression, Filter), data: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info)?;
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    encoder.write_header()?.write_image_data(data)?;
    Ok(bytes)
}
