//! Holds the thumbnails of one image, and how they were made.

use std::num::NonZeroU32;

use super::encode::Encoded;
use crate::formats::header::Header;
#[cfg(feature = "batch")]
use crate::options::Format;
use crate::outcome::{Animated, Damage, DecodedFrom, KeptGainMap, Placeholder, Times};
#[cfg(feature = "batch")]
use crate::outcome::{Thumbnail, Written};

/// The thumbnails of one image: encoded files, or [`Pixels`](super::Pixels).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Thumbnails<T = Encoded> {
    /// The header of the image.
    pub header: Header,
    /// Source px for each working-grid px.
    pub factor: NonZeroU32,
    /// The image in the file that was decoded.
    pub decoded_from: DecodedFrom,
    /// The damage of the image, if any.
    pub damage: Option<Damage>,
    /// One thumbnail for each size of the options, in their order: first of one format, then of the next.
    pub thumbnails: Vec<T>,
    /// The placeholder of the image, if the options ask for one.
    pub placeholder: Option<Placeholder>,
    /// The treatment of the image's animation, if it has one.
    pub animation: Animated,
    /// The treatment of the image's gain map.
    pub gain_map: KeptGainMap,
    /// The time that each step took; nothing was stored.
    pub times: Times,
}

impl<T> Thumbnails<T> {
    /// Returns the outcome of a source of this format and length in bytes, whose thumbnails were stored.
    #[cfg(feature = "batch")]
    #[doc(hidden)]
    #[must_use]
    pub fn into_written(self, format: Format, bytes: u64, thumbnails: Vec<Thumbnail>) -> Written {
        Written {
            format,
            size: self.header.size,
            orientation: self.header.orientation,
            bytes,
            factor: self.factor.get(),
            decoded_from: self.decoded_from,
            damage: self.damage,
            thumbnails,
            placeholder: self.placeholder,
            animation: self.animation,
            gain_map: self.gain_map,
            times: self.times,
        }
    }

    /// Adds the times of steps before those of making.
    pub(super) fn with_times(mut self, times: &Times) -> Self {
        for (step, took) in times.by_step() {
            self.times.add(step, took);
        }
        self
    }
}

impl<T> IntoIterator for Thumbnails<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    /// Returns the thumbnails in their order.
    fn into_iter(self) -> Self::IntoIter {
        self.thumbnails.into_iter()
    }
}
