//! A batch thumbnailer: walks folders of pictures and, on every core at once, blurs and shrinks each into a thumbnail.
//!
//! # The way of the data
//!
//! ```text
//! words ──▶ Config ──▶ Plan (jobs) ──▶ Outcomes (plan order) ──▶ Report ──▶ text · json · ndjson · csv
//!                         │
//!           one Job ──▶ Header ──▶ working grid ──▶ thumbnail ──▶ bytes ──▶ file
//!                      probe       decode · shrink   blur · resize   encode    store
//!                                                    orient · color
//! ```
//!
//! | module | what it does | touches the world |
//! |---|---|---|
//! | `cli` (binary only) | words typed → [`Config`]; progress, exit status | terminal, environment |
//! | [`plan`] | [`Config`] → [`plan::Plan`] | directories, metadata |
//! | [`execute`] | jobs → results, on all cores; the only rayon | threads |
//! | [`thumbnail`] | one source → its thumbnails, on one thread | reads one file, writes its thumbnails; starts the processes that render vector pictures |
//! | [`jpeg`] | the shrink-on-load JPEG decoder; knows nothing of the rest | no: bytes in, planes out |
//! | `webp` (feature) | the shrink-on-load WebP decoder; knows nothing of the rest | no: bytes in, planes out |
//! | [`container`] | finds the pictures inside RAW files, JPEGs, HEIF and TIFF; knows nothing of the rest | no: reads what it is given |
//! | [`report`] | outcomes → a writer | no |
//! | [`watch`] | the marks of a worker, by which it is seen to hang | no |
//! | [`options`], [`mod@format`], [`geometry`], [`earlier`], [`outcome`], [`error`] | the values that travel | no |
//!
//! Every source ends as exactly one [`Outcome`], and nothing that a folder holds ends the run.
//!
//! # One picture in memory, one folder
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

pub mod container;
pub mod digest;
pub mod earlier;
pub mod error;
pub mod execute;
pub mod facts;
pub mod format;
pub mod geometry;
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fields of a bit stream are cut out by casts; sizes have 16 bits"
)]
pub mod jpeg;
pub mod ledger;
pub mod options;
pub mod outcome;
pub mod plan;
pub mod report;
pub mod thumbnail;
pub mod watch;
#[cfg(feature = "webp")]
pub mod webp;

mod run;

pub use error::{Cause, Error, FileError};
pub use execute::Cancel;
pub use geometry::Size;
pub use options::{Config, Options};
pub use outcome::{Outcome, Record, Totals};
pub use run::{Observer, PictureError, compare, make_thumbnails, run};
