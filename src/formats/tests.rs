use super::codec::Plan;
use super::decoded::Decoded;
use super::error::DecodeError;
use super::header::Header;
use super::svg::renderer::Renderer;
use super::*;
use crate::geometry::Size;
use crate::jpeg::Workspace;
use crate::options::Exactness;

/// Opens bytes with tools of their own.
pub(crate) fn open_as(codec: &dyn Codec, mut bytes: &[u8]) -> Result<Box<dyn OpenedImage>, DecodeError> {
    codec.open(&mut bytes, &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() })
}

pub(crate) fn header_of(codec: &dyn Codec, bytes: &[u8]) -> Result<Header, DecodeError> {
    open_as(codec, bytes).map(|opened| opened.header().clone())
}

/// Decodes for some targets, or in full without any.
pub(crate) fn decode_as(codec: &dyn Codec, mut bytes: &[u8], targets: &[Size]) -> Result<Decoded, DecodeError> {
    let exactness = if targets.is_empty() { Exactness::Exact } else { Exactness::Fast };
    let tools = &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() };
    open_as(codec, bytes)?.decode(&mut bytes, &Plan::new(targets, exactness), tools)
}

fn tga(kind: u8, bits: u8, width: u8, height: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, width, 0, height, 0, bits, 0x20];
    bytes.resize(18 + usize::from(width) * usize::from(height) * usize::from(bits / 8), 7);
    bytes
}

#[test]
fn a_tga_is_told_by_its_header_alone() {
    let picture = tga(2, 24, 3, 2);
    assert_eq!(sniff(&picture, picture.len() as u64), Some(Format::Tga));
    assert_eq!(sniff(&picture, 20), None, "too short for its pixels");
    for (kind, bits) in [(0, 24), (4, 24), (2, 7), (3, 24)] {
        let wrong = tga(kind, bits, 3, 2);
        assert_eq!(sniff(&wrong, 1000), None, "kind {kind}, {bits} bits");
    }
}

#[test]
fn a_tga_may_hold_pixels_that_look_like_a_jpeg() {
    let mut picture = tga(2, 32, 3, 2);
    picture[18..22].copy_from_slice(b"\xff\xd8\xff\xe0");
    assert_eq!(sniff(&picture, picture.len() as u64), Some(Format::Tga));
}

#[test]
fn a_jpeg_may_start_late_but_not_inside_another_file() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    assert_eq!(sniff(&[&[0; 128], jpeg.as_slice()].concat(), 200), Some(Format::Jpeg));
    assert_eq!(sniff(&[b"ID3\x03 a song", jpeg.as_slice()].concat(), 200), None);
    assert_eq!(sniff(&[&[b' '; 300], jpeg.as_slice()].concat(), 400), None);
}

#[test]
fn a_jpeg_may_have_rubbish_between_its_first_markers() {
    for rubbish in [&b"\0"[..], &[7; 1000], b"\xff\0\xff\x33\0\0 and so on"] {
        let file = [b"\xff\xd8", rubbish, b"\xff\xe0\0\x10JFIF\0"].concat();
        assert_eq!(sniff(&file, 2000), Some(Format::Jpeg), "{rubbish:x?}");
    }
    assert_eq!(sniff(b"\xff\xd8 and nothing that a picture begins with", 99), None);
}

#[test]
fn what_lies_in_a_heif_is_told_by_its_brands() {
    let file = |brands: &[u8]| [&[0, 0, 0, 8 + brands.len() as u8], b"ftyp".as_slice(), brands, b"more"].concat();
    assert_eq!(sniff(&file(b"heic\0\0\0\0mif1heic"), 99), Some(Format::Heic));
    assert_eq!(sniff(&file(b"mif1\0\0\0\0mif1avif"), 99), Some(Format::Avif));
    assert_eq!(sniff(&file(b"isom\0\0\0\0mp41"), 99), Some(Format::Video));
    assert_eq!(sniff(&file(b"M4A \0\0\0\0M4A mp42"), 99), None, "a song");
    assert_eq!(sniff(&file(b"isomheic"), 99), Some(Format::Video), "a version is no brand");
    assert_eq!(sniff(&file(b"mif3avif"), 99), Some(Format::Avif), "the minimised form");
    assert_eq!(sniff(&file(b"mif3heic"), 99), Some(Format::Heic));
    assert_eq!(sniff(b"\xff\x0a\x7f", 99), Some(Format::Jxl));
}

#[test]
fn text_and_nothing_are_no_pictures() {
    assert_eq!(sniff(b"", 0), None);
    assert_eq!(sniff(b"Dear diary, today I took no pictures at all", 43), None);
    assert_eq!(sniff(&[0; 64], 64), None);
}

#[test]
fn magic_numbers_are_told_whatever_the_name() {
    assert_eq!(sniff(b"\xff\xd8\xff\xe0rest", 8), Some(Format::Jpeg));
    assert_eq!(sniff(b"\x89PNG\r\n\x1a\n", 8), Some(Format::Png));
    assert_eq!(sniff(b"qoif\0\0\0\x01\0\0\0\x01\x03\0", 14), Some(Format::Qoi));
}

/// An input that counts how often each of its bytes is read.
struct Counting<'a> {
    bytes: &'a [u8],
    reads: Vec<u32>,
}

impl Input for Counting<'_> {
    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read_at(offset, buffer)?;
        let start = (offset as usize).min(self.bytes.len());
        self.reads[start..start + count].iter_mut().for_each(|reads| *reads += 1);
        Ok(count)
    }

    fn whole(&mut self) -> std::io::Result<&[u8]> {
        Ok(self.bytes)
    }
}

/// Counts the bytes of a sample that are read to open it, and those of them that are read once more to estimate and to decode.
fn count_reads(format: Format, file: &[u8]) -> (usize, usize) {
    let mut input = Counting { bytes: file, reads: vec![0; file.len()] };
    let tools = &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() };
    let opened = open(&mut input, format, tools).unwrap();
    let structure = std::mem::replace(&mut input.reads, vec![0; file.len()]);
    let targets = [Size::new(9, 6)];
    let plan = Plan::new(&targets, Exactness::Fast);
    let _ = opened.memory(&mut input, plan.factors(opened.header().size));
    let _ = (opened.is_light(), opened.embedded());
    opened.decode(&mut input, &plan, tools).unwrap();
    let again = structure.iter().zip(&input.reads).filter(|(first, later)| **first > 0 && **later > 0);
    (structure.iter().filter(|reads| **reads > 0).count(), again.count())
}

/// Returns the samples of a format.
#[cfg(feature = "formats")]
fn samples_of(format: Format) -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples").join(format.name());
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_name().unwrap().display().to_string(), std::fs::read(&path).unwrap())).collect()
}

/// Returns the samples of the grid, or `None` if the file is not decoded.
#[cfg(feature = "formats")]
fn decoded_samples(opened: &dyn OpenedImage, mut bytes: &[u8]) -> Option<Vec<Vec<f32>>> {
    let tools = &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() };
    let targets = [Size::new(2, 2)];
    let decoded = opened.decode(&mut bytes, &Plan::new(&targets, Exactness::Fast), tools).ok()?;
    Some(decoded.grid.planes.into_iter().map(|plane| plane.plane.samples).collect())
}

/// Counts how often the first `header` bytes of a file are read: while it is opened, and once more if they count for
/// decoding, which is seen by inverting them. A file that is held whole is opened in one go.
#[cfg(feature = "formats")]
fn reads_of_header(format: Format, file: &[u8], header: usize) -> u32 {
    let mut input = Counting { bytes: file, reads: vec![0; file.len()] };
    let tools = &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() };
    let opened = open(&mut input, format, tools).unwrap();
    let opening = input.reads[..header].iter().copied().max().unwrap_or(0).max(1);
    let mut inverted = file.to_vec();
    inverted[..header].iter_mut().for_each(|byte| *byte = !*byte);
    let wanted = decoded_samples(opened.as_ref(), file);
    assert!(wanted.is_some() || format == Format::Raw, "its previews are files of their own");
    opening + u32::from(decoded_samples(opened.as_ref(), &inverted) != wanted)
}

/// Each format with the bytes of its header in every sample, and the number of times that they are read.
#[cfg(feature = "formats")]
const READS: [(Format, usize, u32); Format::ALL.len()] = [
    // The decoder reads the tables where its scans need them.
    (Format::Jpeg, 20, 2),
    (Format::Png, 33, 1),
    (Format::WebP, 20, 1),
    (Format::Gif, 13, 1),
    (Format::Tiff, 8, 1),
    (Format::Bmp, 54, 1),
    (Format::Pnm, 7, 1),
    (Format::Qoi, 14, 1),
    (Format::Tga, 18, 1),
    (Format::Ico, 22, 1),
    (Format::Raw, 8, 1),
    (Format::Heic, 16, 1),
    (Format::Avif, 16, 1),
    // The crate takes the limit on samples, which depends on the header, before it reads the header.
    (Format::Jxl, 2, 2),
    // A drawing is text, which is parsed for its size and again, perhaps by another process, to be rendered.
    (Format::Svg, 5, 2),
    (Format::Hdr, 10, 1),
    // The crate reads blocks only from a file's first byte on.
    (Format::Exr, 8, 2),
    (Format::Dds, 128, 1),
    (Format::Sgi, 104, 1),
    (Format::Psd, 26, 1),
    (Format::Video, 16, 1),
    (Format::Pdf, 5, 1),
    // The crate takes the wanted size, which depends on the header, before it reads the header.
    (Format::Jp2, 4, 2),
    (Format::Icns, 16, 1),
    (Format::Pcx, 12, 1),
    // A text has no header apart from its strings, which are found again.
    (Format::Xpm, 9, 1),
    (Format::Pfm, 2, 1),
    (Format::Fits, 80, 1),
];

#[cfg(feature = "formats")]
#[test]
fn the_header_of_every_format_is_read_as_often_as_the_table_says() {
    let listed: Vec<Format> = READS.iter().map(|(format, ..)| *format).collect();
    assert_eq!(listed, Format::ALL);
    let mut wrong = Vec::new();
    for (format, header, wanted) in READS.into_iter().filter(|(format, ..)| format.is_built_in()) {
        let samples = samples_of(format);
        assert!(!samples.is_empty(), "{}", format.label());
        for (name, file) in samples {
            let reads = reads_of_header(format, &file, header);
            wrong.extend((reads != wanted).then(|| format!("{name}: {reads}, not {wanted}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The bytes that may be read again after a file was opened.
#[cfg(feature = "formats")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Nothing,
    /// The first pixels, which are read along with the header.
    Pixels,
    /// The codec's configuration, which lies among the boxes.
    Configuration,
}

#[cfg(feature = "formats")]
#[test]
fn the_structure_of_a_file_is_read_once() {
    let mut opened = 0;
    for (format, allowed) in [
        (Format::Tiff, Again::Nothing),
        (Format::Bmp, Again::Pixels),
        (Format::Pnm, Again::Pixels),
        (Format::Qoi, Again::Pixels),
        (Format::Heic, Again::Configuration),
        (Format::Avif, Again::Configuration),
    ] {
        for (name, file) in samples_of(format) {
            let (structure, again) = count_reads(format, &file);
            assert!(structure > 10, "{name}: {structure}");
            let most = match allowed {
                Again::Nothing => 0,
                Again::Pixels => structure - 8,
                Again::Configuration => structure / 2,
            };
            assert!(again <= most, "{name}: {again} of {structure} bytes");
            opened += 1;
        }
    }
    assert!(opened > 20, "{opened}");
}
