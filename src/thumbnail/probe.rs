//! Bytes → [`Header`]: all that geometry is decided from, before a pixel is decoded. Formats are told by content, never
//! by name.

use image::ImageFormat;

use super::decode::{self, Look};
use super::foreign::name_foreign;
use super::markup;
use super::renderer::Renderer;
use crate::container::Input;
use crate::error::{Cause, Failure, Step};
use crate::geometry::{Orientation, Size};
use crate::jpeg;
use crate::options::Format;

/// What a picture's header says.
#[derive(Debug, Clone)]
pub struct Header {
    /// Format, told by content.
    pub format: Format,
    /// Size as stored, before turning, at least 1x1.
    pub size: Size,
    /// How the stored rows lie in the upright picture.
    pub orientation: Orientation,
    /// Whether it has a channel of transparency.
    pub has_alpha: bool,
}

/// The format that the first bytes of a file of `len` bytes tell.
pub(super) fn tell_format(head: &[u8], len: u64) -> Option<Format> {
    match image::guess_format(head) {
        Ok(ImageFormat::Jpeg) => Some(Format::Jpeg),
        Ok(ImageFormat::Png) => Some(Format::Png),
        Ok(ImageFormat::WebP) => Some(Format::WebP),
        Ok(ImageFormat::Gif) => Some(Format::Gif),
        Ok(ImageFormat::Tiff) => Some(Format::Tiff),
        Ok(ImageFormat::Bmp) => Some(Format::Bmp),
        Ok(ImageFormat::Pnm) => Some(Format::Pnm),
        Ok(ImageFormat::Qoi) => Some(Format::Qoi),
        Ok(ImageFormat::Ico) => Some(Format::Ico),
        Ok(ImageFormat::Hdr) => Some(Format::Hdr),
        Ok(ImageFormat::OpenExr) => Some(Format::Exr),
        Ok(ImageFormat::Dds) => Some(Format::Dds),
        _ if is_big_tiff(head) => Some(Format::Tiff),
        _ if is_radiance(head) => Some(Format::Hdr),
        _ if is_jxl(head) => Some(Format::Jxl),
        _ if head.get(4..8) == Some(b"ftyp") => tell_heif(head),
        Ok(_) => None,
        Err(_) if is_cursor(head) => Some(Format::Ico),
        Err(_) if markup::tell(head) == markup::Start::Svg => Some(Format::Svg),
        // Its pixels may look like the start of a JPEG; what stands in front of a JPEG hardly looks like its header.
        Err(_) if is_tga(head, len) => Some(Format::Tga),
        Err(_) => (is_jpeg_with_rubbish(head) || is_late_jpeg(head)).then_some(Format::Jpeg),
    }
}

/// A cursor: an icon with hot spots. The first entry has a byte that is 0 and lies behind the directory.
fn is_cursor(head: &[u8]) -> bool {
    let Some([0, 0, 2, 0, count, high, _, _, _, 0]) = head.first_chunk::<10>() else { return false };
    let count = usize::from(u16::from_le_bytes([*count, *high]));
    let offset = head.get(18..22).and_then(|four| four.first_chunk::<4>()).map(|four| u32::from_le_bytes(*four));
    count > 0 && offset.is_some_and(|offset| offset as usize >= 6 + 16 * count)
}

/// A Radiance picture: its first line names the program that began it, which is rarely Radiance itself.
fn is_radiance(head: &[u8]) -> bool {
    const FORMAT: &[u8] = b"\nFORMAT=32-bit_rle_";
    head.starts_with(b"#?RGBE") || head.starts_with(b"#?") && head.windows(FORMAT.len()).any(|window| window == FORMAT)
}

/// TIFF with offsets of 8 bytes: version 43, then their size.
fn is_big_tiff(head: &[u8]) -> bool {
    head.starts_with(b"II\x2b\0\x08\0\0\0") || head.starts_with(b"MM\0\x2b\0\x08\0\0")
}

/// A bare codestream, or its container (ISO/IEC 18181-2, 3.1 and 18181-1, D.1).
fn is_jxl(head: &[u8]) -> bool {
    head.starts_with(b"\xff\x0a") || head.starts_with(b"\0\0\0\x0cJXL \r\n\x87\n")
}

/// Which of the formats inside HEIF the brands of the first box tell (ISO/IEC 23008-12, 10; AV1 in HEIF, 6).
fn tell_heif(head: &[u8]) -> Option<Format> {
    let len = usize::try_from(u32::from_be_bytes(*head.first_chunk::<4>()?)).ok()?;
    let body = &head[8..len.clamp(8, head.len())];
    // The minimised form has no brands beside its own, whose version names the codec (ISO/IEC 23008-12, O.1).
    match body.first_chunk::<8>() {
        Some(b"mif3avif") => return Some(Format::Avif),
        Some([b'm', b'i', b'f', b'3', ..]) => return Some(Format::Heic),
        _ => {}
    }
    // Between the major brand and the compatible ones stands a version, which is no brand.
    let mut brands = body.as_chunks::<4>().0.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    if brands.clone().any(|brand| matches!(brand, b"avif" | b"avis")) {
        return Some(Format::Avif);
    }
    let of_heif = |brand: &[u8; 4]| {
        matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"mif2" | b"mif3" | b"msf1"
        )
    };
    brands.any(of_heif).then_some(Format::Heic)
}

/// Whether there is a start of image, and a segment that an image begins with behind bytes that belong to nothing: readers
/// pass them over, however many they are.
fn is_jpeg_with_rubbish(head: &[u8]) -> bool {
    let first = || jpeg::segments(head).next().is_some_and(|segment| is_first_segment(segment.marker));
    head.starts_with(b"\xff\xd8") && first()
}

/// Whether a marker begins a table, a frame, an application's segment or a comment (T.81 B.2.1).
fn is_first_segment(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf | 0xdb | 0xdd | 0xe0..=0xef | 0xfe)
}

/// Bytes that may stand in front of a JPEG: a MacBinary header is 128 of them, Sony's of a PMP 124, a mail gateway's lines
/// are fewer.
const BEFORE_JPEG: usize = 256;

/// How files begin that may hold a JPEG and are none: music with a cover, documents, layered images, films, archives.
const HOLDERS: [&[u8]; 18] = [
    b"ID3",
    b"fLaC",
    b"OggS",
    b"%PDF",
    b"%!PS",
    b"PK",
    b"8BPS",
    b"8BIM",
    b"RIFF",
    b"RIFX",
    b"{\\rtf",
    b"FLV",
    b"FWS",
    b"\x1a\x45\xdf\xa3",
    b"\xd0\xcf\x11\xe0",
    b"\x30\x26\xb2\x75",
    b"\x8aMNG",
    b"SQLite format 3\0",
];

/// The first boxes of films, and of images that are none of ours.
const FIRST_BOXES: [&[u8; 4]; 7] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// Whether a JPEG starts a little late: start of image, then a segment that a picture begins with (T.81 B.2.1).
fn is_late_jpeg(head: &[u8]) -> bool {
    let is_film = FIRST_BOXES.iter().any(|name| head.get(4..8) == Some(name.as_slice()));
    let is_dicom = head.get(128..132) == Some(b"DICM");
    let holds = HOLDERS.iter().any(|magic| head.starts_with(magic)) || is_film || is_dicom;
    let front = &head[..head.len().min(BEFORE_JPEG)];
    let starts = front.windows(4).any(|four| matches!(four, [0xff, 0xd8, 0xff, 0xe0 | 0xe1 | 0xdb | 0xee]));
    starts && !holds && name_foreign(head).is_none()
}

/// Whether the 18 bytes of a TGA header (Truevision TGA 2.0, C.2) hang together: TGA is the one format without a magic
/// number, so every field that has only a few legal values must have one of them. What a true-colour picture says of a map
/// that it does not have may be anything legal.
fn is_tga(head: &[u8], len: u64) -> bool {
    let Some(&[id_len, map_kind, kind, m0, m1, m2, m3, map_bits, _, _, _, _, w0, w1, h0, h1, bits, descriptor]) =
        head.first_chunk::<18>()
    else {
        return false;
    };
    let map_len = u64::from(map_kind) * u64::from(u16::from_le_bytes([m2, m3]));
    let pixels = u64::from(u16::from_le_bytes([w0, w1])) * u64::from(u16::from_le_bytes([h0, h1]));
    let map_fits = match (map_kind, kind) {
        (0, 2 | 3 | 10 | 11) => [m0, m1, m2, m3] == [0; 4] && matches!(map_bits, 0 | 8 | 15 | 16 | 24 | 32),
        (1, 1..=3 | 9..=11) => map_len > 0 && matches!(map_bits, 15 | 16 | 24 | 32),
        _ => false,
    };
    let depth_fits = match kind {
        1 | 3 | 9 | 11 => matches!(bits, 8 | 16),
        _ => matches!(bits, 15 | 16 | 24 | 32),
    };
    let before_pixels = 18 + u64::from(id_len) + map_len * u64::from(map_bits.div_ceil(8));
    let shortest = match kind {
        // A file may be cut off, but not to less than a thumbnail can be made of.
        1..=3 => (pixels * u64::from(bits.div_ceil(8))).div_ceil(SMALLEST_SHARE),
        // A run-length packet covers 128 pixels at most.
        _ => pixels.div_ceil(128) * u64::from(1 + bits.div_ceil(8)),
    };
    map_fits
        && depth_fits
        && descriptor & 0x0f <= 8
        && descriptor & 0xc0 == 0
        && pixels > 0
        && before_pixels + shortest <= len
}

/// The share of a TGA's pixels that has to be there for it to be taken for one: 1 / 4.
const SMALLEST_SHARE: u64 = 4;

/// Reads the header of a picture, and what else is found on the way.
pub(super) fn look(input: &mut dyn Input, format: Format, renderer: &Renderer) -> Result<Look, Failure> {
    let look = decode::look(input, format, renderer).map_err(|cause| cause.in_step(Step::Probe))?;
    match look.header.size {
        size if size.pixels() == 0 => Err(Cause::Empty(size).in_step(Step::Probe)),
        _ => Ok(look),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tga(kind: u8, bits: u8, width: u8, height: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, width, 0, height, 0, bits, 0x20];
        bytes.resize(18 + usize::from(width) * usize::from(height) * usize::from(bits / 8), 7);
        bytes
    }

    #[test]
    fn a_tga_is_told_by_its_header_alone() {
        let picture = tga(2, 24, 3, 2);
        assert_eq!(tell_format(&picture, picture.len() as u64), Some(Format::Tga));
        assert_eq!(tell_format(&picture, 20), None, "too short for its pixels");
        for (kind, bits) in [(0, 24), (4, 24), (2, 7), (3, 24)] {
            let wrong = tga(kind, bits, 3, 2);
            assert_eq!(tell_format(&wrong, 1000), None, "kind {kind}, {bits} bits");
        }
    }

    #[test]
    fn a_tga_may_hold_pixels_that_look_like_a_jpeg() {
        let mut picture = tga(2, 32, 3, 2);
        picture[18..22].copy_from_slice(b"\xff\xd8\xff\xe0");
        assert_eq!(tell_format(&picture, picture.len() as u64), Some(Format::Tga));
    }

    #[test]
    fn a_jpeg_may_start_late_but_not_inside_another_file() {
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
        assert_eq!(tell_format(&[&[0; 128], jpeg.as_slice()].concat(), 200), Some(Format::Jpeg));
        assert_eq!(tell_format(&[b"ID3\x03 a song", jpeg.as_slice()].concat(), 200), None);
        assert_eq!(tell_format(&[&[b' '; 300], jpeg.as_slice()].concat(), 400), None);
    }

    #[test]
    fn a_jpeg_may_have_rubbish_between_its_first_markers() {
        for rubbish in [&b"\0"[..], &[7; 1000], b"\xff\0\xff\x33\0\0 and so on"] {
            let file = [b"\xff\xd8", rubbish, b"\xff\xe0\0\x10JFIF\0"].concat();
            assert_eq!(tell_format(&file, 2000), Some(Format::Jpeg), "{rubbish:x?}");
        }
        assert_eq!(tell_format(b"\xff\xd8 and nothing that a picture begins with", 99), None);
    }

    #[test]
    fn what_lies_in_a_heif_is_told_by_its_brands() {
        let file = |brands: &[u8]| [&[0, 0, 0, 8 + brands.len() as u8], b"ftyp".as_slice(), brands, b"more"].concat();
        assert_eq!(tell_format(&file(b"heic\0\0\0\0mif1heic"), 99), Some(Format::Heic));
        assert_eq!(tell_format(&file(b"mif1\0\0\0\0mif1avif"), 99), Some(Format::Avif));
        assert_eq!(tell_format(&file(b"isom\0\0\0\0mp41"), 99), None, "a film");
        assert_eq!(tell_format(&file(b"isomheic"), 99), None, "a version is no brand");
        assert_eq!(tell_format(&file(b"mif3avif"), 99), Some(Format::Avif), "the minimised form");
        assert_eq!(tell_format(&file(b"mif3heic"), 99), Some(Format::Heic));
        assert_eq!(tell_format(b"\xff\x0a\x7f", 99), Some(Format::Jxl));
    }

    #[test]
    fn text_and_nothing_are_no_pictures() {
        assert_eq!(tell_format(b"", 0), None);
        assert_eq!(tell_format(b"Dear diary, today I took no pictures at all", 43), None);
        assert_eq!(tell_format(&[0; 64], 64), None);
    }

    #[test]
    fn magic_numbers_are_told_whatever_the_name() {
        assert_eq!(tell_format(b"\xff\xd8\xff\xe0rest", 8), Some(Format::Jpeg));
        assert_eq!(tell_format(b"\x89PNG\r\n\x1a\n", 8), Some(Format::Png));
        assert_eq!(tell_format(b"qoif\0\0\0\x01\0\0\0\x01\x03\0", 14), Some(Format::Qoi));
    }
}
