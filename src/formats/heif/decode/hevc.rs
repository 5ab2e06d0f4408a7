//! Decodes HEVC through the crate `hevc-still`, band by band.

use std::ops::ControlFlow;

use hevc_still::{Configuration, Error, Filtering, Image, Samples, Stop};

use super::coded::{Rows, RowSamples, Receiver, Shape, Meaning, check_covers, check_size};
use super::decoder::{Decoded, Extent};
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
        Some((of_source, source)) => Image::read(of_source, source)
            .and_then(|source| Image::read_predicted(configuration, data, source)),
        None => Image::read(configuration, data),
    };
    let image = read.map_err(judge)?;
    let (width, height) = image.size();
    check_size((width as u64, height as u64), told)?;
    check_covers((width, height), told)?;
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

/// Estimates the memory of decoding an item of this configuration as a whole or band by band, beside its data.
pub(super) fn working_memory(configuration: &[u8], size: (u32, u32), extent: Extent) -> u64 {
    let pixels = u64::from(size.0).saturating_mul(size.1.into());
    let bands = Configuration::read(configuration).ok().and_then(|parameters| parameters.memory(Filtering::All));
    // ISO/IEC 14496-15, 8.3.2.1: the chroma format and both depths.
    let samples_of_two = match configuration.get(16).map(|byte| byte & 3) {
        Some(0) => 2,
        Some(1) => 3,
        Some(2) => 4,
        _ => 6,
    };
    let is_deep = configuration.get(17..19).is_none_or(|depths| depths.iter().any(|depth| depth & 7 > 0));
    let whole = pixels.saturating_mul(samples_of_two * if is_deep { 2 } else { 1 } / 2);
    match (extent, bands) {
        (Extent::Bands, Some(bands)) => bands,
        (Extent::Whole, Some(bands)) => whole.saturating_add(bands),
        // Parameters are among the data. Marks for the filters are less than the samples.
        (_, None) => whole.saturating_mul(2),
    }
}

/// Returns the matrix that a configuration states.
pub(super) fn matrix_of(configuration: &[u8]) -> Option<u16> {
    Some(Configuration::read(configuration).ok()?.colors()?.matrix.into())
}

/// Returns the in-loop filters that an image needs if it is reduced.
fn filtering_for(_image: &Image<'_>, factors: Factors) -> Filtering {
    if factors.common().get() > 1 { Filtering::None } else { Filtering::All }
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
