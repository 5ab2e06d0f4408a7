//! Encodes PNG. Few colours become a palette, and flat areas, as drawings have them, are compressed harder than
//! photographs, where it would bring little.

use std::borrow::Cow;

use png::text_metadata::ITXtChunk;
use png::{BitDepth, ColorType, DeflateCompression, EncodingError, Filter, Info};

use super::palette::{Indexed, index};
use super::squeeze::{self, Search};
use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture::MISMATCH;
use crate::options::Effort;

/// The encoder of PNG.
#[derive(Debug)]
pub(crate) struct Png;

/// Keyword of the text that holds XMP (XMP specification, part 3, 1.1.5).
const XMP: &str = "XML:com.adobe.xmp";

/// Share of pixels that equal their left or upper neighbour from which an image is taken for a drawing: 1 / 2.
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
        let mut info = Info::with_size(samples.size.width, samples.size.height);
        info.icc_profile = settings.profile.map(Cow::Borrowed);
        info.exif_metadata = settings.packets.exif.as_deref().map(Cow::Borrowed);
        if let Some(xmp) = settings.packets.xmp.clone().and_then(|xmp| String::from_utf8(xmp).ok()) {
            info.utf8_text.push(ITXtChunk::new(XMP, xmp));
        }
        (info.color_type, info.bit_depth) = (color, BitDepth::Eight);
        let is_fast = settings.encoding.effort == Effort::Fast;
        let indexed = if is_fast { None } else { index(&samples, channels) };
        let is_drawing = !is_fast && (indexed.is_some() || is_flat(&samples, channels));
        let data = match indexed {
            Some(Indexed { palette, opacities, depth, rows }) => {
                (info.color_type, info.bit_depth) = (ColorType::Indexed, depth);
                info.palette = Some(palette.into());
                info.trns = opacities.map(Into::into);
                rows
            }
            None => samples.bytes,
        };
        let written = match settings.encoding.effort {
            Effort::Small => squeeze::write(&info, &Search::FULL, &data),
            Effort::Default if is_drawing => squeeze::write(&info, &Search::QUICK, &data),
            Effort::Default | Effort::Fast => {
                write(info, DeflateCompression::FdeflateUltraFast, Filter::Adaptive, &data)
            }
        };
        written.map_err(|error| error.to_string())
    }
}

/// Returns whether many pixels equal a neighbour.
fn is_flat(samples: &Samples, channels: usize) -> bool {
    let Samples { size, bytes, .. } = samples;
    let pixels = size.width as usize * size.height as usize;
    [channels, channels * size.width as usize].into_iter().any(|distance| {
        let later = bytes.get(distance..).unwrap_or_default();
        let pairs = bytes.chunks_exact(channels).zip(later.chunks_exact(channels));
        pairs.filter(|(earlier, later)| earlier == later).count() > pixels / FLAT_SHARE
    })
}

/// Writes a file through the crate's compressor.
pub(super) fn write(
    info: Info<'_>,
    compression: DeflateCompression,
    filter: Filter,
    data: &[u8],
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info)?;
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    encoder.write_header()?.write_image_data(data)?;
    Ok(bytes)
}
