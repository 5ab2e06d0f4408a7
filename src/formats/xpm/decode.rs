//! Decodes XPM and XBM row by row.

use std::collections::HashMap;

use super::bits::{self, Bits, Numbers};
use super::colors;
use super::strings::Strings;
use crate::formats::codec::Plan;
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// Most characters of a pixel, and bytes of each colour in a map.
const MOST_CHARACTERS: usize = 8;
const OF_COLOR: u64 = 64;

/// An opened XPM or XBM.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// An XPM: the number of colours, and of the characters for each.
    Colors {
        count: usize,
        characters: usize,
    },
    Bits(Bits),
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (size, kind) = if bytes.starts_with(b"#define") {
            let bits = bits::read(bytes).ok_or_else(|| damaged("the image header is invalid"))?;
            (Size::new(bits.width, bits.height), Kind::Bits(bits))
        } else {
            let values = Strings(bytes).next().ok_or_else(ends_too_early)?;
            let values = String::from_utf8_lossy(values);
            let mut numbers = values.split_ascii_whitespace().map_while(|word| word.parse::<u32>().ok());
            let [Some(width), Some(height), Some(count), Some(characters)] = [(); 4].map(|()| numbers.next()) else {
                return Err(damaged("the image header is invalid"));
            };
            let (count, characters) = (count as usize, characters as usize);
            if !(1..=MOST_CHARACTERS).contains(&characters) || count > bytes.len() {
                return Err(damaged("the image header is invalid"));
            }
            (Size::new(width, height), Kind::Colors { count, characters })
        };
        let has_alpha = matches!(kind, Kind::Colors { .. });
        let header = Header { format: Format::Xpm, size, orientation: Orientation::default(), has_alpha };
        Ok(Self { header, kind })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: Factors) -> u64 {
        match &self.kind {
            Kind::Colors { count, .. } => *count as u64 * OF_COLOR,
            Kind::Bits(_) => 0,
        }
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let (size, factors) = (self.header.size, plan.factors(self.header.size));
        let model = if self.header.has_alpha { Model::RgbAlpha } else { Model::Grey };
        let mut reducer = BoxReducer::new(size, model, factors);
        let there = match &self.kind {
            Kind::Colors { count, characters } => push_colors(bytes, size, *count, *characters, &mut reducer)?,
            Kind::Bits(bits) => push_bits(bytes, bits, &mut reducer),
        };
        if there == 0 {
            return Err(ends_too_early());
        }
        let damage = of_missing_rows(there, size.height as usize);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
    }
}

/// Pushes the rows of an XPM, and returns how many there are. Unknown colours are black.
fn push_colors(
    bytes: &[u8],
    size: Size,
    count: usize,
    characters: usize,
    reducer: &mut BoxReducer<'_>,
) -> Result<usize, DecodeError> {
    let mut strings = Strings(bytes);
    strings.next();
    let mut palette = HashMap::new();
    for _ in 0..count {
        let entry = strings.next().ok_or_else(ends_too_early)?;
        let Some((name, rest)) = entry.split_at_checked(characters) else { continue };
        palette.insert(name, colors::read(&String::from_utf8_lossy(rest)).unwrap_or([0, 0, 0, 255]));
    }
    let mut row = Vec::new();
    let mut there = 0;
    for string in strings.take(size.height as usize) {
        row.clear();
        let mut names = string.chunks_exact(characters).take(size.width as usize);
        names.by_ref().for_each(|name| row.extend(palette.get(name).unwrap_or(&[0, 0, 0, 255])));
        if row.len() < 4 * size.width as usize {
            break;
        }
        reducer.push_bytes(&row);
        there += 1;
    }
    Ok(there)
}

/// Pushes the rows of an XBM, and returns how many there are. Its lowest bits come first, and a set one is black.
fn push_bits(bytes: &[u8], bits: &Bits, reducer: &mut BoxReducer<'_>) -> usize {
    let mut numbers = Numbers(bytes.get(bits.offset..).unwrap_or_default());
    let width = bits.width as usize;
    let in_row = width.div_ceil(bits.number_bits);
    let mut row = Vec::new();
    for there in 0..bits.height as usize {
        row.clear();
        for number in numbers.by_ref().take(in_row) {
            row.extend((0..bits.number_bits).map(|bit| if number >> bit & 1 == 0 { 255 } else { 0 }));
        }
        if row.len() < in_row * bits.number_bits {
            return there;
        }
        reducer.push_bytes(&row[..width]);
    }
    bits.height as usize
}

#[cfg(test)]
mod tests {
    use crate::formats::tests::{decode_as, header_of};
    use crate::formats::xpm::CODEC;

    const XPM: &str = "/* XPM */\nstatic char *a[] = {\n/* width */ \"3 2 3 2 0 0\",\n\"   c None\",\n\"AB c #ff0000 m white\",\n\
        \"/* s x c blue\",\n\"AB  /*\",\n\"/*/*AB\"\n};\n";

    #[test]
    fn pixels_have_the_colours_of_their_names() {
        let decoded = decode_as(CODEC, XPM.as_bytes(), &[]).unwrap();
        let plane = |channel: usize| {
            let samples = &decoded.grid.planes[channel].plane.samples;
            samples.iter().map(|sample| sample.round()).collect::<Vec<f32>>()
        };
        assert_eq!(plane(0), [255.0, 0.0, 0.0, 0.0, 0.0, 255.0]);
        assert_eq!(plane(2), [0.0, 0.0, 255.0, 255.0, 255.0, 0.0]);
        assert_eq!(plane(3), [255.0, 0.0, 255.0, 255.0, 255.0, 255.0]);
    }

    #[test]
    fn of_a_truncated_file_the_rows_that_are_there_are_kept() {
        let decoded = decode_as(CODEC, &XPM.as_bytes()[..XPM.len() - 8], &[]).unwrap();
        assert_eq!(decoded.damage.unwrap().detail, "the file ends too early, 1 rows are missing");
        assert!(decode_as(CODEC, &XPM.as_bytes()[..XPM.len() - 20], &[]).is_err());
        assert!(header_of(CODEC, b"/* XPM */ \"3 2 1\"").is_err());
        assert!(header_of(CODEC, b"/* XPM */ \"3 2 1 9\"").is_err());
    }

    #[test]
    fn bits_are_black_from_the_lowest_on() {
        for (kind, numbers) in [("char", "0x05,0x01,0x02,0x00"), ("short", "261, 0x2")] {
            let source = format!("#define a_width 9\n#define a_height 2\nstatic {kind} a_bits[] = {{\n{numbers}}};\n");
            let decoded = decode_as(CODEC, source.as_bytes(), &[]).unwrap();
            let black: Vec<usize> = (0..18).filter(|i| decoded.grid.planes[0].plane.samples[*i] == 0.0).collect();
            assert_eq!(black, [0, 2, 8, 10], "{kind}");
            let cut = decode_as(CODEC, &source.as_bytes()[..source.len() - 9], &[]).unwrap();
            assert!(cut.damage.is_some());
        }
    }
}
