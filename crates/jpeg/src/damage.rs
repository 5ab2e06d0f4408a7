//! Counts the decoded MCUs and reports missing ones as [`Damage`].

use std::fmt;

/// The cause of missing image data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// The file, or a scan, ended early.
    Truncated,
    /// Invalid codes, or misplaced restart markers.
    Corrupt,
}

/// Damage to an image that was decoded in part. Missing parts are grey, or coarser than they should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damage {
    /// The cause.
    pub kind: DamageKind,
    /// Share of the MCUs of all decoded scans that were read, 0 to 1. The blocks of components without a scan count as
    /// unread.
    pub fraction: f64,
    /// Share of the image that is present at all, 0 to 1: the blocks of all components whose mean was read. It is 1 for
    /// a progressive image with complete DC scans, and 0 only if no block of any scan was read.
    pub present: f64,
    /// Offset at which reading stopped, in bytes.
    pub bytes_read: usize,
    /// Size of the file in bytes.
    pub bytes: usize,
}

/// Names the cause only. The shares have different meanings, of which the caller chooses.
impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DamageKind::Truncated => "truncated",
            DamageKind::Corrupt => "corrupt data",
        })
    }
}

/// Counts of the MCUs to read, and of those read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// MCUs of all decoded scans.
    pub(crate) wanted: u64,
    /// MCUs that were read to their end.
    pub(crate) read: u64,
    /// Whether anything other than missing data was wrong.
    pub(crate) corrupt: bool,
    /// Whether data is missing.
    pub(crate) short: bool,
}

impl Tally {
    /// Returns the share of the MCUs wanted since `earlier` that were read.
    pub(crate) fn share_since(&self, earlier: &Self) -> f64 {
        let (wanted, read) = (self.wanted - earlier.wanted, self.read - earlier.read);
        if wanted == 0 { 0.0 } else { read as f64 / wanted as f64 }
    }

    /// Returns the damage; `None` if nothing is missing or wrong.
    pub(crate) fn damage(&self, present: f64, bytes_read: usize, bytes: usize) -> Option<Damage> {
        let kind = match (self.corrupt, self.short) {
            (true, _) => DamageKind::Corrupt,
            (false, true) => DamageKind::Truncated,
            (false, false) => return None,
        };
        let fraction = if self.wanted == 0 { 0.0 } else { self.read as f64 / self.wanted as f64 };
        Some(Damage { kind, fraction, present, bytes_read, bytes })
    }
}
