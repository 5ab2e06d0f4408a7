//! Tests runs over objects of a store, which is a server of this test with the protocol of S3 and with faults.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a test may fail, and says why on its output"
)]

/// A bucket of images, and runs of the program on it.
mod album;
/// Objects that are not ours, changed ones, and options that make no sense.
mod care;
/// Requests that fail, and processes that are killed.
mod faults;
/// The same against a store that others wrote.
mod moto;
/// Bytes fetched against bytes stored.
mod ranges;
/// The store.
mod server;
/// Time beside that of files.
mod speed;
