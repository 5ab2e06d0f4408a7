//! Files put together by hand, with the channels that they came of.

use super::*;
use crate::formats::sniff;
use crate::formats::tests::{decode_as, header_of};
use crate::geometry::Size;

/// An image whose samples follow from their places.
#[derive(Clone, Copy)]
struct Maker {
    width: u16,
    height: u16,
    channels: u16,
    bytes: u8,
    has_runs: bool,
}

impl Maker {
    const fn new(channels: u16, bytes: u8, has_runs: bool) -> Self {
        Self { width: 300, height: 7, channels, bytes, has_runs }
    }

    /// Returns a sample of a channel, rows counted from above: runs of all lengths, and noise between them.
    fn sample(self, channel: u16, x: u16, y: u16) -> u16 {
        let is_even = (x / 40 + y).is_multiple_of(2);
        let value =
            if is_even { 7 + 50 * channel + y } else { x.wrapping_mul(37) ^ y.wrapping_mul(11) ^ (channel * 85) };
        if self.bytes == 1 { value & 0xff } else { value.wrapping_mul(257) }
    }

    fn row(self, channel: u16, y: u16) -> Vec<u16> {
        (0..self.width).map(|x| self.sample(channel, x, y)).collect()
    }

    fn units(self, units: &[u16]) -> Vec<u8> {
        let bytes = |unit: &u16| if self.bytes == 1 { vec![*unit as u8] } else { unit.to_be_bytes().to_vec() };
        units.iter().flat_map(bytes).collect()
    }

    fn runs(self, row: &[u16]) -> Vec<u8> {
        let mut units = Vec::new();
        let mut rest = row;
        while let Some(first) = rest.first() {
            let alike = rest.iter().take(127).take_while(|sample| *sample == first).count();
            if alike > 2 {
                units.extend([alike as u16, *first]);
                rest = &rest[alike..];
            } else {
                let unlike = rest.windows(3).take(127).take_while(|three| three[0] != three[1] || three[1] != three[2]);
                let count = unlike.count().max(1).min(rest.len());
                units.push(0x80 | count as u16);
                units.extend(&rest[..count]);
                rest = &rest[count..];
            }
        }
        units.push(0);
        self.units(&units)
    }

    fn make(self) -> Vec<u8> {
        let mut file = vec![0; 512];
        file[..4].copy_from_slice(&[1, 0xda, self.has_runs.into(), self.bytes]);
        let dimensions = if self.channels == 1 { 2 } else { 3 };
        for (at, field) in [(4, dimensions), (6, self.width), (8, self.height), (10, self.channels)] {
            file[at..at + 2].copy_from_slice(&field.to_be_bytes());
        }
        let rows = (0..self.channels).flat_map(|channel| (0..self.height).rev().map(move |y| self.row(channel, y)));
        if !self.has_runs {
            rows.for_each(|row| file.extend(self.units(&row)));
            return file;
        }
        let rows: Vec<Vec<u8>> = rows.map(|row| self.runs(&row)).collect();
        let mut at = 512 + 8 * rows.len() as u32;
        for row in &rows {
            file.extend(at.to_be_bytes());
            at += row.len() as u32;
        }
        rows.iter().for_each(|row| file.extend((row.len() as u32).to_be_bytes()));
        file.extend(rows.concat());
        file
    }
}

fn every_kind() -> impl Iterator<Item = Maker> {
    let depths = (1..=4).flat_map(|channels| [1, 2].map(|bytes| (channels, bytes)));
    depths.flat_map(|(channels, bytes)| [false, true].map(|has_runs| Maker::new(channels, bytes, has_runs)))
}

#[test]
fn every_kind_comes_out_as_it_was_put_in() {
    let mut compared = 0;
    for maker in every_kind() {
        let file = maker.make();
        assert_eq!(sniff(&file, file.len() as u64), Some(Format::Sgi));
        let header = header_of(&Sgi, &file).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(300, 7), maker.channels % 2 == 0));
        let decoded = decode_as(&Sgi, &file, &[]).unwrap();
        assert_eq!((decoded.damage, decoded.grid.planes.len()), (None, usize::from(maker.channels)));
        if header.has_alpha {
            continue;
        }
        let white = if maker.bytes == 1 { 255.0 } else { 65535.0 };
        for (channel, plane) in decoded.grid.planes.iter().enumerate() {
            for y in 0..maker.height {
                let wanted = maker.row(channel as u16, y).into_iter().map(|sample| f32::from(sample) * 255.0 / white);
                for (got, wanted) in plane.plane.row(y.into()).iter().zip(wanted) {
                    assert!((got - wanted).abs() < 0.01, "{got} {wanted}");
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 4 * (1 + 3) * 300 * 7);
}

#[test]
fn runs_and_samples_give_the_same_image() {
    for maker in every_kind().filter(|maker| maker.has_runs) {
        let plain = Maker { has_runs: false, ..maker };
        let [runs, plain] = [maker, plain].map(|maker| decode_as(&Sgi, &maker.make(), &[]).unwrap().grid);
        let samples = |grid: &crate::pixels::WorkingGrid| {
            grid.planes.iter().map(|plane| plane.plane.samples.clone()).collect::<Vec<_>>()
        };
        assert_eq!(samples(&runs), samples(&plain));
    }
}

#[test]
fn rows_that_are_missing_are_counted_and_blank() {
    let file = Maker::new(1, 1, false).make();
    let cut = decode_as(&Sgi, &file[..512 + 5 * 300 + 20], &[]).unwrap();
    let damage = cut.damage.unwrap();
    assert_eq!((damage.detail.as_str(), damage.present), ("2 of 7 rows can't be read", 5.0 / 7.0));
    assert_eq!(cut.grid.planes[0].plane.row(0)[..4], [0.0; 4]);
    assert!(cut.grid.planes[0].plane.row(2)[0] > 0.0);
    assert!(decode_as(&Sgi, &file[..600], &[]).is_err_and(|error| matches!(error, DecodeError::Damaged(_))));
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let file = Maker::new(3, 1, false).make();
    let with = |at: usize, value: u8| {
        let mut file = file.clone();
        file[at] = value;
        header_of(&Sgi, &file).unwrap_err().to_string()
    };
    assert_eq!(with(107, 1), "colours of an obsolete kind");
    assert_eq!(with(11, 5), "5 channels");
    assert_eq!(with(5, 9), "the image header is invalid");
    assert_eq!(header_of(&Sgi, &file[..300]).unwrap_err().to_string(), "the file ends too early");
}

#[test]
fn no_cut_and_no_changed_byte_brings_it_down() {
    let mut tried = 0;
    for maker in every_kind() {
        let file = Maker { width: 20, height: 3, ..maker }.make();
        for at in (0..file.len()).filter(|at| !(12..104).contains(at) && !(112..500).contains(at)) {
            let _ = decode_as(&Sgi, &file[..at], &[]);
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = file.clone();
                changed[at] = value;
                if header_of(&Sgi, &changed).is_ok_and(|header| (1..1 << 16).contains(&header.size.pixels())) {
                    let _ = decode_as(&Sgi, &changed, &[]);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5000, "{tried}");
}
