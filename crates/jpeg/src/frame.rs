//! Reading the header: the frame (T.81, B.2.2), and the segments around it by the colour rules of JFIF and Adobe as libjpeg
//! applies them.

use super::error::{Error, Unsupported};
use super::header::{Coding, ColorModel, Component, Header, Process};
use super::marker::{APP0, APP14, DHP, DNL, DRI, EOI, EXP, SOF0, SOF55, SOS, Segment, Walker};
use super::unstuff;

/// Reads the header of the first picture in a file: markers only, no entropy-coded data (save where the height
/// is given after the first scan, by DNL).
///
/// # Errors
/// If the bytes are no JPEG, or one of an unsupported process, or end before the frame header.
pub fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let mut walker = Walker::new(bytes).ok_or(Error::NotJpeg)?;
    let mut frame: Option<Header> = None;
    let (mut jfif, mut adobe, mut restart_interval) = (false, None, 0);
    while let Some(segment) = walker.next() {
        let p = segment.payload;
        match segment.marker {
            APP0 if p.len() >= 14 && p.starts_with(b"JFIF\0") => jfif = true,
            APP14 if p.len() >= 12 && p.starts_with(b"Adobe") => adobe = Some(p[11]),
            DRI if p.len() >= 2 => restart_interval = u16::from_be_bytes([p[0], p[1]]),
            DHP | EXP => return Err(Error::Unsupported(Unsupported::Hierarchical)),
            SOS | EOI => break,
            marker if is_frame(marker) && frame.is_none() => frame = Some(read_frame(&segment)?),
            _ => {}
        }
    }
    let missing = Error::Malformed { what: "no frame header", offset: walker.at() };
    let mut header = frame.ok_or(missing)?;
    header.jfif = jfif;
    header.adobe = adobe;
    header.restart_interval = restart_interval;
    header.color = color_model(&header, jfif, adobe);
    header.inverted = matches!(header.color, ColorModel::Cmyk | ColorModel::Ycck);
    if header.height == 0 {
        header.height = late_height(bytes, &mut walker)?;
    }
    Ok(header)
}

/// libjpeg's rules: JFIF wins over Adobe, Adobe over the component identifiers. A lossless image without any of them has no
/// reason to be anything but RGB.
fn color_model(header: &Header, jfif: bool, adobe: Option<u8>) -> ColorModel {
    let rgb_ids = || header.components.iter().map(|c| c.id).eq(*b"RGB") || header.process == Process::Lossless;
    match (header.components.len(), adobe) {
        (1, _) => ColorModel::Grey,
        (2, _) => ColorModel::TwoComponents,
        (3, _) if jfif => ColorModel::YCbCr,
        (3, Some(0)) => ColorModel::Rgb,
        (3, None) if rgb_ids() => ColorModel::Rgb,
        (3, _) => ColorModel::YCbCr,
        (_, None | Some(0)) => ColorModel::Cmyk,
        _ => ColorModel::Ycck,
    }
}

/// The height from the DNL segment that must follow the first scan if the frame header gave none (B.2.5).
fn late_height(bytes: &[u8], walker: &mut Walker<'_>) -> Result<u32, Error> {
    walker.jump(unstuff::skip(bytes, walker.at()));
    if let Some(segment) = walker.next()
        && let (DNL, &[high, low, ..]) = (segment.marker, segment.payload)
        && (high, low) != (0, 0)
    {
        return Ok(u32::from(u16::from_be_bytes([high, low])));
    }
    Err(Error::Malformed { what: "height of 0", offset: walker.at() })
}

/// Whether a marker begins a frame header.
pub(crate) fn is_frame(marker: u8) -> bool {
    matches!(marker, SOF0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | SOF55)
}

/// Reads a frame header; what other segments say is left at nothing.
pub(crate) fn read_frame(segment: &Segment<'_>) -> Result<Header, Error> {
    let (process, coding) = read_process(segment.marker)?;
    let malformed = |what| Error::Malformed { what, offset: segment.offset };
    let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = segment.payload else {
        return Err(malformed("frame header too short"));
    };
    let is_read =
        if process == Process::Lossless { (2..=16).contains(&precision) } else { matches!(precision, 8 | 12) };
    if !is_read {
        return Err(Error::Unsupported(Unsupported::Precision(precision)));
    }
    if !(1..=4).contains(&count) {
        return Err(Error::Unsupported(Unsupported::Components(count)));
    }
    let width = u32::from(u16::from_be_bytes([w1, w0]));
    let height = u32::from(u16::from_be_bytes([h1, h0]));
    if width == 0 {
        return Err(malformed("width of 0"));
    }
    if rest.len() < 3 * usize::from(count) {
        return Err(malformed("frame header too short"));
    }
    let components: Vec<_> = rest
        .chunks_exact(3)
        .take(usize::from(count))
        .map(|c| Component { id: c[0], h: c[1] >> 4, v: c[1] & 15, quant: c[2] })
        .collect();
    if components.iter().any(|c| !(1..=4).contains(&c.h) || !(1..=4).contains(&c.v)) {
        return Err(malformed("sampling factor outside 1 to 4"));
    }
    if process != Process::Lossless && components.iter().any(|c| c.quant > 3) {
        return Err(malformed("quantisation table selector above 3"));
    }
    Ok(Header {
        width,
        height,
        process,
        coding,
        precision,
        components,
        color: ColorModel::Grey,
        inverted: false,
        jfif: false,
        adobe: None,
        restart_interval: 0,
    })
}

/// The process and the coding that a frame's marker names (T.81, table B.1).
fn read_process(marker: u8) -> Result<(Process, Coding), Error> {
    Err(Error::Unsupported(match marker {
        0xC0 => return Ok((Process::Baseline, Coding::Huffman)),
        0xC1 => return Ok((Process::ExtendedSequential, Coding::Huffman)),
        0xC2 => return Ok((Process::Progressive, Coding::Huffman)),
        0xC3 => return Ok((Process::Lossless, Coding::Huffman)),
        0xC9 => return Ok((Process::ExtendedSequential, Coding::Arithmetic)),
        0xCA => return Ok((Process::Progressive, Coding::Arithmetic)),
        0xCB => Unsupported::ArithmeticLossless,
        SOF55 => Unsupported::JpegLs,
        _ => Unsupported::Hierarchical,
    }))
}
