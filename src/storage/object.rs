//! Reads pieces of an object, all of the version that was opened.

use std::io;
use std::path::Path;

use futures_util::StreamExt as _;
use object_store::{GetOptions, ObjectMeta, ObjectStore as _};

use super::stores::{Location, retried};
use crate::facts::Facts;

/// An open object.
#[derive(Debug)]
pub struct Object {
    location: Location,
    /// The tag of the version, which every later piece must have.
    tag: Option<String>,
}

impl Object {
    /// Opens an object and reads up to `first` bytes from its start, in one request.
    ///
    /// # Errors
    /// There is no such object, or the store refused.
    pub fn open(path: &Path, first: u64) -> io::Result<(Self, Facts, Vec<u8>)> {
        let location = Location::of(path)?;
        let options = GetOptions { range: Some((0..first).into()), ..GetOptions::default() };
        let got = retried(|| {
            location.wait(async {
                let got = location.store.get_opts(&location.key, options.clone()).await?;
                let meta = got.meta.clone();
                got.bytes().await.map(|bytes| (meta, bytes))
            })
        });
        match got {
            Ok((meta, bytes)) => {
                let facts = facts_of(&meta);
                check_length(bytes.len() as u64, first.min(facts.len))?;
                Ok((Self { location, tag: meta.e_tag }, facts, bytes.into()))
            }
            // Of an object without bytes, no range can be read.
            Err(error) if error.kind() == io::ErrorKind::Other => match location.head() {
                Ok(meta) if meta.size == 0 => {
                    Ok((Self { location, tag: meta.e_tag.clone() }, facts_of(&meta), Vec::new()))
                }
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Fills a buffer with the bytes from `offset` on, all of which must lie within the object.
    ///
    /// # Errors
    /// The object has changed, or the store refused.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let range = offset..offset.saturating_add(buffer.len() as u64);
        let options = GetOptions { range: Some(range.into()), if_match: self.tag.clone(), ..GetOptions::default() };
        let Location { store, key } = &self.location;
        let room = buffer.len();
        let filled = retried(|| {
            self.location.wait(async {
                let mut filled = 0;
                let mut pieces = store.get_opts(key, options.clone()).await?.into_stream();
                while let Some(piece) = pieces.next().await {
                    let piece = piece?;
                    let end = (filled + piece.len()).min(room);
                    buffer[filled..end].copy_from_slice(&piece[..end - filled]);
                    filled = end;
                }
                Ok(filled)
            })
        })?;
        check_length(filled as u64, room as u64)
    }
}

/// Returns the length of an object and the time of its last change.
///
/// # Errors
/// There is no such object, or the store refused.
pub fn facts(path: &Path) -> io::Result<Facts> {
    Location::of(path)?.head().map(|meta| facts_of(&meta))
}

pub(super) fn facts_of(meta: &ObjectMeta) -> Facts {
    let modified_ns = meta.last_modified.timestamp_nanos_opt().unwrap_or(0);
    Facts { len: meta.size, modified_ns, inode: 0 }
}

/// Refuses an answer of another length.
fn check_length(there: u64, wanted: u64) -> io::Result<()> {
    if there == wanted {
        return Ok(());
    }
    let text = format!("the store sent {there} bytes instead of {wanted}");
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, text))
}
