//! Bytes → pixels on the working grid, through the decoder of the format.

mod raster;

use std::num::NonZeroU32;

use super::pixels::WorkingGrid;
use super::probe::Header;
use crate::error::{Failure, Step};

pub(super) use raster::open;

/// Decodes the picture onto a working grid of `factor` source px for each working px.
pub(super) fn decode(bytes: &[u8], header: &Header, factor: NonZeroU32) -> Result<WorkingGrid, Failure> {
    raster::decode(bytes, header, factor).map_err(|cause| cause.in_step(Step::Decode))
}
