//! Encodes progressive JPEG through the crate `mozjpeg-rs`.

use mozjpeg_rs::{Encoder, Preset, QuantTableIdx, Subsampling, TrellisConfig};

use crate::color::{self, Layout, Samples};
use crate::formats::codec::Settings;
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;
use crate::options::Effort;

/// Most memory of the crate for each pixel, in bytes: padded planes, coefficients, and those of all scans.
pub(super) const BYTES_OF_A_PIXEL: u64 = 40;

/// Encodes samples in scans from coarse to fine. With the effort for small files, coefficients are rounded to those that
/// cost the least bits for their likeness.
pub(super) fn encode(samples: &Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
    let encoder = match settings.encoding.effort {
        Effort::Small => Encoder::new(Preset::ProgressiveSmallest),
        Effort::Fast | Effort::Default => Encoder::new(Preset::ProgressiveBalanced)
            .trellis(TrellisConfig::disabled())
            .overshoot_deringing(false)
            .quant_tables(QuantTableIdx::JpegAnnexK),
    };
    let mut encoder = encoder.quality(settings.quality).force_baseline(true);
    if let Some(profile) = settings.profile {
        encoder = encoder.icc_profile(profile.to_vec());
    }
    let Size { width, height } = samples.size;
    let encoded = match samples.layout {
        Layout::Grey => encoder.encode_gray(&samples.bytes, width, height),
        Layout::YCbCr(subsampling) => {
            let mut planes =
                samples.layout.planes(samples.size).map(|(_, size)| size.width as usize * size.height as usize);
            let (luma, chroma) = samples.bytes.split_at(planes.next().unwrap_or(0));
            let (blue, red) = chroma.split_at(planes.next().unwrap_or(0));
            let subsampling = match subsampling {
                color::Subsampling::Full => Subsampling::S444,
                color::Subsampling::Halved => Subsampling::S420,
            };
            encoder.subsampling(subsampling).encode_ycbcr_planar(luma, blue, red, width, height)
        }
        _ => return Err(MISMATCH.to_string()),
    };
    encoded.map_err(|error| error.to_string())
}
