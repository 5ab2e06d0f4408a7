//! Passes samples to the encoders of the crate `image`.

#[cfg(feature = "image")]
use image::{DynamicImage, ImageBuffer, ImageEncoder, ImageError};

#[cfg(feature = "image")]
use crate::color::{Layout, Samples};
#[cfg(feature = "image")]
use crate::geometry::Size;

/// The error for samples of a layout that the format does not take.
pub(super) const MISMATCH: &str = "samples and format disagree";

/// Encodes an image, with a profile if the format carries one.
#[cfg(feature = "image")]
pub(super) fn write(
    mut encoder: impl ImageEncoder,
    picture: &DynamicImage,
    profile: Option<&[u8]>,
) -> Result<(), String> {
    let is_set = match profile {
        Some(profile) => encoder.set_icc_profile(profile.to_vec()).map_err(ImageError::Unsupported),
        None => Ok(()),
    };
    is_set.and_then(|()| picture.write_with_encoder(encoder)).map_err(|error| error.to_string())
}

/// Converts samples to an image of their colour type.
#[cfg(feature = "image")]
pub(super) fn of_samples(samples: Samples) -> Result<DynamicImage, String> {
    let (Size { width, height }, bytes) = (samples.size, samples.bytes);
    let picture = match samples.layout {
        Layout::Grey => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8),
        Layout::GreyAlpha => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageLumaA8),
        Layout::Rgb => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        Layout::RgbAlpha => ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8),
        // Only JPEG takes this layout.
        Layout::YCbCr(_) => None,
    };
    picture.ok_or_else(|| MISMATCH.to_string())
}

/// Converts samples to an image without grey, for formats that have none.
#[cfg(feature = "image")]
pub(super) fn of_samples_in_color(samples: Samples) -> Result<DynamicImage, String> {
    let layout = samples.layout;
    let picture = of_samples(samples)?;
    Ok(match layout {
        Layout::Grey => picture.into_rgb8().into(),
        Layout::GreyAlpha => picture.into_rgba8().into(),
        _ => picture,
    })
}
