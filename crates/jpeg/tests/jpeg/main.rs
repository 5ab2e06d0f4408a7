//! Tests the public API: against a slow decoder on every coding variant, on damaged files, and on a corpus of real
//! ones.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail, and prints the reason"
)]

mod arithmetic; // the same images with Huffman codes
mod damaged; // truncated and corrupt files
mod detail; // the spectrum of the whole image
mod headers; // markers and garbage around them
mod lossless; // an encoder of its own
mod regressions; // findings of the fuzzers, by name
mod slow; // the reference decoder
mod variants; // every coding variant at every scale

use std::path::PathBuf;

use jpeg_shrink::Scale;

const SCALES: [Scale; 7] = Scale::ALL;

/// Returns the files of a directory under `tests/data`, sorted, with their names. Asserts a minimum number of files.
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

/// Returns a file of `tests/data/jpeg`.
fn file(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg").join(name))
        .expect("the file exists")
}
