//! Radiance HDR, the pictures of `image`'s decoder. In: the file's bytes. Out: its rows, reduced as they come: a frame of
//! floats takes 12 bytes of each pixel, and a file of some bytes may claim any number of them. That decoder knows no rows,
//! so it is given strips of the picture as if each were a picture.

use std::io::{ErrorKind, Read};

use image::codecs::hdr::HdrDecoder;
use image::{ImageDecoder, ImageError};

use super::super::pixels::Model;
use super::super::probe::Header;
use super::super::profile::Profile;
use super::super::shrink::BoxReducer;
use super::{Decoded, raster};
use crate::error::Cause;
use crate::geometry::{Factors, Size};
use crate::options::Format;
use crate::outcome::Damage;

/// Pixels of a strip, at the most, unless a row has more: enough that the header of a strip costs nothing.
const STRIP: u32 = 64 << 10;

/// Samples may be brighter than white, but a boundless one would spread over the picture.
const BRIGHTEST: f32 = 65_504.0;

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    raster::read_header(bytes, Format::Hdr)
}

/// Decodes the strips that there are.
pub(super) fn decode(bytes: &[u8], header: &Header, factors: Factors) -> Result<Decoded, Cause> {
    let Size { width, height } = header.size;
    let mut rest = rows_of(bytes).ok_or_else(|| damaged("its header is cut off"))?;
    let rows_at_once = (STRIP / width.max(1)).clamp(1, height.max(1));
    let row_samples = width as usize * 3;
    let room = row_samples.saturating_mul(rows_at_once as usize);
    let mut strip = Vec::new();
    strip.try_reserve_exact(room).map_err(|_| damaged("its rows do not fit in memory"))?;
    strip.resize(room, 0.0_f32);

    let mut reducer = BoxReducer::new(header.size, Model::Rgb, factors);
    let mut damage = None;
    for y in (0..height).step_by(rows_at_once as usize) {
        let mut rows = rows_at_once.min(height - y);
        let strip = &mut strip[..row_samples * rows as usize];
        let start = rest;
        match read_strip(&mut rest, Size::new(width, rows), strip) {
            Ok(()) => {}
            Err(Cause::Damaged { detail, .. }) => {
                // Some rows of the strip may be there.
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
                damage = Some(Damage::of_part(format!("{detail}, after {there} rows"), there.into(), height.into()));
            }
            Err(cause) => return Err(cause),
        }
        let strip = &mut strip[..row_samples * rows as usize];
        strip.iter_mut().for_each(|sample| *sample = sample.min(BRIGHTEST) * 255.0);
        strip.chunks_exact_mut(row_samples).for_each(|row| reducer.push_row(row));
        if damage.is_some() {
            break;
        }
    }
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Linear })
}

/// What stands behind the line of the size, which is the one after the first empty one.
fn rows_of(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")? + 2;
    let line = bytes[end..].iter().position(|byte| *byte == b'\n')? + 1;
    Some(&bytes[end + line..])
}

fn read_strip(rest: &mut &[u8], size: Size, strip: &mut [f32]) -> Result<(), Cause> {
    let header = format!("#?RADIANCE\n\n-Y {} +X {}\n", size.height, size.width);
    let decoder = HdrDecoder::new(header.as_bytes().chain(rest));
    let read = decoder.and_then(|decoder| decoder.read_image(bytemuck::cast_slice_mut(strip)));
    read.map_err(|error| match error {
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => damaged("the file ends too early"),
        // The header that it read is a sound one, put before the rows.
        _ => damaged("the pixel data are corrupt"),
    })
}

fn damaged(detail: &str) -> Cause {
    Cause::Damaged { format: Format::Hdr, detail: detail.to_string() }
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use image::codecs::hdr::HdrEncoder;

    use super::*;

    fn file(width: usize, height: usize, pixel: impl Fn(usize) -> Rgb<f32>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pixels: Vec<Rgb<f32>> = (0..width * height).map(pixel).collect();
        HdrEncoder::new(&mut bytes).encode(&pixels, width, height).unwrap();
        bytes
    }

    #[test]
    fn radiance_is_light_that_may_be_brighter_than_white() {
        let bytes = file(20, 10, |i| if i % 20 < 10 { Rgb([8.0, 1.0, 0.5]) } else { Rgb([0.0; 3]) });
        let header = read_header(&bytes).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(20, 10), false));
        let decoded = decode(&bytes, &header, Factors::ONE).unwrap();
        assert_eq!(decoded.profile, Profile::Linear);
        let pixel = |x: usize, y: usize| -> Vec<f32> {
            decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x]).collect()
        };
        assert_eq!(pixel(0, 0), [2040.0, 255.0, 127.5]);
        assert_eq!(pixel(15, 9), [0.0; 3]);
    }

    #[test]
    fn strips_give_the_picture_that_the_whole_frame_gives() {
        let bytes = file(500, 300, |i| Rgb([(i % 7) as f32, (i / 500) as f32 / 300.0, (i % 500) as f32 / 99.0]));
        let header = read_header(&bytes).unwrap();
        let wanted = raster::decode(&bytes, &header, Factors::square(3)).unwrap();
        let decoded = decode(&bytes, &header, Factors::square(3)).unwrap();
        assert_eq!(decoded.damage, None);
        for (plane, wanted) in decoded.grid.planes.iter().zip(&wanted.grid.planes) {
            assert_eq!(plane.plane, wanted.plane);
        }
        let cut = decode(&bytes[..bytes.len() * 3 / 4], &header, Factors::ONE).unwrap();
        let damage = cut.damage.unwrap();
        let rows: f64 = damage.detail.rsplit(' ').nth(1).unwrap().parse().unwrap();
        assert!(damage.detail.starts_with("the file ends too early, after ") && rows > 200.0, "{damage}");
        assert!((damage.present - rows / 300.0).abs() < 1e-9);
        assert!(decode(&bytes[..60], &header, Factors::ONE).is_err());
    }
}
