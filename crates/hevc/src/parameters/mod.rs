//! Reads parameter sets (ITU-T H.265, 7.3.2).

mod chroma;
mod picture;
mod reference;
mod scaling;
mod sequence;
mod usability;

pub(crate) use chroma::Chroma;
pub(crate) use picture::{Borders, Deblocking, PictureParameters};
pub(crate) use reference::{Owner, ReferenceSet};
pub(crate) use sequence::{PcmParameters, SequenceParameters};
pub use usability::ColorDescription;
