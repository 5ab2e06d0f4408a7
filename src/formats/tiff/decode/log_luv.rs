//! Decodes LogLuv: luminance as a logarithm, colour as u′ and v′ of CIE 1976 (Ward Larson, "LogLuv Encoding for Full
//! Gamut, High Dynamic Range Images", 1998). Codes become floats of linear light, of one sample or of red, green and blue,
//! as if those had been stored.

use std::io;

use super::coding::LogLuv;
use super::compressed::Compressed;
use super::uv_grid;
use crate::container::Input;

/// A decoder of rows, of one chunk after the other.
#[derive(Debug)]
pub(super) struct LogLuvRows {
    coding: LogLuv,
    codes: Vec<u32>,
}

impl LogLuvRows {
    pub(super) const fn new(coding: LogLuv) -> Self {
        Self { coding, codes: Vec::new() }
    }

    /// Decodes a row of floats. Returns the number of bytes present.
    pub(super) fn decode(
        &mut self,
        input: &mut dyn Input,
        compressed: &mut Compressed,
        out: &mut [u8],
    ) -> io::Result<usize> {
        let pixel_bytes = if self.coding == LogLuv::Luminance { 4 } else { 12 };
        self.codes.clear();
        self.codes.resize(out.len() / pixel_bytes, 0);
        let pixels = match self.coding {
            LogLuv::Packed => self.unpack(input, compressed)?,
            LogLuv::Wide => self.read_planes(input, compressed, 4)?,
            LogLuv::Luminance => self.read_planes(input, compressed, 2)?,
        };
        for (code, out) in self.codes.iter().zip(out.chunks_exact_mut(pixel_bytes)).take(pixels) {
            let floats = match self.coding {
                LogLuv::Luminance => [luminance(*code); 3],
                LogLuv::Wide => {
                    #[expect(clippy::cast_precision_loss, reason = "8 bits")]
                    let [u, v] = [*code >> 8 & 255, *code & 255].map(|code| (code as f32 + 0.5) / 410.0);
                    rgb_of(luminance(*code >> 16), u, v)
                }
                LogLuv::Packed => {
                    let (u, v) = uv_grid::decode(*code & 0x3fff).unwrap_or(uv_grid::NEUTRAL);
                    rgb_of(luminance_of_packed(*code >> 14 & 0x3ff), u, v)
                }
            };
            out.copy_from_slice(&floats.map(f32::to_ne_bytes).as_flattened()[..pixel_bytes]);
        }
        Ok(pixels * pixel_bytes)
    }

    /// Reads pixels of three bytes. Returns the number of pixels present.
    fn unpack(&mut self, input: &mut dyn Input, compressed: &mut Compressed) -> io::Result<usize> {
        for (index, code) in self.codes.iter_mut().enumerate() {
            for _ in 0..3 {
                let Some(byte) = compressed.next(input)? else { return Ok(index) };
                *code = *code << 8 | u32::from(byte);
            }
        }
        Ok(self.codes.len())
    }

    /// Reads a row stored in planes of bytes. The highest bytes of all codes come first, then the next ones, each in
    /// runs and literals. Returns the number of pixels present. A row that ends early loses low bits only.
    fn read_planes(&mut self, input: &mut dyn Input, compressed: &mut Compressed, bytes: usize) -> io::Result<usize> {
        for plane in (0..bytes).rev() {
            let mut at = 0;
            while at < self.codes.len() {
                let Some(head) = compressed.next(input)? else {
                    return Ok(if plane + 1 < bytes { self.codes.len() } else { at });
                };
                let (count, run) = match usize::from(head) {
                    head @ 128.. => (head - 126, compressed.next(input)?),
                    head => (head, None),
                };
                let end = (at + count).min(self.codes.len());
                for code in &mut self.codes[at..end] {
                    let byte = if head < 128 { compressed.next(input)? } else { run };
                    *code |= u32::from(byte.unwrap_or(0)) << (8 * plane);
                }
                at = end;
            }
        }
        Ok(self.codes.len())
    }
}

/// Returns the luminance of 16 bits. They are a sign and a logarithm to base 2 in steps of 1/256.
#[expect(clippy::cast_precision_loss, reason = "15 bits")]
fn luminance(code: u32) -> f32 {
    let magnitude = match code & 0x7fff {
        0 => 0.0,
        exponent => ((exponent as f32 + 0.5) / 256.0 - 64.0).exp2(),
    };
    if code & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// Returns the luminance of 10 bits, in steps of 1/64.
#[expect(clippy::cast_precision_loss, reason = "10 bits")]
fn luminance_of_packed(code: u32) -> f32 {
    if code == 0 { 0.0 } else { ((code as f32 + 0.5) / 64.0 - 12.0).exp2() }
}

/// Returns linear light of sRGB's primaries and white (IEC 61966-2-1). A luminance of 1 is white, as in libvips and
/// ImageMagick. The coding leaves it open.
fn rgb_of(luminance: f32, u: f32, v: f32) -> [f32; 3] {
    let scale = 1.0 / (6.0 * u - 16.0 * v + 12.0);
    let (x, y) = (9.0 * u * scale, 4.0 * v * scale);
    if luminance <= 0.0 || y <= 0.0 {
        return [0.0; 3];
    }
    let (x, y, z) = (luminance * x / y, luminance, luminance * (1.0 - x - y) / y);
    [
        3.240_625_5 * x - 1.537_208 * y - 0.498_628_6 * z,
        -0.968_930_7 * x + 1.875_756_1 * y + 0.041_517_5 * z,
        0.055_710_1 * x - 0.204_021_1 * y + 1.056_995_9 * z,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::Span;

    fn decode(coding: LogLuv, bytes: &[u8], pixels: usize) -> (Vec<f32>, usize) {
        let mut compressed = Compressed::default();
        compressed.seek(Span { offset: 0, len: bytes.len() as u64 }, false);
        let size = if coding == LogLuv::Luminance { 4 } else { 12 };
        let mut out = vec![0; pixels * size];
        let count = LogLuvRows::new(coding).decode(&mut { bytes }, &mut compressed, &mut out).unwrap();
        (out.as_chunks().0.iter().map(|bytes| f32::from_ne_bytes(*bytes)).collect(), count / size)
    }

    #[test]
    fn runs_and_literals_of_each_byte_make_up_a_row() {
        // Four pixels: high bytes as a run of 0x40, low bytes 0, 128, 0, 1.
        let (light, pixels) = decode(LogLuv::Luminance, &[130, 0x40, 4, 0, 128, 0, 1], 4);
        assert_eq!(pixels, 4);
        let expected = [0.5, 128.5, 0.5, 1.5].map(|steps: f32| (steps / 256.0).exp2());
        assert_eq!(light, expected);
    }

    #[test]
    fn white_is_one_in_every_channel() {
        // The code of luminance 1, and u' and v' of white: 0.1978 and 0.4683 of 1/410.
        let wide = [0x40, 0, 81, 192];
        let planes: Vec<u8> = wide.iter().flat_map(|byte| [1, *byte]).collect();
        for light in decode(LogLuv::Wide, &planes, 1).0 {
            assert!((light - 1.0).abs() < 0.03, "{light}");
        }
    }

    #[test]
    fn a_row_that_ends_early_has_the_pixels_before_its_end() {
        assert_eq!(decode(LogLuv::Packed, &[1, 2, 3, 4, 5, 6, 7], 4).1, 2);
        assert_eq!(decode(LogLuv::Wide, &[129, 0x40], 8).1, 3);
    }
}
