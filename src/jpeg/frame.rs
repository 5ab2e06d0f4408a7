//! The frame header (T.81, B.2.2): which process, which size, which components.

use super::error::{Error, Unsupported};
use super::header::{Coding, ColorModel, Component, Header, Process};
use super::marker::{SOF0, SOF55, Segment};

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
