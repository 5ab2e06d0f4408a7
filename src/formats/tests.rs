use super::codec::Plan;
use super::decoded::Decoded;
use super::header::Header;
use super::svg::renderer::Renderer;
use super::*;
use crate::geometry::Size;
use crate::jpeg::Workspace;
use crate::options::Exactness;

/// Opens bytes with tools of their own.
pub(crate) fn open_as(codec: &dyn Codec, mut bytes: &[u8]) -> Result<Box<dyn OpenedImage>, Cause> {
    codec.open(&mut bytes, &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() })
}

pub(crate) fn header_of(codec: &dyn Codec, bytes: &[u8]) -> Result<Header, Cause> {
    open_as(codec, bytes).map(|opened| opened.header().clone())
}

/// Decodes for some targets, or in full without any.
pub(crate) fn decode_as(codec: &dyn Codec, mut bytes: &[u8], targets: &[Size]) -> Result<Decoded, Cause> {
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
    assert_eq!(sniff(&file(b"isom\0\0\0\0mp41"), 99), None, "a film");
    assert_eq!(sniff(&file(b"isomheic"), 99), None, "a version is no brand");
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
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples").join(format.name());
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let (structure, again) = count_reads(format, &std::fs::read(&path).unwrap());
            assert!(structure > 10, "{}: {structure}", path.display());
            let most = match allowed {
                Again::Nothing => 0,
                Again::Pixels => structure - 8,
                Again::Configuration => structure / 2,
            };
            assert!(again <= most, "{}: {again} of {structure} bytes", path.display());
            opened += 1;
        }
    }
    assert!(opened > 20, "{opened}");
}
