//! Decodes Radiance HDR: the header with `head`, rows with `image`'s decoder, reduced as they come. A frame of floats would
//! take 12 bytes per pixel, and a file of some bytes may claim any number of pixels. That decoder has no rows, and supports
//! only the most usual kind of header, so it receives strips of the image, each as an image of its own.

mod head;

use std::io::{ErrorKind, Read};

use image::codecs::hdr::HdrDecoder;
use image::{ImageDecoder, ImageError};

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::damage::after_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::formats::header::Header;
use crate::geometry::{Factors, Size};
use crate::options::{Exposure, Format};
use crate::pixels::Model;
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;
use head::{Flaw, Head, Primaries};

/// Most pixels of a strip, unless a row has more. It is large enough that the header of a strip costs nothing.
const STRIP: u32 = 64 << 10;

/// Brightest sample. It may exceed white, but a boundless one would spread over the image.
const BRIGHTEST: f32 = 65_504.0;

/// Matrix from XYZ, equal for white, to light of sRGB's primaries, white staying white (IEC 61966-2-1, 5.2, times the
/// white D65).
const XYZ_TO_SRGB: [[f32; 3]; 3] = [[3.0800, -1.5372, -0.5429], [-0.9209, 1.8760, 0.0452], [0.0529, -0.2040, 1.1511]];

/// Memory of strips: 16 bytes per pixel for floats and their source.
const STRIP_MEMORY: u64 = 1 << 20;

/// The codec of Radiance HDR.
#[derive(Debug)]
pub(crate) struct Hdr;

/// An opened Radiance HDR.
#[derive(Debug)]
struct Opened {
    header: Header,
    head: Head,
}

impl Codec for Hdr {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let head = read_head(input.whole()?)?;
        let Head { size, orientation, .. } = head;
        Ok(Box::new(Opened { header: Header { format: Format::Hdr, size, orientation, has_alpha: false }, head }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        STRIP_MEMORY
    }

    fn is_light(&self) -> bool {
        true
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input.whole()?, &self.header, &self.head, plan.factors(self.header.size), plan.exposure)
    }
}

fn read_head(bytes: &[u8]) -> Result<Head, DecodeError> {
    head::read(bytes).map_err(|flaw| match flaw {
        Flaw::Cut => damaged("the file ends inside its header"),
        Flaw::Invalid => damaged("the image header is invalid"),
        Flaw::Foreign => unsupported("pixels that are neither RGBE nor XYZE"),
    })
}

/// Decodes the strips that are present.
fn decode(
    bytes: &[u8],
    header: &Header,
    head: &Head,
    factors: Factors,
    exposure: Exposure,
) -> Result<Decoded, DecodeError> {
    let Size { width, height } = header.size;
    let mut rest = bytes.get(head.end..).unwrap_or_default();
    let rows_at_once = (STRIP / width.max(1)).clamp(1, height.max(1));
    let row_samples = width as usize * 3;
    let room = row_samples.saturating_mul(rows_at_once as usize);
    let mut strip = Vec::new();
    strip.try_reserve_exact(room).map_err(|_| damaged("its rows do not fit in memory"))?;
    strip.resize(room, 0.0_f32);

    let mut reducer = BoxReducer::of_scene(header.size, Model::Rgb, factors, exposure);
    let mut damage = None;
    for y in (0..height).step_by(rows_at_once as usize) {
        let mut rows = rows_at_once.min(height - y);
        let strip = &mut strip[..row_samples * rows as usize];
        let start = rest;
        match read_strip(&mut rest, Size::new(width, rows), strip) {
            Ok(()) => {}
            Err(DecodeError::Damaged(detail)) => {
                // Some rows of the strip may be present.
                rest = start;
                let mut lines = strip.chunks_exact_mut(row_samples);
                rows = 0;
                while lines.next().is_some_and(|line| read_strip(&mut rest, Size::new(width, 1), line).is_ok()) {
                    rows += 1;
                }
                let there = y + rows;
                if there == 0 {
                    return Err(damaged(&detail));
                }
                damage = Some(after_rows(detail, there, height));
            }
            Err(cause) => return Err(cause),
        }
        let strip = &mut strip[..row_samples * rows as usize];
        strip.iter_mut().for_each(|sample| *sample = sample.min(BRIGHTEST) * 255.0);
        if head.primaries == Primaries::Xyz {
            strip.as_chunks_mut().0.iter_mut().for_each(|pixel| *pixel = to_srgb(*pixel));
        }
        strip.chunks_exact_mut(row_samples).for_each(|row| reducer.push_row(row));
        if damage.is_some() {
            break;
        }
    }
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: scene::profile_of(exposure) })
}

fn to_srgb(xyz: [f32; 3]) -> [f32; 3] {
    XYZ_TO_SRGB.map(|row| row.iter().zip(xyz).map(|(weight, part)| weight * part).sum())
}

fn read_strip(rest: &mut &[u8], size: Size, strip: &mut [f32]) -> Result<(), DecodeError> {
    let header = format!("#?RADIANCE\n\n-Y {} +X {}\n", size.height, size.width);
    let decoder = HdrDecoder::new(header.as_bytes().chain(rest));
    let read = decoder.and_then(|decoder| decoder.read_image(bytemuck::cast_slice_mut(strip)));
    read.map_err(|error| match error {
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => ends_too_early(),
        // The decoder's header is valid, so the rows are corrupt.
        _ => damaged("the pixel data are corrupt"),
    })
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use image::codecs::hdr::HdrEncoder;

    use super::*;
    use crate::formats::raster;
    use crate::formats::tests::header_of;
    use crate::options::{Options, Target};
    use crate::pixels::profile::Profile;
    use crate::thumbnail::{Workbench, make};

    fn read_header(bytes: &[u8]) -> Result<Header, DecodeError> {
        header_of(&Hdr, bytes)
    }

    fn decode(bytes: &[u8], header: &Header, factors: Factors, exposure: Exposure) -> Result<Decoded, DecodeError> {
        super::decode(bytes, header, &read_head(bytes)?, factors, exposure)
    }

    fn file(width: usize, height: usize, pixel: impl Fn(usize) -> Rgb<f32>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pixels: Vec<Rgb<f32>> = (0..width * height).map(pixel).collect();
        HdrEncoder::new(&mut bytes).encode(&pixels, width, height).unwrap();
        bytes
    }

    fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
        decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x]).collect()
    }

    #[test]
    fn white_is_a_sample_of_1_and_brighter_light_is_kept_only_to_be_exposed() {
        let bytes = file(20, 10, |i| if i % 20 < 10 { Rgb([8.0, 1.0, 0.5]) } else { Rgb([0.0; 3]) });
        let header = read_header(&bytes).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(20, 10), false));
        let exposed = decode(&bytes, &header, Factors::ONE, Exposure::Auto).unwrap();
        assert_eq!((exposed.profile.clone(), pixel(&exposed, 0, 0)), (Profile::Linear, vec![2040.0, 255.0, 127.5]));
        let shown = decode(&bytes, &header, Factors::ONE, Exposure::AsIs).unwrap();
        assert_eq!(shown.profile, Profile::Srgb);
        let rounded: Vec<f32> = pixel(&shown, 0, 0).into_iter().map(f32::round).collect();
        assert_eq!((rounded, pixel(&shown, 15, 9)), (vec![255.0, 255.0, 188.0], vec![0.0; 3]));
    }

    #[test]
    fn strips_give_the_picture_that_the_whole_frame_gives() {
        let bytes = file(500, 300, |i| Rgb([(i % 7) as f32, (i / 500) as f32 / 300.0, (i % 500) as f32 / 99.0]));
        let header = read_header(&bytes).unwrap();
        let wanted = raster::decode(&bytes, &header, Factors::square(3)).unwrap();
        let decoded = decode(&bytes, &header, Factors::square(3), Exposure::Auto).unwrap();
        assert_eq!(decoded.damage, None);
        for (plane, wanted) in decoded.grid.planes.iter().zip(&wanted.grid.planes) {
            assert_eq!(plane.plane, wanted.plane);
        }
        let cut = decode(&bytes[..bytes.len() * 3 / 4], &header, Factors::ONE, Exposure::AsIs).unwrap();
        let damage = cut.damage.unwrap();
        let rows: f64 = damage.detail.rsplit(' ').nth(1).unwrap().parse().unwrap();
        assert!(damage.detail.starts_with("the file ends too early, after ") && rows > 200.0, "{damage}");
        assert!((damage.present - rows / 300.0).abs() < 1e-9);
        assert!(decode(&bytes[..60], &header, Factors::ONE, Exposure::AsIs).is_err());
    }

    /// Returns an image of 6x4 px whose pixels all differ. It is stored along the axes that `line` names.
    fn file_along(line: &str, is_x_first: bool, is_right_to_left: bool, is_bottom_up: bool) -> Vec<u8> {
        let mut bytes = format!("#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n{line}\n").into_bytes();
        let (scans, length) = if is_x_first { (6, 4) } else { (4, 6) };
        for (scan, place) in (0..scans).flat_map(|scan| (0..length).map(move |place| (scan, place))) {
            let (x, y) = if is_x_first { (scan, place) } else { (place, scan) };
            let (x, y) = (if is_right_to_left { 5 - x } else { x }, if is_bottom_up { 3 - y } else { y });
            bytes.extend([40 * x + 10, 60 * y + 10, 200, 128]);
        }
        bytes
    }

    #[test]
    fn thumbnails_are_upright_whichever_way_the_axes_run() {
        let options = Options {
            sizes: vec![Size::new(6, 6).into()],
            targets: Target::Always(Format::Png).into(),
            ..Options::default()
        };
        let made = |bytes: &[u8]| {
            let made = make(bytes, Format::Hdr, &options, &mut Workbench::default()).unwrap();
            image::load_from_memory(&made.thumbnails[0].bytes).unwrap().into_rgb8()
        };
        let upright = made(&file_along("-Y 4 +X 6", false, false, false));
        assert_eq!(upright.dimensions(), (6, 4));
        assert!(upright[(5, 0)][0] > upright[(0, 0)][0] && upright[(0, 3)][1] > upright[(0, 0)][1]);
        for (line, is_x_first, is_right_to_left, is_bottom_up) in [
            ("-Y 4 -X 6", false, true, false),
            ("+Y 4 -X 6", false, true, true),
            ("+Y 4 +X 6", false, false, true),
            ("+X 6 -Y 4", true, false, false),
            ("-X 6 -Y 4", true, true, false),
            ("-X 6 +Y 4", true, true, true),
            ("+X 6 +Y 4", true, false, true),
        ] {
            assert_eq!(made(&file_along(line, is_x_first, is_right_to_left, is_bottom_up)), upright, "{line}");
        }
    }

    #[test]
    fn white_of_xyz_is_white() {
        let mut bytes = b"#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n-Y 1 +X 1\n".to_vec();
        bytes.extend([128, 128, 128, 128]);
        let header = read_header(&bytes).unwrap();
        let decoded = decode(&bytes, &header, Factors::ONE, Exposure::Auto).unwrap();
        assert!(pixel(&decoded, 0, 0).iter().all(|sample| (sample - 127.5).abs() < 0.1), "{decoded:?}");
    }
}
