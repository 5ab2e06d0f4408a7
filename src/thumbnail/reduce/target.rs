//! Defines the pixels that a plane is reduced to.

use super::super::weights::Extent;
use crate::geometry::Size;

/// The pixels to reduce a plane to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlaneTarget {
    pub(crate) across: Extent,
    pub(crate) down: Extent,
    /// Standard deviation of the blur, in source px.
    pub(crate) sigma: f64,
}

impl PlaneTarget {
    /// Returns that of pixels that cover the plane from edge to edge.
    pub(crate) const fn whole(size: Size, sigma: f64) -> Self {
        Self { across: Extent::whole(size.width), down: Extent::whole(size.height), sigma }
    }
}
