//! Performs the last step of a thumbnail's geometry on its upright samples: margins, or the crop to what people look at.

use super::attention;
use crate::color::{Samples, Subsampling, canvas};
use crate::geometry::Arrangement;
use crate::options::{Format, Options};

/// Arranges the samples of a thumbnail. A JPEG's chroma then has the resolution for its encoder.
pub(super) fn arrange(samples: Samples, arrangement: Arrangement, format: Format, options: &Options) -> Samples {
    let arranged = match arrangement {
        Arrangement::AsIs => samples,
        Arrangement::Padded { canvas, at } => canvas::pad(samples, at, canvas, options.background, format),
        Arrangement::Cropped(size) => canvas::crop(&samples, attention::find(&samples, size), size),
    };
    match Subsampling::of_samples(options.quality, options.encoding.effort) {
        Subsampling::Full => arranged,
        Subsampling::Halved => canvas::halve_chroma(arranged),
    }
}
