//! Holds the planes that a codec returns.

use std::ops::ControlFlow;

use crate::container::Nclx;
use crate::formats::error::{DecodeError, damaged};
use crate::outcome::Damage;

/// Most pixels in an item's own header, as a multiple of the container's; codecs round up to their blocks.
const ROUNDED_UP: u64 = 4;

/// Pixels of the largest block, 64 px on both sides: the smallest images are rounded up to it.
const BLOCK: u64 = 64 * 64;

/// The description of a coded image, which comes before its samples.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Width and height of the first plane.
    pub(super) size: (usize, usize),
    /// Bits of the samples of each plane: of luma alone, or of luma and two chroma planes.
    pub(super) depths: Vec<u32>,
    /// Luma samples for each chroma sample, along and down.
    pub(super) ratio: (u32, u32),
    /// Colour description in the coded data.
    pub(super) nclx: Option<Nclx>,
    pub(super) meaning: Meaning,
}

/// The output of a codec.
pub(super) struct CodedPicture {
    pub(super) shape: Shape,
    pub(super) planes: Vec<CodedPlane>,
    /// Damage that did not prevent decoding.
    pub(super) damage: Option<Damage>,
}

/// The damage of an item whose rows were received, or a break if they do not fit their receiver.
pub(super) type Decoded = ControlFlow<(), Option<Damage>>;

/// The part of an item that is held at once, where its codec gives a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Bands,
    Whole,
}

/// A receiver of the rows of a coded image.
pub(super) trait Receiver {
    /// Receives the description. Rows follow if the result is to continue.
    fn begin(&mut self, shape: &Shape) -> Result<ControlFlow<()>, DecodeError>;

    /// Receives rows of a plane, of which `top` is the number of the first one.
    fn take(&mut self, plane: usize, top: usize, rows: Rows<'_>);
}

/// The source of the planes' meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The code points in the container or in the data.
    Stated,
    /// Green, blue and red, of full range.
    Gbr,
    /// The planes of JFIF.
    Jfif,
}

/// One channel of a coded image.
pub(super) struct CodedPlane {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Samples from one row to the next.
    pub(super) stride: usize,
    pub(super) samples: Samples,
}

/// Samples in the codec's own representation.
pub(super) enum Samples {
    Numbers(Vec<i32>),
    #[cfg(any(feature = "heic", feature = "avif"))]
    Words(Vec<u16>),
    #[cfg(any(feature = "heic", feature = "avif"))]
    Octets(Vec<u8>),
    #[cfg(feature = "avif")]
    Bytes(Box<dyn AsRef<[u8]>>),
    /// Two bytes each, in native byte order.
    #[cfg(feature = "avif")]
    Pairs(Box<dyn AsRef<[u8]>>),
}

/// Rows of a plane. The last one may end after `width` samples.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) width: usize,
    pub(super) stride: usize,
    pub(super) samples: RowSamples<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum RowSamples<'a> {
    Numbers(&'a [i32]),
    #[cfg(any(feature = "heic", feature = "avif"))]
    Words(&'a [u16]),
    Bytes(&'a [u8]),
    /// Two bytes each, in native byte order.
    #[cfg(feature = "avif")]
    Pairs(&'a [u8]),
}

impl CodedPlane {
    /// Returns all rows.
    pub(super) fn rows(&self) -> Rows<'_> {
        let samples = match &self.samples {
            Samples::Numbers(numbers) => RowSamples::Numbers(numbers),
            #[cfg(any(feature = "heic", feature = "avif"))]
            Samples::Words(words) => RowSamples::Words(words),
            #[cfg(any(feature = "heic", feature = "avif"))]
            Samples::Octets(bytes) => RowSamples::Bytes(bytes),
            #[cfg(feature = "avif")]
            Samples::Bytes(bytes) => RowSamples::Bytes((**bytes).as_ref()),
            #[cfg(feature = "avif")]
            Samples::Pairs(bytes) => RowSamples::Pairs((**bytes).as_ref()),
        };
        Rows { width: self.width, stride: self.stride, samples }
    }
}

#[cfg(any(feature = "heic", feature = "avif"))]
impl CodedPlane {
    /// Replaces rows from `top` on.
    fn set_rows(&mut self, top: usize, rows: Rows<'_>) {
        let (width, from) = (self.width, top * self.stride);
        match (&mut self.samples, rows.samples) {
            (Samples::Octets(own), RowSamples::Bytes(new)) => set_rows(&mut own[from..], new, width, rows.stride),
            (Samples::Words(own), RowSamples::Words(new)) => set_rows(&mut own[from..], new, width, rows.stride),
            _ => {}
        }
    }
}

#[cfg(any(feature = "heic", feature = "avif"))]
fn set_rows<T: Copy>(own: &mut [T], new: &[T], width: usize, stride: usize) {
    for (own, new) in own.chunks_exact_mut(width).zip(new.chunks(stride)) {
        own.copy_from_slice(&new[..width]);
    }
}

impl Rows<'_> {
    /// Returns the number of rows.
    pub(super) fn count(&self) -> usize {
        let length = match self.samples {
            RowSamples::Numbers(numbers) => numbers.len(),
            #[cfg(any(feature = "heic", feature = "avif"))]
            RowSamples::Words(words) => words.len(),
            RowSamples::Bytes(bytes) => bytes.len(),
            #[cfg(feature = "avif")]
            RowSamples::Pairs(bytes) => bytes.len() / 2,
        };
        length.div_ceil(self.stride.max(1))
    }

    /// Adds the samples of row `y`, from `left` on, to the sums. Samples beyond the plane add nothing.
    pub(super) fn add_row(&self, y: usize, left: usize, sums: &mut [i32]) {
        let from = y * self.stride + left;
        let count = sums.len().min(self.width.saturating_sub(left));
        let sums = &mut sums[..count];
        match self.samples {
            RowSamples::Numbers(samples) => {
                let row = samples.get(from..from + count).unwrap_or_default();
                sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += *sample);
            }
            #[cfg(any(feature = "heic", feature = "avif"))]
            RowSamples::Words(samples) => {
                let row = samples.get(from..from + count).unwrap_or_default();
                sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += i32::from(*sample));
            }
            RowSamples::Bytes(bytes) => {
                let row = bytes.get(from..from + count).unwrap_or_default();
                sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += i32::from(*sample));
            }
            #[cfg(feature = "avif")]
            RowSamples::Pairs(bytes) => {
                let row = bytes.get(2 * from..2 * (from + count)).unwrap_or_default();
                let row = row.as_chunks::<2>().0;
                sums.iter_mut().zip(row).for_each(|(sum, pair)| *sum += i32::from(u16::from_ne_bytes(*pair)));
            }
        }
    }
}

impl CodedPicture {
    /// Passes all rows on.
    pub(super) fn pass(&self, receiver: &mut dyn Receiver) -> Result<ControlFlow<()>, DecodeError> {
        let flow = receiver.begin(&self.shape)?;
        if flow.is_continue() {
            self.planes.iter().enumerate().for_each(|(index, plane)| receiver.take(index, 0, plane.rows()));
        }
        Ok(flow)
    }
}

/// A receiver that keeps all rows. Missing ones are of the middle of the range.
#[cfg(any(feature = "heic", feature = "avif"))]
#[derive(Default)]
pub(super) struct Collected(Option<CodedPicture>);

#[cfg(any(feature = "heic", feature = "avif"))]
impl Collected {
    /// Returns the image, with damage that its decoder found.
    pub(super) fn finish(self, damage: Option<Damage>) -> Option<CodedPicture> {
        self.0.map(|picture| CodedPicture { damage, ..picture })
    }
}

#[cfg(any(feature = "heic", feature = "avif"))]
impl Receiver for Collected {
    fn begin(&mut self, shape: &Shape) -> Result<ControlFlow<()>, DecodeError> {
        let is_deep = shape.depths.iter().any(|depth| *depth > 8);
        let plane = |(index, depth): (usize, &u32)| {
            let (across, down) = if index == 0 { (1, 1) } else { shape.ratio };
            let (width, height) = (shape.size.0.div_ceil(across as usize), shape.size.1.div_ceil(down as usize));
            let samples = if is_deep {
                Samples::Words(vec![1 << (depth - 1); width * height])
            } else {
                Samples::Octets(vec![128; width * height])
            };
            CodedPlane { width, height, stride: width, samples }
        };
        let planes = shape.depths.iter().enumerate().map(plane).collect();
        self.0 = Some(CodedPicture { shape: shape.clone(), planes, damage: None });
        Ok(ControlFlow::Continue(()))
    }

    fn take(&mut self, plane: usize, top: usize, rows: Rows<'_>) {
        let Some(plane) = self.0.as_mut().and_then(|picture| picture.planes.get_mut(plane)) else { return };
        plane.set_rows(top, rows);
    }
}

/// Refuses an item whose own header claims far more pixels than the container. They would be allocated.
pub(super) fn check_size(own: (u64, u64), told: (u32, u32)) -> Result<(), DecodeError> {
    let told = u64::from(told.0) * u64::from(told.1);
    if own.0.saturating_mul(own.1) > told.saturating_mul(ROUNDED_UP).saturating_add(BLOCK) {
        return Err(damaged("a coded image is much larger than the container says"));
    }
    Ok(())
}

/// Refuses an item that is smaller than the container says.
pub(super) fn check_covers(own: (usize, usize), told: (u32, u32)) -> Result<(), DecodeError> {
    if own.0 < told.0 as usize || own.1 < told.1 as usize {
        return Err(damaged("a coded image is smaller than the container says"));
    }
    Ok(())
}
