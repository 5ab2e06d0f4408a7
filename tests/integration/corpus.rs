use std::path::PathBuf;

use crate::fixture::{Folder, assert_totals_add_up};

/// Returns the corpus of real images, if the environment names one.
pub fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("THUMBS_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        println!("THUMBS_CORPUS is not set: the real pictures are left out");
    }
    corpus
}

#[test]
fn every_real_file_has_an_outcome_and_none_a_panic() {
    let Some(corpus) = corpus() else { return };
    let folder = Folder::new();
    let (run, report) = folder.report(&[corpus.to_str().unwrap(), "--size", "256"]);
    assert_totals_add_up(&report);
    let files =
        walkdir::WalkDir::new(&corpus).into_iter().filter(|e| e.as_ref().unwrap().file_type().is_file()).count();
    assert!(files >= 500, "only {files} files in the corpus");
    assert_eq!(report["totals"]["found"], files);
    assert!(report["totals"]["written"].as_u64().unwrap() >= 250, "{}", report["totals"]);
    assert!(!run.errors().contains("panicked"));
    for file in report["files"].as_array().unwrap() {
        assert!(!file["reason"].as_str().unwrap_or_default().contains("unexpectedly"), "{file}");
    }
}

#[test]
fn every_photograph_is_written() {
    let Some(corpus) = corpus() else { return };
    let folder = Folder::new();
    for (set, at_least) in [("photos", 20), ("progressive", 10), ("orientation", 16)] {
        let (run, report) = folder.report(&[corpus.join(set).to_str().unwrap()]);
        assert_eq!(run.status(), Some(0), "{set}: {}", run.errors());
        assert!(report["totals"]["written"].as_u64().unwrap() >= at_least, "{set}: {}", report["totals"]);
    }
}
