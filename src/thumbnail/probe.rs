//! Bytes → [`Header`]: all that geometry is decided from, before a pixel is decoded. Formats are told by content, never
//! by name.

use image::ImageFormat;

use super::decode::{self, Look};
use super::markup;
use super::renderer::Renderer;
use crate::container::Input;
use crate::error::{Cause, Failure, Step};
use crate::geometry::{Orientation, Size};
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
        _ if is_jxl(head) => Some(Format::Jxl),
        _ if head.get(4..8) == Some(b"ftyp") => tell_heif(head),
        Ok(_) => None,
        Err(_) if is_cursor(head) => Some(Format::Ico),
        Err(_) if markup::tell(head) == markup::Start::Svg => Some(Format::Svg),
        // Its pixels may look like the start of a JPEG; what stands in front of a JPEG hardly looks like its header.
        Err(_) if is_tga(head, len) => Some(Format::Tga),
        Err(_) => is_late_jpeg(head).then_some(Format::Jpeg),
    }
}

/// A cursor: an icon with hot spots. The first entry has a byte that is 0 and lies behind the directory.
fn is_cursor(head: &[u8]) -> bool {
    let Some([0, 0, 2, 0, count, high, _, _, _, 0]) = head.first_chunk::<10>() else { return false };
    let count = usize::from(u16::from_le_bytes([*count, *high]));
    let offset = head.get(18..22).and_then(|four| four.first_chunk::<4>()).map(|four| u32::from_le_bytes(*four));
    count > 0 && offset.is_some_and(|offset| offset as usize >= 6 + 16 * count)
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

/// Bytes that may stand in front of a JPEG: a MacBinary header is 128 of them, a mail gateway's lines are fewer.
const BEFORE_JPEG: usize = 256;

/// How files begin that may hold a JPEG and are none: music with a cover, documents, layered pictures, films.
const HOLDERS: [&[u8]; 6] = [b"ID3", b"%PDF", b"PK", b"8BPS", b"RIFF", b"{\\rtf"];

/// Whether a JPEG starts a little late: start of image, then a segment that a picture begins with (T.81 B.2.1).
fn is_late_jpeg(head: &[u8]) -> bool {
    let holds = HOLDERS.iter().any(|magic| head.starts_with(magic)) || head.get(4..8) == Some(b"ftyp");
    let front = &head[..head.len().min(BEFORE_JPEG)];
    !holds && front.windows(4).any(|four| matches!(four, [0xff, 0xd8, 0xff, 0xe0 | 0xe1 | 0xdb | 0xee]))
}

/// Whether the 18 bytes of a TGA header (Truevision TGA 2.0, C.2) hang together: TGA is the one format without a magic
/// number, so every field that has only a few legal values must have one of them.
fn is_tga(head: &[u8], len: u64) -> bool {
    let Some(&[id_len, map_kind, kind, m0, m1, m2, m3, map_bits, _, _, _, _, w0, w1, h0, h1, bits, descriptor]) =
        head.first_chunk::<18>()
    else {
        return false;
    };
    let map_len = u64::from(u16::from_le_bytes([m2, m3]));
    let pixels = u64::from(u16::from_le_bytes([w0, w1])) * u64::from(u16::from_le_bytes([h0, h1]));
    let map_fits = match (map_kind, kind) {
        (0, 2 | 3 | 10 | 11) => [m0, m1, m2, m3, map_bits] == [0; 5],
        (1, 1 | 9) => map_len > 0 && matches!(map_bits, 15 | 16 | 24 | 32),
        _ => false,
    };
    let depth_fits = match kind {
        1 | 3 | 9 | 11 => matches!(bits, 8 | 16),
        _ => matches!(bits, 15 | 16 | 24 | 32),
    };
    let alpha_fits = matches!((bits, descriptor & 0x0f), (_, 0) | (16, 1 | 8) | (32, 8));
    let before_pixels = 18 + u64::from(id_len) + map_len * u64::from(map_bits.div_ceil(8));
    let shortest = match kind {
        1..=3 => pixels * u64::from(bits.div_ceil(8)),
        // A run-length packet covers 128 pixels at the most.
        _ => pixels.div_ceil(128) * u64::from(1 + bits.div_ceil(8)),
    };
    map_fits && depth_fits && alpha_fits && descriptor & 0xc0 == 0 && pixels > 0 && before_pixels + shortest <= len
}

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
