//! Reduces the rows of a lossless image.

use super::damage::{damage_of, judge};
use crate::formats::codec::{Receiver, Reduced};
use crate::formats::error::DecodeError;
use crate::formats::reduction;
use crate::geometry::Size;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::webp;

/// Decodes a lossless image for the thumbnails of `receiver`.
pub(super) fn reduce(
    stream: &[u8],
    size: Size,
    has_alpha: bool,
    profile: Profile,
    receiver: &mut dyn Receiver,
) -> Result<Reduced, DecodeError> {
    let model = if has_alpha { Model::RgbAlpha } else { Model::Rgb };
    let mut samples: Vec<u8> = Vec::new();
    reduction::reduce(receiver, size, (model, profile), &mut |reducer| {
        let stop = webp::decode_lossless(stream, &mut |row: &[u32]| {
            samples.resize(row.len() * model.planes(), 0);
            let pixels = row.iter().map(|pixel| pixel.to_be_bytes());
            if has_alpha {
                samples.as_chunks_mut().0.iter_mut().zip(pixels).for_each(|(out, [a, r, g, b])| *out = [r, g, b, a]);
            } else {
                samples.as_chunks_mut().0.iter_mut().zip(pixels).for_each(|(out, [_, r, g, b])| *out = [r, g, b]);
            }
            reducer.push_bytes(&samples);
        });
        Ok(damage_of(stop.map_err(judge)?, size))
    })
}
