//! Opens an archive, and indexes it by its headers.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use tar::{EntryType, Header};

use super::member::{Archive, Member, State};
use super::section::Section;
use crate::facts::Facts;

/// The length of a header, and the unit of all lengths.
const BLOCK: u64 = 512;

/// The first bytes of a file compressed by gzip.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The number of blocks read at a time in search of a header behind damage.
const SEARCHED: usize = 256;

/// Opens an archive and reads its headers. Members before and behind damage are there.
///
/// # Errors
/// The file can't be read.
pub fn open(path: &Path) -> io::Result<Archive> {
    let mut file = File::open(path)?;
    let mut first = [0; 2];
    let is_compressed = file.read(&mut first)? == first.len() && first == GZIP;
    file.rewind()?;
    let mut damage = None;
    if is_compressed {
        let (unpacked, error) = unpack(file)?;
        file = unpacked;
        damage = error;
    }
    let len = file.metadata()?.len();
    let whole = Section { file: Arc::new(file), offset: 0, facts: Facts { len, ..Facts::default() } };
    let mut members = Vec::new();
    let mut at = 0;
    while let Err(Broken { after, error }) = read_on(&whole, at, &mut members) {
        damage.get_or_insert_with(|| format!("damaged archive: {error}"));
        match next_header(&whole, after)? {
            Some(next) => at = next,
            None => break,
        }
    }
    if members.last().is_some_and(|last: &Member| last.state == State::Truncated) {
        damage.get_or_insert_with(|| "the archive is cut off".to_string());
    }
    let mut last = [0xff; 512];
    let read = whole.read_at(len.saturating_sub(BLOCK), &mut last)?;
    Ok(Archive::of(members, damage, read == last.len() && last.iter().all(|byte| *byte == 0)))
}

/// Unpacks a compressed archive, as far as it can be, to a file that has no name and goes with the process.
fn unpack(file: File) -> io::Result<(File, Option<String>)> {
    let mut unpacked = tempfile::tempfile()?;
    let (mut stream, mut piece) = (MultiGzDecoder::new(file), vec![0; SEARCHED * 512]);
    let damage = loop {
        match stream.read(&mut piece) {
            Ok(0) => break None,
            Ok(count) => io::Write::write_all(&mut unpacked, &piece[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(format!("damaged compression: {error}")),
        }
    };
    Ok((unpacked, damage))
}

/// The place where headers can't be read any further.
struct Broken {
    after: u64,
    error: io::Error,
}

/// Reads headers from `at` on to the end of the archive.
fn read_on(whole: &Section, at: u64, members: &mut Vec<Member>) -> Result<(), Broken> {
    let rest = Section { offset: whole.offset + at, ..whole.clone() };
    let rest = Section { facts: Facts { len: whole.facts.len - at, ..whole.facts }, ..rest };
    let mut archive = tar::Archive::new(rest.into_reader(0));
    let mut after = at;
    let broken = |after, error| Broken { after, error };
    for entry in archive.entries_with_seek().map_err(|error| broken(after, error))? {
        let entry = entry.map_err(|error| broken(after, error))?;
        let start = at + entry.raw_file_position();
        let header_end = start;
        let path = entry.path_bytes().into_owned();
        let (kind, size) = (entry.header().entry_type(), entry.size());
        let end = start.saturating_add(size);
        after = end.div_ceil(BLOCK).saturating_mul(BLOCK).max(header_end);
        let is_here = end <= whole.facts.len;
        let state = match kind {
            EntryType::Regular | EntryType::Continuous if path.ends_with(b"/") => continue,
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::Regular | EntryType::Continuous if is_here => State::Whole,
            EntryType::Regular | EntryType::Continuous => State::Truncated,
            EntryType::Link | EntryType::Symlink => State::Link,
            _ => State::Special,
        };
        let raw = path_of(&path);
        let (path, is_inside) = cleaned(&raw);
        let state = if is_inside { state } else { State::LeadsOut(raw) };
        let modified = entry.header().mtime().unwrap_or(0).min(i64::MAX.unsigned_abs() / 1_000_000_000);
        let modified_ns = i64::try_from(modified).unwrap_or(0) * 1_000_000_000;
        let len = if is_here { size } else { whole.facts.len.saturating_sub(start) };
        let facts = Facts { len, modified_ns, inode: 0 };
        let content = Section { file: Arc::clone(&whole.file), offset: start, facts };
        members.push(Member { path, content, mode: entry.header().mode().unwrap_or(0o644) & 0o777, state });
        if !is_here {
            return Ok(());
        }
    }
    Ok(())
}

fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes));
    #[cfg(not(unix))]
    return PathBuf::from(OsStr::new(String::from_utf8_lossy(bytes).as_ref()));
}

/// Returns the names of a path, and whether they are all of it.
fn cleaned(raw: &Path) -> (PathBuf, bool) {
    let mut is_inside = true;
    let mut path = PathBuf::new();
    for part in raw.components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => is_inside = false,
        }
    }
    let is_named = !path.as_os_str().is_empty();
    (path, is_inside && is_named)
}

/// Finds the next block that is a header, behind damage.
fn next_header(whole: &Section, after: u64) -> io::Result<Option<u64>> {
    let mut at = after.div_ceil(BLOCK).saturating_mul(BLOCK).saturating_add(BLOCK);
    let mut piece = vec![0; SEARCHED * 512];
    while at < whole.facts.len {
        let mut filled = 0;
        while filled < piece.len() {
            match whole.read_at(at + filled as u64, &mut piece[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        for (number, block) in piece[..filled].chunks_exact(512).enumerate() {
            if is_header(block) {
                return Ok(Some(at + number as u64 * BLOCK));
            }
        }
        at = at.saturating_add(piece.len() as u64);
    }
    Ok(None)
}

/// Returns whether a block is a header, by its magic number and its checksum.
fn is_header(block: &[u8]) -> bool {
    if block.get(257..262) != Some(b"ustar") {
        return false;
    }
    let header = Header::from_byte_slice(block);
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    header.cksum().is_ok_and(|told| told == sum(&block[..148]) + 8 * u32::from(b' ') + sum(&block[156..]))
}
