//! The choices and limits that a caller sets.

use crate::scale::Scale;

/// What to decode, and what not to exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The scale of each component, in the frame's order; what exceeds the number of components is ignored.
    /// Default: all [`Scale::Full`].
    pub scales: [Scale; 4],
    /// Scans that may be decoded for one picture; scans that are skipped do not count. Default: 500.
    pub max_scans: u32,
    /// Bytes that may be allocated ([`Header::peak_memory`]). Default: 4 GiB.
    pub max_memory: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { scales: [Scale::Full; 4], max_scans: 500, max_memory: 4 << 30 }
    }
}

impl Options {
    /// The defaults, with all components at one scale.
    #[must_use]
    pub fn at(scale: Scale) -> Self {
        Self { scales: [scale; 4], ..Self::default() }
    }
}
