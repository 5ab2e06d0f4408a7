//! Encodes progressive and small JPEG through the crate `mozjpeg-rs`.

use mozjpeg_rs::{Encoder, Preset, Subsampling, TrellisConfig};

use crate::color::{self, Layout, Samples};
use crate::formats::codec::Settings;
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;
use crate::jpeg::{ChromaResolution, quantization_tables};
use crate::options::{Effort, Scans};

/// Most memory of the crate for each pixel, in bytes: padded planes, coefficients, and those of all scans.
pub(super) const BYTES_OF_A_PIXEL: u64 = 40;

/// The quality at which the crate takes steps as they are.
const STEPS_AS_THEY_ARE: u8 = 50;

/// Encodes samples, in scans from coarse to fine if they are asked for.
///
/// With the effort for small files, coefficients are rounded to those that take the fewest bits for their likeness. Small
/// images take fewer bytes without scans, large ones with them, so files that may be either are encoded both ways.
pub(super) fn encode(samples: &Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
    let small = |preset| encode_with(Encoder::new(preset), samples, settings);
    match (settings.encoding.effort, settings.encoding.scans) {
        (Effort::Small, Scans::Progressive) => small(Preset::ProgressiveSmallest),
        (Effort::Small, Scans::Sequential) => {
            let [scans, rows] = [small(Preset::ProgressiveSmallest)?, small(Preset::BaselineBalanced)?];
            Ok(if scans.len() < rows.len() { scans } else { rows })
        }
        (Effort::Fast | Effort::Default, _) => {
            let encoder = Encoder::new(Preset::ProgressiveBalanced);
            encode_with(encoder.trellis(TrellisConfig::disabled()).overshoot_deringing(false), samples, settings)
        }
    }
}

fn encode_with(encoder: Encoder, samples: &Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
    let resolution = match samples.layout {
        Layout::YCbCr(color::Subsampling::Full) => ChromaResolution::Full,
        _ => ChromaResolution::Halved,
    };
    let [luma, chroma] = quantization_tables(settings.quality, resolution).map(|table| table.map(u16::from));
    let encoder = encoder.quality(STEPS_AS_THEY_ARE).custom_luma_qtable(luma).custom_chroma_qtable(chroma);
    let mut encoder = encoder.force_baseline(true);
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
