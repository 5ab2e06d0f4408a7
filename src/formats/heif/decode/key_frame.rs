//! Decodes a key frame of AV1 through the crate `av1-still`, band by band and without in-loop filters, for images that are
//! reduced.

use std::num::NonZeroU32;
use std::ops::ControlFlow;

use av1_still::{Error, Headers, Image, Samples, Stop};

use super::coded::{Decoded, Meaning, Receiver, RowSamples, Rows, Shape, check_covers, check_size};
use super::sequence;
use crate::container::{CodedItem, Nclx};
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::Factors;
use crate::outcome::Damage;

/// Bytes at the start of an item in which its headers end.
pub(super) const START: u64 = 1 << 10;

/// Returns whether an item may be decoded by this crate. Prediction inside a frame reads samples before the in-loop filters
/// (AV1 bitstream specification, 7.11.2 and 7.14.1), and means of several samples hardly show them.
pub(super) fn may_decode(item: &CodedItem, factors: Factors) -> bool {
    factors.common() > NonZeroU32::MIN && item.layer.is_none() && item.operating_point == 0
}

/// Estimates the memory of decoding an item from its start, beside its data; none if the crate lacks a feature for it.
pub(super) fn working_memory(start: &[u8]) -> Option<u64> {
    Headers::read(start).ok().map(|headers| headers.memory())
}

/// Decodes an item and passes its rows on, if the crate has all features for it.
pub(super) fn decode(
    data: &[u8],
    told: (u32, u32),
    receiver: &mut dyn Receiver,
) -> Result<Option<Decoded>, DecodeError> {
    let image = match Image::read(data) {
        Ok(image) => image,
        Err(Error::Unsupported(_)) => return Ok(None),
        Err(error) => return Err(judge(error)),
    };
    let (width, height) = image.size();
    check_size((width as u64, height as u64), told)?;
    check_covers((width, height), told)?;
    let nclx = sequence::read(data).ok_or_else(|| damaged("no sequence header"))?.nclx;
    if receiver.begin(&shape_of(&image, nclx))?.is_break() {
        return Ok(Some(ControlFlow::Break(())));
    }
    let stop = image.decode(&mut |band| {
        for (index, plane) in band.planes.iter().enumerate() {
            let samples = match plane.samples {
                Samples::Bytes(bytes) => RowSamples::Bytes(bytes),
                Samples::Words(words) => RowSamples::Words(words),
            };
            receiver.take(index, plane.top, Rows { width: plane.width, stride: plane.stride, samples });
        }
    });
    match stop {
        None => Ok(Some(ControlFlow::Continue(None))),
        Some(Stop { rows: 0, error }) => Err(judge(error)),
        Some(Stop { rows, error }) => {
            let damage = Damage::of_part(judge(error).to_string(), rows as u64, height as u64);
            Ok(Some(ControlFlow::Continue(Some(damage))))
        }
    }
}

fn shape_of(image: &Image<'_>, nclx: Nclx) -> Shape {
    Shape {
        size: image.size(),
        depths: vec![image.depth(); image.planes()],
        ratio: image.ratio(),
        nclx: Some(nclx),
        meaning: Meaning::Stated,
    }
}

fn judge(error: Error) -> DecodeError {
    match error {
        Error::Unsupported(what) => unsupported(format!("AV1 with {what}")),
        Error::Truncated(_) => damaged("the compressed data end too early"),
        Error::Invalid(_) => damaged("the compressed data are corrupt"),
    }
}
