//! Builds TIFF files by hand, with noise for pixels.

use crate::container::Order;
use crate::formats::tiff::decode::coding::Numbers;
use crate::formats::tiff::decode::tag;
use crate::geometry::Size;

/// Types of fields after TIFF 6.0, section 2.
const SHORT: u16 = 3;
const LONG: u16 = 4;
const LONG8: u16 = 16;

/// Stand-in number of LZW with the lowest bit first, which shares the number of the other LZW.
pub(super) const OLD_LZW: u16 = 60_005;

/// An image and its storage.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) size: Size,
    pub(super) order: Order,
    pub(super) is_big: bool,
    pub(super) photometric: u16,
    pub(super) bits: usize,
    pub(super) numbers: Numbers,
    pub(super) samples: usize,
    pub(super) is_planar: bool,
    pub(super) compression: u16,
    pub(super) predictor: u16,
    /// Width (of tiles only) and height of each chunk.
    pub(super) chunk: (Option<u32>, u32),
    /// Further tags, of numbers of 16 bits.
    pub(super) more: Vec<(u16, Vec<u64>)>,
    /// Chunks stored instead of the noise.
    pub(super) instead: Option<Vec<Vec<u8>>>,
    /// Bytes in front of the chunks, at offset 16, and the tag that names them.
    pub(super) front: Option<(u16, Vec<u8>)>,
}

impl Maker {
    /// Returns RGB of 8 bits in strips of 7 rows.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self {
            size: Size::new(width, height),
            order: Order::Little,
            is_big: false,
            photometric: 2,
            bits: 8,
            numbers: Numbers::Unsigned,
            samples: 3,
            is_planar: false,
            compression: 1,
            predictor: 1,
            chunk: (None, 7),
            more: Vec::new(),
            instead: None,
            front: None,
        }
    }

    /// Returns the bits of a sample.
    pub(super) fn sample(&self, x: u32, y: u32, channel: usize) -> u64 {
        let mixed = (x / 3 * 73 + y * 7919 + channel as u32 * 104_729).wrapping_mul(2_654_435_761) >> 7;
        match (self.numbers, self.bits) {
            (Numbers::Float, 16) => 0x3000 + u64::from(mixed & 0xfff),
            (Numbers::Float, 24) => 0x3c_0000 + u64::from(mixed & 0x3_ffff),
            (Numbers::Float, 32) => u64::from((f32::from(mixed as u16) / 50_000.0).to_bits()),
            (Numbers::Float, _) => (f64::from(mixed as u16) / 50_000.0).to_bits(),
            (_, 64) => u64::from(mixed) << 39 | u64::from(mixed),
            (_, bits) => (u64::from(mixed) * 0x1_0001) & ((1 << bits) - 1),
        }
    }

    /// Returns the sample from 0 to 255, counted from the lowest number.
    pub(super) fn value(&self, x: u32, y: u32, channel: usize) -> f64 {
        let sample = self.sample(x, y, channel);
        match (self.numbers, self.bits) {
            (Numbers::Float, 16) => {
                let fraction = 1.0 + (sample & 1023) as f64 / 1024.0;
                255.0 * fraction * ((sample >> 10) as f64 - 15.0).exp2()
            }
            (Numbers::Float, 24) => {
                let fraction = 1.0 + (sample & 0xffff) as f64 / 65_536.0;
                255.0 * fraction * ((sample >> 16) as f64 - 63.0).exp2()
            }
            (Numbers::Float, 32) => 255.0 * f64::from(f32::from_bits(sample as u32)),
            (Numbers::Float, _) => 255.0 * f64::from_bits(sample),
            // Bytes count as unsigned whatever the file says.
            (Numbers::Signed, 8) => sample as f64,
            (Numbers::Unsigned, bits) => sample as f64 * 255.0 / ((bits as f64).exp2() - 1.0),
            (Numbers::Signed, bits) => (sample ^ 1 << (bits - 1)) as f64 * 255.0 / ((bits as f64).exp2() - 1.0),
        }
    }

    pub(super) fn make(&self) -> Vec<u8> {
        let chunks = self.instead.clone().unwrap_or_else(|| self.chunks());
        let mut bytes = match (self.order, self.is_big) {
            (Order::Little, false) => b"II\x2a\0\0\0\0\0".to_vec(),
            (Order::Big, false) => b"MM\0\x2a\0\0\0\0".to_vec(),
            (Order::Little, true) => b"II\x2b\0\x08\0\0\0".to_vec(),
            (Order::Big, true) => b"MM\0\x2b\0\x08\0\0".to_vec(),
        };
        bytes.resize(16, 0);
        bytes.extend(self.front.iter().flat_map(|(_, front)| front));
        let mut places = (Vec::new(), Vec::new());
        for chunk in chunks {
            places.0.push(bytes.len() as u64);
            places.1.push(chunk.len() as u64);
            bytes.extend(chunk);
        }
        let directory = bytes.len().next_multiple_of(2);
        bytes.resize(directory, 0);
        let first = self.number(directory as u64, if self.is_big { 8 } else { 4 });
        let at = if self.is_big { 8 } else { 4 };
        bytes[at..at + first.len()].copy_from_slice(&first);
        self.write_directory(&mut bytes, places);
        bytes
    }

    fn write_directory(&self, bytes: &mut Vec<u8>, (offsets, lengths): (Vec<u64>, Vec<u64>)) {
        let place = if self.is_big { LONG8 } else { LONG };
        let short = |tag, value: usize| (tag, SHORT, vec![value as u64]);
        let mut tags = vec![
            (tag::WIDTH, LONG, vec![u64::from(self.size.width)]),
            (tag::HEIGHT, LONG, vec![u64::from(self.size.height)]),
            (tag::BITS, SHORT, vec![self.bits as u64; self.samples]),
            short(tag::COMPRESSION, usize::from(if self.compression == OLD_LZW { 5 } else { self.compression })),
            short(tag::PHOTOMETRIC, usize::from(self.photometric)),
            short(tag::SAMPLES, self.samples),
            short(tag::PLANAR, 1 + usize::from(self.is_planar)),
            short(tag::PREDICTOR, usize::from(self.predictor)),
            (tag::SAMPLE_FORMAT, SHORT, vec![1 + self.numbers as u64; self.samples]),
        ];
        if let Some(width) = self.chunk.0 {
            tags.push((tag::TILE_WIDTH, LONG, vec![u64::from(width)]));
            tags.push((tag::TILE_HEIGHT, LONG, vec![u64::from(self.chunk.1)]));
            tags.push((tag::TILE_OFFSETS, place, offsets));
            tags.push((tag::TILE_BYTES, place, lengths));
        } else {
            tags.push((tag::ROWS_IN_STRIP, LONG, vec![u64::from(self.chunk.1)]));
            tags.push((tag::STRIP_OFFSETS, place, offsets));
            tags.push((tag::STRIP_BYTES, place, lengths));
        }
        tags.extend(self.more.iter().map(|(tag, values)| (*tag, SHORT, values.clone())));
        tags.sort_by_key(|(tag, _, _)| *tag);
        let (count_bytes, field) = if self.is_big { (8, 8) } else { (2, 4) };
        let count = tags.len() + usize::from(self.front.is_some());
        bytes.extend(self.number(count as u64, count_bytes));
        let mut beyond = bytes.len() + count * (4 + 2 * field) + field;
        let mut outside = Vec::new();
        for (tag, kind, values) in &tags {
            let size = match *kind {
                SHORT => 2,
                LONG => 4,
                _ => 8,
            };
            let mut payload: Vec<u8> = values.iter().flat_map(|value| self.number(*value, size)).collect();
            if payload.len() > field {
                let at = self.number(beyond as u64, field);
                beyond += payload.len();
                outside.extend(payload);
                payload = at;
            }
            payload.resize(field, 0);
            bytes.extend([self.number(u64::from(*tag), 2), self.number(u64::from(*kind), 2)].concat());
            bytes.extend(self.number(values.len() as u64, field));
            bytes.extend(payload);
        }
        if let Some((tag, front)) = &self.front {
            bytes.extend([self.number(u64::from(*tag), 2), self.number(7, 2)].concat());
            bytes.extend([self.number(front.len() as u64, field), self.number(16, field)].concat());
        }
        bytes.extend(vec![0; field]);
        bytes.extend(outside);
    }

    fn number(&self, value: u64, bytes: usize) -> Vec<u8> {
        match self.order {
            Order::Little => value.to_le_bytes()[..bytes].to_vec(),
            Order::Big => value.to_be_bytes()[8 - bytes..].to_vec(),
        }
    }

    fn chunks(&self) -> Vec<Vec<u8>> {
        let (width, height) = (self.chunk.0.unwrap_or(self.size.width), self.chunk.1);
        let planes: Vec<Vec<usize>> = if self.is_planar {
            (0..self.samples).map(|plane| vec![plane]).collect()
        } else {
            vec![(0..self.samples).collect()]
        };
        let mut chunks = Vec::new();
        for channels in &planes {
            for top in (0..self.size.height).step_by(height as usize) {
                for left in (0..self.size.width).step_by(width as usize) {
                    let end = top + height;
                    let end = if self.chunk.0.is_some() { end } else { end.min(self.size.height) };
                    let rows = (top..end).map(|y| self.row(y, left..left + width, channels)).collect::<Vec<_>>();
                    chunks.push(self.compress(&rows));
                }
            }
        }
        chunks
    }

    fn row(&self, y: u32, across: std::ops::Range<u32>, channels: &[usize]) -> Vec<u8> {
        let pixels = across.flat_map(|x| channels.iter().map(move |channel| (x, *channel)));
        let there = |x| x < self.size.width && y < self.size.height;
        let stored: Vec<u64> =
            pixels.map(|(x, channel)| if there(x) { self.sample(x, y, channel) } else { 0 }).collect();
        let left = |i: usize| i.checked_sub(channels.len());
        match self.predictor {
            2 => {
                let differences = (0..stored.len())
                    .map(|i| stored[i].wrapping_sub(left(i).map_or(0, |left| stored[left])))
                    .flat_map(|difference| self.pack(&[difference]));
                differences.collect()
            }
            3 => {
                let bytes = self.bits / 8;
                let planes: Vec<u8> = (0..bytes)
                    .flat_map(|byte| stored.iter().map(move |number| number.to_be_bytes()[8 - bytes + byte]))
                    .collect();
                (0..planes.len()).map(|i| planes[i].wrapping_sub(left(i).map_or(0, |left| planes[left]))).collect()
            }
            _ => self.pack(&stored),
        }
    }

    fn pack(&self, numbers: &[u64]) -> Vec<u8> {
        if matches!(self.bits, 8 | 16 | 24 | 32 | 64) {
            return numbers.iter().flat_map(|number| self.number(*number, self.bits / 8)).collect();
        }
        let bits = numbers.iter().flat_map(|number| (0..self.bits).rev().map(move |bit| number >> bit & 1));
        let bits: Vec<u64> = bits.collect();
        bits.chunks(8).map(|byte| byte.iter().zip(0..).fold(0, |sum, (bit, i)| sum | (*bit as u8) << (7 - i))).collect()
    }

    fn compress(&self, rows: &[Vec<u8>]) -> Vec<u8> {
        match self.compression {
            5 => weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&rows.concat()).unwrap(),
            OLD_LZW => weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8).encode(&rows.concat()).unwrap(),
            34925 => encode_xz(&rows.concat()),
            50000 => zstd::encode_all(&rows.concat()[..], 19).unwrap(),
            8 => {
                let mut out = Vec::with_capacity(rows.concat().len() * 2 + 100);
                flate2::Compress::new(flate2::Compression::fast(), true)
                    .compress_vec(&rows.concat(), &mut out, flate2::FlushCompress::Finish)
                    .unwrap();
                out
            }
            32773 => rows.iter().flat_map(|row| pack_bits(row)).collect(),
            _ => rows.concat(),
        }
    }
}

/// Encodes differences to the byte before, as libtiff stores them, then LZMA.
fn encode_xz(bytes: &[u8]) -> Vec<u8> {
    use liblzma::stream::{Action, Check, Filters, LzmaOptions, Stream};
    let mut filters = Filters::new();
    // A distance of three bytes.
    filters.delta_properties(&[2]).unwrap().lzma2(&LzmaOptions::new_preset(6).unwrap());
    let mut out = Vec::with_capacity(2 * bytes.len() + 1000);
    let mut stream = Stream::new_stream_encoder(&filters, Check::Crc32).unwrap();
    stream.process_vec(bytes, &mut out, Action::Finish).unwrap();
    out
}

/// Packs runs of two and more, and literals between.
fn pack_bits(row: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for run in row.chunk_by(|a, b| a == b).flat_map(|run| run.chunks(128)) {
        let head = if run.len() == 1 { 0 } else { 257 - run.len() };
        out.extend([head as u8, run[0]]);
    }
    out
}
