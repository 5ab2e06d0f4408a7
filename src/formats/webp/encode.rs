//! Encodes WebP through libwebp.

use webp::{PixelLayout, WebPConfig};

use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::metadata::Packets;
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;
use crate::options::{Effort, Encoding, Loss};
use crate::webp::{Metadata, embed_metadata};

/// The longest side of a WebP in px (RFC 9649, 2.5 and 3.4).
const MAX_SIDE: u32 = 16_383;

/// The encoder of WebP.
#[derive(Debug)]
pub(crate) struct WebP;

impl Encoder for WebP {
    /// Encodes colours lossily, unless all is to be lossless, and alpha losslessly, the default of `cwebp`.
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let Size { width, height } = samples.size;
        if width.max(height) > MAX_SIDE {
            return Err(format!("a side of {} px is too long for a WebP, the limit is {MAX_SIDE}", width.max(height)));
        }
        let (bytes, layout) = pixels_of(samples)?;
        let encoder = webp::Encoder::new(&bytes, layout, width, height);
        let encoded = encoder.encode_advanced(&config_of(settings)?).map_err(|error| format!("{error:?}"))?;
        let Packets { exif, xmp } = settings.packets;
        let metadata = Metadata { icc: settings.profile, exif: exif.as_deref(), xmp: xmp.as_deref() };
        Ok(embed_metadata(&encoded, (width, height), metadata))
    }
}

fn config_of(settings: &Settings<'_>) -> Result<WebPConfig, String> {
    let mut config = WebPConfig::new().map_err(|()| "the encoder is not the one built against".to_string())?;
    let Encoding { effort, loss, .. } = settings.encoding;
    // The pairs for lossless files are levels 1, 6 (the default) and 9 of `cwebp -z`.
    (config.method, config.quality) = match (loss, effort) {
        (Loss::Allowed, Effort::Fast) => (2, like_jpeg(settings.quality)),
        (Loss::Allowed, Effort::Default) => (4, like_jpeg(settings.quality)),
        (Loss::Allowed, Effort::Small) => (6, like_jpeg(settings.quality)),
        (Loss::Never, Effort::Fast) => (1, 20.0),
        (Loss::Never, Effort::Default) => (4, 75.0),
        (Loss::Never, Effort::Small) => (6, 100.0),
    };
    config.lossless = i32::from(loss == Loss::Never);
    Ok(config)
}

/// Returns libwebp's quality that looks like a JPEG of `quality`, by SSIMULACRA2 on photographs of 256 px. From 90 up, a JPEG
/// keeps its chroma in full, while a WebP never does.
fn like_jpeg(quality: u8) -> f32 {
    let quality = f32::from(quality);
    match quality {
        ..=80.0 => quality,
        ..=90.0 => 80.0 + 1.6 * (quality - 80.0),
        _ => (96.0 + 0.8 * (quality - 90.0)).min(100.0),
    }
}

/// Converts samples to pixels without grey, which a WebP has none of.
fn pixels_of(samples: Samples) -> Result<(Vec<u8>, PixelLayout), String> {
    Ok(match samples.layout {
        Layout::Rgb => (samples.bytes, PixelLayout::Rgb),
        Layout::RgbAlpha => (samples.bytes, PixelLayout::Rgba),
        Layout::Grey => (samples.bytes.iter().flat_map(|grey| [*grey; 3]).collect(), PixelLayout::Rgb),
        Layout::GreyAlpha => {
            let pixels = samples.bytes.as_chunks::<2>().0.iter();
            (pixels.flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect(), PixelLayout::Rgba)
        }
        // Only JPEG takes this layout.
        Layout::YCbCr(_) => return Err(MISMATCH.to_string()),
    })
}
