//! Files put together by hand, and samples with values of other decoders.

use super::*;
use crate::formats::psd::CODEC;
use crate::formats::tests::{decode_as, header_of};
use crate::pixels::Model;

/// A file under construction: 5x3 px whose samples follow from their places.
#[derive(Clone)]
struct Maker {
    version: u16,
    depth: u16,
    mode: u16,
    channels: u16,
    layers: i16,
    resources: Vec<u8>,
    colors: Vec<u8>,
    is_packed: bool,
}

const WIDTH: u16 = 5;
const HEIGHT: u16 = 3;

impl Maker {
    fn new(mode: u16, depth: u16, channels: u16) -> Self {
        let (resources, colors) = (Vec::new(), Vec::new());
        Self { version: 1, depth, mode, channels, layers: 0, resources, colors, is_packed: false }
    }

    /// Returns a sample of 0 to 255.
    fn sample(channel: u16, x: u16, y: u16) -> u8 {
        (channel * 60 + x * 17 + y * 5) as u8
    }

    fn row(&self, channel: u16, y: u16) -> Vec<u8> {
        let samples = (0..WIDTH).map(|x| Self::sample(channel, x, y));
        match self.depth {
            1 => vec![0b1010_1000 >> y],
            8 => samples.collect(),
            16 => samples.flat_map(|sample| [sample, sample]).collect(),
            _ => samples.flat_map(|sample| (f32::from(sample) / 255.0).to_be_bytes()).collect(),
        }
    }

    fn resource(mut self, number: u16, data: &[u8]) -> Self {
        self.resources.extend(b"8BIM");
        self.resources.extend(number.to_be_bytes());
        // A name of one letter.
        self.resources.extend([1, b'a']);
        self.resources.extend((data.len() as u32).to_be_bytes());
        self.resources.extend(data);
        self.resources.resize(self.resources.len().next_multiple_of(2), 0);
        self
    }

    fn make(&self) -> Vec<u8> {
        let mut file = b"8BPS".to_vec();
        file.extend(self.version.to_be_bytes());
        file.extend([0; 6]);
        file.extend(self.channels.to_be_bytes());
        file.extend(u32::from(HEIGHT).to_be_bytes());
        file.extend(u32::from(WIDTH).to_be_bytes());
        file.extend([self.depth, self.mode].map(u16::to_be_bytes).as_flattened());
        let mut section = |bytes: &[u8], is_long: bool| {
            let length = (bytes.len() as u64).to_be_bytes();
            file.extend(if is_long { &length[..] } else { &length[4..] });
            file.extend(bytes);
        };
        let is_big = self.version == 2;
        section(&self.colors, false);
        section(&self.resources, false);
        let mut layers = if is_big { vec![0; 4] } else { Vec::new() };
        layers.extend([0, 0, 0, 2]);
        layers.extend(self.layers.to_be_bytes());
        section(&layers, is_big);
        file.extend(u16::from(self.is_packed).to_be_bytes());
        let rows = (0..self.channels).flat_map(|channel| (0..HEIGHT).map(move |y| (channel, y)));
        let rows: Vec<Vec<u8>> = rows.map(|(channel, y)| self.row(channel, y)).collect();
        if self.is_packed {
            let lengths = rows.iter().map(|row| (row.len() as u32 + 1).to_be_bytes());
            lengths.for_each(|length| file.extend(if is_big { &length[..] } else { &length[2..] }));
        }
        for row in rows {
            file.extend(self.is_packed.then_some(row.len() as u8 - 1));
            file.extend(row);
        }
        file
    }
}

fn planes(file: &[u8]) -> Vec<Vec<f32>> {
    decode_as(CODEC, file, &[]).unwrap().grid.planes.into_iter().map(|plane| plane.plane.samples).collect()
}

fn wanted(channel: u16) -> Vec<f32> {
    let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    places.map(|(x, y)| f32::from(Maker::sample(channel, x, y))).collect()
}

#[test]
fn channels_come_out_in_every_storage_and_depth() {
    let mut seen = 0;
    for (mode, colors, model) in
        [(1, 1, Model::Grey), (3, 3, Model::Rgb), (4, 4, Model::CmykInverted), (8, 1, Model::Grey)]
    {
        for (version, depth, is_packed) in
            [(1, 8, false), (1, 8, true), (2, 8, true), (1, 16, false), (1, 16, true), (2, 16, true)]
        {
            // Channels beyond the colours are selections.
            let maker = Maker { version, is_packed, layers: 3, ..Maker::new(mode, depth, colors + 1) };
            let decoded = decode_as(CODEC, &maker.make(), &[]).unwrap();
            assert_eq!((decoded.grid.model, decoded.damage.is_none()), (model, true), "{mode} {depth} {is_packed}");
            for (channel, plane) in decoded.grid.planes.iter().enumerate() {
                let wanted = wanted(channel as u16);
                let same = plane.plane.samples.iter().zip(&wanted).all(|(one, other)| (one - other).abs() < 0.01);
                assert!(same, "{mode} {depth} {version} {is_packed} {channel}: {:?}", plane.plane.samples);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 9 * 6);
}

/// Returns a file whose channels are one stream, with the differences of rows if they are to be predicted.
fn deflated(maker: &Maker, is_predicted: bool) -> Vec<u8> {
    let plain = maker.make();
    let length = maker.row(0, 0).len();
    let (head, data) = plain.split_at(plain.len() - length * usize::from(HEIGHT * maker.channels));
    let mut data = data.to_vec();
    let differ = |bytes: &mut [u8]| (1..bytes.len()).rev().for_each(|i| bytes[i] = bytes[i].wrapping_sub(bytes[i - 1]));
    for row in data.chunks_mut(length).filter(|_| is_predicted) {
        match maker.depth {
            8 => differ(row),
            16 => {
                let samples: Vec<u16> = row.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
                for (i, pair) in row.as_chunks_mut().0.iter_mut().enumerate().skip(1) {
                    *pair = samples[i].wrapping_sub(samples[i - 1]).to_be_bytes();
                }
            }
            _ => {
                let samples = row.to_vec();
                let width = length / 4;
                row.iter_mut().enumerate().for_each(|(i, byte)| *byte = samples[i % width * 4 + i / width]);
                differ(row);
            }
        }
    }
    let mut file = head[..head.len() - 2].to_vec();
    file.extend((2 + u16::from(is_predicted)).to_be_bytes());
    // Stored blocks, which can be cut at any byte.
    let mut packed = flate2::write::ZlibEncoder::new(file, flate2::Compression::none());
    std::io::Write::write_all(&mut packed, &data).unwrap();
    packed.finish().unwrap()
}

#[test]
fn deflated_channels_are_those_of_the_same_file_without_compression() {
    for (mode, depth, channels) in [(3, 8, 4), (3, 16, 3), (3, 32, 3), (1, 8, 1), (4, 16, 4)] {
        let maker = Maker::new(mode, depth, channels);
        let wanted = planes(&maker.make());
        for is_predicted in [false, true] {
            let file = deflated(&maker, is_predicted);
            assert_eq!(planes(&file), wanted, "{mode} {depth} {is_predicted}");
        }
    }
}

#[test]
fn rows_that_a_stream_of_channels_lacks_are_black_and_damage() {
    let maker = Maker::new(1, 8, 1);
    for is_predicted in [false, true] {
        let file = deflated(&maker, is_predicted);
        // The check sum of 4 bytes, and 7 of 3 rows of 5.
        let decoded = decode_as(CODEC, &file[..file.len() - 11], &[]).unwrap();
        let samples = &decoded.grid.planes[0].plane.samples;
        assert_eq!(samples[..5], wanted(0)[..5]);
        assert_eq!(samples[5..], [0.0; 10]);
        assert!((decoded.damage.unwrap().present - 1.0 / 3.0).abs() < 1e-9);
        assert!(decode_as(CODEC, &file[..file.len() - 15], &[]).is_err());
    }
}

#[test]
fn a_negative_number_of_layers_makes_the_next_channel_transparency_and_white_is_taken_off() {
    for depth in [8, 16, 32] {
        let maker = Maker { layers: -1, ..Maker::new(3, depth, 4) };
        assert!(header_of(CODEC, &maker.make()).unwrap().has_alpha);
        let planes = planes(&maker.make());
        for (place, alpha) in wanted(3).into_iter().enumerate().filter(|_| depth < 32) {
            assert!((planes[3][place] - alpha).abs() < 0.01);
            let mixed = wanted(0)[place];
            assert!((planes[0][place] - (mixed - (255.0 - alpha)).max(0.0)).abs() < 0.01, "premultiplied, at {place}");
        }
    }
    let opaque = Maker { layers: 1, ..Maker::new(3, 8, 4) };
    assert!(!header_of(CODEC, &opaque.make()).unwrap().has_alpha);
}

#[test]
fn floats_are_light() {
    let samples = &planes(&Maker::new(1, 32, 1).make())[0];
    assert!((samples[1] - scene::code(17.0)).abs() < 0.01, "{samples:?}");
}

#[test]
fn a_set_bit_is_black() {
    let white: Vec<f32> = [0b10101, 0b01010, 0b00101]
        .iter()
        .flat_map(|row: &u8| (0..5).rev().map(move |bit| if row >> bit & 1 == 0 { 255.0 } else { 0.0 }))
        .collect();
    assert_eq!(planes(&Maker::new(0, 1, 1).make())[0], white);
}

#[test]
fn indices_have_the_colours_of_the_table_and_one_may_be_transparent() {
    let mut maker = Maker::new(2, 8, 1);
    maker.colors = (0..768_u32).map(|i| (i / 256 * 50 + i % 256 / 2) as u8).collect();
    let opaque = planes(&maker.make());
    assert_eq!((opaque.len(), opaque[2][1]), (3, 100.0 + 8.0));
    let hidden = maker.resource(1047, &17_u16.to_be_bytes());
    let planes = planes(&hidden.make());
    assert_eq!([planes[3][0], planes[3][1], planes[0][1]].map(f32::round), [255.0, 0.0, 0.0]);
}

#[test]
fn lab_becomes_srgb() {
    // L* is 0.4 x + 100 / 255 times the channel's; checked against CIE's formulas for one pixel.
    let planes = planes(&Maker::new(9, 8, 3).make());
    let [l, a, b] = [Maker::sample(0, 4, 2), Maker::sample(1, 4, 2), Maker::sample(2, 4, 2)].map(f32::from);
    let wanted = crate::formats::lab::srgb_of_lab([l / 2.55, a - 128.0, b - 128.0]);
    let got = [planes[0][14], planes[1][14], planes[2][14]];
    assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 0.1), "{got:?} {wanted:?}");
}

#[test]
fn orientation_and_profile_are_those_of_the_resources() {
    let exif = [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"[..], &[0; 4]].concat();
    let maker = Maker::new(3, 8, 3).resource(1005, &[0; 15]).resource(1058, &exif).resource(1039, b"a profile");
    let file = maker.make();
    assert_eq!(header_of(CODEC, &file).unwrap().orientation, Orientation::from_exif(6).unwrap());
    assert_eq!(decode_as(CODEC, &file, &[]).unwrap().profile, Profile::Icc(b"a profile".to_vec()));
    let packets = CODEC.packets(&mut file.as_slice()).unwrap();
    assert_eq!(packets.exif, Some(exif));
}

#[test]
fn the_thumbnail_stands_in_where_there_is_no_flattened_image() {
    let jpeg = include_bytes!("../../../../tests/data/samples/jpeg/baseline.jpg");
    let mut thumbnail = [1, 27, 19, 81, 0, jpeg.len() as u32].map(u32::to_be_bytes).concat();
    thumbnail.extend([0, 24, 0, 1]);
    thumbnail.extend(jpeg);
    let blank = Maker::new(3, 8, 3).resource(1057, &[0, 0, 0, 1, 0]);
    let refused = header_of(CODEC, &blank.make()).unwrap_err().to_string();
    assert_eq!(refused, "it was saved without a flattened image");
    let file = blank.resource(1036, &thumbnail).make();
    assert_eq!(header_of(CODEC, &file).unwrap().size, Size::new(27, 19));
    let decoded = decode_as(CODEC, &file, &[Size::new(9, 6)]).unwrap();
    assert_eq!(decoded.damage.unwrap().detail, "only its thumbnail can be decoded");
}

#[test]
fn of_a_truncated_file_the_rows_whose_channels_are_all_there_are_kept() {
    let file = Maker::new(3, 8, 3).make();
    let decoded = decode_as(CODEC, &file[..file.len() - 6], &[]).unwrap();
    let damage = decoded.damage.unwrap();
    assert_eq!(damage.detail, "the file ends too early, 2 rows are missing");
    assert!((damage.present - 1.0 / 3.0).abs() < 1e-9);
    let channel = usize::from(WIDTH * HEIGHT);
    assert!(decode_as(CODEC, &file[..file.len() - channel], &[]).is_err(), "a colour is missing");
}

#[test]
fn impossible_headers_are_refused() {
    for (mode, depth, channels) in [(3, 8, 2), (3, 7, 3), (5, 8, 1), (1, 1, 1), (4, 32, 4)] {
        assert!(header_of(CODEC, &Maker::new(mode, depth, channels).make()).is_err(), "{mode} {depth} {channels}");
    }
}
