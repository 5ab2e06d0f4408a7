//! Decodes QOI, after its specification 1.0 (qoiformat.org, 2022). Rows are reduced as they come. The available crates
//! decode whole frames only, and the format is a page long.

use std::io::ErrorKind;

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::damage::after_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::header::Header;
use crate::formats::pieces::Pieces;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// The codec of QOI.
#[derive(Debug)]
pub(crate) struct Qoi;

/// An opened QOI.
#[derive(Debug)]
struct Opened {
    header: Header,
}

impl Codec for Qoi {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        Ok(Box::new(Opened { header: read_header(input)? }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        0
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input, &self.header, plan.factors(self.header.size))
    }
}

/// Reads the header.
fn read_header(input: &mut dyn Input) -> Result<Header, DecodeError> {
    let mut pieces = Pieces::new(input);
    let [magic @ .., w0, w1, w2, w3, h0, h1, h2, h3, channels, colorspace] =
        pieces.array::<14>().map_err(DecodeError::of_read)?;
    // The colour space is informative by the specification, and every decoder ignores it.
    if &magic != b"qoif" || !matches!(channels, 3 | 4) || colorspace > 1 {
        return Err(damaged("its header is malformed"));
    }
    Ok(Header {
        format: Format::Qoi,
        size: Size::new(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3])),
        orientation: Orientation::default(),
        has_alpha: channels == 4,
    })
}

/// Decodes the rows that are present.
fn decode(input: &mut dyn Input, header: &Header, factors: Factors) -> Result<Decoded, DecodeError> {
    let model = if header.has_alpha { Model::RgbAlpha } else { Model::Rgb };
    let mut pixels = Pixels::new(Pieces::at(input, 14));
    let mut reducer = BoxReducer::new(header.size, model, factors);
    let mut damage = None;
    let mut row = Vec::new();
    for y in 0..header.size.height {
        row.clear();
        let read = match model {
            Model::RgbAlpha => pixels.read_row(header.size.width, |pixel| row.extend_from_slice(&pixel)),
            _ => pixels.read_row(header.size.width, |[r, g, b, _]| row.extend_from_slice(&[r, g, b])),
        };
        match read.map_err(DecodeError::of_read) {
            Ok(()) => reducer.push_bytes(&row),
            Err(DecodeError::Damaged(detail)) if y > 0 => {
                damage = Some(after_rows(detail, y, header.size.height));
                break;
            }
            Err(cause) => return Err(cause),
        }
    }
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
}

/// The state between pixels.
struct Pixels<'a> {
    bytes: Pieces<'a>,
    last: [u8; 4],
    seen: [[u8; 4]; 64],
    /// Number of repetitions of the last pixel still to come.
    run: u32,
}

impl<'a> Pixels<'a> {
    const fn new(bytes: Pieces<'a>) -> Self {
        Self { bytes, last: [0, 0, 0, 255], seen: [[0; 4]; 64], run: 0 }
    }

    fn read_row(&mut self, width: u32, mut push: impl FnMut([u8; 4])) -> std::io::Result<()> {
        let mut left = width;
        while left > 0 {
            if self.run == 0 {
                self.read_chunk()?;
            }
            let run = self.run.min(left);
            (0..run).for_each(|_| push(self.last));
            self.run -= run;
            left -= run;
        }
        Ok(())
    }

    /// Reads the next chunk and updates the last pixel or the run.
    #[inline]
    fn read_chunk(&mut self) -> std::io::Result<()> {
        let tag = self.byte()?;
        let [r, g, b, a] = self.last;
        self.run = 1;
        self.last = match tag {
            0xfe => [self.byte()?, self.byte()?, self.byte()?, a],
            0xff => [self.byte()?, self.byte()?, self.byte()?, self.byte()?],
            0x00..0x40 => self.seen[usize::from(tag)],
            0x40..0x80 => {
                let by = |shift: u8| (tag >> shift & 3).wrapping_sub(2);
                [r.wrapping_add(by(4)), g.wrapping_add(by(2)), b.wrapping_add(by(0)), a]
            }
            0x80..0xc0 => {
                let second = self.byte()?;
                let green = (tag & 0x3f).wrapping_sub(32);
                let red = green.wrapping_add(second >> 4).wrapping_sub(8);
                let blue = green.wrapping_add(second & 15).wrapping_sub(8);
                [r.wrapping_add(red), g.wrapping_add(green), b.wrapping_add(blue), a]
            }
            0xc0..=0xfd => {
                self.run = u32::from(tag & 0x3f) + 1;
                self.last
            }
        };
        let [r, g, b, a] = self.last.map(usize::from);
        self.seen[(r * 3 + g * 5 + b * 7 + a * 11) % 64] = self.last;
        Ok(())
    }

    #[inline]
    fn byte(&mut self) -> std::io::Result<u8> {
        self.bytes.next_byte()?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::raster;

    const ONE: Factors = Factors::ONE;

    /// Returns an image of 31 by 40 pixels, encoded by `image`. Each row needs another kind of chunk.
    fn file(color: image::ColorType) -> Vec<u8> {
        let mut state = 1_u32;
        let mut pixel = [0_u8, 0, 0, 255];
        let mut samples = Vec::new();
        for i in 0..31 * 40_u32 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, d] = state.to_be_bytes();
            let add = |by: [u8; 3]| [0, 1, 2].map(|channel: usize| pixel[channel].wrapping_add(by[channel]));
            let [r, g, b] = match i / 31 % 5 {
                // Any colour, one of four, the last one, one near it, one brighter by almost the same in all channels.
                0 => [a, b, c],
                1 => [[9, 80, 200], [10, 20, 30], [255, 0, 0], [0, 0, 0]][usize::from(a & 3)],
                2 => add([0, 0, 0]),
                3 => add([a & 1, b & 1, 255]),
                _ => add([20 + (a & 3), 20, 18 + (c & 3)]),
            };
            pixel = [r, g, b, if i / 31 == 10 { d } else { pixel[3] }];
            samples.extend_from_slice(&pixel[..usize::from(color.channel_count())]);
        }
        let mut bytes = std::io::Cursor::new(Vec::new());
        let written = image::write_buffer_with_format(&mut bytes, &samples, 31, 40, color, image::ImageFormat::Qoi);
        written.unwrap();
        bytes.into_inner()
    }

    #[test]
    fn every_kind_of_chunk_comes_out_as_image_decodes_it() {
        for color in [image::ColorType::Rgb8, image::ColorType::Rgba8] {
            let bytes = file(color);
            let header = read_header(&mut bytes.as_slice()).unwrap();
            assert_eq!(header.size, Size::new(31, 40));
            let decoded = decode(&mut bytes.as_slice(), &header, ONE).unwrap();
            let wanted = raster::decode(&bytes, &header, ONE).unwrap().grid;
            assert_eq!(decoded.damage, None);
            assert_eq!(decoded.grid.model, wanted.model);
            for (plane, wanted) in decoded.grid.planes.iter().zip(&wanted.planes) {
                for (got, wanted) in plane.plane.samples.iter().zip(&wanted.plane.samples) {
                    assert!((got - wanted).abs() < 1e-3, "{color:?}: {got} {wanted}");
                }
            }
        }
    }

    #[test]
    fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
        let bytes = file(image::ColorType::Rgb8);
        let header = read_header(&mut bytes.as_slice()).unwrap();
        let cut = decode(&mut &bytes[..400], &header, ONE).unwrap();
        assert!(cut.damage.unwrap().detail.starts_with("the file ends too early, after "));
        assert!(decode(&mut &bytes[..20], &header, ONE).is_err());
        assert!(read_header(&mut &bytes[..13]).is_err());
    }
}
