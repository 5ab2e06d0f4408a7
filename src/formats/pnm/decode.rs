//! Decodes PBM, PGM, PPM and PAM, plain and raw. They follow Netpbm's pbm(5), pgm(5), ppm(5) and pam(5). Rows are reduced
//! as they come.

use std::io::Read;

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::damage::after_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::formats::header::Header;
use crate::formats::pieces::Pieces;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// Most bytes of a header, comments included.
const LONGEST_HEADER: u64 = 64 << 10;

/// The coding of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Decimal numbers.
    Plain,
    /// Digits 0 and 1, with or without space between them; 1 is black.
    PlainBits,
    /// One byte, or two if the maximum is above 255, the higher first.
    Raw,
    /// Eight pixels per byte; 1 is black.
    RawBits,
}

/// The fields of a header.
#[derive(Debug)]
struct Layout {
    size: Size,
    model: Model,
    coding: Coding,
    /// The sample value of white.
    max: u16,
}

/// The codec of PNM.
#[derive(Debug)]
pub(crate) struct Pnm;

/// An opened PNM.
#[derive(Debug)]
struct Opened {
    header: Header,
    layout: Layout,
    /// The offset of the first pixel.
    pixels: u64,
}

impl Codec for Pnm {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let mut pieces = Pieces::new(input);
        let layout = read_layout(&mut pieces)?;
        let pixels = pieces.position();
        let has_alpha = matches!(layout.model, Model::GreyAlpha | Model::RgbAlpha);
        let header = Header { format: Format::Pnm, size: layout.size, orientation: Orientation::default(), has_alpha };
        Ok(Box::new(Opened { header, layout, pixels }))
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
        self.decode_rows_there(&mut Pieces::at(input, self.pixels), plan.factors(self.header.size))
    }
}

impl Opened {
    /// Decodes the rows that are present.
    fn decode_rows_there(&self, pieces: &mut Pieces<'_>, factors: Factors) -> Result<Decoded, DecodeError> {
        let Self { header, layout, .. } = self;
        let mut row = Row::new(layout, pieces)?;
        let mut reducer = BoxReducer::new(header.size, layout.model, factors);
        let mut damage = None;
        for y in 0..header.size.height {
            match row.read(pieces) {
                Ok(()) => row.push(&mut reducer),
                Err(DecodeError::Damaged(detail)) if y > 0 => {
                    damage = Some(after_rows(detail, y, header.size.height));
                    break;
                }
                Err(cause) => return Err(cause),
            }
        }
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
    }
}

fn read_layout(pieces: &mut Pieces<'_>) -> Result<Layout, DecodeError> {
    let magic = pieces.array::<2>().map_err(DecodeError::of_read)?;
    let (coding, model) = match &magic {
        b"P1" => (Coding::PlainBits, Model::Grey),
        b"P2" => (Coding::Plain, Model::Grey),
        b"P3" => (Coding::Plain, Model::Rgb),
        b"P4" => (Coding::RawBits, Model::Grey),
        b"P5" => (Coding::Raw, Model::Grey),
        b"P6" => (Coding::Raw, Model::Rgb),
        b"P7" => return read_pam(pieces),
        _ => return Err(damaged("its magic number is unknown")),
    };
    let size = Size::new(number(&word(pieces)?)?, number(&word(pieces)?)?);
    let max = match coding {
        Coding::PlainBits | Coding::RawBits => 1,
        Coding::Plain | Coding::Raw => maximum(&word(pieces)?)?,
    };
    Ok(Layout { size, model, coding, max })
}

/// Reads the header of a PAM: lines of a name and a value.
fn read_pam(pieces: &mut Pieces<'_>) -> Result<Layout, DecodeError> {
    let (mut width, mut height, mut depth, mut max, mut is_cmyk) = (0, 0, 0, 0, false);
    loop {
        match word(pieces)?.as_slice() {
            b"WIDTH" => width = number(&word(pieces)?)?,
            b"HEIGHT" => height = number(&word(pieces)?)?,
            b"DEPTH" => depth = number(&word(pieces)?)?,
            b"MAXVAL" => max = maximum(&word(pieces)?)?,
            b"TUPLTYPE" => is_cmyk = word(pieces)?.starts_with(b"CMYK"),
            b"ENDHDR" => break,
            _ => return Err(damaged("its header has an unknown line")),
        }
    }
    let model = match depth {
        1 => Model::Grey,
        2 => Model::GreyAlpha,
        3 => Model::Rgb,
        4 if is_cmyk => Model::Cmyk,
        4 => Model::RgbAlpha,
        _ => {
            let detail = format!("samples of {depth} channels");
            return Err(unsupported(detail));
        }
    };
    if max == 0 {
        return Err(damaged("its header has no maximum"));
    }
    Ok(Layout { size: Size::new(width, height), model, coding: Coding::Raw, max })
}

/// Reads the next word, and the one byte of white space after it. A comment reaches to the end of its line.
fn word(pieces: &mut Pieces<'_>) -> Result<Vec<u8>, DecodeError> {
    let mut word = Vec::new();
    while pieces.position() < LONGEST_HEADER {
        let byte = pieces.next_byte()?.ok_or_else(ends_too_early)?;
        match byte {
            b'#' => {
                while pieces.position() < LONGEST_HEADER && !matches!(pieces.next_byte()?, None | Some(b'\n' | b'\r')) {
                }
            }
            byte if !byte.is_ascii_whitespace() => {
                word.push(byte);
                continue;
            }
            _ => {}
        }
        if !word.is_empty() {
            return Ok(word);
        }
    }
    Err(damaged("its header has no end"))
}

fn number(word: &[u8]) -> Result<u32, DecodeError> {
    let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
    number.ok_or_else(|| damaged("a number in its header is invalid"))
}

fn maximum(word: &[u8]) -> Result<u16, DecodeError> {
    let max = u16::try_from(number(word)?).ok().filter(|max| *max > 0);
    max.ok_or_else(|| damaged("its maximum is not from 1 to 65535"))
}

/// A row as stored, and its samples.
struct Row {
    coding: Coding,
    max: u16,
    samples: usize,
    stored: Vec<u8>,
    bytes: Vec<u8>,
    words: Vec<u16>,
}

impl Row {
    fn new(layout: &Layout, pieces: &Pieces<'_>) -> Result<Self, DecodeError> {
        let samples = layout.size.width as usize * layout.model.planes();
        let stored = match layout.coding {
            Coding::RawBits => samples.div_ceil(8),
            Coding::Raw if layout.max > 255 => samples * 2,
            Coding::Raw => samples,
            // Each sample is a digit and, except for bits, a space.
            Coding::Plain | Coding::PlainBits => 0,
        };
        if pieces.left() < (stored as u64).max(samples as u64 / 8) {
            return Err(ends_too_early());
        }
        let (coding, max) = (layout.coding, layout.max);
        Ok(Self { coding, max, samples, stored: vec![0; stored], bytes: Vec::new(), words: Vec::new() })
    }

    fn read(&mut self, pieces: &mut Pieces<'_>) -> Result<(), DecodeError> {
        self.words.clear();
        match self.coding {
            Coding::Raw | Coding::RawBits => pieces.read_exact(&mut self.stored).map_err(DecodeError::of_read)?,
            Coding::Plain => {
                for _ in 0..self.samples {
                    self.words.push(plain_number(pieces)?);
                }
            }
            Coding::PlainBits => {
                for _ in 0..self.samples {
                    self.words.push(plain_bit(pieces)?);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, reducer: &mut BoxReducer<'_>) {
        match (self.coding, self.max) {
            (Coding::Raw, 255) => reducer.push_bytes(&self.stored),
            (Coding::RawBits, _) => {
                self.bytes.clear();
                let bits = self.stored.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
                self.bytes.extend(bits.take(self.samples).map(|bit| 255 * (1 - bit)));
                reducer.push_bytes(&self.bytes);
            }
            (coding, max) => {
                match coding {
                    Coding::Raw if max < 256 => self.words.extend(self.stored.iter().copied().map(u16::from)),
                    Coding::Raw => self.words.extend(self.stored.as_chunks().0.iter().copied().map(u16::from_be_bytes)),
                    _ => {}
                }
                if max < u16::MAX {
                    self.words.iter_mut().for_each(|sample| *sample = stretch(*sample, max));
                }
                reducer.push_words(&self.words);
            }
        }
    }
}

/// Scales a sample from 0 to `max` to 0 to 65535.
fn stretch(sample: u16, max: u16) -> u16 {
    let (sample, max) = (u32::from(sample.min(max)), u32::from(max));
    u16::try_from((sample * u32::from(u16::MAX) + max / 2) / max).unwrap_or(u16::MAX)
}

fn plain_number(pieces: &mut Pieces<'_>) -> Result<u16, DecodeError> {
    let mut number: Option<u32> = None;
    loop {
        match pieces.next_byte()? {
            Some(digit @ b'0'..=b'9') => {
                let value = number.unwrap_or(0).saturating_mul(10).saturating_add(u32::from(digit - b'0'));
                number = Some(value);
            }
            Some(byte) if byte.is_ascii_whitespace() && number.is_none() => {}
            Some(byte) if !byte.is_ascii_whitespace() => return Err(damaged("a sample is not a number")),
            Some(_) | None => {
                let number = number.ok_or_else(ends_too_early)?;
                return Ok(u16::try_from(number).unwrap_or(u16::MAX));
            }
        }
    }
}

/// Reads a bit of a plain PBM and returns 1 for white.
fn plain_bit(pieces: &mut Pieces<'_>) -> Result<u16, DecodeError> {
    loop {
        match pieces.next_byte()? {
            Some(b'0') => return Ok(1),
            Some(b'1') => return Ok(0),
            Some(byte) if byte.is_ascii_whitespace() => {}
            Some(_) => return Err(damaged("a sample is neither 0 nor 1")),
            None => return Err(ends_too_early()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::raster;
    use crate::formats::tests::header_of;

    const ONE: Factors = Factors::ONE;

    fn read_header(input: &mut &[u8]) -> Result<Header, DecodeError> {
        header_of(&Pnm, input)
    }

    fn decode(input: &mut &[u8], header: &Header, factors: Factors) -> Result<Decoded, DecodeError> {
        let mut pieces = Pieces::new(input);
        let layout = read_layout(&mut pieces)?;
        let opened = Opened { header: header.clone(), layout, pixels: pieces.position() };
        opened.decode_rows_there(&mut pieces, factors)
    }

    fn samples_of(bytes: &[u8]) -> Vec<Vec<f32>> {
        let header = read_header(&mut { bytes }).unwrap();
        let decoded = decode(&mut { bytes }, &header, ONE).unwrap();
        assert_eq!(decoded.damage, None);
        let samples = |plane: crate::pixels::GridPlane| plane.plane.samples;
        decoded.grid.planes.into_iter().map(samples).collect()
    }

    #[test]
    fn every_kind_comes_out_as_image_decodes_it() {
        let noise: Vec<u8> = (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 21) as u8).collect();
        let numbers = |count: usize, most: u32| {
            let number = |i: usize| (u32::from(noise[i]) * most / 255).to_string();
            (0..count).map(number).collect::<Vec<_>>().join(" ").into_bytes()
        };
        let files = [
            (b"P4 13 7\n".to_vec(), noise[..14].to_vec()),
            (b"P1\n# a comment\n13 7\n".to_vec(), numbers(13 * 7, 1)),
            (b"P1 4 2 ".to_vec(), b"0110\n1001".to_vec()),
            (b"P2 13 7 255\n".to_vec(), numbers(13 * 7, 255)),
            (b"P3 13 7 65535\n".to_vec(), numbers(13 * 7 * 3, 65535)),
            (b"P5\n13 #wide\n7\n255\n".to_vec(), noise[..91].to_vec()),
            (b"P5 13 7 65535 ".to_vec(), noise[..182].to_vec()),
            (b"P6 13 7 255\n".to_vec(), noise[..273].to_vec()),
            (b"P6 13 7 65535\n".to_vec(), noise[..546].to_vec()),
            (
                b"P7\nWIDTH 13\nHEIGHT 7\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n".to_vec(),
                noise[..91].iter().map(|byte| byte & 1).collect(),
            ),
            (
                b"P7\nWIDTH 13\nHEIGHT 7\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n".to_vec(),
                noise[..182].to_vec(),
            ),
            (
                b"P7\nWIDTH 13\nHEIGHT 7\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n".to_vec(),
                noise[..364].to_vec(),
            ),
        ];
        for (head, data) in files {
            let bytes = [head.clone(), data].concat();
            let what = String::from_utf8_lossy(&head).into_owned();
            let header = raster::read_header(&bytes, Format::Pnm).unwrap();
            let wanted = raster::decode(&bytes, &header, ONE).unwrap().grid;
            let samples = samples_of(&bytes);
            assert_eq!(samples.len(), wanted.planes.len(), "{what}");
            for (plane, wanted) in samples.iter().zip(&wanted.planes) {
                assert_eq!(plane.len(), wanted.plane.samples.len());
                for (got, wanted) in plane.iter().zip(&wanted.plane.samples) {
                    assert!((got - wanted).abs() < 1e-2, "{what}: {got} {wanted}");
                }
            }
        }
    }

    #[test]
    fn the_maximum_is_white_whatever_it_is() {
        let [black, middle, white] = samples_of(b"P5 3 1 200\n\0\x64\xc8")[0][..] else { panic!("three samples") };
        assert_eq!([black, white], [0.0, 255.0]);
        assert!((middle - 127.5).abs() < 0.01, "{middle}");
        assert_eq!(samples_of(b"P2 3 1 1023\n0 1023 2000")[0], [0.0, 255.0, 255.0]);
    }

    #[test]
    fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
        for bytes in [b"P5 2 4 255\nabcdef".as_slice(), b"P2 2 4 255\n97 98 99 100 101 102 ", b"P1 2 4 01 01 01 "] {
            let header = read_header(&mut { bytes }).unwrap();
            let decoded = decode(&mut { bytes }, &header, ONE).unwrap();
            assert_eq!(decoded.damage.unwrap().detail, "the file ends too early, after 3 rows");
            assert_eq!(decoded.grid.planes[0].plane.samples[6..], [0.0, 0.0]);
        }
    }

    #[test]
    fn headers_that_say_nothing_sensible_are_refused() {
        let long = [b"P5 #".as_slice(), &vec![b'x'; 100_000]].concat();
        let files: [&[u8]; 8] = [
            b"P5",
            b"P5 3",
            b"P5 -3 3 255\n",
            b"P5 3 3 0\n",
            b"P6 3 3 70000\n",
            b"P8 3 3 255\n",
            &long,
            b"P7\nWIDTH 3\nHEIGHT 3\nDEPTH 1\nENDHDR\n",
        ];
        for bytes in files {
            assert!(read_header(&mut { bytes }).is_err(), "{bytes:?}");
        }
        let header =
            Header { size: Size::new(u32::MAX, 1), ..read_header(&mut b"P5 3 3 255\nabc".as_slice()).unwrap() };
        assert!(decode(&mut b"P5 4294967295 1 255\nabc".as_slice(), &header, ONE).is_err());
    }
}
