//! Writes objects, whole or not at all, and deletes them.

use std::io;
use std::path::Path;

use object_store::{ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, UpdateVersion};

use super::stores::{Location, retried};

/// The version of an object, as a condition of its replacement.
#[derive(Debug)]
pub struct Version(UpdateVersion);

/// Reads a whole object, with its version.
///
/// # Errors
/// There is no such object, or the store refused.
pub fn read(path: &Path) -> io::Result<(Vec<u8>, Version)> {
    let location = Location::of(path)?;
    retried(|| {
        location.wait(async {
            let got = location.store.get(&location.key).await?;
            let version = UpdateVersion { e_tag: got.meta.e_tag.clone(), version: got.meta.version.clone() };
            Ok((got.bytes().await?.into(), Version(version)))
        })
    })
}

/// Writes a new object.
///
/// # Errors
/// [`AlreadyExists`](io::ErrorKind::AlreadyExists) if there is one, or the store refused.
pub fn create(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    write(path, bytes, PutMode::Create)
}

/// Replaces an object of this version.
///
/// # Errors
/// [`ResourceBusy`](io::ErrorKind::ResourceBusy) if it has changed, or the store refused.
pub fn replace(path: &Path, bytes: Vec<u8>, version: &Version) -> io::Result<()> {
    write(path, bytes, PutMode::Update(version.0.clone()))
}

/// Writes an object, whatever was there.
///
/// # Errors
/// The store refused.
pub fn put(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    write(path, bytes, PutMode::Overwrite)
}

fn write(path: &Path, bytes: Vec<u8>, mode: PutMode) -> io::Result<()> {
    let location = Location::of(path)?;
    let (bytes, options) = (PutPayload::from(bytes), PutOptions { mode, ..PutOptions::default() });
    let put = || location.store.put_opts(&location.key, bytes.clone(), options.clone());
    retried(|| location.wait(put())).map(drop)
}

/// Deletes an object.
///
/// # Errors
/// The store refused.
pub fn remove(path: &Path) -> io::Result<()> {
    let location = Location::of(path)?;
    retried(|| location.wait(location.store.delete(&location.key)))
}
