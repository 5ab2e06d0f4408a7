//! Makes the thumbnails of a file, step by step, from its path.

use std::path::Path;

use super::cost;
#[cfg(feature = "batch")]
use super::encode::Encoded;
use super::limits::check_bytes;
use super::make::{finish, make_of_main, timed};
use super::preview;
use super::product::Product;
use super::source::Source;
use super::thumbnails::Thumbnails;
use super::workbench::Workbench;
#[cfg(feature = "batch")]
use crate::archive::Archives;
use crate::container::Input;
use crate::error::{Cause, Failure, Step};
use crate::execute::watchdog::Watch;
use crate::facts::Facts;
use crate::formats::codec::{Access, OpenedImage};
use crate::formats::{access, open, packets};
use crate::options::{Format, Options};
#[cfg(feature = "batch")]
use crate::outcome::DecodedFrom;
use crate::outcome::{SkipReason, Times};

/// The memory budget and the watch that a file's job reports to.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct JobContext<'a> {
    /// Waits until the memory budget admits this many bytes. A second call returns the bytes of the first one.
    pub admit: &'a dyn Fn(u64) -> Result<(), Cause>,
    /// Records every read.
    pub watch: &'a Watch,
    /// The archives whose members paths may name.
    #[cfg(feature = "batch")]
    pub archives: Option<&'a Archives>,
}

impl<'a> JobContext<'a> {
    /// Opens the file that a path names, or the member of an archive.
    fn open(&self, path: &Path, room: Vec<u8>) -> Result<Source<'a>, Failure> {
        #[cfg(feature = "batch")]
        if let Some(section) = self.archives.and_then(|archives| archives.find(path)) {
            return Source::open_member(section, room, self.watch);
        }
        Source::open(path, room, self.watch)
    }
}

/// The result of a file.
#[derive(Debug)]
pub enum FromFile<T> {
    /// The file is an image.
    Image(T),
    /// The file is no image, or one of an unsupported format.
    Other(SkipReason),
}

/// The thumbnails of a file, not yet stored.
#[derive(Debug)]
pub struct FileThumbnails {
    /// Format of the file, by its content.
    pub format: Format,
    /// The file as it was opened.
    pub facts: Facts,
    /// The digest of its content; `None` if only an embedded preview was used, or the file is too large to be read again.
    pub content: Option<u64>,
    /// Its thumbnails, and the time that reading and making them took.
    pub made: Thumbnails,
}

/// The formats of a file's thumbnails, known without decoding.
#[derive(Debug, Clone)]
pub struct Probed {
    /// Formats that its thumbnails will have.
    pub targets: Vec<Format>,
}

/// Makes the thumbnails of the file at `path`.
///
/// # Errors
/// The file can't be read, is damaged, or exceeds a limit of the options.
#[cfg(feature = "batch")]
pub fn make_file(
    path: &Path,
    options: &Options,
    context: JobContext<'_>,
    bench: &mut Workbench,
) -> Result<FromFile<FileThumbnails>, Failure> {
    let digest = |source: &mut Source<'_>, made: &Thumbnails| digest_of_main(source, made.decoded_from);
    let made = make_of_file::<Encoded, _>(path, options, context, bench, digest)?;
    Ok(match made {
        FromFile::Image((made, facts, content)) => {
            FromFile::Image(FileThumbnails { format: made.header.format, facts, content, made })
        }
        FromFile::Other(reason) => FromFile::Other(reason),
    })
}

/// Makes the thumbnails of the file at `path`, as encoded files or as pixels.
pub(super) fn thumbnails_of_file<P: Product>(
    path: &Path,
    options: &Options,
    context: JobContext<'_>,
    bench: &mut Workbench,
) -> Result<FromFile<Thumbnails<P>>, Failure> {
    Ok(match make_of_file(path, options, context, bench, |_, _| ())? {
        FromFile::Image((made, ..)) => FromFile::Image(made),
        FromFile::Other(reason) => FromFile::Other(reason),
    })
}

/// Makes the thumbnails of a file, and what `finish` makes of the file and of them before it is closed.
fn make_of_file<P: Product, T>(
    path: &Path,
    options: &Options,
    context: JobContext<'_>,
    bench: &mut Workbench,
    finish: impl FnOnce(&mut Source<'_>, &Thumbnails<P>) -> T,
) -> Result<FromFile<(Thumbnails<P>, Facts, T)>, Failure> {
    let mut times = Times::default();
    let mut source = timed(&mut times, Step::Read, || context.open(path, bench.scratch.take_file()))?;
    let format = match sniff_source(&mut source, path)? {
        FromFile::Image(format) => format,
        FromFile::Other(reason) => return Ok(FromFile::Other(reason)),
    };
    check_bytes(source.facts.len, options)?;
    let opened = open_within_budget(&mut source, format, options, context, bench)?;
    let made = make_of_preview_or_main(&mut source, opened.as_ref(), options, bench, &mut times);
    let finished = made.map(|made| {
        let finished = timed(&mut times, Step::Read, || finish(&mut source, &made));
        (made.with_times(&times), source.facts, finished)
    });
    bench.scratch.give_file(source.into_room());
    finished.map(FromFile::Image)
}

/// Determines the format of the thumbnails of the file at `path` from its header alone.
///
/// # Errors
/// The file can't be read, or its header is damaged or exceeds a limit of the options.
pub fn probe_file(
    path: &Path,
    options: &Options,
    context: JobContext<'_>,
    bench: &mut Workbench,
) -> Result<FromFile<Probed>, Failure> {
    let mut source = context.open(path, bench.scratch.take_file())?;
    let format = match sniff_source(&mut source, path)? {
        FromFile::Image(format) => format,
        FromFile::Other(reason) => return Ok(FromFile::Other(reason)),
    };
    check_bytes(source.facts.len, options)?;
    let has_alpha = if options.targets.alternatives(format).len() == 1 || !format.carries_alpha() {
        false
    } else {
        open_within_budget(&mut source, format, options, context, bench)?.header().has_alpha
    };
    bench.scratch.give_file(source.into_room());
    Ok(FromFile::Image(Probed { targets: options.targets.for_source(format, has_alpha) }))
}

/// Computes the digest of the file at `path`; `None` where [`FileThumbnails::content`] is `None`.
#[cfg(feature = "batch")]
#[must_use]
pub fn digest_file(path: &Path, context: JobContext<'_>) -> Option<u64> {
    context.open(path, Vec::new()).ok()?.content()
}

/// Returns the format of the file at `path` by its content; `None` if it can't be read or is not supported.
#[must_use]
pub fn sniff_file(path: &Path) -> Option<Format> {
    Source::open(path, Vec::new(), &Watch::default()).ok()?.format().ok()?
}

/// Returns the same for a path that may name a member of one of these archives.
#[cfg(feature = "batch")]
#[must_use]
pub fn sniff_among(path: &Path, archives: &Archives) -> Option<Format> {
    let context = JobContext { admit: &|_| Ok(()), watch: &Watch::default(), archives: Some(archives) };
    context.open(path, Vec::new()).ok()?.format().ok()?
}

/// Detects the format of a file, or the reason why it has no thumbnail.
fn sniff_source(source: &mut Source<'_>, path: &Path) -> Result<FromFile<Format>, Failure> {
    let format = source.format().map_err(|error| Cause::from(error).in_step(Step::Read))?;
    Ok(match format {
        Some(format) if !format.is_built_in() => FromFile::Other(SkipReason::NotBuiltIn(format)),
        Some(format) => FromFile::Image(format),
        None if source.facts.len == 0 => FromFile::Other(SkipReason::EmptyFile),
        None => FromFile::Other(
            source
                .unsupported_name()
                .map_or_else(|| SkipReason::NotAnImage(Format::claimed_by(path)), SkipReason::Foreign),
        ),
    })
}

/// Opens the file, and waits for the memory that it needs. Opening already takes some.
fn open_within_budget(
    source: &mut Source<'_>,
    format: Format,
    options: &Options,
    context: JobContext<'_>,
    bench: &mut Workbench,
) -> Result<Box<dyn OpenedImage>, Failure> {
    let admit = |bytes| (context.admit)(bytes).map_err(|cause| cause.in_step(Step::Probe));
    let to_open = cost::to_open(source, format) + source.memory();
    admit(to_open)?;
    bench.renderer.memory = Some(to_open);
    let opened = open(source, format, &mut bench.tools()).map_err(|cause| cause.in_step(Step::Probe))?;
    let needed = cost::to_finish(source, opened.as_ref(), options, bench).saturating_add(source.memory());
    if needed > to_open {
        // While it waits, nothing of the file is held.
        source.forget();
        admit(needed)?;
        bench.renderer.memory = Some(needed);
    }
    Ok(opened)
}

/// Makes the thumbnails from a preview if one serves, or else from the main image.
fn make_of_preview_or_main<P: Product>(
    source: &mut Source<'_>,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
    times: &mut Times,
) -> Result<Thumbnails<P>, Failure> {
    match timed(times, Step::Decode, || preview::find(source, opened, options, bench))? {
        Some(selected) => {
            let packets = packets(source, opened.header().format, &options.keep);
            finish(selected.into_material(), &packets, options, bench, Times::default())
        }
        None => {
            timed(times, Step::Read, || read_all(source, opened.header().format))?;
            make_of_main(source, opened, options, bench, Times::default())
        }
    }
}

/// Returns the digest of a file whose main image was decoded. For an embedded preview, only the preview was read.
#[cfg(feature = "batch")]
fn digest_of_main(source: &mut Source<'_>, decoded_from: DecodedFrom) -> Option<u64> {
    if decoded_from == DecodedFrom::Main { source.content() } else { None }
}

/// Reads the rest of a file if its decoder takes it as a whole. Of an object, the decoder may need less than the rest.
fn read_all(source: &mut Source<'_>, format: Format) -> Result<(), Failure> {
    let is_whole = match access(format) {
        Access::Pieces => false,
        Access::Whole => true,
        Access::StartFirst => !source.is_remote(),
    };
    if is_whole {
        source.whole().map_err(|error| Cause::from(error).in_step(Step::Read))?;
    }
    Ok(())
}
