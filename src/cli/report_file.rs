//! Opens the report file, and reads the report of an earlier run before that. Opened before the work starts, so that a
//! wrong name costs nothing.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thumbs::error::Error;
use thumbs::internal::report::{Form, Reading, Report, Scope, Unreadable, read_earlier};

use super::args::ReportTarget;

/// Reads the report of an earlier run.
pub fn read(ReportTarget { path, form }: &ReportTarget, scope: Scope) -> Result<Reading, Error> {
    let read =
        File::open(path).map_err(Unreadable::from).and_then(|file| read_earlier(BufReader::new(file), *form, scope));
    read.map_err(|reason| Error::EarlierReport { path: path.clone(), reason: reason.to_string() })
}

/// An open report and its destination.
pub struct ReportFile {
    pub report: Box<dyn Report>,
    path: PathBuf,
    /// The temporary file that holds the report until it is complete.
    pending: Option<NamedTempFile>,
}

impl ReportFile {
    /// Opens the target of the report. JSON and CSV appear once they are complete. NDJSON appears line by line, unless it
    /// replaces `earlier`, the report being resumed, whose contents are stored nowhere else.
    pub fn open(target: &ReportTarget, earlier: Option<&Path>) -> Result<Self, Error> {
        let ReportTarget { path, form } = target;
        let refused = |source| Error::Report { path: path.clone(), source };
        if target.is_stdout() {
            return Ok(Self { report: form.into_writer(Box::new(io::stdout())), path: path.clone(), pending: None });
        }
        // A link stays, and its target is replaced.
        let real = fs::canonicalize(path).ok().filter(|real| real.is_file());
        let path = real.as_ref().unwrap_or(path);
        if path.parent().is_some_and(thumbs::internal::ledger::is_ledger) {
            return Err(refused(io::Error::other("it would be in the ledger of an output directory")));
        }
        if is_replaceable(path) && thumbs::internal::thumbnail::sniff_file(path).is_some() {
            return Err(refused(io::Error::other("it is an image")));
        }
        let is_earlier = earlier.is_some_and(|earlier| {
            earlier == path
                || fs::canonicalize(earlier).is_ok_and(|real| fs::canonicalize(path).is_ok_and(|own| own == real))
        });
        let (writer, pending): (Box<dyn Write>, _) = match form {
            Form::Json | Form::Csv if is_replaceable(path) => {
                let pending = open_beside(path).map_err(refused)?;
                (Box::new(BufWriter::new(pending.reopen().map_err(refused)?)), Some(pending))
            }
            // NDJSON is written line by line.
            Form::NdJson if is_earlier && is_replaceable(path) => {
                let pending = open_beside(path).map_err(refused)?;
                let file = pending.reopen().map_err(refused)?;
                (Box::new(WholeWrites { file, length: 0 }), Some(pending))
            }
            Form::NdJson => (Box::new(WholeWrites { file: File::create(path).map_err(refused)?, length: 0 }), None),
            Form::Json | Form::Csv => (Box::new(BufWriter::new(File::create(path).map_err(refused)?)), None),
        };
        Ok(Self { report: form.into_writer(writer), path: path.clone(), pending })
    }

    /// Moves the complete report into place.
    pub fn close(self) -> Result<(), Error> {
        drop(self.report);
        match self.pending {
            Some(pending) => pending
                .persist(&self.path)
                .map(drop)
                .map_err(|error| Error::Report { path: self.path.clone(), source: error.error }),
            None => Ok(()),
        }
    }

    /// Returns the error for a failed write.
    pub fn refuse(&self, source: io::Error) -> Error {
        Error::Report { path: self.path.clone(), source }
    }
}

/// A file of whole writes only. If the disk fills up, the partial write is cut off, so that the file still parses.
struct WholeWrites {
    file: File,
    length: u64,
}

impl Write for WholeWrites {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.file.write_all(bytes) {
            // A pipe can't be truncated.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Returns whether a file can replace the path. Pipes and devices are written to instead.
fn is_replaceable(path: &Path) -> bool {
    fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_file())
}

/// Creates a temporary file in the directory of `path`. Removes those that killed runs left there.
fn open_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sweep(folder)?;
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let file = builder.tempfile_in(folder)?;
        // Without locks in the file system, files of killed runs stay.
        let _ = file.as_file().lock();
        // Before the lock was taken, another run may have removed the file as abandoned.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

const PREFIX: &str = ".thumbs-report-";
const SUFFIX: &str = ".tmp";

/// Removes unfinished reports that no running process has locked.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_ours = |name: &str| name.starts_with(PREFIX) && name.ends_with(SUFFIX);
        if entry.file_name().to_str().is_some_and(is_ours)
            && entry.file_type()?.is_file()
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_not_replaced_by_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let png = b"\x89PNG\r\n\x1a\n and more";
        for (name, form) in [("a.json", Form::Json), ("a.ndjson", Form::NdJson), ("a.csv", Form::Csv)] {
            let path = folder.path().join(name);
            let target = ReportTarget { path: path.clone(), form };
            fs::write(&path, png).unwrap();
            assert!(ReportFile::open(&target, None).is_err(), "{name}");
            assert_eq!(fs::read(&path).unwrap(), png);
            fs::write(&path, "something else").unwrap();
            assert!(ReportFile::open(&target, None).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_report_that_a_run_goes_by_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.ndjson");
        let target = ReportTarget { path: path.clone(), form: Form::NdJson };
        let content = || fs::read_to_string(&path).unwrap();
        fs::write(&path, "what failed").unwrap();
        let elsewhere = folder.path().join("..").join(folder.path().file_name().unwrap()).join("run.ndjson");
        for earlier in [&path, &elsewhere] {
            drop(ReportFile::open(&target, Some(earlier)).unwrap());
            assert_eq!(content(), "what failed", "a killed run leaves it");
        }
        ReportFile::open(&target, Some(&path)).unwrap().close().unwrap();
        assert_eq!(content(), "");
        fs::write(&path, "another run's").unwrap();
        drop(ReportFile::open(&target, None).unwrap());
        assert_eq!(content(), "", "it comes line by line");
    }
}
