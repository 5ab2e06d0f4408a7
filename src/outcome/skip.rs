//! Defines the reasons for which a source is skipped.

use std::fmt;
use std::path::PathBuf;

use crate::options::Format;

/// The reason for which a source was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// The content has no known format. The value is the format that the name claims, if any.
    NotAnImage(Option<Format>),
    /// An image of a format that can't be decoded, given by its name.
    Foreign(&'static str),
    /// An image of a format whose Cargo feature this build lacks.
    NotBuiltIn(Format),
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
    /// A member of an archive that has the name of a later one.
    Superseded,
    /// It gave no thumbnail before, as the cache of the desktop notes.
    FailedBefore,
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
                | Self::Superseded
                | Self::FailedBefore
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
            Self::NotAnImage(None) => f.write_str("not an image"),
            Self::NotAnImage(Some(claimed)) => {
                write!(f, "not an image, despite its {} file extension", claimed.label())
            }
            Self::Foreign(name) => write!(f, "{name} files are not supported"),
            Self::NotBuiltIn(format) => {
                write!(f, "{} files take a build with the feature {}", format.label(), format.name())
            }
            Self::EmptyFile => f.write_str("empty file"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::LinkNotFollowed => f.write_str("symbolic link not followed"),
            Self::LinkLoop => f.write_str("symbolic link loop"),
            Self::LinkedTooOften => f.write_str("symbolic link to a directory that too many others lead to"),
            Self::LinkIntoOutput => f.write_str("symbolic link into the output directory"),
            Self::HoldsThumbnails => f.write_str("a directory of thumbnails; name it as an input to include it"),
            Self::Superseded => f.write_str("a later file of the archive has the same name"),
            Self::FailedBefore => f.write_str("gave no thumbnail before"),
            Self::Before(reason) => f.write_str(reason),
            Self::NamedTwice(first) => write!(f, "same file as {}", first.display()),
            Self::NoLongerThere => f.write_str("no longer exists"),
            Self::NotInInputs => f.write_str("failed in the earlier run, but is in none of the inputs"),
            Self::Interrupted => f.write_str("not started (interrupted)"),
            Self::Stopped => f.write_str("not started (run stopped)"),
        }
    }
}
