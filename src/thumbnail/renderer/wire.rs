//! Requests and answers of a renderer ↔ bytes on a pipe, numbers with their lowest byte first. Both sides are one program;
//! bytes that are neither mean that the other one came to its end.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};

use crate::error::Cause;
use crate::geometry::Size;
use crate::options::Format;

/// A drawing that is to be rendered.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Request<'a> {
    /// The grid that it is to fill.
    pub(in super::super) grid: Size,
    /// What it may take of the processor, in s; none for as much as it likes.
    pub(super) seconds: Option<u64>,
    /// What it may take of memory, in bytes.
    pub(super) memory: u64,
    /// The text of the document.
    pub(in super::super) text: Cow<'a, str>,
}

/// A drawing that was rendered.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Rendering {
    /// Red, green, blue, alpha for each px of the grid, premultiplied.
    pub(in super::super) pixels: Vec<u8>,
    /// Whether its text was left out.
    pub(in super::super) lacks_fonts: bool,
}

/// What became of a drawing.
pub(in super::super) type Answer = Result<Rendering, Cause>;

// The first byte of an answer.
const RENDERED: u8 = 0;
const RENDERED_WITHOUT_FONTS: u8 = 1;
const DAMAGED: u8 = 2;
const LIMIT: u8 = 3;
const PANIC: u8 = 4;

impl Request<'_> {
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        for number in [self.grid.width.into(), self.grid.height.into(), self.seconds.unwrap_or(u64::MAX), self.memory] {
            to.write_all(&number.to_le_bytes())?;
        }
        write_block(self.text.as_bytes(), to)?;
        to.flush()
    }

    /// The next request; nothing where the input is at its end.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Request<'static>>> {
        let width = match read_number(from) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            width => width?,
        };
        let side = |number: u64| u32::try_from(number).map_err(|_| ErrorKind::InvalidData);
        let grid = Size::new(side(width)?, side(read_number(from)?)?);
        let seconds = Some(read_number(from)?).filter(|seconds| *seconds != u64::MAX);
        let memory = read_number(from)?;
        Ok(Some(Request { grid, seconds, memory, text: read_text(from)?.into() }))
    }
}

/// What a process does when it has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Serve,
    End,
}

pub(super) fn write_answer(answer: &Answer, then: Then, to: &mut impl Write) -> io::Result<()> {
    let (kind, block) = match answer {
        Ok(rendering) if rendering.lacks_fonts => (RENDERED_WITHOUT_FONTS, rendering.pixels.as_slice()),
        Ok(rendering) => (RENDERED, rendering.pixels.as_slice()),
        Err(Cause::Damaged { detail, .. }) => (DAMAGED, detail.as_bytes()),
        Err(Cause::Limit(text)) => (LIMIT, text.as_bytes()),
        Err(Cause::Panic(text)) => (PANIC, text.as_bytes()),
        Err(other) => return write_answer(&Err(Cause::Panic(other.to_string())), then, to),
    };
    to.write_all(&[kind, u8::from(then == Then::Serve)])?;
    write_block(block, to)?;
    to.flush()
}

/// The answer to a request for this grid.
pub(super) fn read_answer(grid: Size, from: &mut impl Read) -> io::Result<(Answer, Then)> {
    let mut start = [0; 2];
    from.read_exact(&mut start)?;
    let [kind, serves] = start;
    let answer = match kind {
        RENDERED | RENDERED_WITHOUT_FONTS => {
            let pixels = read_block(from)?;
            if pixels.len() as u64 != 4 * grid.pixels() {
                return Err(ErrorKind::InvalidData.into());
            }
            Ok(Rendering { pixels, lacks_fonts: kind == RENDERED_WITHOUT_FONTS })
        }
        DAMAGED => Err(Cause::Damaged { format: Format::Svg, detail: read_text(from)? }),
        LIMIT => Err(Cause::Limit(read_text(from)?)),
        PANIC => Err(Cause::Panic(read_text(from)?)),
        _ => return Err(ErrorKind::InvalidData.into()),
    };
    Ok((answer, if serves == 1 { Then::Serve } else { Then::End }))
}

fn write_block(bytes: &[u8], to: &mut impl Write) -> io::Result<()> {
    to.write_all(&(bytes.len() as u64).to_le_bytes())?;
    to.write_all(bytes)
}

fn read_number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn read_block(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = read_number(from)?;
    let mut bytes = Vec::new();
    // A length that isn't one must not take the memory for it.
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn read_text(from: &mut impl Read) -> io::Result<String> {
    String::from_utf8(read_block(from)?).map_err(|_| ErrorKind::InvalidData.into())
}
