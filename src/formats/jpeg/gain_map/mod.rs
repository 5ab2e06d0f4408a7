//! Finds the gain map of a JPEG and its parameters, and joins an image and its gain map to one file.
//!
//! A gain map is an image behind the main one, listed by MPF (CIPA DC-007). Its parameters are in its own XMP (Adobe, Gain map 1.0;
//! Android's Ultra HDR image format 1.1) or in a segment of ISO 21496-1. Those of Apple's are in its XMP or in a maker note of the main
//! image; they become those of the standard.
//!
//! | file | purpose |
//! |---|---|
//! | `examine` | tells a gain map from other images, and reads its parameters |
//! | `parameters` | reads and writes the parameters in XMP |
//! | `join` | writes the file of both images |

mod examine;
mod join;
mod parameters;

pub(crate) use examine::{Found, GainMap, examine};
pub(crate) use join::join;

#[cfg(test)]
mod tests;
