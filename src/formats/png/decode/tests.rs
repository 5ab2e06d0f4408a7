use super::*;
use crate::formats::raster;
use crate::geometry::Orientation;
use crate::pixels::WorkingGrid;
use crate::pixels::profile::{Peak, Profile};

mod damage;

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

/// A hand-made PNG with noise for pixels.
struct Maker {
    size: Size,
    color: ColorType,
    depth: BitDepth,
    rows: Rows,
    /// Chunks between the header and the image data, and after them.
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
        self.make_of(&zlib(&self.raster()))
    }

    /// Returns a file with this compressed image data.
    fn make_of(&self, data: &[u8]) -> Vec<u8> {
        let mut header = [self.size.width.to_be_bytes(), self.size.height.to_be_bytes()].concat();
        header.extend([self.depth as u8, self.color as u8, 0, 0, u8::from(self.rows == Rows::Interlaced)]);
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut bytes, b"IHDR", &header);
        self.before.iter().for_each(|(name, data)| chunk(&mut bytes, name, data));
        data.chunks(self.piece).for_each(|piece| chunk(&mut bytes, b"IDAT", piece));
        self.after.iter().for_each(|(name, data)| chunk(&mut bytes, name, data));
        chunk(&mut bytes, b"IEND", &[]);
        bytes
    }

    /// Returns rows with their filter byte. A sample depends on its position alone, so both kinds of rows hold one
    /// image.
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

/// Returns a zlib stream of stored blocks.
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
    decode(&mut { bytes }, header.size, factor).unwrap()
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

const TURNED: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x09\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
const MIRRORED_AS_XMP: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description tiff:Orientation='2'/></x:xmpmeta>";

fn scaled(parts: &[u32]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.to_be_bytes()).collect()
}

/// Encodes bytes as ImageMagick writes them into a text chunk.
fn raw_profile(name: &str, bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<String> = digits.chunks(36).map(<[String]>::concat).collect();
    format!("\n{name}\n{:8}\n{}\n", bytes.len(), lines.join("\n")).into_bytes()
}

fn orientation_with(before: &[(&'static [u8; 4], Vec<u8>)], after: &[(&'static [u8; 4], Vec<u8>)]) -> Orientation {
    let mut maker = Maker::new(3, 2, ColorType::Grayscale, BitDepth::Eight);
    maker.before.extend_from_slice(before);
    maker.after.extend_from_slice(after);
    read_header(&mut maker.make().as_slice()).unwrap().orientation
}

#[test]
fn orientation_is_found_in_the_text_chunks_of_imagemagick_and_in_xmp() {
    let app1 = [b"Exif\0\0", TURNED].concat();
    let app1_of_xmp = [b"http://ns.adobe.com/xap/1.0/\0", MIRRORED_AS_XMP.as_bytes()].concat();
    let text = |keyword: &str, middle: &[u8], text: &[u8]| [keyword.as_bytes(), b"\0", middle, text].concat();
    let turned = Orientation::NeedsClockwise;
    let mirrored = Orientation::MirroredHorizontally;
    let cases: [(&'static [u8; 4], Vec<u8>, Orientation); 8] = [
        (b"tEXt", text("Raw profile type exif", b"", &raw_profile("exif", &app1)), turned),
        (b"tEXt", text("Raw profile type exif", b"", &raw_profile("exif", TURNED)), turned),
        (b"zTXt", text("Raw profile type APP1", b"\0", &zlib(&raw_profile("generic profile", &app1))), turned),
        (b"iTXt", text("Raw profile type exif", b"\x01\0\0\0", &zlib(&raw_profile("exif", &app1))), turned),
        (b"zTXt", text("Raw profile type APP1", b"\0", &zlib(&raw_profile("app1", &app1_of_xmp))), mirrored),
        (b"iTXt", text("XML:com.adobe.xmp", b"\0\0en\0\0", MIRRORED_AS_XMP.as_bytes()), mirrored),
        (b"iTXt", text("XML:com.adobe.xmp", b"\x01\0\0\0", &zlib(MIRRORED_AS_XMP.as_bytes())), mirrored),
        (b"tEXt", text("Comment", b"", &raw_profile("exif", &app1)), Orientation::Upright),
    ];
    for (name, data, wanted) in cases {
        let what = String::from_utf8_lossy(&data).into_owned();
        let chunk = [(name, data)];
        assert_eq!([orientation_with(&chunk, &[]), orientation_with(&[], &chunk)], [wanted; 2], "{what}");
    }
}

#[test]
fn of_several_statements_of_orientation_exif_counts_first_and_xmp_last() {
    let xmp = [b"XML:com.adobe.xmp\0\0\0\0\0", MIRRORED_AS_XMP.as_bytes()].concat();
    let as_text = [b"Raw profile type exif\0".as_slice(), &raw_profile("exif", TURNED)].concat();
    let mut upside_down = TURNED.to_vec();
    upside_down[18] = 3;
    assert_eq!(orientation_with(&[(b"iTXt", xmp.clone())], &[(b"tEXt", as_text.clone())]), Orientation::NeedsClockwise);
    let all = [(b"iTXt", xmp.clone()), (b"tEXt", as_text)];
    assert_eq!(orientation_with(&all, &[(b"eXIf", upside_down)]), Orientation::UpsideDown);
    let silent = (b"eXIf", b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec());
    assert_eq!(orientation_with(&[(b"iTXt", xmp)], &[silent]), Orientation::MirroredHorizontally);
}

#[test]
fn of_several_statements_of_colour_the_first_in_the_order_of_the_specification_counts() {
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
    use crate::options::{Options, Target};
    use crate::thumbnail::{Workbench, make};
    let options = Options { targets: Target::Always(Format::Png).into(), ..Options::default() };
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
            let made = make(&maker.make(), Format::Png, &options, &mut Workbench::default()).unwrap();
            let pixel = image::load_from_memory(&made.thumbnails[0].bytes).unwrap().into_rgb8()[(4, 4)];
            let is_kept =
                pixel.0.iter().zip(bright).all(|(got, bright)| if bright { *got >= 140 } else { *got <= 100 });
            assert!(is_kept, "{color:?}: {pixel:?}");
        }
    }
}
