//! Marks archives of this program, by a global comment before their first member.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tar::{EntryType, Header};

use crate::digest::digest_all;

/// The bytes of the mark: a header, and a block of text.
pub(super) const LENGTH: u64 = 1024;

/// Returns the mark of an archive whose bytes behind it have this digest.
pub(super) fn mark(digest: u64) -> io::Result<Vec<u8>> {
    // A record begins with its own length, in decimal digits.
    let text = format!("comment=thumbs {digest:016x}\n");
    let text = format!("{} {text}", text.len() + 3);
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::XGlobalHeader);
    header.set_path("pax_global_header")?;
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.resize(usize::try_from(LENGTH).unwrap_or(0), 0);
    Ok(bytes)
}

/// Writes the mark of a complete archive, which has room for it.
pub(super) fn seal(file: &mut File) -> io::Result<()> {
    file.seek(SeekFrom::Start(LENGTH))?;
    let digest = digest_all(&mut *file)?;
    file.rewind()?;
    file.write_all(&mark(digest)?)
}

/// Returns whether this program wrote an archive, and nobody changed it since.
///
/// # Errors
/// The file can't be read.
pub fn is_ours(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut there = Vec::new();
    (&mut file).take(LENGTH).read_to_end(&mut there)?;
    // The digest, which takes reading all of the file, is the last to be compared.
    let is_mark = there.get(..512) == mark(0)?.get(..512);
    Ok(is_mark && there == mark(digest_all(file)?)?)
}
