//! Defines the pixels that a plane is reduced to.

use super::super::weights::Extent;
use crate::color::{Lone, LoneLines};
use crate::geometry::Frame;

/// The pixels to reduce a plane to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlaneTarget {
    pub(crate) across: Extent,
    pub(crate) down: Extent,
    /// Standard deviation of the blur, in source px.
    pub(crate) sigma: f64,
}

impl PlaneTarget {
    /// Returns the pixels of a thumbnail.
    pub(crate) const fn of(frame: &Frame, sigma: f64) -> Self {
        let Frame { window, size, .. } = frame;
        Self { across: Extent::of(window.across, size.width), down: Extent::of(window.down, size.height), sigma }
    }

    /// Returns the pixels of a chroma plane that has half the thumbnail's size.
    pub(crate) fn halved(frame: &Frame, sigma: f64, lone: LoneLines) -> Self {
        let Self { across, down, .. } = Self::of(frame, sigma);
        let is_first = |lone| lone == Lone::First;
        Self { across: across.halved(is_first(lone.column)), down: down.halved(is_first(lone.row)), sigma }
    }
}
