//! What a decoder that forgives has to own up to. In: counts of the MCUs that were asked for and read. Out: [`Damage`].

use std::fmt;

/// How a picture came to be incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// The file, or a scan, ended too early.
    Truncated,
    /// There were bits that are no code, or restart markers that do not fit.
    Corrupt,
}

/// A picture that was decoded only in part; what is missing is grey, or coarser than it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damage {
    /// What happened.
    pub kind: DamageKind,
    /// The share of the blocks of all scans begun that were read, 0 to 1.
    pub fraction: f64,
    /// The share of the picture that is there at all, 0 to 1: of the blocks of all components, those whose mean was read. It
    /// is 1 for a progressive picture whose DC scans are whole, and 0 only if no block of any scan was read.
    pub present: f64,
    /// Bytes of the file up to where reading stopped.
    pub bytes_read: usize,
    /// Bytes of the whole file.
    pub bytes: usize,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            DamageKind::Truncated => "truncated",
            DamageKind::Corrupt => "corrupt data",
        };
        // Rounded down, so that a block lost never reads as 100 %.
        let percent = (self.fraction * 100.0).floor();
        write!(f, "{kind}: {percent} % of the image read ({} of {} bytes)", self.bytes_read, self.bytes)
    }
}

/// Counts what was read while decoding.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// MCUs of all scans that mattered.
    pub(crate) wanted: u64,
    /// Those of them that were read to their end.
    pub(crate) read: u64,
    /// Whether something other than a lack of data was wrong.
    pub(crate) corrupt: bool,
    /// Whether data was missing.
    pub(crate) short: bool,
}

impl Tally {
    /// The share of the MCUs wanted since `earlier` that were read.
    pub(crate) fn share_since(&self, earlier: &Self) -> f64 {
        let (wanted, read) = (self.wanted - earlier.wanted, self.read - earlier.read);
        if wanted == 0 { 0.0 } else { read as f64 / wanted as f64 }
    }

    /// The damage, if there is any.
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
