//! Encodes AVIF through the crate `ravif`, in the encoder of AV1 `rav1e`.

use ravif::{Img, RGB8, RGBA8};

use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture;
use crate::geometry::Size;
use crate::options::{Effort, Encoding};

/// Most memory of the crate: for any image, and for each pixel, in bytes.
const BYTES_OF_AN_IMAGE: u64 = 32 << 20;
const BYTES_OF_A_PIXEL: u64 = 160;

/// The encoder of AVIF.
#[derive(Debug)]
pub(crate) struct Avif;

impl Encoder for Avif {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let (Size { width, height }, layout) = (samples.size, samples.layout);
        // From 1, the slowest, to 10.
        let speed = match settings.encoding.effort {
            Effort::Fast => 10,
            Effort::Default => 7,
            Effort::Small => 4,
        };
        let encoder = ravif::Encoder::new()
            .with_quality(like_jpeg(settings.quality))
            .with_alpha_quality(like_jpeg(settings.quality))
            .with_speed(speed)
            .with_num_threads(Some(1));
        let picture = picture::of_samples(samples)?;
        let (width, height) = (width as usize, height as usize);
        let encoded = match layout {
            Layout::GreyAlpha | Layout::RgbAlpha => {
                let pixels: Vec<RGBA8> = picture.into_rgba8().pixels().map(|pixel| RGBA8::from(pixel.0)).collect();
                encoder.encode_rgba(Img::new(&pixels, width, height))
            }
            _ => {
                let pixels: Vec<RGB8> = picture.into_rgb8().pixels().map(|pixel| RGB8::from(pixel.0)).collect();
                encoder.encode_rgb(Img::new(&pixels, width, height))
            }
        };
        encoded.map(|encoded| encoded.avif_file).map_err(|error| error.to_string())
    }

    fn memory(&self, size: Size, _: Encoding) -> u64 {
        size.pixels().saturating_mul(BYTES_OF_A_PIXEL).saturating_add(BYTES_OF_AN_IMAGE)
    }
}

/// Returns the crate's quality that looks like a JPEG of `quality`, by SSIMULACRA2 on photographs of 256 and 1024 px.
fn like_jpeg(quality: u8) -> f32 {
    let above = f32::from(quality) - 80.0;
    (84.0 + if above < 0.0 { 0.73 * above } else { 0.8 * above }).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quality_grows_with_that_of_a_jpeg_to_100() {
        let scale: Vec<f32> = (1..=100).map(like_jpeg).collect();
        assert!(scale.is_sorted() && scale[0] >= 1.0);
        assert_eq!(scale.last(), Some(&100.0));
    }
}
