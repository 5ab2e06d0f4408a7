//! Defines errors: [`Error`] for a run that can't start or continue, [`FileError`] for one file of a run that continues, and
//! [`ImageError`] for an image outside of runs.
//!
//! Messages have two forms. An error of the system starts with the attempt: `can't open in/a.jpg: permission denied`. A
//! defect of a file starts with its path: `in/b.png: corrupt PNG: the file ends too early`.

mod cause;
mod denied;
mod file;
mod image_error;
mod plain;
#[cfg(feature = "batch")]
mod run;
mod step;

pub use cause::Cause;
#[cfg(feature = "cloud")]
pub(crate) use denied::Denied;
pub use file::{Failure, FileError};
pub use image_error::ImageError;
pub(crate) use plain::{panic_message, plain};
#[cfg(feature = "batch")]
pub use run::Error;
pub use step::Step;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::options::Format;

    /// Returns a system error as a crate may wrap it, with a path and other text.
    fn wrapped() -> io::Error {
        let inner = io::Error::from_raw_os_error(13);
        io::Error::new(inner.kind(), format!("IO error for operation on ud/x: {inner} at path \"ud/x\""))
    }

    #[cfg(unix)]
    #[test]
    fn what_the_system_refused_names_the_path_once_and_no_number() {
        let walk = Cause::from(wrapped()).in_step(Step::Walk).at("ud/x".as_ref());
        assert_eq!(walk.to_string(), "can't open ud/x: permission denied");
        assert_eq!(walk.cause.to_string(), "permission denied");
        let read = Cause::from(io::Error::from_raw_os_error(5)).in_step(Step::Read).at("a".as_ref());
        assert_eq!(read.to_string(), "can't read a: input/output error");
        let full = Cause::IoAt { path: "t/a".into(), error: io::Error::from_raw_os_error(28).into() };
        let full = full.in_step(Step::Store).at("in/a".as_ref());
        assert_eq!(full.to_string(), "in/a: can't write t/a: no space left on device");
        let input = Error::Input { path: "nowhere".into(), source: io::Error::from_raw_os_error(2) };
        assert_eq!(input.to_string(), "can't open nowhere: no such file or directory");
        let workers = Error::Workers { workers: 9, reason: io::Error::from_raw_os_error(11).to_string() };
        assert_eq!(workers.to_string(), "can't start 9 workers: resource temporarily unavailable");
    }

    #[test]
    fn what_is_wrong_with_a_file_starts_with_its_path_and_names_no_step() {
        let detail = "the file ends too early".to_string();
        let error = Cause::Damaged { format: Format::Png, detail }.in_step(Step::Probe).at("in/b.png".as_ref());
        assert_eq!(error.to_string(), "in/b.png: corrupt PNG: the file ends too early");
    }
}
