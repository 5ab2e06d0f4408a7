//! Encodes requests and answers of a renderer as bytes on a pipe, in little-endian order. Both sides are one program.
//! Bytes that are neither mean that the other side has ended.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};

use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::Size;

/// A task for a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Return its size and the estimated memory.
    Measure,
    /// Fill a grid of this size.
    Render(Size),
}

/// A drawing and its task.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request<'a> {
    pub(super) task: Task,
    /// Limit of processor time, in ms; `None` for no limit.
    pub(super) time: Option<u64>,
    /// Limit of memory, in bytes.
    pub(super) memory: u64,
    /// The file.
    pub(super) bytes: Cow<'a, [u8]>,
}

/// The result: the bytes that the task asks for.
pub(crate) type Answer = Result<Vec<u8>, DecodeError>;

// The first byte of an answer.
const DONE: u8 = 0;
const DAMAGED: u8 = 1;
const LIMIT: u8 = 2;
const PANIC: u8 = 3;
const UNSUPPORTED: u8 = 4;

impl Request<'_> {
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let (width, height) = match self.task {
            Task::Measure => (0, 0),
            Task::Render(grid) => (grid.width, grid.height),
        };
        for number in [width.into(), height.into(), self.time.unwrap_or(u64::MAX), self.memory] {
            to.write_all(&u64::to_le_bytes(number))?;
        }
        write_block(&self.bytes, to)?;
        to.flush()
    }

    /// Reads the next request. `None` if the input is at its end.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Request<'static>>> {
        let width = match read_number(from) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            width => width?,
        };
        let side = |number: u64| u32::try_from(number).map_err(|_| ErrorKind::InvalidData);
        let task = match (side(width)?, side(read_number(from)?)?) {
            (0, _) => Task::Measure,
            (width, height) => Task::Render(Size::new(width, height)),
        };
        let time = Some(read_number(from)?).filter(|time| *time != u64::MAX);
        let memory = read_number(from)?;
        Ok(Some(Request { task, time, memory, bytes: read_block(from)?.into() }))
    }
}

/// The behaviour of a process after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Serve,
    End,
}

pub(super) fn write_answer(answer: &Answer, then: Then, to: &mut impl Write) -> io::Result<()> {
    let (kind, block) = match answer {
        Ok(done) => (DONE, done.as_slice()),
        Err(DecodeError::Damaged(detail)) => (DAMAGED, detail.as_bytes()),
        Err(DecodeError::Limit(text)) => (LIMIT, text.as_bytes()),
        Err(DecodeError::Unsupported(detail)) => (UNSUPPORTED, detail.as_bytes()),
        Err(DecodeError::Panic(text)) => (PANIC, text.as_bytes()),
        Err(other) => return write_answer(&Err(DecodeError::Panic(other.to_string())), then, to),
    };
    to.write_all(&[kind, u8::from(then == Then::Serve)])?;
    write_block(block, to)?;
    to.flush()
}

pub(super) fn read_answer(from: &mut impl Read) -> io::Result<(Answer, Then)> {
    let mut start = [0; 2];
    from.read_exact(&mut start)?;
    let [kind, serves] = start;
    let answer = match kind {
        DONE => Ok(read_block(from)?),
        DAMAGED => Err(damaged(read_text(from)?)),
        LIMIT => Err(DecodeError::Limit(read_text(from)?)),
        UNSUPPORTED => Err(unsupported(read_text(from)?)),
        PANIC => Err(DecodeError::Panic(read_text(from)?)),
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
    // A corrupt length must not allocate that much memory.
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn read_text(from: &mut impl Read) -> io::Result<String> {
    String::from_utf8(read_block(from)?).map_err(|_| ErrorKind::InvalidData.into())
}
