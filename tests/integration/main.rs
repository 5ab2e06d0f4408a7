//! The real binary, run on folders made for each test. A new test goes where its question belongs:

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a test may fail, and says why on its output"
)]

/// Which module may use which, read from the sources.
mod architecture;
/// Small files that ask for much time or memory.
mod bombs;
/// Profiles' colours, to what an eye can tell.
mod colours;
/// Names, folders and what is said of them: the contract of the command line.
mod command;
/// Real pictures, where `THUMBS_CORPUS` names a folder of them.
mod corpus;
/// Pictures of which only a part is there, and previews in their place.
mod damaged;
/// What a person expects of each file of the corpus, and what came of it.
mod expectations;
/// Faults from outside the process, and what they leave.
mod faults;
/// A temporary folder, the binary, and its report.
mod fixture;
/// The thumbnails under version control.
mod golden;
/// Input that is damaged, misleading, or goes away.
mod hostile;
/// Which file of the sources names which.
mod imports;
/// The ledger of the output folder: nothing is lost, and only what changed is made.
mod ledger;
/// Memory: what a run may take, and what it took.
mod memory;
/// What people read: no word of a library, and no path twice.
mod messages;
/// A picture as the mean colours of a few fields.
mod mosaic;
/// Files cut off and altered, thousands of them.
mod mutations;
/// Names with anything in them, and where they lead.
#[cfg(unix)]
mod names;
/// Previews of JPEGs and RAW files in the place of their pictures.
mod previews;
/// Pixels against a slow and obvious reference in f64.
mod reference;
/// Vector pictures, rendered in processes of their own.
mod renderer;
/// Going on where an earlier run ended.
mod resume;
/// Many files and deep trees.
mod scale;
/// The blur of pictures that are made little smaller, or not at all.
mod sharpness;
/// The program on a terminal.
#[cfg(unix)]
mod terminal;
/// What a run takes of the machine.
mod usage;
