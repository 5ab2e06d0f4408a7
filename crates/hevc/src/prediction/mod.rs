//! Predicts an image from one other that stands alone, as items of HEIF may be (ITU-T H.265, 8.5.3).
//!
//! All references are the same image, whose blocks have no motion. So vectors are never scaled, and there are no
//! candidates from the other image.

mod compensation;
mod header;
mod motion;

pub(crate) use compensation::{Area, Reference};
pub(crate) use header::{Prediction, References};
pub(crate) use motion::{Motion, Motions, Vector};
