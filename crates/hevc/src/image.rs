//! The interface: an image whose headers are read, and the bands of its samples.

use crate::coded::{Coded, First};
use crate::error::Error;
use crate::filtering::Filtering;
use crate::memory;
use crate::nal;
use crate::parameters::ColorDescription;
use crate::picture::{self, Rows};
use crate::plane::Plane;
use crate::sample::{Sample, Samples};
use crate::stop::Stop;

/// An image whose headers are read.
#[derive(Debug)]
pub struct Image<'a>(Coded<'a>);

/// Rows of an image, as many as were finished at once.
#[derive(Debug)]
pub struct Band<'a> {
    /// The planes: luma, and both chroma planes if there are any.
    pub planes: &'a [BandPlane<'a>],
}

/// Rows of a plane.
#[derive(Debug, Clone, Copy)]
pub struct BandPlane<'a> {
    /// The first row's number in the plane.
    pub top: usize,
    /// Samples of each row.
    pub width: usize,
    /// Samples from one row to the next.
    pub stride: usize,
    /// The rows. The last one may end after `width` samples.
    pub samples: Samples<'a>,
}

impl<'a> Image<'a> {
    /// Reads the headers of an item of a HEIF file: its decoder configuration (`hvcC`) and its data.
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing.
    pub fn read(configuration: &'a [u8], data: &'a [u8]) -> Result<Self, Error> {
        Coded::from_units(nal::of_item(configuration, data)?, First::StandsAlone).map(Self)
    }

    /// Reads the headers of an item that is predicted from another one (ISO/IEC 23008-12, 6.4.9), which stands alone.
    ///
    /// Decoding it holds the other image as a whole.
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing. Both images must have the same
    /// size and format.
    pub fn read_predicted(configuration: &'a [u8], data: &'a [u8], reference: Self) -> Result<Self, Error> {
        let image = Coded::from_units(nal::of_item(configuration, data)?, First::Any)?;
        let format = |image: &Coded<'_>| {
            let sequence = &image.sequence;
            (sequence.chroma, sequence.width, sequence.height, sequence.depth_luma, sequence.depth_chroma)
        };
        if format(&image) != format(&reference.0) || reference.0.reference.is_some() {
            return Err(Error::Unsupported("prediction from a picture of another format"));
        }
        Ok(Self(Coded { reference: Some(Box::new(reference.0)), ..image }))
    }

    /// Reads the headers of the first image of a byte stream (ITU-T H.265, annex B).
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing.
    pub fn read_stream(bytes: &'a [u8]) -> Result<Self, Error> {
        Coded::from_units(nal::of_stream(bytes), First::StandsAlone).map(Self)
    }

    /// Returns the width and height of the visible part, in px.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let [left, right, top, bottom] = self.0.sequence.cut;
        (self.0.sequence.width - left - right, self.0.sequence.height - top - bottom)
    }

    /// Returns the width and height of a plane's visible part, in samples.
    #[must_use]
    pub fn plane_size(&self, plane: usize) -> (usize, usize) {
        let ((width, height), (across, down)) = (self.size(), self.0.sequence.shifts(plane));
        (width.div_ceil(1 << across), height.div_ceil(1 << down))
    }

    /// Returns the number of planes: 1 or 3.
    #[must_use]
    pub const fn planes(&self) -> usize {
        self.0.sequence.planes()
    }

    /// Returns the luma samples for each chroma sample, along and down.
    #[must_use]
    pub const fn ratio(&self) -> (u32, u32) {
        let (across, down) = self.0.sequence.chroma.shifts();
        (1 << across, 1 << down)
    }

    /// Returns the bits of each sample of a plane.
    #[must_use]
    pub const fn depth(&self, plane: usize) -> u32 {
        self.0.sequence.depth(plane)
    }

    /// Returns the colours that the headers state.
    #[must_use]
    pub const fn colors(&self) -> Option<ColorDescription> {
        self.0.sequence.colors
    }

    /// Returns the quantiser of the first slice: the larger, the coarser are the levels, and the stronger the filters.
    #[must_use]
    pub fn first_quantiser(&self) -> i32 {
        self.0.first_quantiser()
    }

    /// Estimates the memory that decoding takes, in bytes, beside the data and as much again.
    #[must_use]
    pub fn memory(&self, filtering: Filtering) -> u64 {
        memory::of(&self.0, filtering)
    }

    /// Decodes the image and passes its rows to `sink`, from top to bottom. Returns where it stopped before the end.
    pub fn decode(&self, filtering: Filtering, sink: &mut dyn FnMut(&Band<'_>)) -> Option<Stop> {
        if self.0.sequence.has_bytes() {
            self.decode_as::<u8>(filtering, sink)
        } else {
            self.decode_as::<u16>(filtering, sink)
        }
    }

    fn decode_as<T: Sample>(&self, filtering: Filtering, sink: &mut dyn FnMut(&Band<'_>)) -> Option<Stop> {
        let mut rows = 0;
        let decoded = picture::decode::<T>(&self.0, filtering, &mut |planes, finished| {
            let cut = self.cut(planes, finished);
            if !cut.is_empty() {
                rows = (finished.to - self.0.sequence.cut[2]).min(self.size().1);
                sink(&Band { planes: &cut });
            }
        });
        decoded.err().map(|error| Stop { rows, error })
    }

    /// Returns the visible part of rows; no planes if there is none.
    fn cut<'p, T: Sample>(&self, planes: &'p [Plane<T>], rows: Rows) -> Vec<BandPlane<'p>> {
        let [left, _, top, bottom] = self.0.sequence.cut;
        let from = rows.from.max(top);
        let to = rows.to.min(self.0.sequence.height - bottom);
        if from >= to {
            return Vec::new();
        }
        let cut = |(index, plane): (usize, &'p Plane<T>)| {
            let (across, down) = plane.shifts;
            let (width, _) = self.plane_size(index);
            let first = rows.skipped + ((rows.first + from - rows.from) >> down);
            let count = (to.div_ceil(1 << down)) - (from >> down);
            let start = first * plane.stride + (left >> across);
            let end = start + (count - 1) * plane.stride + width;
            BandPlane {
                top: (from - top) >> down,
                width,
                stride: plane.stride,
                samples: T::wrap(&plane.samples[start..end]),
            }
        };
        planes.iter().enumerate().map(cut).collect()
    }
}
