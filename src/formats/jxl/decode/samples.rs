//! Holds the crate's samples in numbers no wider than the image's own.

use jxl::api::{Endianness, JxlBitDepth, JxlDataFormat};

use crate::formats::error::{DecodeError, damaged};
use crate::pixels::shrink::BoxReducer;

/// The type of samples, no finer than the image's own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Samples {
    Bytes,
    Words,
    Floats,
}

/// The samples of an image, interleaved.
pub(super) enum Frame {
    Bytes(Vec<u8>),
    Words(Vec<u16>),
    Floats(Vec<f32>),
}

impl Samples {
    pub(super) const fn of_depth(depth: &JxlBitDepth) -> Self {
        match depth {
            JxlBitDepth::Int { bits_per_sample: 0..=8 } => Self::Bytes,
            JxlBitDepth::Int { bits_per_sample: 9..=16 } => Self::Words,
            _ => Self::Floats,
        }
    }

    pub(super) fn format(self) -> JxlDataFormat {
        match self {
            Self::Bytes => JxlDataFormat::U8 { bit_depth: 8 },
            Self::Words => JxlDataFormat::U16 { endianness: Endianness::native(), bit_depth: 16 },
            Self::Floats => JxlDataFormat::f32(),
        }
    }

    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Bytes => 1,
            Self::Words => 2,
            Self::Floats => 4,
        }
    }

    pub(super) fn frame(self, count: usize) -> Result<Frame, DecodeError> {
        Ok(match self {
            Self::Bytes => Frame::Bytes(zeros(count)?),
            Self::Words => Frame::Words(zeros(count)?),
            Self::Floats => Frame::Floats(zeros(count)?),
        })
    }
}

fn zeros<S: Clone + Default>(count: usize) -> Result<Vec<S>, DecodeError> {
    let mut samples = Vec::new();
    samples.try_reserve_exact(count).map_err(|_| damaged("its pixels need more memory than is available"))?;
    samples.resize(count, S::default());
    Ok(samples)
}

impl Frame {
    pub(super) fn bytes(&mut self) -> &mut [u8] {
        match self {
            Self::Bytes(samples) => samples,
            Self::Words(samples) => bytemuck::cast_slice_mut(samples),
            Self::Floats(samples) => bytemuck::cast_slice_mut(samples),
        }
    }

    /// Pushes the rows, of this many samples each.
    pub(super) fn push_to(self, reducer: &mut BoxReducer<'_>, row: usize) {
        match self {
            Self::Bytes(samples) => samples.chunks_exact(row).for_each(|row| reducer.push_bytes(row)),
            Self::Words(samples) => samples.chunks_exact(row).for_each(|row| reducer.push_words(row)),
            Self::Floats(mut samples) => samples.chunks_exact_mut(row).for_each(|row| {
                // A sample may be any value, even NaN.
                row.iter_mut().for_each(|sample| *sample = if sample.is_finite() { *sample * 255.0 } else { 0.0 });
                reducer.push_row(row);
            }),
        }
    }
}
