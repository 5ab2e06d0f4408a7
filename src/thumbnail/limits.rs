//! Checks files and images against the limits of a run, by their lengths and headers.

use crate::error::{Cause, Failure, Step};
use crate::formats::header::Header;
use crate::geometry::Size;
use crate::options::{Exactness, Format, Options};

/// Refuses a file that is larger than the run allows.
pub(super) fn check_bytes(bytes: u64, options: &Options) -> Result<(), Failure> {
    if bytes > options.max_file_size {
        return Err(Cause::TooManyBytes { bytes, limit: options.max_file_size }.in_step(Step::Read));
    }
    Ok(())
}

/// The longest side of an image in px, formerly libvips' limit. A row costs a decoder tens of nanoseconds, however short. A
/// file of a few bytes can claim 500 million rows of one pixel, which would take a minute.
const LONGEST_SIDE: u32 = 10_000_000;

/// Pixels up to which a file of any length is decoded: 1.6 s at 16 ns for each, and as much at 25 ns with AV1's film grain.
/// Blank drawings of JPEG XL are as large.
const FREE_PIXELS: u64 = 100_000_000;
const FREE_PIXELS_OF_AV1: u64 = 60_000_000;

/// Maximum number of pixels for each byte of a larger file. Photographs have 2 to 80 even at the lowest qualities.
const DENSEST: u64 = 100;

/// Refuses a large image in a small file of a slow codec.
///
/// HEVC, AV1, JPEG 2000 (also in ICNS), JPEG XL and the sensor data of RAW files take 5 to 25 ns for a pixel that they code nothing
/// for: a file of 2 KB would take 8 s. Radiance HDR takes 5 ns, and its scanlines have at most 16 pixels for a byte; only the older form of
/// repetitions, which nothing writes any more, has more.
pub(super) fn check_density(format: Format, size: Size, bytes: u64) -> Result<(), Failure> {
    let is_slow = matches!(
        format,
        Format::Heic | Format::Avif | Format::Jxl | Format::Hdr | Format::Jp2 | Format::Icns | Format::Raw
    );
    let free = if format == Format::Avif { FREE_PIXELS_OF_AV1 } else { FREE_PIXELS };
    if is_slow && size.pixels() > free.max(bytes.saturating_mul(DENSEST)) {
        let detail = format!("{size} is {} pixels in {bytes} bytes, the most is {DENSEST} for each", size.pixels());
        return Err(Cause::Limit(detail).in_step(Step::Probe));
    }
    Ok(())
}

/// Refuses an image whose header claims more pixels than the run allows, or whose thumbnails would have more. A drawing has none:
/// it is rendered at the size of its thumbnails, whatever its units, except in exact mode.
pub(super) fn check_header(header: &Header, options: &Options) -> Result<(), Failure> {
    let is_drawing = matches!(header.format, Format::Svg | Format::Pdf) && options.exactness == Exactness::Fast;
    if !is_drawing {
        check_pixels(header.size, options)?;
    }
    header.frames(options).iter().try_for_each(|frame| {
        let rendered = if is_drawing { frame.scaled } else { frame.size };
        check_pixels(rendered, options)?;
        check_pixels(frame.thumbnail(), options)
    })
}

/// Refuses an image that is larger than the run allows.
pub(super) fn check_pixels(size: Size, options: &Options) -> Result<(), Failure> {
    if size.pixels() > options.max_pixels {
        return Err(Cause::TooManyPixels { size, limit: options.max_pixels }.in_step(Step::Probe));
    }
    let side = size.width.max(size.height);
    if side > LONGEST_SIDE {
        let detail = format!("{size} has a side of {side} px, the longest is {LONGEST_SIDE}");
        return Err(Cause::Limit(detail).in_step(Step::Probe));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_of_a_drawing_are_no_pixels() {
        let orientation = crate::geometry::Orientation::Upright;
        let header = |format| Header { format, size: Size::new(100_000, 100_000), orientation, has_alpha: true };
        let options =
            |side, exactness| Options { sizes: vec![Size::new(side, side).into()], exactness, ..Options::default() };
        let thumbnail = options(256, Exactness::Fast);
        assert!(check_header(&header(Format::Svg), &thumbnail).is_ok());
        assert!(check_header(&header(Format::Png), &thumbnail).is_err());
        assert!(check_header(&header(Format::Svg), &options(60_000, Exactness::Fast)).is_err(), "its thumbnail's are");
        assert!(check_header(&header(Format::Svg), &options(256, Exactness::Exact)).is_err());
    }

    #[test]
    fn a_large_picture_in_a_tiny_file_is_refused_where_its_codec_takes_time_for_nothing() {
        let large = Size::new(12_000, 12_000);
        for format in [Format::Heic, Format::Avif, Format::Jxl, Format::Hdr, Format::Jp2, Format::Icns] {
            let refused = check_density(format, large, 1900).unwrap_err().cause.to_string();
            assert!(refused.contains("144000000 pixels in 1900 bytes"), "{refused}");
            assert!(check_density(format, Size::new(8000, 6000), 1900).is_ok());
            assert!(check_density(format, large, 8_000_000).is_ok());
        }
        let medium = Size::new(9900, 9900);
        assert!(check_density(Format::Avif, medium, 2400).is_err() && check_density(Format::Jxl, medium, 2400).is_ok());
        assert!(check_density(Format::Png, large, 1900).is_ok(), "a blank page");
    }
}
