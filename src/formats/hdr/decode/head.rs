//! Reads the header of a Radiance image ("File Formats" of the Radiance reference). It is a line with the program that began
//! it, lines of information up to an empty one, and a line with the sizes and directions of both axes.
//!
//! An `EXPOSURE` line states a factor already applied to the samples, so it is ignored. ImageMagick 6.9, libvips 8 and
//! imagecodecs ignore it too: tested on the same pixels with and without such lines.

use std::str::SplitAsciiWhitespace;

use crate::geometry::{Orientation, Size};

/// Longest header accepted, in bytes. It holds a line for each program that processed the image.
const MAX_HEADER: usize = 64 << 10;

/// The fields of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Pixels of a scan line, and scan lines.
    pub(super) size: Size,
    pub(super) orientation: Orientation,
    pub(super) primaries: Primaries,
    /// Offset of the scan lines.
    pub(super) end: usize,
}

/// The primaries of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Primaries {
    /// Red, green and blue. No reader corrects their difference from sRGB's.
    Rgb,
    /// CIE XYZ, equal for white.
    Xyz,
}

/// The reason why a header can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    Cut,
    Invalid,
    /// The pixels have another format.
    Foreign,
}

/// Reads the header of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Head, Flaw> {
    let mut lines = Lines { bytes: &bytes[..bytes.len().min(MAX_HEADER)], at: 0 };
    let cut = if bytes.len() > MAX_HEADER { Flaw::Invalid } else { Flaw::Cut };
    if !lines.next().ok_or(cut)?.starts_with(b"#?") {
        return Err(Flaw::Invalid);
    }
    let mut primaries = Primaries::Rgb;
    loop {
        let line = lines.next().ok_or(cut)?;
        match line.strip_prefix(b"FORMAT=") {
            _ if line.is_empty() => break,
            Some(b"32-bit_rle_rgbe") => primaries = Primaries::Rgb,
            Some(b"32-bit_rle_xyze") => primaries = Primaries::Xyz,
            Some(_) => return Err(Flaw::Foreign),
            None => {}
        }
    }
    let line = lines.next().ok_or(cut)?;
    let line = std::str::from_utf8(line).map_err(|_| Flaw::Invalid)?;
    let (size, orientation) = read_axes(line).ok_or(Flaw::Invalid)?;
    Ok(Head { size, orientation, primaries, end: lines.at })
}

/// Lines of a header, without their ends.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n')?;
        self.at += length + 1;
        Some(rest[..length].trim_ascii_end())
    }
}

/// Reads the line with the axes. It has the direction and number of the scan lines, then of the pixels in each.
fn read_axes(line: &str) -> Option<(Size, Orientation)> {
    let mut words = line.split_ascii_whitespace();
    let axis = |words: &mut SplitAsciiWhitespace<'_>| -> Option<(String, u32)> {
        let direction = words.next()?.to_ascii_uppercase();
        Some((direction, words.next()?.parse().ok().filter(|length| *length > 0)?))
    };
    let (down, across) = (axis(&mut words)?, axis(&mut words)?);
    // EXIF's orientation: the place of the first scan line, and of the first pixel of each.
    let exif = match (down.0.as_str(), across.0.as_str()) {
        ("-Y", "+X") => 1,
        ("-Y", "-X") => 2,
        ("+Y", "-X") => 3,
        ("+Y", "+X") => 4,
        ("+X", "-Y") => 5,
        ("-X", "-Y") => 6,
        ("-X", "+Y") => 7,
        ("+X", "+Y") => 8,
        _ => return None,
    };
    Some((Size::new(across.1, down.1), Orientation::from_exif(exif)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_may_name_any_program_and_lines_may_end_as_on_windows() {
        for first in ["#?RADIANCE", "#?RGBE", "#?rpict", "#?"] {
            for end in ["\n", "\r\n"] {
                let file = [first, "# made by hand", "EXPOSURE=2.5", "FORMAT=32-bit_rle_rgbe", "", "-Y 7 +X 9", ""];
                let file = file.join(end);
                let head = read(file.as_bytes()).unwrap();
                let wanted = Head {
                    size: Size::new(9, 7),
                    orientation: Orientation::Upright,
                    primaries: Primaries::Rgb,
                    end: file.len(),
                };
                assert_eq!(head, wanted, "{first}");
            }
        }
    }

    #[test]
    fn what_is_no_header_is_told_from_one_that_is_cut_off() {
        let xyz = b"#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n+X 7 +Y 9\n";
        assert_eq!(read(xyz).map(|head| (head.primaries, head.size)), Ok((Primaries::Xyz, Size::new(9, 7))));
        assert_eq!(read(&xyz[..xyz.len() - 1]), Err(Flaw::Cut));
        for (file, flaw) in [
            (&b"RADIANCE\n\n-Y 1 +X 1\n"[..], Flaw::Invalid),
            (b"#?RADIANCE\nFORMAT=64-bit\n\n-Y 1 +X 1\n", Flaw::Foreign),
            (b"#?RADIANCE\n\n-Y 1 +Y 1\n", Flaw::Invalid),
            (b"#?RADIANCE\n\n-Y 0 +X 1\n", Flaw::Invalid),
            (b"#?RADIANCE\n\n-Y 1 +X\n", Flaw::Invalid),
            (b"#?RADIANCE\n\n-Y 1 +X 99999999999\n", Flaw::Invalid),
        ] {
            assert_eq!(read(file), Err(flaw));
        }
        assert_eq!(read(&[b"#?\n".as_slice(), &[b'x'; MAX_HEADER]].concat()), Err(Flaw::Invalid));
    }
}
