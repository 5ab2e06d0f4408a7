//! Writes an archive beside its place, under a temporary name.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tar::{Builder, Header};
use tempfile::TempPath;

use super::mark;

/// The bytes written at a time.
const PIECE: usize = 1 << 18;

/// An archive that is being written. Dropped, it is removed.
pub struct Writer {
    path: TempPath,
    builder: Option<Builder<BufWriter<File>>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Writer {
    /// Creates a new file in a directory, under a name that no other program has, on any machine.
    ///
    /// # Errors
    /// The system refused.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let mut named = tempfile::Builder::new();
        named.prefix(".thumbs-").suffix(".tmp");
        // Those that the user's umask gives a new file. A temporary one is private by default.
        #[cfg(unix)]
        named.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, path) = named.tempfile_in(directory)?.into_parts();
        let mut buffered = BufWriter::with_capacity(PIECE, file);
        buffered.write_all(&mark::mark(0)?)?;
        Ok(Self { path, builder: Some(Builder::new(buffered)) })
    }

    /// Adds a file of this length, with its modification time in s since 1970 and its permissions.
    ///
    /// # Errors
    /// The system refused, or the content is shorter.
    pub fn add(&mut self, path: &Path, entry: (u64, i64, u32), content: impl Read) -> io::Result<()> {
        let (length, modified, mode) = entry;
        let Some(builder) = &mut self.builder else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let mut header = Header::new_gnu();
        header.set_size(length);
        header.set_mtime(u64::try_from(modified).unwrap_or(0));
        header.set_mode(mode);
        let mut counted = Counted { content: content.take(length), left: length };
        builder.append_data(&mut header, path, &mut counted)?;
        if counted.left > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file has become shorter"));
        }
        Ok(())
    }

    /// Writes the end and the mark.
    ///
    /// # Errors
    /// The system refused.
    pub fn finish(&mut self) -> io::Result<()> {
        let Some(builder) = self.builder.take() else { return Ok(()) };
        let mut file = builder.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        mark::seal(&mut file)
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A reader that counts down.
struct Counted<R> {
    content: R,
    left: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.left -= count as u64;
        Ok(count)
    }
}
