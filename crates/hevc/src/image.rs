//! The interface: an image whose headers are read, and the bands of its samples.

use crate::canvas::Plane;
use crate::error::Error;
use crate::memory;
use crate::nal::{self, Unit};
use crate::parameters::{Borders, ColorDescription, PictureParameters, SequenceParameters};
use crate::picture::{self, First, Rows};
use crate::sample::Sample;
use crate::stop::Stop;

/// Choice of the in-loop filters, deblocking and sample adaptive offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filtering {
    /// Applies both filters: samples are those that the standard defines.
    All,
    /// Applies no filter. Samples differ a little at the edges of blocks, and rows lag behind nothing.
    None,
}

/// Most parameter sets of a kind that are read. Images have one.
pub(crate) const MOST_SETS: usize = 64;

/// An image whose headers are read.
#[derive(Debug)]
pub struct Image<'a> {
    pub(crate) sequence: SequenceParameters,
    pub(crate) picture: PictureParameters,
    pub(crate) borders: Borders,
    /// The units of the first picture.
    pub(crate) units: Vec<Unit<'a>>,
    /// The picture that it is predicted from.
    pub(crate) reference: Option<Box<Self>>,
}

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

/// Samples of a plane.
#[derive(Debug, Clone, Copy)]
pub enum Samples<'a> {
    /// Samples of images of 8 bits.
    Bytes(&'a [u8]),
    /// Samples of images with more than 8 bits in a plane.
    Words(&'a [u16]),
}

impl<'a> Image<'a> {
    /// Reads the headers of an item of a HEIF file: its decoder configuration (`hvcC`) and its data.
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing.
    pub fn read(configuration: &'a [u8], data: &'a [u8]) -> Result<Self, Error> {
        Self::from_units(nal::of_item(configuration, data)?, First::StandsAlone)
    }

    /// Reads the headers of an item that is predicted from another one (ISO/IEC 23008-12, 6.4.9), which stands alone.
    ///
    /// Decoding it holds the other picture as a whole.
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing. Both pictures must have the same
    /// size and format.
    pub fn read_predicted(configuration: &'a [u8], data: &'a [u8], reference: Self) -> Result<Self, Error> {
        let image = Self::from_units(nal::of_item(configuration, data)?, First::Any)?;
        let format = |image: &Self| {
            let sequence = &image.sequence;
            (sequence.chroma, sequence.width, sequence.height, sequence.depth_luma, sequence.depth_chroma)
        };
        if format(&image) != format(&reference) || reference.reference.is_some() {
            return Err(Error::Unsupported("prediction from a picture of another format"));
        }
        Ok(Self { reference: Some(Box::new(reference)), ..image })
    }

    /// Reads the headers of the first picture of a byte stream (ITU-T H.265, annex B).
    ///
    /// # Errors
    ///
    /// The headers are truncated or invalid, or they ask for a feature that is missing.
    pub fn read_stream(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::from_units(nal::of_stream(bytes), First::StandsAlone)
    }

    fn from_units(units: Vec<Unit<'a>>, first: First) -> Result<Self, Error> {
        let (units, id) = picture::keep_first(units, first)?;
        let mut sequences = Vec::new();
        let of_kind = |kind: u8| units.iter().filter(move |unit| unit.kind == kind).take(MOST_SETS);
        let mut failure = Error::Truncated("the headers");
        for unit in of_kind(nal::SEQUENCE) {
            match SequenceParameters::read(&unit.unescape()) {
                Ok(sequence) => sequences.push(sequence),
                Err(error) => failure = error,
            }
        }
        let mut picture = None;
        for unit in of_kind(nal::PICTURE) {
            match PictureParameters::read(&unit.unescape(), &sequences) {
                Ok(read) if read.id == id => picture = Some(read),
                Ok(_) => {}
                Err(error) => failure = error,
            }
        }
        let picture = picture.ok_or(failure)?;
        // The last set of an id replaces the others.
        let sequence = sequences.into_iter().rfind(|known| known.id == picture.sequence).ok_or(failure)?;
        let borders = picture.borders(sequence.ctbs())?;
        Ok(Self { sequence, picture, borders, units, reference: None })
    }

    /// Returns the width and height of the visible part, in px.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let [left, right, top, bottom] = self.sequence.cut;
        (self.sequence.width - left - right, self.sequence.height - top - bottom)
    }

    /// Returns the width and height of a plane's visible part, in samples.
    #[must_use]
    pub fn plane_size(&self, plane: usize) -> (usize, usize) {
        let ((width, height), (across, down)) = (self.size(), self.sequence.shifts(plane));
        (width.div_ceil(1 << across), height.div_ceil(1 << down))
    }

    /// Returns the number of planes: 1 or 3.
    #[must_use]
    pub const fn planes(&self) -> usize {
        self.sequence.planes()
    }

    /// Returns the luma samples for each chroma sample, along and down.
    #[must_use]
    pub const fn ratio(&self) -> (u32, u32) {
        let (across, down) = self.sequence.chroma.shifts();
        (1 << across, 1 << down)
    }

    /// Returns the bits of each sample of a plane.
    #[must_use]
    pub const fn depth(&self, plane: usize) -> u32 {
        self.sequence.depth(plane)
    }

    /// Returns the colours that the headers state.
    #[must_use]
    pub const fn colors(&self) -> Option<ColorDescription> {
        self.sequence.colors
    }

    /// Returns the quantiser of the first slice: the larger, the coarser are the levels, and the stronger the filters.
    #[must_use]
    pub fn first_quantiser(&self) -> i32 {
        let mut slices = self.units.iter().filter(|unit| nal::SLICES.contains(&unit.kind));
        let read = slices.next().and_then(|unit| {
            let start = unit.start();
            crate::slice::Segment::read(unit.kind, &start, &self.sequence, &self.picture, None).ok()
        });
        read.map_or(self.picture.first_qp, |segment| segment.slice.qp)
    }

    /// Estimates the memory that decoding takes, in bytes, beside the data and as much again.
    #[must_use]
    pub fn memory(&self, filtering: Filtering) -> u64 {
        let reference = self
            .reference
            .as_ref()
            .map_or(0, |reference| reference.memory(Filtering::All) + memory::whole(&reference.sequence));
        memory::estimate(&self.sequence, &self.borders, filtering) + reference
    }

    /// Decodes the image and passes its rows to `sink`, from top to bottom. Returns where it stopped before the end.
    pub fn decode(&self, filtering: Filtering, sink: &mut dyn FnMut(&Band<'_>)) -> Option<Stop> {
        if self.sequence.has_bytes() {
            self.decode_as::<u8>(filtering, sink)
        } else {
            self.decode_as::<u16>(filtering, sink)
        }
    }

    fn decode_as<T: Sample>(&self, filtering: Filtering, sink: &mut dyn FnMut(&Band<'_>)) -> Option<Stop> {
        let mut rows = 0;
        let decoded = picture::decode::<T>(self, filtering, &mut |planes, finished| {
            let cut = self.cut(planes, finished);
            if !cut.is_empty() {
                rows = (finished.to - self.sequence.cut[2]).min(self.size().1);
                sink(&Band { planes: &cut });
            }
        });
        decoded.err().map(|error| Stop { rows, error })
    }

    /// Returns the visible part of rows; no planes if there is none.
    fn cut<'p, T: Sample>(&self, planes: &'p [Plane<T>], rows: Rows) -> Vec<BandPlane<'p>> {
        let [left, _, top, bottom] = self.sequence.cut;
        let from = rows.from.max(top);
        let to = rows.to.min(self.sequence.height - bottom);
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
