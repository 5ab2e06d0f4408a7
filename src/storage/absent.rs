//! Stands in for stores in a build without them. Nothing can be opened, so no value of these types exists.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use super::listed::Listed;
use crate::facts::Facts;

/// Returns the error of every URL.
fn missing<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this build reads no URLs: it lacks the feature `cloud`"))
}

/// Returns an error, which names the feature that is missing.
///
/// # Errors
/// Always.
pub fn is_supported() -> io::Result<()> {
    missing()
}

/// An open object.
#[derive(Debug)]
pub struct Object(Infallible);

impl Object {
    /// Returns an error.
    ///
    /// # Errors
    /// Always.
    pub fn open(_path: &Path, _first: u64) -> io::Result<(Self, Facts, Vec<u8>)> {
        missing()
    }

    /// Is never called.
    ///
    /// # Errors
    /// None.
    pub fn read(&self, _offset: u64, _buffer: &mut [u8]) -> io::Result<()> {
        match self.0 {}
    }
}

/// Returns an error.
///
/// # Errors
/// Always.
pub fn facts(_path: &Path) -> io::Result<Facts> {
    missing()
}

/// A listing.
#[derive(Debug)]
pub struct Listing(Infallible);

impl Iterator for Listing {
    type Item = io::Result<Listed>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0 {}
    }
}

/// Returns an error.
///
/// # Errors
/// Always.
pub fn list(_prefix: &Path) -> io::Result<Listing> {
    missing()
}

/// The version of an object.
#[derive(Debug)]
pub struct Version(Infallible);

/// Returns an error.
///
/// # Errors
/// Always.
pub fn read(_path: &Path) -> io::Result<(Vec<u8>, Version)> {
    missing()
}

/// Returns an error.
///
/// # Errors
/// Always.
pub fn create(_path: &Path, _bytes: Vec<u8>) -> io::Result<()> {
    missing()
}

/// Is never called.
///
/// # Errors
/// None.
pub fn replace(_path: &Path, _bytes: Vec<u8>, version: &Version) -> io::Result<()> {
    match version.0 {}
}

/// Returns an error.
///
/// # Errors
/// Always.
pub fn put(_path: &Path, _bytes: Vec<u8>) -> io::Result<()> {
    missing()
}

/// Returns an error.
///
/// # Errors
/// Always.
pub fn remove(_path: &Path) -> io::Result<()> {
    missing()
}
