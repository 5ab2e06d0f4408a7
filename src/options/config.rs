//! Defines the configuration of a run: its inputs and output, and the number of workers.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::memory::Memory;
use super::output::{Bookkeeping, Effect, Existing, Foreign, Gallery, Layout, Orphans, Packing};
use super::per_image::Options;
use super::selection::Selection;
use super::sheet::ContactSheet;
use super::template::Template;
use crate::previous_run::PreviousRun;

/// The configuration of one run over files and folders.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Files and folders to read. Folders are walked recursively.
    pub inputs: Vec<PathBuf>,
    /// Files from a list. One that does not exist fails alone. Each keeps the directories that it is named with.
    /// Default: none.
    pub listed: Vec<PathBuf>,
    /// The treatment of a run without inputs and listed files. Default: [`NoInput::Refuse`].
    pub no_input: NoInput,
    /// The files of the input directories that are taken. Default: all that are not hidden.
    pub selection: Selection,
    /// The directory that relative paths start from, as named in reports. Default: the current one.
    pub directory: PathBuf,
    /// The folder for the thumbnails, which keeps the structure of each input folder. Default: `thumbs`.
    pub output: PathBuf,
    /// The options for each image.
    pub options: Options,
    /// Number of workers; each processes one file at a time. Default: the number of cores that the process may use.
    pub workers: NonZeroUsize,
    /// The treatment of thumbnails that exist already. Default: [`Existing::Replace`].
    pub existing: Existing,
    /// The treatment of files that would be replaced but aren't our thumbnails. Default: [`Foreign::Refuse`].
    pub foreign: Foreign,
    /// The treatment of thumbnails whose source is gone. Default: [`Orphans::Keep`].
    pub orphans: Orphans,
    /// Whether anything is written. Default: [`Effect::Write`].
    pub effect: Effect,
    /// Whether the ledger is written. Default: [`Bookkeeping::On`].
    #[doc(hidden)]
    pub bookkeeping: Bookkeeping,
    /// Whether pages that show the thumbnails are written. Default: [`Gallery::Off`].
    pub gallery: Gallery,
    /// The contact sheet, for all thumbnails that the ledger names. Builds without the feature `contact-sheet` write none. Default:
    /// none.
    pub contact_sheet: Option<ContactSheet>,
    /// The paths of thumbnails below the output directory. Default: [`Layout::Mirror`].
    pub layout: Layout,
    /// Whether thumbnails become members of archives. Default: [`Packing::ByName`].
    pub packing: Packing,
    /// The template for the paths of thumbnails, in place of their sources' names. Default: none.
    pub template: Option<Template>,
    /// The report of an earlier run. Default: empty.
    pub previous_run: PreviousRun,
    /// The symbolic links that are followed. Default: [`Links::WithinTree`].
    pub links: Links,
    /// Memory budget of the files in progress. Default: half of the free memory.
    pub memory: Memory,
    /// Maximum time of a read before its file fails; `None` for no limit. Decoding has 10 times as long, multiplied by
    /// the number of workers per core. A [rendering process](Self::renderer) has 2 s of processor time, more for large
    /// images or if this exceeds its default. Default: 60 s.
    pub timeout: Option<Duration>,
    /// The program whose processes render vector images, so that no image can end the run. It is started with
    /// [`SERVE_WORD`](crate::SERVE_WORD). If `None`, they are rendered in this process. Default: `None`; the
    /// command line uses its own program.
    pub renderer: Option<PathBuf>,
}

impl Config {
    /// Returns the defaults of the command line for these inputs.
    #[must_use]
    pub fn new(inputs: Vec<PathBuf>) -> Self {
        Self {
            inputs,
            listed: Vec::new(),
            no_input: NoInput::default(),
            selection: Selection::default(),
            directory: std::env::current_dir().unwrap_or_default(),
            output: PathBuf::from("thumbs"),
            options: Options::default(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            existing: Existing::default(),
            foreign: Foreign::default(),
            orphans: Orphans::default(),
            effect: Effect::default(),
            bookkeeping: Bookkeeping::default(),
            gallery: Gallery::default(),
            contact_sheet: None,
            layout: Layout::default(),
            packing: Packing::default(),
            template: None,
            previous_run: PreviousRun::default(),
            links: Links::default(),
            memory: Memory::default(),
            timeout: Some(Duration::from_secs(60)),
            renderer: None,
        }
    }
}

/// The treatment of a run without inputs and listed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoInput {
    /// An error: somebody forgot them.
    #[default]
    Refuse,
    /// A run of no files, as the list of files was empty.
    Accept,
}

/// The symbolic links that are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Links {
    /// Links to files that lie under one of the inputs.
    #[default]
    WithinTree,
    /// All links, also to folders and out of the inputs. A loop is reported and skipped.
    All,
}
