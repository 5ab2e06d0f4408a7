//! Decodes PFM and PHM row by row, from the last one that is stored: the first is the lowest.

use crate::formats::codec::Plan;
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Model, scene};

/// The brightest light. An infinite one would spread over the image.
const BRIGHTEST: f32 = 65_504.0;

/// Longest number of the header.
const LONGEST_NUMBER: usize = 32;

/// An opened file.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    model: Model,
    depth: Depth,
    order: Order,
    /// Offset of the rows.
    offset: usize,
}

/// The bytes of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Half,
    Single,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Big,
    Little,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let invalid = || damaged("the image header is invalid");
        let (model, depth) = match bytes.get(1) {
            Some(b'F') => (Model::Rgb, Depth::Single),
            Some(b'f') => (Model::Grey, Depth::Single),
            Some(b'H') => (Model::Rgb, Depth::Half),
            Some(b'h') => (Model::Grey, Depth::Half),
            _ => return Err(invalid()),
        };
        let mut at = 2;
        let [width, height, scale] = [(); 3].map(|()| word(bytes, &mut at));
        let side = |word: Option<&str>| word.and_then(|word| word.parse::<u32>().ok()).ok_or_else(invalid);
        let scale: f32 = scale.and_then(|word| word.parse().ok()).ok_or_else(invalid)?;
        // A single byte separates the header from the rows.
        let header = Header {
            format: Format::Pfm,
            size: Size::new(side(width)?, side(height)?),
            orientation: Orientation::default(),
            has_alpha: false,
        };
        let order = if scale < 0.0 { Order::Little } else { Order::Big };
        Ok(Self { header, model, depth, order, offset: at + 1 })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: Factors) -> u64 {
        0
    }

    fn is_light(&self) -> bool {
        true
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let (size, factors) = (self.header.size, plan.factors(self.header.size));
        let mut reducer = BoxReducer::of_scene(size, self.model, factors, plan.exposure);
        let sample_bytes = if self.depth == Depth::Half { 2 } else { 4 };
        let samples = size.width as usize * self.model.planes();
        let rows = bytes.get(self.offset..).unwrap_or_default();
        let there = (rows.len() / (samples * sample_bytes)).min(size.height as usize);
        if there == 0 {
            return Err(ends_too_early());
        }
        let missing = size.height as usize - there;
        let mut row = vec![0.0; samples];
        // The highest rows come last, and are the missing ones.
        (0..missing).for_each(|_| reducer.push_row(&mut row));
        for stored in rows.chunks_exact(samples * sample_bytes).take(there).rev() {
            match self.depth {
                Depth::Half => row.iter_mut().zip(stored.as_chunks::<2>().0).for_each(|(to, two)| {
                    *to = light(half(if self.order == Order::Big {
                        u16::from_be_bytes(*two)
                    } else {
                        u16::from_le_bytes(*two)
                    }));
                }),
                Depth::Single => row.iter_mut().zip(stored.as_chunks::<4>().0).for_each(|(to, four)| {
                    *to = light(if self.order == Order::Big {
                        f32::from_be_bytes(*four)
                    } else {
                        f32::from_le_bytes(*four)
                    });
                }),
            }
            reducer.push_row(&mut row);
        }
        let damage = of_missing_rows(there, size.height as usize);
        let profile = scene::profile_of(plan.exposure);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile })
    }
}

/// Returns the next word of the header, and moves behind it. Comments reach to the end of their line.
fn word<'b>(bytes: &'b [u8], at: &mut usize) -> Option<&'b str> {
    loop {
        match bytes.get(*at)? {
            b'#' => *at += bytes[*at..].iter().position(|byte| *byte == b'\n')?,
            byte if byte.is_ascii_whitespace() => *at += 1,
            _ => break,
        }
    }
    let start = *at;
    let length = bytes[start..].iter().take(LONGEST_NUMBER).position(u8::is_ascii_whitespace)?;
    *at = start + length;
    std::str::from_utf8(&bytes[start..*at]).ok()
}

fn light(light: f32) -> f32 {
    if light.is_nan() { 0.0 } else { light.clamp(-BRIGHTEST, BRIGHTEST) * 255.0 }
}

/// Returns the number of a half (IEEE 754, binary16).
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (bits >> 10 & 31, f32::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2_f32.powi(i32::from(exponent) - 15),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::pfm::CODEC;
    use crate::formats::tests::{decode_as, header_of};

    fn samples(file: &[u8]) -> Vec<f32> {
        decode_as(CODEC, file, &[]).unwrap().grid.planes[0].plane.samples.clone()
    }

    #[test]
    fn rows_come_from_below_in_either_byte_order() {
        let light = [0.0, 0.25, 0.5, 1.0_f32];
        let wanted = [0.5, 1.0, 0.0, 0.25].map(|light| scene::code(light * 255.0));
        let little = [b"Pf\n# of mine\n2 2\n-1.0\n", light.map(f32::to_le_bytes).as_flattened()].concat();
        let big = [b"Pf 2 2 1\n", light.map(f32::to_be_bytes).as_flattened()].concat();
        let halves = [&b"Ph\n2\n2\n-1\n"[..], &[0, 0, 0, 0x34, 0, 0x38, 0, 0x3c]].concat();
        for file in [little, big, halves] {
            assert_eq!(samples(&file), wanted);
        }
    }

    #[test]
    fn what_is_missing_is_at_the_top() {
        let file = [&b"PF\n1 2\n-1\n"[..], &[1.0_f32; 5].map(f32::to_le_bytes).concat()].concat();
        let decoded = decode_as(CODEC, &file, &[]).unwrap();
        assert_eq!(decoded.damage.unwrap().detail, "the file ends too early, 1 rows are missing");
        assert_eq!(decoded.grid.planes[0].plane.samples, [0.0, 255.0]);
        assert!(decode_as(CODEC, &file[..15], &[]).is_err());
    }

    #[test]
    fn halves_are_read_to_the_smallest_and_the_largest() {
        assert_eq!([half(0x3c00), half(0xc000), half(1), half(0x7bff)], [1.0, -2.0, 2_f32.powi(-24), 65504.0]);
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }

    #[test]
    fn headers_without_numbers_are_refused() {
        for header in ["PF\n", "PF\n1 x\n1\n", "PF\n1 1\nnan", "PX\n1 1\n1\n", "PF\n99999999999999999999 1\n1\n"] {
            assert!(header_of(CODEC, header.as_bytes()).is_err(), "{header}");
        }
    }
}
