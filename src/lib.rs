//! Makes thumbnails: of one image, or of directories of images on every core.
//!
//! | use | function |
//! |---|---|
//! | one image in memory, in a file or from a reader | [`thumbnail()`], [`thumbnail_file`], [`thumbnail_reader`] |
//! | many images, on threads of your own | [`Thumbnailer`] |
//! | pixels in place of encoded files | [`Thumbnailer::pixels`], [`Thumbnailer::pixels_file`] |
//! | format, size and orientation of an image | [`probe`] |
//! | directories, with a ledger of what is up to date (feature `batch`) | [`run`], [`records`] |
//!
//! ```
//! use thumbs::{Options, thumbnail};
//!
//! # let bytes = include_bytes!("../thumbs/chart.png");
//! let options = Options::builder().size(40).build()?;
//! let made = thumbnail(bytes, &options)?;
//! assert_eq!(made.thumbnails[0].size.width, 40);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```no_run
//! use thumbs::{Cancel, Config, run};
//!
//! let config = Config::new(vec!["images".into()]);
//! let totals = run(&config, &Cancel::default(), |record| {
//!     println!("{}: {}", record.source.display(), record.outcome.name());
//! })?;
//! assert_eq!(totals.found, totals.written + totals.up_to_date + totals.skipped + totals.failed);
//! # Ok::<(), thumbs::Error>(())
//! ```
//!
//! # Features
//!
//! Without default features, the crate reads and writes JPEG and PNG, and builds in half a minute. Each further format is a
//! feature, and `formats` is all of them. `animation`, `exact`, `metadata`, `placeholder`, `small` and `color-names` serve one option each,
//! which is an error without its feature. `image` takes and gives images of the crate of that name, `serde` reads and writes
//! options, `batch` runs over directories and serializes their records, `contact-sheet` draws sheets, `archive` reads and writes tar
//! archives, and `cloud` takes URLs of objects as inputs and outputs. `cli` is for the program alone.
//!
//! # Data flow
//!
//! ```text
//! arguments ──▶ Config ──▶ Plan (jobs) ──▶ Outcomes (as files are done) ──▶ Report ──▶ text · json · ndjson · csv
//!                            │                   └─▶ Ledger (what the output directory holds)
//!              one Job ──▶ opened image ──▶ working grid ──▶ thumbnail ──▶ bytes ──▶ file
//!                         sniff · parse    decode · shrink   blur · resize   encode    store
//!                                                            orient · color
//! ```
//!
//! | module | task | side effects |
//! |---|---|---|
//! | `cli` (binary only) | parses arguments into a [`Config`]; progress, exit status | terminal, environment |
//! | `run` (`batch`) | ties the modules below together | those of the modules |
//! | `plan` (`batch`) | walks the inputs and decides every name | directories, metadata |
//! | `execute` | runs jobs on all cores, and abandons workers that hang; the only user of rayon | threads |
//! | `thumbnail` | makes the thumbnails of one source, on one thread | reads one file |
//! | `formats` | sniffs, opens and decodes each format, a folder for each | reads what it is given; starts the processes that render vector images |
//! | `color` | brings samples to the colours of the thumbnail's format, and upright | none |
//! | `pixels` | planes of samples, reduced to the working grid and blurred | none |
//! | `ledger` (`batch`) | stores thumbnails; knows which files of the output directory are ours, and which are up to date | writes the output directory |
//! | the crate [`jpeg_shrink`] | decodes JPEGs only as far as a thumbnail needs, and encodes them; knows nothing of the rest | none: bytes in, rows out, and back |
//! | the crate `webp_shrink` (feature) | decodes WebP to rows of planes; knows nothing of the rest | none: bytes in, planes out |
//! | the crate [`photo_container`] | finds the images inside RAW files, JPEGs, HEIF and TIFF; knows nothing of the rest | none: reads what it is given |
//! | `desktop` (`batch`) | fills the thumbnail cache of Linux desktops | writes to the cache |
//! | `gallery` (`batch`) | lays out pages that show the thumbnails | none |
//! | `sheet` (`contact-sheet`) | draws contact sheets of the thumbnails | none |
//! | `report` (`batch`) | writes what a run did, with the options that help, and reads it again | none: writes to a writer |
//! | `storage` | reads, lists and writes objects that URLs name (`cloud`) | requests to stores |
//! | `archive` (`batch`) | reads members of archives, and writes archives (`archive`) | files |
//! | `format` | the registry of formats, a row for each | none |
//! | [`options`], [`geometry`], `facts`, `digest`, `previous_run`, [`outcome`], [`error`] | the values that are passed on | none |
//!
//! Every source ends as exactly one [`Outcome`]. No file in a directory stops the run. A file is replaced only if the ledger
//! names it as a thumbnail. Modules are private unless a user needs them; `internal` is the door of this package's own program, tests
//! and benches.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test may fail")
)]

pub mod error;
#[cfg_attr(
    not(all(feature = "cli", feature = "formats")),
    allow(dead_code, reason = "some formats and options need only a part")
)]
pub mod geometry;
pub mod options;
pub mod outcome;

#[cfg(feature = "batch")]
mod archive;
#[cfg(feature = "batch")]
mod digest;
#[cfg_attr(not(feature = "batch"), allow(dead_code, reason = "a single image is watched by nobody"))]
mod execute;
#[cfg_attr(not(feature = "batch"), allow(dead_code, reason = "a single image is not looked up"))]
mod facts;
mod format;
#[cfg(feature = "batch")]
mod ledger;
#[cfg(feature = "batch")]
mod plan;
#[cfg(feature = "batch")]
mod previous_run;
#[cfg(feature = "batch")]
mod report;
#[cfg_attr(
    not(all(feature = "cli", feature = "formats")),
    allow(dead_code, reason = "some formats and options need only a part")
)]
mod thumbnail;

#[cfg_attr(
    not(all(feature = "cli", feature = "formats")),
    allow(dead_code, reason = "some formats and options need only a part")
)]
mod color;
#[cfg(feature = "batch")]
mod desktop;
mod formats;
#[cfg(feature = "batch")]
mod gallery;
#[cfg_attr(
    not(all(feature = "cli", feature = "formats")),
    allow(dead_code, reason = "some formats and options need only a part")
)]
mod pixels;
#[cfg(feature = "batch")]
mod run;
#[cfg(feature = "contact-sheet")]
mod sheet;
mod storage;
#[cfg(feature = "batch")]
mod url;

use jpeg_shrink as jpeg;
use photo_container as container;
#[cfg(feature = "webp")]
use webp_shrink as webp;

pub use error::{Cause, ImageError};
#[cfg(feature = "batch")]
pub use error::{Error, FileError};
#[cfg(feature = "batch")]
pub use execute::Cancel;
pub use geometry::Size;
#[cfg(feature = "batch")]
pub use options::Config;
pub use options::{Format, Options, OptionsBuilder, OptionsError};
#[cfg(feature = "batch")]
pub use outcome::{Outcome, Record, Totals};
#[cfg(feature = "batch")]
pub use run::{Observer, Records, records, run, run_with};
pub use thumbnail::{
    Encoded, Header, PixelLayout, Pixels, SERVE_WORD, Thumbnailer, Thumbnails, probe, serve_renderings, thumbnail,
    thumbnail_file, thumbnail_reader,
};

/// The door for this package's own program, tests, benches and fuzz targets. Anything behind it may change in any version.
#[cfg(feature = "batch")]
#[doc(hidden)]
pub mod internal {
    pub use crate::run::{Single, compare, make_single, make_single_with};

    pub mod archive {
        pub use crate::archive::has_name_of_archive;
    }

    pub mod execute {
        pub use crate::execute::WORKER_NAME;
        pub use crate::execute::watchdog::Watch;
    }

    pub mod ledger {
        pub use crate::ledger::{DIRECTORY, is_ledger};
    }

    pub mod plan {
        pub use crate::plan::{Files, Found, Places, Plan};
    }

    pub mod report {
        pub use crate::report::{
            Destination, Detail, Explain, Form, MARKED_WITHIN, NdJson, Reading, Report, Scope, Text, Unreadable,
            counted, escape_controls, is_report, read_earlier,
        };
    }

    pub mod storage {
        pub use crate::storage::{is_url, local};
    }

    pub mod thumbnail {
        pub use crate::thumbnail::{
            FromFile, JobContext, Renderer, Workbench, make, make_file, sniff_file, sniff_format,
        };
    }
}
