//! Defines the options and limits of decoding.

use crate::scale::Scale;

/// Options and limits of decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Scale of each component, in the frame's order. Entries beyond the last component are ignored. Default: all
    /// [`Scale::Full`].
    pub scales: [Scale; 4],
    /// Maximum number of scans to decode. Unless all scales are 1/8, the skipped scans of a progressive file count too.
    /// Default: 500.
    pub max_scans: u32,
    /// Maximum memory in bytes: [`peak_memory`](crate::Header::peak_memory), and with [`decode`](crate::decode()) also
    /// [`plane_memory`](crate::Header::plane_memory). Default: 4 GiB.
    pub max_memory: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { scales: [Scale::Full; 4], max_scans: 500, max_memory: 4 << 30 }
    }
}

impl Options {
    /// Returns the default options with one scale for all components.
    #[must_use]
    pub fn at(scale: Scale) -> Self {
        Self { scales: [scale; 4], ..Self::default() }
    }
}
