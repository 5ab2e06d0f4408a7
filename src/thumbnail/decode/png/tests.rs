use super::super::super::pixels::WorkingGrid;
use super::super::super::profile::{Peak, Profile};
use super::super::raster;
use super::*;

const ONE: Factors = Factors::ONE;
const KINDS: [(ColorType, &[BitDepth]); 5] = [
    (ColorType::Grayscale, &[BitDepth::One, BitDepth::Two, BitDepth::Four, BitDepth::Eight, BitDepth::Sixteen]),
    (ColorType::Indexed, &[BitDepth::One, BitDepth::Two, BitDepth::Four, BitDepth::Eight]),
    (ColorType::GrayscaleAlpha, &[BitDepth::Eight, BitDepth::Sixteen]),
    (ColorType::Rgb, &[BitDepth::Eight, BitDepth::Sixteen]),
    (ColorType::Rgba, &[BitDepth::Eight, BitDepth::Sixteen]),
];

#[derive(Clone, Copy, PartialEq)]
enum Rows {
    Plain,
    Interlaced,
}

/// A PNG put together by hand, with noise for pixels.
struct Maker {
    size: Size,
    color: ColorType,
    depth: BitDepth,
    rows: Rows,
    /// Chunks between the header and the picture, and behind the picture.
    before: Vec<(&'static [u8; 4], Vec<u8>)>,
    after: Vec<(&'static [u8; 4], Vec<u8>)>,
    /// Bytes in each `IDAT`.
    piece: usize,
}

impl Maker {
    fn new(width: u32, height: u32, color: ColorType, depth: BitDepth) -> Self {
        let mut before = Vec::new();
        if color == ColorType::Indexed {
            before.push((
                b"PLTE",
                (0..=255).flat_map(|i: u8| [i, i.wrapping_mul(7), 255 - i]).take(3 << depth as u8).collect(),
            ));
        }
        let size = Size::new(width, height);
        Self { size, color, depth, rows: Rows::Plain, before, after: Vec::new(), piece: 400 }
    }

    fn make(&self) -> Vec<u8> {
        let mut header = [self.size.width.to_be_bytes(), self.size.height.to_be_bytes()].concat();
        header.extend([self.depth as u8, self.color as u8, 0, 0, u8::from(self.rows == Rows::Interlaced)]);
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut bytes, b"IHDR", &header);
        self.before.iter().for_each(|(name, data)| chunk(&mut bytes, name, data));
        let data = zlib(&self.raster());
        data.chunks(self.piece).for_each(|piece| chunk(&mut bytes, b"IDAT", piece));
        self.after.iter().for_each(|(name, data)| chunk(&mut bytes, name, data));
        chunk(&mut bytes, b"IEND", &[]);
        bytes
    }

    /// Rows with their filter byte. What a sample is depends on its place alone, so both kinds of rows hold one picture.
    fn raster(&self) -> Vec<u8> {
        const PASSES: [[u32; 4]; 7] =
            [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
        let passes: &[[u32; 4]] = if self.rows == Rows::Plain { &[[0, 0, 1, 1]] } else { &PASSES };
        let mut raster = Vec::new();
        for [left, top, across, down] in passes {
            for y in (*top..self.size.height).step_by(*down as usize) {
                let mut bits = BitRow::default();
                for x in (*left..self.size.width).step_by(*across as usize) {
                    for channel in 0..self.color.samples() as u32 {
                        bits.push(noise(x, y, channel), self.depth as u32);
                    }
                }
                if bits.count > 0 {
                    raster.push(0);
                    raster.extend(bits.bytes);
                }
            }
        }
        raster
    }
}

#[derive(Default)]
struct BitRow {
    bytes: Vec<u8>,
    count: u32,
}

impl BitRow {
    fn push(&mut self, value: u32, depth: u32) {
        for bit in (0..depth).rev() {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) << (7 - self.count % 8)) as u8;
            self.count += 1;
        }
    }
}

fn noise(x: u32, y: u32, channel: u32) -> u32 {
    let mixed = (x * 73 + y * 7919 + channel * 104_729).wrapping_mul(2_654_435_761);
    mixed >> 13
}

fn chunk(bytes: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    bytes.extend((data.len() as u32).to_be_bytes());
    let start = bytes.len();
    bytes.extend(name);
    bytes.extend(data);
    // Annex D.
    let mut crc = u32::MAX;
    for byte in &bytes[start..] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    bytes.extend((!crc).to_be_bytes());
}

/// A zlib stream of stored blocks.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(1000).count();
    for (i, block) in data.chunks(1000).enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(i + 1 == blocks));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    stream.extend(((b << 16) | a).to_be_bytes());
    stream
}

fn decode_bytes(bytes: &[u8], factor: Factors) -> Decoded {
    let header = read_header(&mut { bytes }).unwrap();
    decode(&mut { bytes }, &header, factor).unwrap()
}

fn assert_same(grid: &WorkingGrid, wanted: &WorkingGrid, what: &str) {
    assert_eq!(grid.model, wanted.model, "{what}");
    for (plane, wanted) in grid.planes.iter().zip(&wanted.planes) {
        assert_eq!(plane.plane.size, wanted.plane.size);
        for (got, wanted) in plane.plane.samples.iter().zip(&wanted.plane.samples) {
            assert!((got - wanted).abs() < 2e-3, "{what}: {got} {wanted}");
        }
    }
}

#[test]
fn every_kind_of_pixel_comes_out_as_image_decodes_it() {
    for (color, depths) in KINDS {
        for depth in depths {
            for rows in [Rows::Plain, Rows::Interlaced] {
                for transparency in [None, Some([0, 0, 0, 1, 0, 2].repeat(2)[..2 * color.samples()].to_vec())] {
                    let mut maker = Maker::new(37, 21, color, *depth);
                    maker.rows = rows;
                    let has_alpha = matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba);
                    if let Some(data) = transparency.filter(|_| !has_alpha) {
                        maker.before.push((b"tRNS", data));
                    }
                    let bytes = maker.make();
                    for factor in [1, 3, 8] {
                        let factor = Factors::square(factor);
                        let decoded = decode_bytes(&bytes, factor);
                        let header = raster::read_header(&bytes, Format::Png).unwrap();
                        let wanted = raster::decode(&bytes, &header, factor).unwrap();
                        assert_eq!(decoded.damage, None);
                        assert_same(&decoded.grid, &wanted.grid, &format!("{color:?} {depth:?} by {factor:?}"));
                    }
                }
            }
        }
    }
}

#[test]
fn a_file_cut_off_anywhere_gives_the_rows_there_are_or_an_error() {
    for rows in [Rows::Plain, Rows::Interlaced] {
        let mut maker = Maker::new(20, 30, ColorType::Rgb, BitDepth::Eight);
        maker.rows = rows;
        let bytes = maker.make();
        let whole = decode_bytes(&bytes, ONE);
        let mut damaged = 0;
        for end in (8..bytes.len() - 12).step_by(7) {
            let cut = &bytes[..end];
            let Ok(header) = read_header(&mut { cut }) else { continue };
            let Ok(decoded) = decode(&mut { cut }, &header, ONE) else { continue };
            assert!(decoded.damage.is_some(), "cut at {end}");
            assert_eq!(decoded.grid.planes[0].plane.samples[0], whole.grid.planes[0].plane.samples[0]);
            damaged += 1;
        }
        assert!(damaged > 200, "{damaged}");
    }
}

#[test]
fn rows_before_a_wrong_checksum_are_kept() {
    let mut bytes = Maker::new(20, 30, ColorType::Grayscale, BitDepth::Eight).make();
    let whole = decode_bytes(&bytes, ONE);
    // The last byte of the first IDAT's checksum: 400 bytes hold 18 rows of 21.
    let second = bytes.windows(4).enumerate().filter(|(_, name)| name == b"IDAT").nth(1).unwrap().0;
    bytes[second - 5] ^= 1;
    let decoded = decode_bytes(&bytes, ONE);
    let detail = decoded.damage.unwrap().detail;
    assert!(detail.contains("after 18 rows"), "{detail}");
    let [got, wanted] = [&decoded.grid, &whole.grid].map(|grid| &grid.planes[0].plane.samples);
    assert_eq!(got[..360], wanted[..360]);
    assert!(got[360..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn rows_before_broken_data_are_kept() {
    let mut bytes = Maker::new(20, 300, ColorType::Grayscale, BitDepth::Eight).make();
    let whole = decode_bytes(&bytes, ONE);
    // The fourth block's kind becomes one that deflate does not have; it lies behind 3000 bytes, which are 142 rows.
    let block = bytes.windows(5).enumerate().filter(|(_, head)| head == b"\0\xe8\x03\x17\xfc").nth(3).unwrap().0;
    bytes[block] = 6;
    let decoded = decode_bytes(&bytes, ONE);
    let detail = decoded.damage.unwrap().detail;
    let rows: usize = detail.split(' ').rev().nth(1).unwrap().parse().unwrap();
    // The search for the place goes in steps of 128 bytes.
    assert!((134..=142).contains(&rows), "{detail}");
    let [got, wanted] = [&decoded.grid, &whole.grid].map(|grid| &grid.planes[0].plane.samples);
    assert_eq!(got[..20 * rows], wanted[..20 * rows]);
    assert!(got[20 * rows..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn orientation_is_found_before_and_behind_the_picture() {
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    let plain = Maker::new(3, 2, ColorType::Grayscale, BitDepth::Eight);
    assert_eq!(read_header(&mut plain.make().as_slice()).unwrap().orientation, Orientation::Upright);
    let mut early = Maker::new(3, 2, ColorType::Grayscale, BitDepth::Eight);
    early.before.push((b"eXIf", exif.clone()));
    let mut late = Maker::new(3, 2, ColorType::Grayscale, BitDepth::Eight);
    late.after.push((b"eXIf", exif));
    for bytes in [early.make(), late.make()] {
        assert_eq!(read_header(&mut bytes.as_slice()).unwrap().orientation, Orientation::NeedsClockwise);
    }
}

#[test]
fn of_several_statements_of_colour_the_first_in_the_order_of_the_specification_counts() {
    let scaled = |parts: &[u32]| parts.iter().flat_map(|part| part.to_be_bytes()).collect::<Vec<u8>>();
    let chrm = scaled(&[31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000]);
    let statements: [(&[u8; 4], Vec<u8>); 5] = [
        (b"cHRM", chrm),
        (b"gAMA", scaled(&[100_000])),
        (b"sRGB", vec![0]),
        (b"iCCP", [b"name\0\0".to_vec(), zlib(b"a profile")].concat()),
        (b"cICP", vec![12, 13, 0, 1]),
    ];
    let profile_of = |statements: &[(&'static [u8; 4], Vec<u8>)]| {
        let mut maker = Maker::new(3, 2, ColorType::Rgb, BitDepth::Eight);
        maker.before.extend_from_slice(statements);
        decode_bytes(&maker.make(), ONE).profile
    };
    let wide = Some([[0.3127, 0.329], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]]);
    assert_eq!(profile_of(&[]), Profile::Srgb);
    assert_eq!(profile_of(&statements[..2]), Profile::Gamma { exponent: 1.0, chromaticities: wide });
    assert_eq!(profile_of(&statements[..3]), Profile::Srgb);
    assert_eq!(profile_of(&statements[..4]), Profile::Icc(b"a profile".to_vec()));
    let peak = Peak::default();
    assert_eq!(profile_of(&statements), Profile::Cicp { primaries: 12, transfer: 13, peak });
    let light = [(b"cICP", vec![9, 16, 0, 1]), (b"cLLI", scaled(&[6_500_000, 0]))];
    let peak = Peak { of_content: Some(650.0), of_display: None };
    assert_eq!(profile_of(&light), Profile::Cicp { primaries: 9, transfer: 16, peak });
    assert_eq!(profile_of(&[(b"gAMA", scaled(&[45_455]))]), Profile::Srgb, "sRGB's own gamma");
}

#[test]
fn a_saturated_colour_of_a_bright_screen_stays_what_it_is() {
    use super::super::super::{Scratch, make};
    use crate::options::{Options, Target};
    let options = Options { target: Target::Always(Format::Png), ..Options::default() };
    let cases: [([u8; 3], [bool; 3]); 4] = [
        ([255, 0, 0], [true, false, false]),
        ([180, 0, 0], [true, false, false]),
        ([0, 0, 220], [false, false, true]),
        ([200, 200, 0], [true, true, false]),
    ];
    for (color, bright) in cases {
        for peak in [None, Some(40_000_000_u32), Some(1)] {
            let light = peak.map(|peak| (b"cLLI", [peak.to_be_bytes(), [0; 4]].concat()));
            let mut maker = Maker::new(8, 8, ColorType::Indexed, BitDepth::Eight);
            maker.before =
                [vec![(b"cICP", vec![9, 16, 0, 1])], light.into_iter().collect(), vec![(b"PLTE", color.repeat(256))]]
                    .concat();
            let made = make(&maker.make(), Format::Png, &options, &mut Scratch::default()).unwrap();
            let pixel = image::load_from_memory(&made.thumbnails[0].bytes).unwrap().into_rgb8()[(4, 4)];
            let is_kept =
                pixel.0.iter().zip(bright).all(|(got, bright)| if bright { *got >= 140 } else { *got <= 100 });
            assert!(is_kept, "{color:?}: {pixel:?}");
        }
    }
}
