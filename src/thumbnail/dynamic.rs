//! Takes images of the crate `image`, and hands out pixels as such.

use image::{ColorType, DynamicImage, ImageBuffer};

use super::limits::check_header;
use super::make::finish;
use super::material::{Material, Selected, plan};
use super::product::Product;
use super::rows::{PixelLayout, Pixels};
use super::thumbnails::Thumbnails;
use super::workbench::Workbench;
use crate::error::{Cause, Failure, Step};
use crate::formats::decoded::Decoded;
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::raster;
use crate::geometry::{Frame, Orientation, Size};
use crate::options::{Format, Options};
use crate::outcome::{DecodedFrom, Times};
use crate::pixels::profile::Profile;

/// Makes the thumbnails of a decoded image.
pub(super) fn make<P: Product>(
    image: &DynamicImage,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Thumbnails<P>, Failure> {
    let (size, color) = (Size::new(image.width(), image.height()), image.color());
    if size.pixels() == 0 {
        return Err(Cause::Empty(size).in_step(Step::Probe));
    }
    let (format, orientation) = (Format::Png, Orientation::default());
    let header = Header { format, size, orientation, has_alpha: color.has_alpha() };
    check_header(&header, options)?;
    let frames = header.frames(options);
    let factors = plan(&Frame::scales(&frames), options).factors(size);
    let reduced = raster::reduce(image.as_bytes(), color, &header, factors);
    let grid = reduced.map_err(|error| error.of(format).in_step(Step::Decode))?;
    let profile = match color {
        ColorType::Rgb32F | ColorType::Rgba32F => Profile::Linear,
        _ => Profile::Srgb,
    };
    let decoded = Material::from(Decoded { grid, factor: factors.common(), damage: None, profile });
    let selected = Selected { header, frames, decoded, from: DecodedFrom::Main };
    finish(selected, &Packets::default(), options, bench, Times::default())
}

impl From<Pixels> for DynamicImage {
    /// Converts the pixels without a copy. Their profile is lost.
    fn from(pixels: Pixels) -> Self {
        let (Size { width, height }, layout) = (pixels.size(), pixels.layout());
        let bytes = pixels.into_bytes();
        match layout {
            PixelLayout::Grey => Self::ImageLuma8(ImageBuffer::from_raw(width, height, bytes).unwrap_or_default()),
            PixelLayout::GreyAlpha => {
                Self::ImageLumaA8(ImageBuffer::from_raw(width, height, bytes).unwrap_or_default())
            }
            PixelLayout::Rgb => Self::ImageRgb8(ImageBuffer::from_raw(width, height, bytes).unwrap_or_default()),
            PixelLayout::Rgba => Self::ImageRgba8(ImageBuffer::from_raw(width, height, bytes).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thumbnail::Thumbnailer;

    #[test]
    fn an_image_of_the_crate_has_the_thumbnail_of_its_file() {
        let options = Options::builder().size(48).blur(0.0).build().unwrap();
        let mut thumbnailer = Thumbnailer::new(options);
        let mut tried = 0;
        for image in [
            DynamicImage::ImageRgb8(ImageBuffer::from_fn(200, 130, |x, y| image::Rgb([x as u8, y as u8, 90]))),
            DynamicImage::ImageLuma8(ImageBuffer::from_fn(90, 130, |x, y| image::Luma([(x * y) as u8]))),
            DynamicImage::ImageLuma16(ImageBuffer::from_fn(90, 130, |x, y| image::Luma([(x * y * 5) as u16]))),
            DynamicImage::ImageRgba8(ImageBuffer::from_fn(60, 60, |x, y| image::Rgba([9, x as u8, y as u8, x as u8]))),
        ] {
            let mut file = std::io::Cursor::new(Vec::new());
            image.write_to(&mut file, image::ImageFormat::Png).unwrap();
            let of_file = thumbnailer.pixels(file.get_ref()).unwrap().thumbnails.remove(0);
            let of_image = thumbnailer.pixels_image(&image).unwrap().thumbnails.remove(0);
            assert_eq!((of_image.size(), of_image.layout()), (of_file.size(), of_file.layout()));
            let differences =
                of_image.as_bytes().iter().zip(of_file.as_bytes()).map(|(one, other)| one.abs_diff(*other));
            assert!(differences.max() <= Some(1));
            let (size, color) = (of_image.size(), image.color().has_alpha());
            let again = DynamicImage::from(of_image.clone());
            assert_eq!((again.width(), again.height(), again.color().has_alpha()), (size.width, size.height, color));
            assert_eq!(again.as_bytes(), of_image.as_bytes());
            tried += 1;
        }
        assert_eq!(tried, 4);
    }

    #[test]
    fn an_image_without_pixels_or_with_too_many_is_an_error() {
        let mut thumbnailer = Thumbnailer::new(Options::builder().size(48).max_pixels(100).build().unwrap());
        assert!(thumbnailer.pixels_image(&DynamicImage::new_rgb8(0, 7)).is_err());
        assert!(thumbnailer.thumbnail_image(&DynamicImage::new_rgb8(20, 20)).is_err());
        assert!(thumbnailer.thumbnail_image(&DynamicImage::new_rgb8(10, 10)).is_ok());
    }
}
