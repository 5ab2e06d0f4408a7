//! Encodes PNG. Few colours become a palette, and flat areas, as drawings have them, are compressed harder than
//! photographs, where it would bring little.

use std::borrow::Cow;

use png::text_metadata::ITXtChunk;
use png::{BitDepth, ColorType, DeflateCompression, Filter, Info};

use super::palette::{Indexed, index};
#[cfg(feature = "small")]
use super::squeeze::{self, Search};
use super::write::write;
use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture::MISMATCH;
use crate::options::Effort;

/// The encoder of PNG.
#[derive(Debug)]
pub(crate) struct Png;

/// Keyword of the text that holds XMP (XMP specification, part 3, 1.1.5).
const XMP: &str = "XML:com.adobe.xmp";

/// Share of pixels that equal their left and their upper neighbour from which an image is taken for a drawing: 2 / 5. Of 30
/// photographs at 128 to 1024 px, the flattest has 37 %.
const FLAT_SHARE: (usize, usize) = (2, 5);

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
            #[cfg(feature = "small")]
            Effort::Small => squeeze::write(&info, &Search::FULL, &data),
            #[cfg(feature = "small")]
            Effort::Default if is_drawing => squeeze::write(&info, &Search::QUICK, &data),
            #[cfg(not(feature = "small"))]
            Effort::Default if is_drawing => write(info, DeflateCompression::Level(9), Filter::Adaptive, &data),
            _ => write(info, DeflateCompression::FdeflateUltraFast, Filter::Adaptive, &data),
        };
        written.map_err(|error| error.to_string())
    }
}

/// Returns whether many pixels equal their neighbours.
fn is_flat(samples: &Samples, channels: usize) -> bool {
    let Samples { size, bytes, .. } = samples;
    let row = channels * size.width as usize;
    let pixel = |at: usize| &bytes[at..at + channels];
    let flat = |at: &usize| pixel(*at) == pixel(*at - channels) && pixel(*at) == pixel(*at - row);
    let flat = (row + channels..bytes.len()).step_by(channels).filter(flat).count();
    flat * FLAT_SHARE.1 > size.width as usize * size.height as usize * FLAT_SHARE.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;

    #[test]
    fn drawings_are_flat_and_gradients_are_not() {
        let flat = |color: fn(u32, u32) -> u8, channels: usize| {
            let size = Size::new(64, 48);
            let pixels = (0..48).flat_map(|y| (0..64).map(move |x| color(x, y)));
            let bytes = pixels.flat_map(|color| std::iter::repeat_n(color, channels)).collect();
            is_flat(&Samples { size, layout: Layout::Rgb, bytes }, channels)
        };
        for channels in 1..=4 {
            assert!(flat(|x, y| ((x / 16 + y / 16) * 40) as u8, channels));
            assert!(!flat(|x, _| x as u8, channels), "rows that are equal");
            assert!(!flat(|_, y| y as u8, channels), "columns that are equal");
        }
        let one = Samples { size: Size::new(1, 1), layout: Layout::Grey, bytes: vec![7] };
        assert!(!is_flat(&one, 1));
    }
}
