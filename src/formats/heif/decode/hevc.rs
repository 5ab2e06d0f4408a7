//! Decodes HEVC through the crate `hevc-still`, band by band.

use std::ops::ControlFlow;

use hevc_still::{Configuration, Error, Filtering, Image, Samples, Stop};

use super::coded::{Decoded, Extent, Meaning, Receiver, RowSamples, Rows, Shape, check_covers, check_size};
use crate::container::Nclx;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::Factors;
use crate::outcome::Damage;

/// The configuration and the data of an item.
type Parts = (Vec<u8>, Vec<u8>);

/// Decodes an item, which may be predicted from another one, and passes its rows on.
pub(super) fn decode(
    (configuration, data): &Parts,
    source: Option<&Parts>,
    told: (u32, u32),
    factors: Factors,
    receiver: &mut dyn Receiver,
) -> Result<Decoded, DecodeError> {
    let read = match source {
        Some((of_source, source)) => {
            Image::read(of_source, source).and_then(|source| Image::read_predicted(configuration, data, source))
        }
        None => Image::read(configuration, data),
    };
    let image = read.map_err(judge)?;
    let (width, height) = image.size();
    check_size((width as u64, height as u64), told)?;
    check_covers((width, height), told)?;
    if image.memory(Filtering::All) > most_memory(configuration, source, told) {
        return Err(damaged("the coded data need more memory than their configuration says"));
    }
    if receiver.begin(&shape_of(&image))?.is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let stop = image.decode(filtering_for(&image, factors), &mut |band| {
        for (index, plane) in band.planes.iter().enumerate() {
            let samples = match plane.samples {
                Samples::Bytes(bytes) => RowSamples::Bytes(bytes),
                Samples::Words(words) => RowSamples::Words(words),
            };
            let rows = Rows { width: plane.width, stride: plane.stride, samples };
            receiver.take(index, plane.top, rows);
        }
    });
    match stop {
        None => Ok(ControlFlow::Continue(None)),
        Some(Stop { rows: 0, error }) => Err(judge(error)),
        Some(Stop { rows, error }) => {
            let detail = judge(error).to_string();
            Ok(ControlFlow::Continue(Some(Damage::of_part(detail, rows as u64, height as u64))))
        }
    }
}

/// Returns the pixels of an image whose sides are rounded up to those of the largest blocks.
fn coded_pixels(told: (u32, u32)) -> u64 {
    let [width, height] = [told.0, told.1].map(|side| u64::from(side).next_multiple_of(64));
    width.saturating_mul(height)
}

/// Returns the memory that an item was estimated to take, beside its data and its samples.
fn most_memory(configuration: &[u8], source: Option<&Parts>, told: (u32, u32)) -> u64 {
    let own = working_memory(configuration, told, Extent::Bands);
    let of_source = source.map_or(0, |(configuration, _)| working_memory(configuration, told, Extent::Whole));
    own.saturating_add(of_source)
}

/// Most bytes of a pixel in all planes: three samples of 16 bits.
const MOST_PIXEL: u64 = 6;

/// Memory for the smallest images, whose bands are as large as theirs.
const LEAST: u64 = 1 << 17;

/// Estimates the memory of decoding an item of this configuration as a whole or band by band, beside its data.
pub(super) fn working_memory(configuration: &[u8], size: (u32, u32), extent: Extent) -> u64 {
    let parameters = Configuration::read(configuration).ok();
    let known = parameters.and_then(|known| Some((known.memory(Filtering::All)?, known.picture_memory()?)));
    match (extent, known) {
        (Extent::Bands, Some((bands, _))) => bands,
        (Extent::Whole, Some((bands, whole))) => whole.saturating_add(bands),
        // The parameters are among the data. With tiles side by side, there are copies for both filters.
        (_, None) => coded_pixels(size).saturating_mul(4 * MOST_PIXEL).saturating_add(LEAST),
    }
}

/// Returns the matrix that a configuration states.
pub(super) fn matrix_of(configuration: &[u8]) -> Option<u16> {
    Some(Configuration::read(configuration).ok()?.colors()?.matrix.into())
}

/// Reduction from which on a finely quantised image needs no in-loop filters, and the quantiser up to which it holds.
const LEAST_FACTOR: f64 = 3.0;
const FINE: i32 = 22;

/// Steps of the quantiser that double its step, and with it what the filters may change.
const OCTAVE: f64 = 6.0;

/// Returns the in-loop filters that an image needs if it is reduced. Their changes are small and on both sides of an edge,
/// so that means of many samples have hardly any of them.
fn filtering_for(image: &Image<'_>, factors: Factors) -> Filtering {
    let coarser = f64::from((image.first_quantiser() - FINE).max(0));
    let needed = LEAST_FACTOR * (coarser / OCTAVE).exp2();
    if f64::from(factors.common().get()) >= needed { Filtering::None } else { Filtering::All }
}

fn shape_of(image: &Image<'_>) -> Shape {
    let nclx = image.colors().map(|colors| Nclx {
        primaries: colors.primaries.into(),
        transfer: colors.transfer.into(),
        matrix: colors.matrix.into(),
        is_full_range: colors.is_full_range,
    });
    Shape {
        size: image.size(),
        depths: (0..image.planes()).map(|plane| image.depth(plane)).collect(),
        ratio: image.ratio(),
        nclx,
        meaning: Meaning::Stated,
    }
}

fn judge(error: Error) -> DecodeError {
    match error {
        Error::Unsupported(what) => unsupported(format!("HEVC with {what}")),
        Error::Truncated(_) => damaged("the compressed data end too early"),
        Error::Invalid(_) => damaged("the compressed data are corrupt"),
    }
}
