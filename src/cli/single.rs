//! Makes one thumbnail of one image: from a file or stdin, to a file or stdout.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use thumbs::error::{Cause, Error, FileError, Step};
use thumbs::internal::report::{Destination, Report, Text};
use thumbs::internal::{Single, make_single};
use thumbs::options::{Config, Foreign, OptionsError};
use thumbs::outcome::{Outcome, Record, Written};
use thumbs::{Encoded, Thumbnails};

use super::args::{Args, Shown};
use super::exit::Exit;
use super::message::complain;
use super::stream::{Job, Stream};

/// The name that reports have for stdin.
const STDIN: &str = "stdin";

/// Makes and writes the thumbnail.
///
/// # Errors
/// The output can't be written. A bad image is a printed failure and an exit status.
pub fn run(job: &Job, args: &Args, config: &Config) -> Result<Exit, Error> {
    if let Stream::File(target) = &job.to {
        refuse_to_lose(target, job, config)?;
    } else if io::stdout().is_terminal() {
        return Err(refused(Path::new("-"), "stdout is a terminal; redirect it to a file or a program"));
    }
    let (source, bytes) = match &job.from {
        Stream::File(path) => (path.as_path(), None),
        Stream::Standard => (Path::new(STDIN), Some(read_stdin(config)?)),
    };
    let image = bytes.as_deref().map_or(Single::File(source), |bytes| Single::Bytes(bytes, source));
    let length = match (&bytes, fs::metadata(source)) {
        (Some(bytes), _) => bytes.len() as u64,
        (None, metadata) => metadata.map_or(0, |metadata| metadata.len()),
    };
    let outcome = match make_single(image, config) {
        Ok(mut made) => match made.thumbnails.pop() {
            Some(encoded) => {
                write(&encoded.bytes, &job.to, config.foreign)?;
                Outcome::Written(Box::new(describe(made, &encoded, length, &job.to)))
            }
            None => Outcome::Failed(Box::new(nothing_made(source))),
        },
        Err(error) => Outcome::Failed(Box::new(error)),
    };
    let exit = if matches!(outcome, Outcome::Failed(_)) { Exit::SomeFailed } else { Exit::Done };
    let record = Record::new(source.to_path_buf(), length, outcome);
    let has_lines = job.to != Stream::Standard && args.shown() != Shown::Errors;
    let destination = if io::stdout().is_terminal() { Destination::Terminal } else { Destination::Pipe };
    let mut text = Text::new(has_lines.then(io::stdout), destination, args.detail(), io::stderr(), 1);
    match text.record(&record) {
        // A reader that has seen enough is no error.
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
            complain(&Error::Thumbnail { path: "stdout".into(), source }, args.error_color());
            Ok(exit.at_least_failed())
        }
        _ => Ok(exit),
    }
}

fn describe(made: Thumbnails, encoded: &Encoded, length: u64, to: &Stream) -> Written {
    let path = match to {
        Stream::File(path) => path.clone(),
        Stream::Standard => PathBuf::from("-"),
    };
    let (format, thumbnail) = (made.header.format, encoded.stored_at(path));
    made.into_written(format, length, vec![thumbnail])
}

fn nothing_made(source: &Path) -> FileError {
    let cause = Cause::Options(OptionsError::NoSizes);
    FileError { path: source.to_path_buf(), step: Step::Probe, cause }
}

/// Refuses a target that would replace the image itself, or another file unless that was asked for.
fn refuse_to_lose(target: &Path, job: &Job, config: &Config) -> Result<(), Error> {
    let Ok(there) = fs::canonicalize(target) else { return Ok(()) };
    if let Stream::File(source) = &job.from
        && (fs::canonicalize(source).is_ok_and(|source| source == there) || are_one_file(source, &there))
    {
        return Err(refused(target, "it is the image itself"));
    }
    match config.foreign {
        _ if there.is_dir() => Err(refused(target, "it is a directory; name a file in it")),
        Foreign::Refuse => Err(refused(target, "the file exists; replace it with --force")),
        Foreign::Replace => Ok(()),
    }
}

/// Returns whether two paths are names of one file.
fn are_one_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
        use std::os::unix::fs::MetadataExt;
        return (one.dev(), one.ino()) == (other.dev(), other.ino());
    }
    one == other
}

fn read_stdin(config: &Config) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let limit = config.options.max_file_size.saturating_add(1);
    let read = io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|source| Error::Input { path: STDIN.into(), source })?;
    Ok(bytes)
}

/// Writes a file as a whole or not at all.
fn write(bytes: &[u8], to: &Stream, foreign: Foreign) -> Result<(), Error> {
    let path = match to {
        Stream::File(path) => path,
        Stream::Standard => return write_to_stdout(bytes),
    };
    let failed = |source| Error::Thumbnail { path: path.clone(), source };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut staged = builder.prefix(".thumbs-").suffix(".tmp").tempfile_in(directory).map_err(failed)?;
    staged.write_all(bytes).map_err(failed)?;
    let stored = match foreign {
        Foreign::Refuse => staged.persist_noclobber(path),
        Foreign::Replace => staged.persist(path),
    };
    stored.map(drop).map_err(|error| failed(error.error))
}

/// Writes to stdout. A reader that has seen enough is no error.
fn write_to_stdout(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Thumbnail { path: "stdout".into(), source: error })
        }
        _ => Ok(()),
    }
}

fn refused(path: &Path, reason: &str) -> Error {
    Error::Thumbnail { path: path.to_path_buf(), source: io::Error::other(reason.to_string()) }
}
