//! Tests the real binary on folders made for each test. Add a new test to the module of its topic.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a test may fail, and says why on its output"
)]

/// Allowed imports of modules, read from the sources.
mod animations;
mod architecture;
/// Tar archives as inputs and outputs.
mod archives;
/// Small files of great cost in time or memory.
mod bombs;
/// Colours of images with profiles, to the limit of visibility.
mod colours;
/// The contract of the command line: names, folders and messages.
mod command;
/// Real images, if `THUMBS_CORPUS` names a folder of them.
mod corpus;
/// Partly readable images, and previews in their place.
mod damaged;
/// The thumbnail cache of Linux desktops.
#[cfg(unix)]
mod desktop;
/// The encoders of thumbnails and their options.
mod encoders;
/// Expected outcomes of the corpus.
mod expectations;
/// External faults and their consequences.
mod faults;
/// A temporary folder, the binary, and its report.
mod fixture;
/// Thumbnails in several formats from one decode.
mod formats;
/// The versioned thumbnails.
mod gain_maps;
mod gallery;
mod golden;
/// Mistakes of users, and messages that tell the way out.
mod guidance;
/// Corrupt, misleading or disappearing input.
mod hostile;
/// The files that each source file names.
mod imports;
/// The ledger of the output folder: nothing is lost, and only what changed is made.
mod ledger;
/// The library's interface, as its users call it.
mod library;
/// Memory: the budget and the measured peak.
mod memory;
/// Messages to users: without internals of libraries, and with each path once.
mod messages;
/// The metadata that thumbnails keep and drop.
mod metadata;
/// An image as the mean colours of a few fields.
mod mosaic;
/// Thousands of truncated and altered files.
mod mutations;
/// File names with arbitrary bytes, and links.
#[cfg(unix)]
mod names;
/// Embedded previews of JPEGs and RAW files in place of their images.
mod previews;
/// The README's commands.
mod readme;
/// Pixels against a slow and simple reference in f64.
mod reference;
/// Vector images, rendered in separate processes.
mod renderer;
/// Continuing an earlier run.
mod resume;
/// Many files and deep trees.
mod scale;
/// The files that a run takes and leaves out.
mod selection;
/// Crops, margins and enlarged thumbnails.
mod shapes;
/// Shares of a run, in processes of their own.
mod shards;
/// The blur of images that are hardly made smaller, or not at all.
mod sharpness;
mod sheets;
/// One image to one file, and standard streams.
mod single;
/// Templates for the names of thumbnails, and flat directories.
mod templates;
/// The program on a terminal.
#[cfg(unix)]
mod terminal;
/// Resources used by a run.
mod usage;
mod watch;
/// The words of comments and pages.
mod wording;
