//! The decoder from outside: against a slow one over every coding variant, on damaged files, and on a folder of real ones.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail, and says why on its output"
)]

mod arithmetic; // against the same images with Huffman codes
mod damaged; // what is cut short or broken
mod detail; // against the spectrum of the whole image
mod headers; // what the markers say
mod lossless; // against an encoder of its own
mod regressions; // findings of the fuzzers, by name
mod slow; // the decoder to compare with
mod variants; // every coding variant at every scale

use std::path::PathBuf;

use jpeg_shrink::Scale;

const SCALES: [Scale; 7] = Scale::ALL;

/// The files in a folder under `tests/data`, sorted, with their names; there must be so many at least.
fn files(folder: &str, at_least: usize) -> Vec<(String, Vec<u8>)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(path)
        .expect("the folder exists")
        .map(|entry| entry.expect("it can be read").path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= at_least, "only {} files in {folder}", files.len());
    files
}

/// One file of `tests/data/jpeg`.
fn file(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg").join(name))
        .expect("the file exists")
}
