//! Defines the exit status of the process.

use thumbs::error::Error;
use thumbs::outcome::{Ending, Totals};

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Some files failed, the report or a printed line could not be written, or the two runs of a comparison differ.
    SomeFailed,
    /// Nothing could be done.
    NothingDone,
    /// A signal stopped the run. By the convention of shells, the status is 128 + SIGINT.
    Interrupted,
}

impl Exit {
    /// Returns the status of a run that started.
    pub fn of(totals: &Totals) -> Self {
        let differing = totals.comparison.as_ref().map_or(0, |comparison| comparison.differing.len());
        Self::of_run(totals.ending, totals.failed + totals.failed_pages, differing)
    }

    const fn of_run(ending: Ending, failed: u64, differing: usize) -> Self {
        match ending {
            Ending::Interrupted => Self::Interrupted,
            Ending::Stopped => Self::SomeFailed,
            Ending::Complete if failed > 0 || differing > 0 => Self::SomeFailed,
            Ending::Complete => Self::Done,
        }
    }

    /// Returns the status of a run whose report or lines could not be written.
    pub const fn at_least_failed(self) -> Self {
        match self {
            Self::Done => Self::SomeFailed,
            other => other,
        }
    }

    /// Returns the status of a run that did not start.
    pub const fn of_error(error: &Error) -> Self {
        match error {
            Error::Interrupted => Self::Interrupted,
            _ => Self::NothingDone,
        }
    }
}

impl From<Exit> for i32 {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => 0,
            Exit::SomeFailed => 1,
            Exit::NothingDone => 2,
            Exit::Interrupted => 130,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_outweighs_failures_and_failures_outweigh_success() {
        assert_eq!(Exit::of_run(Ending::Complete, 0, 0), Exit::Done);
        assert_eq!(Exit::of_run(Ending::Complete, 1, 0), Exit::SomeFailed);
        assert_eq!(Exit::of_run(Ending::Complete, 0, 1), Exit::SomeFailed);
        assert_eq!(Exit::of_run(Ending::Interrupted, 3, 0), Exit::Interrupted);
        assert_eq!(Exit::of_error(&Error::Interrupted), Exit::Interrupted);
        assert_eq!(Exit::Done.at_least_failed(), Exit::SomeFailed);
        assert_eq!(Exit::Interrupted.at_least_failed(), Exit::Interrupted);
    }
}
