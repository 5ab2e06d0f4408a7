//! Decodes PCX row by row.

use super::layout::{Colors, Layout, Storage};
use crate::formats::codec::Plan;
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ends_too_early};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation};
use crate::options::Format;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// An opened PCX.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    layout: Layout,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let layout = Layout::read(bytes)?;
        let has_alpha = layout.model().has_alpha();
        let header = Header { format: Format::Pcx, size: layout.size, orientation: Orientation::default(), has_alpha };
        Ok(Self { header, layout })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: Factors) -> u64 {
        (self.layout.stride * self.layout.planes) as u64
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let (layout, factors) = (&self.layout, plan.factors(self.header.size));
        let mut reducer = BoxReducer::new(layout.size, layout.model(), factors);
        let mut rows = Rows { bytes: bytes.get(layout.offset..).unwrap_or_default(), run: (0, 0) };
        let mut row = vec![0; layout.stride * layout.planes];
        let mut pixels = Vec::new();
        let mut there = 0;
        for _ in 0..layout.size.height {
            if !rows.read(layout.storage, &mut row) {
                break;
            }
            convert(layout, &row, &mut pixels);
            reducer.push_bytes(&pixels);
            there += 1;
        }
        if there == 0 {
            return Err(ends_too_early());
        }
        let damage = of_missing_rows(there, layout.size.height as usize);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
    }
}

/// The rest of the file, and a run that began in it: its value, and the number of its bytes that are left. Runs may go on in
/// the next row.
struct Rows<'b> {
    bytes: &'b [u8],
    run: (u8, usize),
}

impl Rows<'_> {
    /// Reads a row of all planes. Returns whether it is whole.
    fn read(&mut self, storage: Storage, row: &mut [u8]) -> bool {
        if storage == Storage::Plain {
            let Some((first, rest)) = self.bytes.split_at_checked(row.len()) else { return false };
            row.copy_from_slice(first);
            self.bytes = rest;
            return true;
        }
        let mut at = 0;
        while at < row.len() {
            let (value, left) = self.run;
            let count = left.min(row.len() - at);
            row[at..at + count].fill(value);
            at += count;
            self.run.1 -= count;
            if self.run.1 == 0 && at < row.len() {
                // The two highest bits mark a run's length.
                self.run = match *self.bytes {
                    [head @ 0xc0..=0xff, value, ..] => (value, usize::from(head & 0x3f)),
                    [value @ ..0xc0, ..] => (value, 1),
                    _ => return false,
                };
                self.bytes = &self.bytes[if self.bytes[0] >= 0xc0 { 2 } else { 1 }..];
            }
        }
        true
    }
}

/// Converts a row of all planes to pixels of the model.
fn convert(layout: &Layout, row: &[u8], pixels: &mut Vec<u8>) {
    let width = layout.size.width as usize;
    let planes = || row.chunks_exact(layout.stride);
    pixels.clear();
    match &layout.colors {
        Colors::Grey => pixels.extend(&row[..width]),
        Colors::Rgb | Colors::Rgba => {
            pixels.resize(width * layout.planes, 0);
            for (plane, samples) in planes().enumerate() {
                let places = pixels.iter_mut().skip(plane).step_by(layout.planes);
                places.zip(samples).for_each(|(place, sample)| *place = *sample);
            }
        }
        Colors::Indexed(colors) => {
            let bits = usize::from(layout.bits);
            let sample = |plane: &[u8], x: usize| {
                let from_top = (x * bits) % 8;
                u16::from(plane[x * bits / 8]) << from_top >> (8 - bits) & ((1 << bits) - 1)
            };
            for x in 0..width {
                let index =
                    planes().enumerate().fold(0, |index, (number, plane)| index | sample(plane, x) << (number * bits));
                pixels.extend(colors[usize::from(index) & 255]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::pcx::CODEC;
    use crate::formats::tests::{decode_as, header_of};
    use crate::geometry::Size;

    /// Returns a file of 10x2 px with these rows, which are stored plain.
    fn file(version: u8, bits: u8, planes: u8, stride: u8, rows: &[u8]) -> Vec<u8> {
        let mut file = vec![10, version, 0, bits, 1, 0, 0, 0, 10, 0, 1, 0];
        file.resize(128, 0);
        file[16..22].copy_from_slice(&[1, 2, 3, 200, 210, 220]);
        (file[65], file[66]) = (planes, stride);
        file.extend(rows);
        file
    }

    fn samples(file: &[u8], channel: usize) -> Vec<f32> {
        decode_as(CODEC, file, &[]).unwrap().grid.planes[channel].plane.samples.clone()
    }

    #[test]
    fn bits_of_planes_are_joined_to_indices() {
        let one = samples(&file(5, 1, 1, 2, &[0xa0, 0, 0, 0x40]), 0);
        assert_eq!(one[..4], [200.0, 1.0, 200.0, 1.0]);
        assert_eq!(one[19], 200.0);
        // Version 3 has the usual colours: index 1 + 4 + 8 is a bright magenta.
        let four = samples(&file(3, 1, 4, 2, &[0x80, 0, 0, 0, 0x80, 0, 0x80, 0].repeat(2)), 2);
        assert_eq!(four[..2], [255.0, 0.0]);
        let packed = samples(&file(3, 4, 1, 6, &[0xd0; 12]), 2);
        assert_eq!(packed[..2], [255.0, 0.0]);
        let two = samples(&file(5, 2, 1, 4, &[0b0001_0000; 8]), 1);
        assert_eq!(two[..2], [2.0, 210.0]);
    }

    #[test]
    fn runs_may_go_on_in_the_next_row() {
        let mut packed = file(5, 8, 3, 10, &[0xc0 | 35, 7, 0xc1, 0xee]);
        packed.extend([9; 24]);
        packed[2] = 1;
        assert_eq!(samples(&packed, 0), [[7.0; 10], [7.0, 7.0, 7.0, 7.0, 7.0, 238.0, 9.0, 9.0, 9.0, 9.0]].concat());
        let cut = decode_as(CODEC, &packed[..packed.len() - 1], &[]).unwrap();
        assert_eq!(cut.damage.unwrap().detail, "the file ends too early, 1 rows are missing");
        assert!(decode_as(CODEC, &packed[..129], &[]).is_err());
    }

    #[test]
    fn a_palette_at_the_end_makes_indices_of_bytes_and_a_dcx_begins_with_its_first_page() {
        let mut indexed = file(5, 8, 1, 10, &[3; 20]);
        assert_eq!(samples(&indexed, 0), [3.0; 20], "grey without it");
        indexed.push(12);
        indexed.extend((0..768_u32).map(|i| (i / 3 + 40) as u8));
        assert_eq!(samples(&indexed, 2), [43.0; 20]);
        let mut book = super::super::mark::DCX.to_vec();
        book.extend([12, 0, 0, 0, 0, 0, 0, 0]);
        book.extend(&indexed);
        assert_eq!(samples(&book, 2), [43.0; 20]);
        assert_eq!(header_of(CODEC, &book).unwrap().size, Size::new(10, 2));
    }
}
