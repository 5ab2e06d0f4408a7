//! Decodes the frames of animations through the crate `image`, and encodes animations frame by frame.
//!
//! | file | purpose |
//! |---|---|
//! | `frames` | decodes whole frames, one after the other |
//! | `detect` | tells an animated file from a still one, by its blocks |
//! | `change` | finds the part of a frame that differs from the one before |
//! | `sequence` | joins equal frames, and reduces others to their change |
//! | `gif`, `apng`, `webp` | write frames in a format |
//! | `chunk` | writes the chunks of a PNG |

#[cfg(feature = "animation")]
mod apng;
#[cfg(feature = "animation")]
mod change;
#[cfg(feature = "animation")]
mod chunk;
pub(crate) mod detect;
#[cfg(feature = "animation")]
mod frames;
#[cfg(all(feature = "animation", feature = "gif"))]
mod gif;
#[cfg(feature = "animation")]
mod sequence;
#[cfg(all(feature = "animation", feature = "webp"))]
mod webp;

#[cfg(feature = "animation")]
pub(crate) use frames::{Picture, open};
#[cfg(feature = "animation")]
pub(crate) use sequence::Sequence;

use crate::options::Format;

/// Returns whether thumbnails in this format may be animated.
pub(crate) fn is_for(format: Format) -> bool {
    matches!(format, Format::Gif | Format::Png | Format::WebP) && format.is_writable()
}

#[cfg(test)]
mod tests;
