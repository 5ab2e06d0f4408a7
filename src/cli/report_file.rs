//! Opens the report file, and reads the report of an earlier run before that. Opened before the work starts, so that a
//! wrong name costs nothing.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thumbs::error::Error;
use thumbs::internal::report::{Form, MARKED_WITHIN, Reading, Report, Scope, Unreadable, is_report, read_earlier};
use thumbs::options::Foreign;

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
    /// The temporary file that holds the report until it appears.
    pending: Option<NamedTempFile>,
    appearance: Appearance,
}

/// The moment when a report replaces the file before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Appearance {
    /// When the run begins.
    AtBegin,
    /// When the report is complete.
    AtEnd,
}

impl ReportFile {
    /// Opens the target of the report. JSON and CSV appear once they are complete. NDJSON appears once the run begins, and grows line by
    /// line, unless it replaces `earlier`, the report being resumed, whose contents are stored nowhere else.
    ///
    /// # Errors
    /// The target is an image, belongs to a ledger, or can't be written. Or it is another file that is no report, and `foreign` does
    /// not allow to replace it.
    pub fn open(target: &ReportTarget, earlier: Option<&Path>, foreign: Foreign) -> Result<Self, Error> {
        let ReportTarget { path, form } = target;
        let refused = |source| Error::Report { path: path.clone(), source };
        let at_once = |writer: Box<dyn Write>, path: &Path| Self {
            report: form.into_writer(writer),
            path: path.to_path_buf(),
            pending: None,
            appearance: Appearance::AtBegin,
        };
        if target.is_stdout() {
            return Ok(at_once(Box::new(io::stdout()), path));
        }
        // A link stays, and its target is replaced.
        let real = fs::canonicalize(path).ok().filter(|real| real.is_file());
        let path = real.as_ref().unwrap_or(path);
        if path.parent().is_some_and(thumbs::internal::ledger::is_ledger) {
            return Err(refused(io::Error::other("it would be in the ledger of an output directory")));
        }
        if !is_replaceable(path) {
            return Ok(at_once(writer_of(*form, File::create(path).map_err(refused)?), path));
        }
        if thumbs::internal::thumbnail::sniff_file(path).is_some() {
            return Err(refused(io::Error::other("it is an image")));
        }
        if foreign == Foreign::Refuse && !is_report_or_empty(path).map_err(refused)? {
            return Err(Error::NotOurs { path: path.clone() });
        }
        let is_earlier = earlier.is_some_and(|earlier| {
            earlier == path
                || fs::canonicalize(earlier).is_ok_and(|real| fs::canonicalize(path).is_ok_and(|own| own == real))
        });
        let pending = open_beside(path).map_err(refused)?;
        let file = pending.reopen().map_err(refused)?;
        let appearance = match form {
            Form::NdJson if !is_earlier => Appearance::AtBegin,
            Form::NdJson | Form::Json | Form::Csv => Appearance::AtEnd,
        };
        let report = form.into_writer(writer_of(*form, file));
        Ok(Self { report, path: path.clone(), pending: Some(pending), appearance })
    }

    /// Moves a report that grows line by line into place. A run that fails before its first file leaves the file that was there.
    pub fn begin(&mut self) -> Result<(), Error> {
        if self.appearance == Appearance::AtBegin { self.appear() } else { Ok(()) }
    }

    /// Moves the complete report into place.
    pub fn close(mut self) -> Result<(), Error> {
        drop(std::mem::replace(&mut self.report, Form::NdJson.into_writer(Box::new(io::sink()))));
        self.appear()
    }

    fn appear(&mut self) -> Result<(), Error> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        pending
            .persist(&self.path)
            .map(drop)
            .map_err(|error| Error::Report { path: self.path.clone(), source: error.error })
    }

    /// Returns the error for a failed write.
    pub fn refuse(&self, source: io::Error) -> Error {
        Error::Report { path: self.path.clone(), source }
    }
}

/// Creates the directory of a report below the output directory, which need not exist before its first run.
pub fn make_directory(target: &ReportTarget, output: &Path) -> Result<(), Error> {
    let directory = target.path.parent().filter(|directory| directory.starts_with(output));
    let is_ledger = |directory: &&Path| directory.iter().any(|part| part == thumbs::internal::ledger::DIRECTORY);
    let made = directory.filter(|directory| !is_ledger(directory)).map_or(Ok(()), fs::create_dir_all);
    made.map_err(|source| Error::Report { path: target.path.clone(), source })
}

/// Returns the writer of a report of this form to a file. Lines of NDJSON arrive one by one.
fn writer_of(form: Form, file: File) -> Box<dyn Write> {
    match form {
        Form::NdJson => Box::new(WholeWrites { file, length: 0 }),
        Form::Json | Form::Csv => Box::new(BufWriter::new(file)),
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

/// Returns whether the file at `path` is missing, empty, or a report.
fn is_report_or_empty(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        opened => opened?,
    };
    let mut start = Vec::with_capacity(MARKED_WITHIN);
    file.take(MARKED_WITHIN as u64).read_to_end(&mut start)?;
    Ok(start.is_empty() || is_report(&start))
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
            && is_report_or_empty(&entry.path()).unwrap_or(false)
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
    use thumbs::Config;

    fn open(path: &Path, form: Form) -> Result<ReportFile, Error> {
        ReportFile::open(&ReportTarget { path: path.to_path_buf(), form }, None, Foreign::Refuse)
    }

    const FORMS: [(&str, Form); 3] = [("a.json", Form::Json), ("a.ndjson", Form::NdJson), ("a.csv", Form::Csv)];

    #[test]
    fn an_image_is_not_replaced_by_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let png = b"\x89PNG\r\n\x1a\n and more";
        for (name, form) in FORMS {
            let path = folder.path().join(name);
            let target = ReportTarget { path: path.clone(), form };
            fs::write(&path, png).unwrap();
            assert!(ReportFile::open(&target, None, Foreign::Replace).is_err(), "{name}");
            assert_eq!(fs::read(&path).unwrap(), png);
        }
    }

    #[test]
    fn a_report_replaces_reports_and_empty_files_and_with_force_any_file() {
        let folder = tempfile::tempdir().unwrap();
        for (name, form) in FORMS {
            let path = folder.path().join(name);
            for others in
                ["{\"name\":\"package\"}", "index,source\n1,2\n", "{\"record\":\"run\",\"schema\":\"other/1\"}"]
            {
                fs::write(&path, others).unwrap();
                assert!(matches!(open(&path, form), Err(Error::NotOurs { .. })), "{name}: {others}");
                assert_eq!(fs::read_to_string(&path).unwrap(), others);
            }
            let target = ReportTarget { path: path.clone(), form };
            ReportFile::open(&target, None, Foreign::Replace).unwrap().close().unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"", "with force");
            for (_, form) in FORMS {
                let mut report = open(&path, form).unwrap();
                report.report.begin(&Config::new(Vec::new())).unwrap();
                report.report.end(&Default::default()).unwrap();
                report.close().unwrap();
                assert!(fs::metadata(&path).unwrap().len() > 100, "{name}: {form:?}");
            }
        }
    }

    #[test]
    fn the_report_before_stays_until_the_run_begins_and_if_it_is_resumed_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.ndjson");
        let target = ReportTarget { path: path.clone(), form: Form::NdJson };
        let content = || fs::read_to_string(&path).unwrap();
        let before = "{\"record\":\"run\",\"schema\":\"thumbs-report/1\"}";
        fs::write(&path, before).unwrap();
        let elsewhere = folder.path().join("..").join(folder.path().file_name().unwrap()).join("run.ndjson");
        for earlier in [&path, &elsewhere] {
            let mut report = ReportFile::open(&target, Some(earlier), Foreign::Refuse).unwrap();
            report.begin().unwrap();
            drop(report);
            assert_eq!(content(), before, "a killed run leaves it");
        }
        ReportFile::open(&target, Some(&path), Foreign::Refuse).unwrap().close().unwrap();
        assert_eq!(content(), "");
        fs::write(&path, before).unwrap();
        let mut report = open(&path, Form::NdJson).unwrap();
        assert_eq!(content(), before);
        report.begin().unwrap();
        assert_eq!(content(), "", "it comes line by line");
    }

    #[test]
    fn only_unfinished_reports_are_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let [mine, left] =
            [".thumbs-report-abcdef.tmp", ".thumbs-report-ghijkl.tmp"].map(|name| folder.path().join(name));
        fs::write(&mine, "mine").unwrap();
        fs::write(&left, "{\"schema\":\"thumbs-report/2\",\n").unwrap();
        drop(open(&folder.path().join("run.json"), Form::Json).unwrap());
        assert!(mine.exists() && !left.exists());
    }
}
