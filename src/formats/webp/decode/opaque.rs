//! Reduces luma and chroma of a lossy image, each by itself.

use super::band::{CHROMA_SCALE, LUMA_SCALE, chroma_rows, half_of, luma_rows};
use super::damage::{damage_of, judge};
use crate::formats::codec::{Receiver, Reduced};
use crate::formats::error::{DecodeError, damaged};
use crate::formats::reduction::factors_of;
use crate::geometry::{Factors, Size};
use crate::jpeg::Rows;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Axes, Matrix, Model, PlaneShape, booked_variance};
use crate::webp::{Band, Frame};

/// Decodes a lossy image for the thumbnails of `receiver`.
pub(super) fn reduce(
    frame: &[u8],
    size: Size,
    profile: Profile,
    receiver: &mut dyn Receiver,
) -> Result<Reduced, DecodeError> {
    let mut frame = Some(Frame::read(frame).map_err(judge)?);
    let factors = factors_of(&receiver.begin(Model::YCbCr(Matrix::Bt601), profile), size);
    let (chroma_factors, half) = (factors.halves(), half_of(size));
    let luma = PlaneShape::of_means(size, factors);
    let chroma = shape_of_chroma(size, chroma_factors);
    let mut stop = None;
    receiver.receive(&[luma, chroma, chroma], &mut |rows: &mut [&mut dyn Rows]| {
        let Some(([luma, blue, red], frame)) = rows.first_chunk_mut().zip(frame.take()) else {
            return Err(damaged("its frame is decoded once"));
        };
        let mut take_luma = widen(*luma, 16.0, LUMA_SCALE, 0.0);
        let mut take_blue = widen(*blue, 128.0, CHROMA_SCALE, 128.0);
        let mut take_red = widen(*red, 128.0, CHROMA_SCALE, 128.0);
        let mut luma = BoxReducer::passing_on(size, Model::Grey, factors, &mut take_luma);
        let mut chroma = [
            BoxReducer::passing_on(half, Model::Grey, chroma_factors, &mut take_blue),
            BoxReducer::passing_on(half, Model::Grey, chroma_factors, &mut take_red),
        ];
        stop = frame.decode(&mut |band: Band<'_>| {
            luma_rows(&band, size).for_each(|row| luma.push_bytes(row));
            for (plane, reducer) in chroma.iter_mut().enumerate() {
                chroma_rows(&band, plane, half).for_each(|row| reducer.push_bytes(row));
            }
        });
        luma.pass_on_rest();
        chroma.into_iter().for_each(BoxReducer::pass_on_rest);
        Ok(())
    })?;
    Ok(Reduced { factor: factors.common(), damage: damage_of(stop, size) })
}

/// Returns the geometry of a plane of chroma, half the image's size, reduced by `factors`, in the image's measures.
fn shape_of_chroma(size: Size, factors: Factors) -> PlaneShape {
    let (x, y) = (f64::from(factors.across.get()), f64::from(factors.down.get()));
    PlaneShape {
        size: factors.grid(half_of(size)),
        covered: Axes { x: f64::from(size.width) / (2.0 * x), y: f64::from(size.height) / (2.0 * y) },
        pitch: Axes { x: 2.0 * x, y: 2.0 * y },
        // The variance of a smooth upsampling, as other decoders do it, which is the expected result.
        blurred: Axes { x: booked_variance(x, 2.0), y: booked_variance(y, 2.0) },
    }
}

/// Returns a receiver of rows of limited range, in which `zero` stands for `full_zero`.
fn widen<'a>(rows: &'a mut dyn Rows, zero: f32, scale: f32, full_zero: f32) -> impl FnMut(usize, &[f32]) + 'a {
    let mut wide = Vec::new();
    move |_, row| {
        wide.clear();
        wide.extend(row.iter().map(|sample| (sample - zero) * scale + full_zero));
        rows.push(&wide);
    }
}
