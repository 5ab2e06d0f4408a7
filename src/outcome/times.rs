//! Holds the time of each step.

use std::time::Duration;

use crate::error::Step;

/// The time of each step of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// Reading the bytes.
    pub read: Duration,
    /// Detecting format and size, and decoding onto the working grid.
    pub decode: Duration,
    /// Blurring, resizing, turning and converting colours.
    pub resize: Duration,
    /// Encoding.
    pub encode: Duration,
    /// Writing.
    pub store: Duration,
}

impl Times {
    /// Returns the time of all steps together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.read + self.decode + self.resize + self.encode + self.store
    }

    /// Adds `took` to the time of `step`.
    pub fn add(&mut self, step: Step, took: Duration) {
        let slot = match step {
            Step::Walk | Step::Read => &mut self.read,
            Step::Probe | Step::Decode => &mut self.decode,
            Step::Resize => &mut self.resize,
            Step::Encode => &mut self.encode,
            Step::Store => &mut self.store,
        };
        *slot += took;
    }

    /// Returns the five timed steps in order.
    #[must_use]
    pub const fn by_step(&self) -> [(Step, Duration); 5] {
        [
            (Step::Read, self.read),
            (Step::Decode, self.decode),
            (Step::Resize, self.resize),
            (Step::Encode, self.encode),
            (Step::Store, self.store),
        ]
    }
}
