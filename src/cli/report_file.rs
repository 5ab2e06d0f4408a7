//! The file that a report goes to, opened before the work starts, so that a wrong name costs nothing; and the report of an
//! earlier run, read before that.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thumbs::earlier::Earlier;
use thumbs::error::Error;
use thumbs::report::{Form, Report, Unreadable, Wanted, read_earlier};

use super::args::ReportTarget;

/// Reads the report of an earlier run.
pub fn read(ReportTarget { path, form }: &ReportTarget, wanted: Wanted<'_>) -> Result<Earlier, Error> {
    let read = File::open(path).map_err(Unreadable::from).and_then(|file| {
        read_earlier(BufReader::new(file), *form, wanted)
    });
    read.map_err(|reason| Error::EarlierReport { path: path.clone(), reason: reason.to_string() })
}

/// An open report, and the place it is for.
pub struct ReportFile {
    pub report: Box<dyn Report>,
    path: PathBuf,
    /// Where the report is under a temporary name until it is whole.
    pending: Option<NamedTempFile>,
}

impl ReportFile {
    /// Opens the report's target. JSON and CSV appear there when they are whole; lines of NDJSON as they come.
    pub fn open(target: &ReportTarget) -> Result<Self, Error> {
        let ReportTarget { path, form } = target;
        let refused = |source| Error::Report { path: path.clone(), source };
        let (file, pending) = match form {
            Form::Json | Form::Csv if is_replaceable(path) => {
                let pending = open_beside(path).map_err(refused)?;
                (pending.reopen().map_err(refused)?, Some(pending))
            }
            _ => (File::create(path).map_err(refused)?, None),
        };
        Ok(Self { report: form.into_writer(Box::new(BufWriter::new(file))), path: path.clone(), pending })
    }

    /// Puts the finished report in its place.
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

    /// The error of a writer that refused.
    pub fn refuse(&self, source: io::Error) -> Error {
        Error::Report { path: self.path.clone(), source }
    }
}

/// A pipe or device is written to, not replaced by a file.
fn is_replaceable(path: &Path) -> bool {
    fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_file())
}

fn open_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".thumbs-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.flush()?;
    Ok(file)
}
