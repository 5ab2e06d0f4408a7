//! Any bytes as a file on disk, told by its content, read piece by piece and stored: it becomes what it becomes in memory, or
//! fails as it does there.
#![no_main]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use thumbs::Outcome;
use thumbs::options::Existing;
use thumbs::thumbnail::{Ground, Scratch, Staging, make, tell_format, thumbnail_file};
use thumbs::watch::Watch;
use thumbs_fuzz::thumbnail::choose_options;
use thumbs_fuzz::{findings, folder};

fuzz_target!(init: findings::prepare(), |bytes: &[u8]| {
    let folder = folder::open_empty();
    let path = folder.join("file");
    fs::write(&path, bytes).expect("a folder of our own");
    let options = choose_options(bytes);
    let name_targets = |_, _| (0..options.sizes.len()).map(|index| folder.join(index.to_string())).collect::<Vec<PathBuf>>();
    let staging = Staging::open(&folder).expect("a folder of our own");
    let ground = Ground { admit: &|_| Ok(()), watch: &Watch::default(), staging: &staging };
    let on_disk = catch_unwind(AssertUnwindSafe(|| {
        thumbnail_file(&path, &options, Existing::Replace, name_targets, ground, &mut Scratch::default())
    }));
    staging.close();
    // Another crate's panic is no finding, and the file is not tried again.
    let Ok(on_disk) = on_disk else { return folder::close(&folder) };

    match (tell_format(bytes), on_disk) {
        (Some(format), Ok(Outcome::Written(written))) => {
            assert_eq!(written.format, format);
            let made = make(bytes, format, &options, &mut Scratch::default()).expect("what was made of the file");
            assert_eq!(made.thumbnails.len(), written.thumbnails.len());
            for (here, there) in made.thumbnails.iter().zip(&written.thumbnails) {
                assert_eq!(here.digest(), there.digest);
                assert!(fs::read(&there.path).is_ok_and(|stored| stored == here.bytes), "{:?}", there.path);
            }
        }
        (Some(format), Err(failure)) => {
            let made = catch_unwind(AssertUnwindSafe(|| make(bytes, format, &options, &mut Scratch::default())));
            assert!(!matches!(made, Ok(Ok(_))), "only on disk: {failure:?}");
        }
        (_, Ok(Outcome::Skipped(_))) => {}
        (told, outcome) => panic!("{outcome:?} of a file that is told as {told:?}"),
    }
    folder::close(&folder);
});
