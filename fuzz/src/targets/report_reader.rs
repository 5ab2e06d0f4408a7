//! Reads any bytes as an earlier run's report, and reads back any names from a written one.
//!
//! Nothing panics, a report that a killed run cut off is readable if the whole is, and the names are the same.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::BufReader;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use thumbs::error::{Cause, Step};
use thumbs::internal::report::{Form, Scope, Unreadable, read_earlier};
use thumbs::options::{PreviousRun, Was};
use thumbs::{Config, Outcome, Record, Totals};

const FORMS: [Form; 3] = [Form::NdJson, Form::Json, Form::Csv];

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let [kind, bytes @ ..] = bytes else { return };
    let form = FORMS[usize::from(kind % 3)];
    if kind & 0x80 == 0 { read_any(bytes, form) } else { read_back(bytes, form) }
}

fn read_any(bytes: &[u8], form: Form) {
    for scope in [Scope::Failed, Scope::All] {
        match read_earlier(bytes, form, scope) {
            Err(error) => assert!(!error.to_string().is_empty()),
            Ok(_) if form == Form::NdJson => {
                let first = 1 + bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - 1);
                let cut = first + (bytes.len() - first) / 2;
                read_earlier(&bytes[..cut], form, scope).expect("the start of a report that can be read");
            }
            Ok(_) => {}
        }
    }
}

/// Writes the names between zero bytes to a report, and reads them back.
fn read_back(bytes: &[u8], form: Form) {
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let names: Vec<PathBuf> = names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect();
    let mut written = Vec::new();
    let mut report = form.into_writer(Box::new(&mut written));
    report.begin(&Config::new(Vec::new())).expect("memory can be written");
    for (index, name) in names.iter().enumerate() {
        let failure = Cause::Panic(name.display().to_string()).in_step(Step::Decode).at(name);
        let outcome = Outcome::Failed(Box::new(failure));
        let mut record = Record::new(name.clone(), 0, outcome);
        record.index = index;
        report.record(&record).expect("memory can be written");
    }
    report.end(&Totals::default()).expect("memory can be written");
    drop(report);
    let failed = failed_in(&written, form).expect("one of our reports");
    assert_eq!(failed, names.into_iter().collect());
}

fn failed_in(report: &[u8], form: Form) -> Result<HashSet<PathBuf>, Unreadable> {
    // Records arrive in several pieces.
    let pieces = BufReader::with_capacity(16, report);
    read_earlier(pieces, form, Scope::Failed).map(|reading| match reading.previous_run {
        PreviousRun::Failed(all) => {
            all.iter().filter(|(_, was)| **was == Was::Failed).map(|(path, _)| path.clone()).collect()
        }
        other => panic!("{other:?}"),
    })
}
