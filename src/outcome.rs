//! What became of one source. Every source ends as exactly one [`Outcome`], and [`Totals`] counts them, so that the
//! four kinds add up to what the walk found.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{FileError, Step};
use crate::geometry::{Orientation, Size};
use crate::options::{Effect, Format};

/// One source and what became of it.
#[derive(Debug)]
pub struct Record {
    /// Its place in the plan, counted from 0. Records come as files are done; this is the order of the walk.
    pub index: usize,
    /// The source as the walk names it: the input as typed, then the way down.
    pub source: PathBuf,
    /// Returns the source's length in bytes when it was found. Anything but a file has 0.
    pub bytes: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// The worker that did it, counted from 0; none for what was decided without one.
    pub worker: Option<usize>,
}

/// What became of one source.
#[derive(Debug)]
pub enum Outcome {
    /// Its thumbnails were written.
    Written(Box<Written>),
    /// Its thumbnails would be written: the outcome of a dry run.
    Planned(Vec<Planned>),
    /// Its thumbnails were there already.
    UpToDate(Current),
    /// It was left out, and that is no fault.
    Skipped(SkipReason),
    /// It should have had a thumbnail and has none.
    Failed(Box<FileError>),
}

impl Outcome {
    /// The word that messages and reports use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Written(_) => "written",
            Self::Planned(_) => "would-write",
            Self::UpToDate(_) => "up-to-date",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }
}

/// A thumbnail that a dry run would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Where.
    pub path: PathBuf,
    /// Whether a thumbnail is there that it would replace.
    pub replaces: bool,
}

/// How thumbnails came to be up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Current {
    /// They were left alone.
    Unchanged,
    /// Their source was moved, and they were renamed from here.
    Renamed(Vec<PathBuf>),
}

/// Why a source was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// Its content is of no known format; the format that its name claims, if any.
    NotAPicture(Option<Format>),
    /// An image of a format, given by its name, that can't be decoded.
    Foreign(&'static str),
    /// A file of 0 bytes.
    EmptyFile,
    /// A FIFO, socket or device.
    NotAFile,
    /// A symbolic link to a folder, or out of the inputs.
    LinkNotFollowed,
    /// A symbolic link into a folder that it lies in itself.
    LinkLoop,
    /// A symbolic link into a folder that very many others lead into.
    LinkedTooOften,
    /// A symbolic link to what lies in the output folder: a thumbnail, or what one would replace.
    LinkIntoOutput,
    /// A directory of thumbnails: it carries a ledger, and was not named as an input.
    HoldsThumbnails,
    /// The same file as one that comes earlier in the run.
    NamedTwice(PathBuf),
    /// It was skipped in an earlier run, for this reason, and is not among those to be tried again.
    Before(String),
    /// It failed in an earlier run, and is not among the inputs any more.
    NoLongerThere,
    /// It failed in an earlier run, and is there, but in none of the inputs.
    NotInInputs,
    /// The run was interrupted before its turn came.
    Interrupted,
    /// The run stopped before its turn came, for a reason that concerns all.
    Stopped,
}

impl SkipReason {
    /// Whether it says something of the file itself: not that its turn never came, or that it had it under another name.
    #[must_use]
    pub const fn is_of_the_file(&self) -> bool {
        !matches!(
            self,
            Self::NamedTwice(_)
                | Self::Before(_)
                | Self::NoLongerThere
                | Self::NotInInputs
                | Self::Interrupted
                | Self::Stopped
        )
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPicture(None) => f.write_str("not an image"),
            Self::NotAPicture(Some(claimed)) => {
                write!(f, "not an image, despite its {} file extension", claimed.label())
            }
            Self::Foreign(name) => write!(f, "{name} files are not supported"),
            Self::EmptyFile => f.write_str("empty file"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::LinkNotFollowed => f.write_str("symbolic link not followed (use --follow)"),
            Self::LinkLoop => f.write_str("symbolic link loop"),
            Self::LinkedTooOften => f.write_str("symbolic link to a directory that too many others lead to"),
            Self::LinkIntoOutput => f.write_str("symbolic link into the output directory"),
            Self::HoldsThumbnails => f.write_str("a directory of thumbnails; name it as an input to include it"),
            Self::Before(reason) => f.write_str(reason),
            Self::NamedTwice(first) => write!(f, "same file as {}", first.display()),
            Self::NoLongerThere => f.write_str("no longer exists"),
            Self::NotInInputs => f.write_str("failed in the earlier run, but is in none of the inputs"),
            Self::Interrupted => f.write_str("not started (interrupted)"),
            Self::Stopped => f.write_str("not started (run stopped)"),
        }
    }
}

/// The thumbnails of one source, and what they took.
#[derive(Debug)]
pub struct Written {
    /// Format of the source, told by its content.
    pub format: Format,
    /// Size of the source as stored, before turning.
    pub size: Size,
    /// How the source was turned.
    pub orientation: Orientation,
    /// Bytes of the source.
    pub bytes: u64,
    /// Source px for each working-grid px; 1 for a full decode.
    pub factor: u32,
    /// Which of the pictures in the source the thumbnails were made from.
    pub decoded_from: DecodedFrom,
    /// What is wrong with the source, where something is.
    pub damage: Option<Damage>,
    /// One for each size that was asked for.
    pub thumbnails: Vec<Thumbnail>,
    /// Time of each step.
    pub times: Times,
}

/// What is wrong with a picture that has a thumbnail all the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Damage {
    /// What is wrong, as reports show it.
    pub detail: String,
    /// The share of the picture that could be decoded, 0 to 1. It is 1 where no pixel is missing: if alpha or text is left
    /// out, a profile is broken, or the whole picture is there, only coarser than it should be.
    pub present: f64,
}

impl Damage {
    /// Damage that leaves a picture with `there` of its `all` rows, blocks or pixels.
    #[expect(clippy::cast_precision_loss, reason = "2^53 is more than any picture has of them")]
    pub(crate) fn of_part(detail: impl Into<String>, there: u64, all: u64) -> Self {
        let present = if there >= all { 1.0 } else { there as f64 / all as f64 };
        Self { detail: detail.into(), present }
    }

    /// Damage that costs no pixels.
    pub(crate) fn of_whole(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), present: 1.0 }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// Which of the pictures in a file its thumbnails are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecodedFrom {
    /// The one that the file is there for.
    #[default]
    Main,
    /// The thumbnail in a JPEG's EXIF segment.
    ExifThumbnail,
    /// A large thumbnail that a JPEG's MPF index lists.
    MpfPreview,
    /// A JPEG inside a RAW file.
    RawPreview,
    /// The thumbnail item of a HEIF or AVIF file.
    HeifThumbnail,
}

impl DecodedFrom {
    /// The word that messages and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::ExifThumbnail => "exif-thumbnail",
            Self::MpfPreview => "mpf-preview",
            Self::RawPreview => "raw-preview",
            Self::HeifThumbnail => "heif-thumbnail",
        }
    }
}

/// One thumbnail on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Where it was written.
    pub path: PathBuf,
    /// Its size in px.
    pub size: Size,
    /// Its format.
    pub format: Format,
    /// Its bytes.
    pub bytes: u64,
    /// A digest of its bytes, to tell whether two runs wrote the same.
    pub digest: u64,
}

/// What each step of one file took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Reading the bytes.
    pub read: Duration,
    /// Telling format and size, and decoding onto the working grid.
    pub decode: Duration,
    /// Blur, resize, turn and colour.
    pub resize: Duration,
    /// Encoding.
    pub encode: Duration,
    /// Writing.
    pub store: Duration,
}

impl Times {
    /// All steps together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.read + self.decode + self.resize + self.encode + self.store
    }

    /// Adds `took` to the time of `step`.
    pub fn add(&mut self, step: Step, took: Duration) {
        let slot = match step {
            Step::Walk | Step::Read => &mut self.read,
            Step::Probe | Step::Decode => &mut self.decode,
            Step::Resize => &mut self.resize,
            Step::Encode => &mut self.encode,
            Step::Store => &mut self.store,
        };
        *slot += took;
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// Every source had its turn.
    #[default]
    Complete,
    /// The run was asked to stop before that.
    Interrupted,
    /// It could not go on: what made one file fail would have made all others fail, too.
    Stopped,
}

/// The sums of a run.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// What the walk found.
    pub found: u64,
    /// Sources whose thumbnails were written, or would be in a dry run.
    pub written: u64,
    /// Sources whose thumbnails were there already.
    pub up_to_date: u64,
    /// Sources left out.
    pub skipped: u64,
    /// Sources that should have had a thumbnail.
    pub failed: u64,
    /// Of the skipped ones, those that the run ended before.
    pub not_begun: u64,
    /// Thumbnails that were removed because their source is gone, or would be in a dry run.
    pub removed: u64,
    /// Whether nothing was written.
    pub effect: Effect,
    /// Thumbnails written; as many as `written` where one size was asked for.
    pub thumbnails: u64,
    /// Bytes of the sources that were written.
    pub bytes_in: u64,
    /// Bytes of the thumbnails.
    pub bytes_out: u64,
    /// Time of the steps, summed over all workers.
    pub times: Times,
    /// Wall time of the whole run.
    pub wall: Duration,
    /// Workers that the run had.
    pub workers: usize,
    /// How it ended.
    pub ending: Ending,
    /// What it could not go on for, where it [was stopped](Ending::Stopped).
    pub stopped_by: Option<String>,
    /// What `--compare` found, where it was asked for.
    pub comparison: Option<Comparison>,
}

/// One worker against all of them, over the same sources.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Wall time with one worker.
    pub sequential: Duration,
    /// Wall time with all workers.
    pub parallel: Duration,
    /// Sources whose outcome or bytes were not the same in both.
    pub differing: Vec<PathBuf>,
}

impl Comparison {
    /// How many times as fast all workers were.
    #[must_use]
    pub fn speed_up(&self) -> f64 {
        self.sequential.as_secs_f64() / self.parallel.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Totals {
    /// Counts one source.
    pub fn count(&mut self, outcome: &Outcome) {
        self.found += 1;
        match outcome {
            Outcome::Written(written) => {
                self.written += 1;
                self.thumbnails += written.thumbnails.len() as u64;
                self.bytes_in += written.bytes;
                self.bytes_out += written.thumbnails.iter().map(|t| t.bytes).sum::<u64>();
                for (step, took) in written.times.by_step() {
                    self.times.add(step, took);
                }
            }
            Outcome::Planned(planned) => {
                self.written += 1;
                self.thumbnails += planned.len() as u64;
            }
            Outcome::UpToDate(_) => self.up_to_date += 1,
            Outcome::Skipped(reason) => {
                self.skipped += 1;
                self.not_begun += u64::from(matches!(reason, SkipReason::Interrupted | SkipReason::Stopped));
            }
            Outcome::Failed(_) => self.failed += 1,
        }
    }

    /// Sources that had their turn.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.found - self.not_begun
    }

    /// Sources that had their turn, per second of wall time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of files is far below 2^52")]
    pub fn files_per_second(&self) -> f64 {
        self.done() as f64 / self.wall.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Times {
    /// The five steps that are timed, in their order.
    #[must_use]
    pub const fn by_step(&self) -> [(Step, Duration); 5] {
        [
            (Step::Read, self.read),
            (Step::Decode, self.decode),
            (Step::Resize, self.resize),
            (Step::Encode, self.encode),
            (Step::Store, self.store),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_kinds_add_up_to_what_was_found() {
        let mut totals = Totals::default();
        let outcomes = [
            Outcome::UpToDate(Current::Unchanged),
            Outcome::Skipped(SkipReason::EmptyFile),
            Outcome::Skipped(SkipReason::NotAPicture(None)),
            Outcome::Failed(Box::new(
                crate::error::Cause::Empty(Size::new(0, 1)).in_step(Step::Probe).at("a".as_ref()),
            )),
        ];
        for outcome in &outcomes {
            totals.count(outcome);
        }
        assert_eq!(totals.found, 4);
        assert_eq!(totals.written + totals.up_to_date + totals.skipped + totals.failed, totals.found);
        assert_eq!(totals.skipped, 2);
    }
}
