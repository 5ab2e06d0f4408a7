//! Adds to the text of errors what the user of the program can do: the options of the command line that help. The errors
//! themselves name none, as they reach users of the library, too.

use std::io;

use crate::error::{Cause, Error, FileError};
use crate::options::NameProblem;
use crate::outcome::SkipReason;

/// An error or a reason, as the program shows it.
pub trait Explain {
    /// Returns the text with the option that helps, if there is one.
    fn explain(&self) -> String;
}

impl Explain for Cause {
    fn explain(&self) -> String {
        let remedy = match self {
            Self::TooManyPixels { .. } => "; raise it with --max-pixels".to_string(),
            Self::TooManyBytes { .. } => "; raise it with --max-file-size".to_string(),
            // Estimates err high, but not by this much.
            Self::TooMuchMemory { needed, free } if needed / HOPELESS < *free => {
                format!("; use --max-memory {}M to try anyway", needed.div_ceil(1 << 20))
            }
            Self::NameTaken(_) => "; use --keep-parents, or an --output directory for each".to_string(),
            Self::Occupied { .. } => format!("; {ELSEWHERE}, or use --force to replace it"),
            Self::NamedAlike(_) => {
                "; tell them apart with --name and {dir}, {stem}, {hash} or {index} in it".to_string()
            }
            Self::IoAt { error, .. } if error.kind() == io::ErrorKind::InvalidFilename => {
                "; --name '{dir}/{hash}.{ext}' makes shorter names".to_string()
            }
            Self::IoAt { error, .. } if error.kind() == io::ErrorKind::NotADirectory => {
                format!("; move that file, or {ELSEWHERE}")
            }
            Self::NotOurs(_) => "; use --force to replace it".to_string(),
            Self::NeverReplaced(path) => {
                let path = path.display();
                return format!(
                    "{path} is an image of this run or a directory, which --force never replaces; {ELSEWHERE}"
                );
            }
            Self::IsSource(_) => format!("; {ELSEWHERE}"),
            Self::NoThumbnail(reason) => return reason.explain(),
            Self::Hung(_) => "; raise --timeout to wait longer".to_string(),
            Self::TooSlow(_) => "; --timeout allows more".to_string(),
            Self::TooDamaged { .. } => "; --damaged keep makes a thumbnail of it anyway".to_string(),
            _ => String::new(),
        };
        format!("{self}{remedy}")
    }
}

/// The multiple of the free memory from which on a larger budget is no remedy.
const HOPELESS: u64 = 4;

const ELSEWHERE: &str = "choose another directory with --output";

impl Explain for FileError {
    fn explain(&self) -> String {
        match &self.cause {
            // Its text has the path in its midst.
            Cause::Io(_) => self.to_string(),
            cause => format!("{}: {}", self.path.display(), cause.explain()),
        }
    }
}

impl Explain for SkipReason {
    fn explain(&self) -> String {
        let remedy = match self {
            Self::LinkNotFollowed => " (use --follow)",
            Self::FailedBefore => " (--force tries again)",
            _ => "",
        };
        format!("{self}{remedy}")
    }
}

impl Explain for Error {
    fn explain(&self) -> String {
        let remedy = match self {
            Self::Output { .. } => "; choose another one with --output",
            Self::OutputIsInput { .. } => "; choose another one with --output, or other names with --name",
            Self::NotOurs { .. } => "; use --force to replace it",
            Self::Workers { .. } => "; use fewer with --jobs",
            Self::NoInput => {
                return "no input: name files or directories, or give --resume the report of an earlier run"
                    .to_string();
            }
            Self::Names { reason } => return reason.explain(),
            _ => "",
        };
        format!("{self}{remedy}")
    }
}

impl Explain for NameProblem {
    fn explain(&self) -> String {
        self.to_string().replace("the template of names", "--name")
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::error::{ImageError, Step};
    use crate::geometry::Size;
    use crate::options::{Format, OptionsError};

    fn causes() -> Vec<Cause> {
        let (path, detail, format) = (PathBuf::from("a/b"), "cut off".to_string(), Format::Png);
        let error = Arc::new(io::Error::from_raw_os_error(5));
        let size = Size::new(4, 5);
        vec![
            Cause::Io(Arc::clone(&error)),
            Cause::IoAt { path: path.clone(), error },
            Cause::TooManyPixels { size, limit: 7 },
            Cause::TooManyBytes { bytes: 7, limit: 6 },
            Cause::TooMuchMemory { needed: 7 << 20, free: 6 << 20 },
            Cause::NameTaken(path.clone()),
            Cause::NamedAlike(path.clone()),
            Cause::NotOurs(path.clone()),
            Cause::Occupied { thumbnail: path.clone(), image: path.clone() },
            Cause::NeverReplaced(path.clone()),
            Cause::IsSource(path.clone()),
            Cause::NoThumbnail(SkipReason::LinkNotFollowed),
            Cause::Hung("reading hung for more than 9 s".to_string()),
            Cause::NotBegun,
            Cause::LinkOut(path.clone()),
            Cause::OutputGone(path),
            Cause::Empty(size),
            Cause::Damaged { format, detail: detail.clone() },
            Cause::TooDamaged { format, detail: detail.clone() },
            Cause::Unsupported { format, detail: detail.clone() },
            Cause::Encode { format, detail: detail.clone() },
            Cause::Limit(detail.clone()),
            Cause::TooSlow(detail.clone()),
            Cause::Options(OptionsError::NoSizes),
            Cause::Resize(detail.clone()),
            Cause::Panic(detail),
        ]
    }

    fn errors() -> Vec<Error> {
        let path = PathBuf::from("a/b");
        let source = || io::Error::from_raw_os_error(5);
        let names = [
            NameProblem::SizesUntold,
            NameProblem::NoSide,
            NameProblem::SameSide,
            NameProblem::NumbersInShards,
            NameProblem::DesktopSize,
        ];
        let mut errors = vec![
            Error::Input { path: path.clone(), source: source() },
            Error::Output { path: path.clone(), source: source() },
            Error::Thumbnail { path: path.clone(), source: source() },
            Error::NotOurs { path: path.clone() },
            Error::OutputIsInput { path: path.clone() },
            Error::Options(OptionsError::NoFormats),
            Error::NoInput,
            Error::Interrupted,
            Error::Storage { path: "s3://a".into(), reason: "no reason".to_string() },
            Error::Workers { workers: 7, reason: "no room".to_string() },
            Error::EarlierReport { path: path.clone(), reason: "no report".to_string() },
            Error::Report { path, source: source() },
        ];
        errors.extend(names.map(|reason| Error::Names { reason }));
        errors
    }

    fn skips() -> Vec<SkipReason> {
        vec![
            SkipReason::NotAnImage(None),
            SkipReason::NotAnImage(Some(Format::Png)),
            SkipReason::Foreign("FITS"),
            SkipReason::NotBuiltIn(Format::Pdf),
            SkipReason::EmptyFile,
            SkipReason::NotAFile,
            SkipReason::LinkNotFollowed,
            SkipReason::LinkLoop,
            SkipReason::LinkedTooOften,
            SkipReason::LinkIntoOutput,
            SkipReason::HoldsThumbnails,
            SkipReason::NamedTwice("a".into()),
            SkipReason::FailedBefore,
            SkipReason::Before("no reason".to_string()),
            SkipReason::NoLongerThere,
            SkipReason::NotInInputs,
            SkipReason::Superseded,
            SkipReason::Interrupted,
            SkipReason::Stopped,
        ]
    }

    /// Returns the number of variants in the definition of an enum.
    fn variants(source: &str, name: &str) -> usize {
        let (_, body) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
        let body = body.split("\n}").next().unwrap();
        let is_variant = |line: &&str| line.starts_with("    ") && line.as_bytes()[4].is_ascii_uppercase();
        body.lines().filter(|line| line.len() > 4).filter(is_variant).count()
    }

    #[test]
    fn no_error_names_an_option_of_the_command_line_by_itself() {
        let sources = [include_str!("../error/cause.rs"), include_str!("../error/run.rs")];
        assert_eq!(causes().len(), variants(sources[0], "Cause"));
        // Each problem with names is one of these errors.
        assert_eq!(errors().len(), variants(sources[1], "Error") + 4);
        // Of one, both forms are tried.
        assert_eq!(skips().len(), variants(include_str!("../outcome/skip.rs"), "SkipReason") + 1);
        let of_image = [ImageError::NotAnImage, ImageError::UnsupportedFormat("FITS")].map(|error| error.to_string());
        let texts = causes().into_iter().flat_map(|cause| {
            let of_image = ImageError::from(cause.clone().in_step(Step::Decode)).to_string();
            [cause.to_string(), of_image, cause.in_step(Step::Decode).at("a".as_ref()).to_string()]
        });
        let texts = texts.chain(errors().into_iter().map(|error| error.to_string())).chain(of_image);
        for text in texts.chain(skips().into_iter().map(|reason| reason.to_string())) {
            assert!(!text.contains("--") && !text.is_empty(), "{text}");
        }
    }

    #[test]
    fn an_explanation_says_what_the_error_says_and_what_to_do() {
        let explained = |cause: Cause| cause.in_step(Step::Decode).at("in/a".as_ref()).explain();
        assert_eq!(
            explained(Cause::TooMuchMemory { needed: (7 << 20) - 1, free: 6 << 20 }),
            "in/a: the image needs 7 MiB of memory, 6 MiB are free; use --max-memory 7M to try anyway"
        );
        assert_eq!(
            explained(Cause::TooMuchMemory { needed: 40 << 20, free: 6 << 20 }),
            "in/a: the image needs 40 MiB of memory, 6 MiB are free"
        );
        assert_eq!(
            explained(Cause::NeverReplaced("b".into())),
            "in/a: b is an image of this run or a directory, which --force never replaces; choose another directory \
             with --output"
        );
        assert_eq!(
            explained(Cause::NoThumbnail(SkipReason::LinkNotFollowed)),
            "in/a: symbolic link not followed (use --follow)"
        );
        assert_eq!(
            Error::Names { reason: NameProblem::SameSide }.explain(),
            "two sizes have the same {width} or {height}; use {size} in --name"
        );
        let helped = causes().iter().filter(|cause| cause.explain() != cause.to_string()).count();
        let helped_run = errors().iter().filter(|error| error.explain() != error.to_string()).count();
        assert_eq!((helped, helped_run), (13, 8));
    }
}
