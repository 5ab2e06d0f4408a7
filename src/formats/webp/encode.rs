//! Encodes WebP through libwebp.

use webp::{PixelLayout, WebPConfig};

use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;

/// The longest side of a WebP in px (RFC 9649, 2.5 and 3.4).
const MAX_SIDE: u32 = 16_383;

/// The encoder of WebP.
#[derive(Debug)]
pub(crate) struct WebP;

impl Encoder for WebP {
    /// Encodes colours lossily and alpha losslessly, the default of `cwebp`.
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let Size { width, height } = samples.size;
        if width.max(height) > MAX_SIDE {
            return Err(format!("a side of {} px is too long for a WebP, the limit is {MAX_SIDE}", width.max(height)));
        }
        let (bytes, layout) = pixels_of(samples)?;
        let encoder = webp::Encoder::new(&bytes, layout, width, height);
        let encoded = encoder.encode_advanced(&config_of(settings)?).map_err(|error| format!("{error:?}"))?;
        Ok(match settings.profile {
            Some(icc) => crate::webp::embed_icc(&encoded, (width, height), icc),
            None => encoded.to_vec(),
        })
    }
}

fn config_of(settings: &Settings<'_>) -> Result<WebPConfig, String> {
    let mut config = WebPConfig::new().map_err(|()| "the encoder is not the one built against".to_string())?;
    config.quality = f32::from(settings.quality);
    Ok(config)
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
