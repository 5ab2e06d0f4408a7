//! A batch thumbnailer: walks directories of images, and blurs and shrinks each on every core.
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
//! | [`plan`] | walks the inputs and decides every name | directories, metadata |
//! | [`execute`] | runs jobs on all cores, and abandons workers that hang; the only user of rayon | threads |
//! | [`thumbnail`] | makes the thumbnails of one source, on one thread | reads one file |
//! | `formats` | sniffs, opens and decodes each format, a folder for each | reads what it is given; starts the processes that render vector images |
//! | `color` | brings samples to the colours of the thumbnail's format, and upright | none |
//! | `pixels` | planes of samples, reduced to the working grid and blurred | none |
//! | [`ledger`] | stores thumbnails; knows which files of the output directory are ours, and which are up to date | writes the output directory |
//! | the crate [`jpeg_shrink`] | decodes JPEGs only as far as a thumbnail needs, and encodes them; knows nothing of the rest | none: bytes in, rows out, and back |
//! | the crate `webp_shrink` (feature) | decodes WebP to rows of planes; knows nothing of the rest | none: bytes in, planes out |
//! | the crate [`photo_container`] | finds the images inside RAW files, JPEGs, HEIF and TIFF; knows nothing of the rest | none: reads what it is given |
//! | `desktop` | fills the thumbnail cache of Linux desktops | writes to the cache |
//! | `gallery` | lays out pages that show the thumbnails | none |
//! | `sheet` (feature) | draws contact sheets of the thumbnails | none |
//! | [`report`] | writes what a run did, and reads it again | none: writes to a writer |
//! | [`mod@format`] | the registry of formats, a row for each | none |
//! | [`options`], [`geometry`], [`facts`], [`mod@digest`], [`previous_run`], [`outcome`], [`error`] | the values that are passed on | none |
//!
//! Every source ends as exactly one [`Outcome`]. No file in a directory stops the run. A file is replaced only if the ledger
//! names it as a thumbnail.
//!
//! # Examples
//!
//! ```
//! use thumbs::{Options, make_thumbnails};
//!
//! # let bytes = include_bytes!("../thumbs/chart.png");
//! let made = make_thumbnails(bytes, &Options::default())?;
//! assert!(made.thumbnails[0].size.width <= 50);
//! # Ok::<(), thumbs::PictureError>(())
//! ```
//!
//! ```no_run
//! use thumbs::{Cancel, Config, run};
//!
//! let config = Config::new(vec!["images".into()]);
//! let totals = run(&config, &Cancel::default(), &mut |record: &thumbs::Record| {
//!     println!("{}: {}", record.source.display(), record.outcome.name());
//! })?;
//! assert_eq!(totals.found, totals.written + totals.up_to_date + totals.skipped + totals.failed);
//! # Ok::<(), thumbs::Error>(())
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test may fail")
)]

pub mod digest;
pub mod error;
pub mod execute;
pub mod facts;
pub mod format;
pub mod geometry;
pub mod ledger;
pub mod options;
pub mod outcome;
pub mod plan;
pub mod previous_run;
pub mod report;
pub mod thumbnail;

mod color;
mod desktop;
mod formats;
mod gallery;
mod pixels;
mod run;
#[cfg(feature = "contact-sheet")]
mod sheet;
mod url;

use jpeg_shrink as jpeg;
use photo_container as container;
#[cfg(feature = "webp")]
use webp_shrink as webp;

pub use error::{Cause, Error, FileError};
pub use execute::Cancel;
pub use geometry::Size;
pub use options::{Config, Options};
pub use outcome::{Outcome, Record, Totals};
pub use run::{Observer, PictureError, Single, compare, make_single, make_thumbnails, run};
