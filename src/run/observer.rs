//! Defines the listener to a run.

use std::path::Path;

use crate::error::Cause;
use crate::outcome::Record;

/// A listener to a run, called on the thread that runs it.
pub trait Observer {
    /// Reports that the walk has found this many sources with this many bytes. It is called once before the work
    /// begins, and for a large directory again as the walk goes on.
    fn planned(&mut self, _sources: usize, _bytes: u64) {}

    /// Reports that one source had its turn. Records come as files are done; [`Record::index`] is the order of the
    /// plan.
    fn finished(&mut self, record: &Record);

    /// Reports a thumbnail that was removed because its source is gone. In a dry run, it would be.
    fn removed(&mut self, _thumbnail: &Path) {}

    /// Reports that a page, or a contact sheet, could not be written. By default, it is a warning.
    fn page_failed(&mut self, kind: &str, cause: &Cause) {
        self.warned(&format!("can't write a {kind}: {cause}"));
    }

    /// Reports a problem that is no file's failure.
    fn warned(&mut self, _message: &str) {}
}

impl<F: FnMut(&Record)> Observer for F {
    fn finished(&mut self, record: &Record) {
        self(record);
    }
}
