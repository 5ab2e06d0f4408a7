//! The steps of one file's way, from its path to its thumbnails.

use std::path::Path;

use super::cost;
use super::limits::check_bytes;
use super::make::{Made, finish, make_of_main, timed};
use super::preview;
use super::scratch::Scratch;
use super::source::Source;
use crate::container::Input;
use crate::error::{Cause, Failure, Step};
use crate::facts::Facts;
use crate::formats::codec::{Access, OpenedImage};
use crate::formats::{access, open};
use crate::options::{Format, Options};
use crate::outcome::{DecodedFrom, SkipReason, Times};
use crate::watch::Watch;

/// What a file shares with others.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct JobContext<'a> {
    /// Lets the file in by the memory that it will take, in bytes, when there is so much; asked a second time, it gives up
    /// what it had.
    pub admit: &'a dyn Fn(u64) -> Result<(), Cause>,
    /// Learns of every read.
    pub watch: &'a Watch,
}

/// What became of a file.
#[derive(Debug)]
pub enum FromFile<T> {
    /// It is an image.
    Image(T),
    /// It is none of ours.
    Other(SkipReason),
}

/// The thumbnails of a file, which are not stored yet.
#[derive(Debug)]
pub struct FileThumbnails {
    /// Format of the file, by its content.
    pub format: Format,
    /// The file as it was opened.
    pub facts: Facts,
    /// The digest of its content, if it was read as a whole.
    pub content: Option<u64>,
    /// Its thumbnails, and what reading and making them took.
    pub made: Made,
}

/// What is known of a file's thumbnails without decoding it.
#[derive(Debug, Clone, Copy)]
pub struct Probed {
    /// Format of the file, by its content.
    pub format: Format,
    /// Format that its thumbnails will have.
    pub target: Format,
}

/// Makes the thumbnails of the file at `path`.
///
/// # Errors
/// The file can't be read, is damaged, or exceeds a limit of the options.
pub fn thumbnail_file(
    path: &Path,
    options: &Options,
    context: JobContext<'_>,
    scratch: &mut Scratch,
) -> Result<FromFile<FileThumbnails>, Failure> {
    let mut times = Times::default();
    let mut source = timed(&mut times, Step::Read, || Source::open(path, scratch.take_file(), context.watch))?;
    let format = match tell(&mut source, path)? {
        FromFile::Image(format) => format,
        FromFile::Other(reason) => return Ok(FromFile::Other(reason)),
    };
    check_bytes(source.facts.len, options)?;
    let opened = enter(&mut source, format, options, context, scratch)?;
    let opened = opened.as_ref();
    let preview = timed(&mut times, Step::Decode, || preview::find(&mut source, opened, options, scratch))?;
    let made = match preview {
        Some(chosen) => finish(chosen.into_material(), options, scratch, Times::default()),
        None => {
            timed(&mut times, Step::Read, || read_all(&mut source, format))?;
            make_of_main(&mut source, opened, options, scratch, Times::default())
        }
    };
    let facts = source.facts;
    // Of what stands in for the image, only that was read.
    let is_main = made.as_ref().is_ok_and(|made| made.decoded_from == DecodedFrom::Main);
    let content = timed(&mut times, Step::Read, || if is_main { source.content() } else { None });
    scratch.give_file(source.into_room());
    let mut made = made?;
    for (step, took) in times.by_step() {
        made.times.add(step, took);
    }
    Ok(FromFile::Image(FileThumbnails { format, facts, content, made }))
}

/// Finds out what format the thumbnails of the file at `path` will have, from its header alone.
///
/// # Errors
/// The file can't be read, or its header is damaged or exceeds a limit of the options.
pub fn probe_file(
    path: &Path,
    options: &Options,
    context: JobContext<'_>,
    scratch: &mut Scratch,
) -> Result<FromFile<Probed>, Failure> {
    let mut source = Source::open(path, scratch.take_file(), context.watch)?;
    let format = match tell(&mut source, path)? {
        FromFile::Image(format) => format,
        FromFile::Other(reason) => return Ok(FromFile::Other(reason)),
    };
    check_bytes(source.facts.len, options)?;
    let [opaque, alpha] = [false, true].map(|has_alpha| options.target.for_source(format, has_alpha));
    let target = if opaque == alpha || !format.carries_alpha() {
        opaque
    } else {
        let opened = enter(&mut source, format, options, context, scratch)?;
        if opened.header().has_alpha { alpha } else { opaque }
    };
    scratch.give_file(source.into_room());
    Ok(FromFile::Image(Probed { format, target }))
}

/// Computes the digest of the content of the file at `path`, as [`FileThumbnails::content`] has it; `None` where that has
/// none.
#[must_use]
pub fn digest_file(path: &Path, watch: &Watch) -> Option<u64> {
    Source::open(path, Vec::new(), watch).ok()?.content()
}

/// The format that the content of the file at `path` tells, if it can be read and is one of ours.
#[must_use]
pub fn tell_format_of_file(path: &Path) -> Option<Format> {
    Source::open(path, Vec::new(), &Watch::default()).ok()?.format().ok()?
}

/// Tells the format of a file, or why it has no thumbnail.
fn tell(source: &mut Source<'_>, path: &Path) -> Result<FromFile<Format>, Failure> {
    let format = source.format().map_err(|error| Cause::from(error).in_step(Step::Read))?;
    Ok(match format {
        Some(format) => FromFile::Image(format),
        None if source.facts.len == 0 => FromFile::Other(SkipReason::EmptyFile),
        None => FromFile::Other(
            source
                .unsupported_name()
                .map_or_else(|| SkipReason::NotAPicture(Format::claimed_by(path)), SkipReason::Foreign),
        ),
    })
}

/// Opens the file, and waits until it may have the memory that it takes. Opening takes some already.
fn enter(
    source: &mut Source<'_>,
    format: Format,
    options: &Options,
    context: JobContext<'_>,
    scratch: &mut Scratch,
) -> Result<Box<dyn OpenedImage>, Failure> {
    let admit = |bytes| (context.admit)(bytes).map_err(|cause| cause.in_step(Step::Probe));
    let to_open = cost::to_open(source, format);
    admit(to_open)?;
    scratch.renderer.memory = to_open;
    let opened = open(source, format, &mut scratch.tools()).map_err(|cause| cause.in_step(Step::Probe))?;
    let needed = cost::to_finish(source, opened.as_ref(), options, scratch);
    if needed > to_open {
        // Of the file nothing is held while it waits.
        source.forget();
        admit(needed)?;
        scratch.renderer.memory = needed;
    }
    Ok(opened)
}

/// Reads the rest of a file whose decoder takes it as a whole.
fn read_all(source: &mut Source<'_>, format: Format) -> Result<(), Failure> {
    if access(format) != Access::Pieces {
        source.whole().map_err(|error| Cause::from(error).in_step(Step::Read))?;
    }
    Ok(())
}
