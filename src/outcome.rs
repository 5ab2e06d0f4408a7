//! Defines the outcome of one source. Every source ends as exactly one [`Outcome`]. [`Totals`] counts them, and its
//! four kinds add up to the number of sources found.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{FileError, Step};
use crate::geometry::{Orientation, Size};
use crate::options::{Effect, Format};

/// One source and its outcome.
#[derive(Debug)]
pub struct Record {
    /// The source's index in the plan, which has the order of the walk. Records arrive as files finish.
    pub index: usize,
    /// The source's path as the walk names it: the input as typed, then the path below it.
    pub source: PathBuf,
    /// Returns the source's length in bytes when it was found. Anything but a file has 0.
    pub bytes: u64,
    /// The source's outcome.
    pub outcome: Outcome,
    /// The index of the worker that processed it. `None` if no worker was needed.
    pub worker: Option<usize>,
}

/// The outcome of one source.
#[derive(Debug)]
pub enum Outcome {
    /// The thumbnails were written.
    Written(Box<Written>),
    /// The thumbnails would be written: the outcome of a dry run.
    Planned(Vec<Planned>),
    /// The thumbnails existed already.
    UpToDate(Current),
    /// The source was skipped, which is no error.
    Skipped(SkipReason),
    /// The source should have a thumbnail and has none.
    Failed(Box<FileError>),
}

impl Outcome {
    /// Returns the name used in messages and reports.
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
    /// The path of the thumbnail.
    pub path: PathBuf,
    /// Whether it would replace an existing thumbnail.
    pub replaces: bool,
}

/// The reason for which thumbnails are up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Current {
    /// They were not touched.
    Unchanged,
    /// Their source was moved, and they were renamed from these paths.
    Renamed(Vec<PathBuf>),
}

/// The reason for which a source was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// The content has no known format. The value is the format that the name claims, if any.
    NotAPicture(Option<Format>),
    /// An image of a format that can't be decoded, given by its name.
    Foreign(&'static str),
    /// A file of 0 bytes.
    EmptyFile,
    /// A FIFO, socket or device.
    NotAFile,
    /// A symbolic link to a folder, or out of the inputs.
    LinkNotFollowed,
    /// A symbolic link into a folder that contains the link itself.
    LinkLoop,
    /// A symbolic link into a folder to which too many others lead.
    LinkedTooOften,
    /// A symbolic link into the output folder: to a thumbnail, or to a file that one would replace.
    LinkIntoOutput,
    /// A directory of thumbnails: it has a ledger, and was not named as an input.
    HoldsThumbnails,
    /// The same file as an earlier source of the run.
    NamedTwice(PathBuf),
    /// An earlier run skipped it for this reason, and it is not to be tried again.
    Before(String),
    /// It failed in an earlier run, and no longer exists.
    NoLongerThere,
    /// It failed in an earlier run, and exists, but below none of the inputs.
    NotInInputs,
    /// The run was interrupted before the source was started.
    Interrupted,
    /// The run stopped before the source was started, for a reason that affects all sources.
    Stopped,
}

impl SkipReason {
    /// Returns whether the reason concerns the file itself. Others concern the run or a duplicate name.
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

/// A text that stands for an image until its thumbnail is loaded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placeholder {
    /// A `ThumbHash` in Base64.
    Thumbhash(String),
    /// A `BlurHash`.
    Blurhash(String),
    /// A colour, such as `#ff8800`.
    Color(String),
}

impl Placeholder {
    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        let (Self::Thumbhash(text) | Self::Blurhash(text) | Self::Color(text)) = self;
        text
    }
}

/// The thumbnails of one source, and their cost.
#[derive(Debug)]
pub struct Written {
    /// Format of the source, detected by its content.
    pub format: Format,
    /// Size of the source as stored, before it is turned.
    pub size: Size,
    /// The orientation that was applied to the source.
    pub orientation: Orientation,
    /// Length of the source in bytes.
    pub bytes: u64,
    /// Number of source px per working-grid px; 1 for a full decode.
    pub factor: u32,
    /// The image in the source from which the thumbnails were made.
    pub decoded_from: DecodedFrom,
    /// The damage of the source, if any.
    pub damage: Option<Damage>,
    /// The thumbnails, one per requested size.
    pub thumbnails: Vec<Thumbnail>,
    /// The placeholder, if one was asked for.
    pub placeholder: Option<Placeholder>,
    /// The treatment of the source's animation, if it has one.
    pub animation: Animated,
    /// The treatment of the source's gain map, if it has one and was to be kept.
    pub gain_map: KeptGainMap,
    /// Time of each step.
    pub times: Times,
}

/// The treatment of a source's animation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Animated {
    /// The source is still, or of a format whose animations are not decoded.
    #[default]
    Still,
    /// Its first frame alone is shown.
    FirstFrame,
    /// The same, although it was to be animated, for this reason.
    NotKept(String),
    /// Thumbnails show this many frames of the source.
    Kept(u32),
}

impl Animated {
    /// Returns the description for reports. `None` for a still source.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        match self {
            Self::Still => None,
            Self::FirstFrame => Some("first frame".to_string()),
            Self::NotKept(reason) => Some(format!("first frame: {reason}")),
            Self::Kept(frames) => Some(format!("{frames} frames")),
        }
    }
}

/// The treatment of a source's gain map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KeptGainMap {
    /// The source has none, or none was asked for.
    #[default]
    None,
    /// The JPEG thumbnails have it.
    Kept,
    /// They don't have it, for this reason.
    NotKept(String),
}

impl KeptGainMap {
    /// Returns the description for reports. `None` without a gain map.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Kept => Some("kept".to_string()),
            Self::NotKept(reason) => Some(format!("not kept: {reason}")),
        }
    }
}

/// The damage of an image that has a thumbnail nevertheless.
#[derive(Debug, Clone, PartialEq)]
pub struct Damage {
    /// The description for reports.
    pub detail: String,
    /// The share of the image that could be decoded, 0 to 1. It is 1 if no pixel is missing: if only alpha, text or a
    /// profile is lost, or the whole image is there but coarser than it should be.
    pub present: f64,
}

impl Damage {
    /// Returns the damage of an image with `there` of its `all` rows, blocks or pixels.
    #[expect(clippy::cast_precision_loss, reason = "2^53 is more than any picture has of them")]
    pub(crate) fn of_part(detail: impl Into<String>, there: u64, all: u64) -> Self {
        let present = if there >= all { 1.0 } else { there as f64 / all as f64 };
        Self { detail: detail.into(), present }
    }

    /// Returns damage that costs no pixels.
    pub(crate) fn of_whole(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), present: 1.0 }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// The image in a file from which its thumbnails are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecodedFrom {
    /// The main image of the file.
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
    /// Returns the name used in messages and reports.
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
    /// The path of the file.
    pub path: PathBuf,
    /// The size in px.
    pub size: Size,
    /// The format.
    pub format: Format,
    /// The length in bytes.
    pub bytes: u64,
    /// A digest of the content, for comparing the output of two runs.
    pub digest: u64,
}

/// The time of each step of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Reading the bytes.
    pub read: Duration,
    /// Detecting format and size, and decoding onto the working grid.
    pub decode: Duration,
    /// Blurring, resizing, turning and converting colours.
    pub resize: Duration,
    /// Encoding.
    pub encode: Duration,
    /// Writing.
    pub store: Duration,
}

impl Times {
    /// Returns the time of all steps together.
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

/// The ending of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// Every source was processed.
    #[default]
    Complete,
    /// The run was interrupted before that.
    Interrupted,
    /// The run could not go on, as the failure of one file would have repeated for all others.
    Stopped,
}

/// The totals of a run.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Number of sources found.
    pub found: u64,
    /// Sources whose thumbnails were written, or would be in a dry run.
    pub written: u64,
    /// Sources whose thumbnails existed already.
    pub up_to_date: u64,
    /// Sources skipped.
    pub skipped: u64,
    /// Sources that should have a thumbnail and have none.
    pub failed: u64,
    /// Skipped sources that the run did not reach.
    pub not_begun: u64,
    /// Thumbnails that were removed because their source is gone, or would be in a dry run.
    pub removed: u64,
    /// Pages that were written.
    pub pages: u64,
    /// Pages that could not be written.
    pub failed_pages: u64,
    /// Whether thumbnails were written.
    pub effect: Effect,
    /// Thumbnails written; the same as `written` if one size was requested.
    pub thumbnails: u64,
    /// Bytes of the sources of written thumbnails.
    pub bytes_in: u64,
    /// Bytes of the thumbnails.
    pub bytes_out: u64,
    /// Time of each step, added up over all workers.
    pub times: Times,
    /// Wall time of the whole run.
    pub wall: Duration,
    /// Number of workers.
    pub workers: usize,
    /// The ending of the run.
    pub ending: Ending,
    /// The reason, if the run [was stopped](Ending::Stopped).
    pub stopped_by: Option<String>,
    /// The result of `--compare`, if it was given.
    pub comparison: Option<Comparison>,
}

/// A comparison of one worker with all workers, over the same sources.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Wall time with one worker.
    pub sequential: Duration,
    /// Wall time with all workers.
    pub parallel: Duration,
    /// Sources whose outcome or bytes differ between the two.
    pub differing: Vec<PathBuf>,
}

impl Comparison {
    /// Returns the speed-up of all workers over one.
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

    /// Returns the number of sources that were processed.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.found - self.not_begun
    }

    /// Returns the number of processed sources per second of wall time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of files is far below 2^52")]
    pub fn files_per_second(&self) -> f64 {
        self.done() as f64 / self.wall.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Times {
    /// Returns the five timed steps in order.
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
