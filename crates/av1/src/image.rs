//! The interface: an image whose headers are read, and the bands of its samples.

use crate::canvas::Plane;
use crate::coded::Coded;
use crate::error::Error;
use crate::memory;
use crate::picture::{self, Rows};
use crate::sample::{Sample, Samples};
use crate::stop::Stop;
use crate::transform::Transformed;

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
    /// Reads the headers of an item of an AVIF file, or of a stream with a single frame.
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing.
    pub fn read(data: &'a [u8]) -> Result<Self, Error> {
        Coded::read(data).map(Self)
    }

    /// Returns the width and height, in px.
    #[must_use]
    pub const fn size(&self) -> (usize, usize) {
        (self.0.headers.frame.size.0 as usize, self.0.headers.frame.size.1 as usize)
    }

    /// Returns the width and height of a plane, in samples.
    #[must_use]
    pub const fn plane_size(&self, plane: usize) -> (usize, usize) {
        let ((width, height), (across, down)) = (self.size(), self.0.headers.sequence.shifts_of(plane));
        (width.div_ceil(1 << across), height.div_ceil(1 << down))
    }

    /// Returns the number of planes: 1 or 3.
    #[must_use]
    pub const fn planes(&self) -> usize {
        self.0.headers.sequence.planes()
    }

    /// Returns the luma samples for each chroma sample, along and down; one if there is no chroma.
    #[must_use]
    pub const fn ratio(&self) -> (u32, u32) {
        let (across, down) = self.0.headers.sequence.shifts;
        if self.0.headers.sequence.is_grey { (1, 1) } else { (1 << across, 1 << down) }
    }

    /// Returns the bits of each sample.
    #[must_use]
    pub const fn depth(&self) -> u32 {
        self.0.headers.sequence.depth
    }

    /// Estimates the memory that decoding takes, in bytes, beside the data.
    #[must_use]
    pub fn memory(&self) -> u64 {
        memory::of(&self.0.headers)
    }

    /// Decodes the image without in-loop filters and film grain, and passes its rows to `sink`, from top to bottom.
    /// Returns where it stopped before the end.
    pub fn decode(&self, sink: &mut dyn FnMut(&Band<'_>)) -> Option<Stop> {
        if self.depth() == 8 { self.decode_as::<u8>(sink) } else { self.decode_as::<u16>(sink) }
    }

    fn decode_as<T: Transformed>(&self, sink: &mut dyn FnMut(&Band<'_>)) -> Option<Stop> {
        let mut rows = 0;
        let decoded = picture::decode::<T>(&self.0, &mut |planes, finished| {
            rows = finished.to;
            let cut: Vec<_> =
                planes.iter().enumerate().map(|(index, plane)| self.cut(index, plane, finished)).collect();
            sink(&Band { planes: &cut });
        });
        decoded.err().map(|error| Stop { rows, error })
    }

    /// Returns the visible part of a plane's rows.
    fn cut<'p, T: Sample>(&self, index: usize, plane: &'p Plane<T>, rows: Rows) -> BandPlane<'p> {
        let (_, down) = plane.shifts;
        let (width, _) = self.plane_size(index);
        let (top, end) = (rows.from >> down, rows.to.div_ceil(1 << down));
        let (first, last) = (plane.index(0, top), plane.index(width, end - 1));
        BandPlane { top, width, stride: plane.stride, samples: T::wrap(&plane.samples[first..last]) }
    }
}
