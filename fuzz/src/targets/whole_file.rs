//! Compares any bytes as a file on disk with the same bytes in memory.
//!
//! The file is detected by content and read piece by piece. It gives the same thumbnails as in memory, or fails in both.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::folder;
use crate::thumbnail::choose_options;
use thumbs::internal::execute::Watch;
use thumbs::internal::thumbnail::{FromFile, JobContext, Workbench, make, make_file, sniff_format};

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let folder = folder::open_empty();
    let path = folder.join("file");
    fs::write(&path, bytes).expect("a folder of our own");
    let options = choose_options(bytes);
    let context = JobContext { admit: &|_| Ok(()), watch: &Watch::default(), archives: None };
    let on_disk = catch_unwind(AssertUnwindSafe(|| make_file(&path, &options, context, &mut Workbench::default())));
    // A panic of another crate is no finding, and the file is not tried again.
    let Ok(on_disk) = on_disk else { return folder::close(&folder) };

    match (sniff_format(bytes), on_disk) {
        (Some(format), Ok(FromFile::Image(file))) => {
            assert_eq!(file.format, format);
            let made = make(bytes, format, &options, &mut Workbench::default()).expect("what was made of the file");
            assert_eq!(made.thumbnails, file.made.thumbnails);
        }
        (Some(format), Err(failure)) => {
            let made = catch_unwind(AssertUnwindSafe(|| make(bytes, format, &options, &mut Workbench::default())));
            assert!(!matches!(made, Ok(Ok(_))), "only on disk: {failure:?}");
        }
        (_, Ok(FromFile::Other(_))) => {}
        (told, outcome) => panic!("{outcome:?} of a file that is detected as {told:?}"),
    }
    folder::close(&folder);
}
