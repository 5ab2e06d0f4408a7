//! Encodes JPEG XL without loss.

use zune_core::bit_depth::BitDepth;
use zune_core::colorspace::ColorSpace;
use zune_core::options::EncoderOptions;
use zune_jpegxl::JxlSimpleEncoder;

use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;
use crate::options::{Effort, Encoding};

/// Most memory of the crate for each pixel, in bytes: tokens and residuals of four channels.
const BYTES_OF_A_PIXEL: u64 = 32;

/// The encoder of JPEG XL.
#[derive(Debug)]
pub(crate) struct Jxl;

impl Encoder for Jxl {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let Size { width, height } = samples.size;
        let space = match samples.layout {
            Layout::Grey => ColorSpace::Luma,
            Layout::GreyAlpha => ColorSpace::LumaA,
            Layout::Rgb => ColorSpace::RGB,
            Layout::RgbAlpha => ColorSpace::RGBA,
            // Only JPEG takes this layout.
            Layout::YCbCr(_) => return Err(MISMATCH.to_string()),
        };
        if width.min(height) < 2 {
            return Err(format!("{width}x{height} px is too thin for the encoder of JPEG XL"));
        }
        let effort = match settings.encoding.effort {
            Effort::Fast => 1,
            Effort::Default => 4,
            Effort::Small => 127,
        };
        let options = EncoderOptions::new(width as usize, height as usize, space, BitDepth::Eight)
            .set_num_threads(1)
            .set_effort(effort);
        let mut bytes = Vec::new();
        let written = JxlSimpleEncoder::new(&samples.bytes, options).encode(&mut bytes);
        written.map(|_| bytes).map_err(|error| format!("{error:?}"))
    }

    fn memory(&self, size: Size, _: Encoding) -> u64 {
        size.pixels().saturating_mul(BYTES_OF_A_PIXEL)
    }
}
