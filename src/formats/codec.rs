//! The two interfaces of a format: a codec opens files, an opened image is decoded.
//!
//! An opened image owns what was parsed of its file and does not borrow the input, so that the file's bytes can be given back while
//! it waits for memory. Decoding reads from the same input again, but parses nothing twice that the image could keep.

use std::fmt::Debug;
use std::num::NonZeroU32;

use super::decoded::Decoded;
use super::header::Header;
use super::svg::renderer::Renderer;
use crate::container::{Input, Preview, Raw};
use crate::error::Cause;
use crate::geometry::{Factors, Size};
use crate::jpeg::{Rows, Workspace};
use crate::options::{Exactness, Exposure};
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::{Model, PlaneShape, WorkingGrid};

/// What a worker lends to codecs.
#[derive(Debug)]
pub(crate) struct Tools<'a> {
    /// Buffers of the JPEG decoder.
    pub(crate) jpeg: &'a mut Workspace,
    /// What renders drawings.
    #[cfg_attr(not(feature = "svg"), allow(dead_code, reason = "only drawings are rendered"))]
    pub(crate) renderer: &'a Renderer,
}

/// The thumbnails that an image is decoded for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'a> {
    /// Their sizes before turning. The working grid serves the largest.
    pub(crate) targets: &'a [Size],
    pub(crate) exactness: Exactness,
    #[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats hold light"))]
    pub(crate) exposure: Exposure,
}

impl<'a> Plan<'a> {
    /// Returns the plan for an image that holds no light.
    pub(crate) fn new(targets: &'a [Size], exactness: Exactness) -> Self {
        Self { targets, exactness, exposure: Exposure::default() }
    }

    /// Returns the reduction of an image of this size to its working grid: none where the slow truth is asked for.
    pub(crate) fn factors(&self, size: Size) -> Factors {
        if self.exactness == Exactness::Exact {
            return Factors::ONE;
        }
        let factors = self.targets.iter().map(|target| size.working_factors(*target));
        factors.reduce(Factors::finest).unwrap_or(Factors::ONE)
    }
}

/// How the decoder of a format reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Piece by piece, and never all of it.
    Pieces,
    /// All of it, in memory.
    Whole,
    /// Its start, until it is to be decoded; then all of it, in memory.
    StartFirst,
}

/// A format that files can be decoded from.
pub(crate) trait Codec: Sync {
    /// Returns how files are read.
    fn access(&self) -> Access;

    /// Parses the structure of a file.
    fn open(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, Cause>;

    /// Estimates the bytes that opening a file takes, beside its own, from its first bytes and its length.
    fn memory_to_open(&self, _head: &[u8], _length: u64) -> u64 {
        0
    }
}

/// An image whose structure was parsed.
pub(crate) trait OpenedImage: Debug {
    fn header(&self) -> &Header;

    /// Estimates the bytes that decoding takes beside the file, where it is held as a whole, beside some rows, and beside the
    /// working grid, which is coarser by `factors`. What a crate takes of each pixel was measured: the most resident memory of
    /// a process that decodes one large image, less what the same process takes for a small one.
    fn memory(&self, input: &mut dyn Input, factors: Factors) -> u64;

    /// Estimates the bytes that decoding and reducing take together, beside the file, where these are known better than as a
    /// working grid and what [`Self::memory`] says.
    fn memory_to_thumbnails(&self, _file_bytes: u64, _request: &Request<'_>) -> Option<u64> {
        None
    }

    /// Returns whether the image may be of light and brighter than white, and has to be developed then (`color`).
    fn is_light(&self) -> bool {
        false
    }

    /// Decodes onto a working grid that serves all targets.
    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, Cause>;

    /// Decodes at full size, for parts to be cut off.
    fn decode_in_full(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Decoded, Cause> {
        self.decode(input, &Plan::new(&[self.header().size], Exactness::Exact), tools)
    }

    /// Decodes straight into the thumbnails, row by row; `None` if the format has only working grids.
    fn decode_rows(
        &self,
        _input: &mut dyn Input,
        _receiver: &mut dyn Receiver,
        _tools: &mut Tools<'_>,
    ) -> Option<Result<Reduced, Cause>> {
        None
    }

    /// Decodes the first rows coarsely, at least this many; `None` where they are not there whole.
    fn decode_top(&self, _input: &mut dyn Input, _rows: u32, _tools: &mut Tools<'_>) -> Option<Strip> {
        None
    }

    /// Returns the smaller images of the same scene that the file holds.
    fn embedded(&self) -> Embedded<'_> {
        Embedded::None
    }
}

/// The memory that is asked for: thumbnails of these sizes, turned or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) targets: &'a [Size],
    pub(crate) exactness: Exactness,
    /// Whether rows are reduced as they come.
    pub(crate) by_rows: bool,
    /// Standard deviation of the blur, in px of the image.
    pub(crate) blur: f64,
}

/// The smaller images that a file holds, by what is known of them.
#[derive(Debug)]
pub(crate) enum Embedded<'a> {
    None,
    /// JPEGs that other programs wrote: editors forget to renew them.
    Unproven(&'a [Preview]),
    /// Made of the main image by what wrote both.
    #[cfg_attr(not(any(feature = "heic", feature = "avif")), allow(dead_code, reason = "only HEIF has them"))]
    Own(Vec<Box<dyn OpenedImage>>),
    /// The same, of an image that they may only stand in for if it is broken.
    #[cfg_attr(not(any(feature = "heic", feature = "avif")), allow(dead_code, reason = "only HEIF has them"))]
    Spare(Vec<Box<dyn OpenedImage>>),
    /// All that can be decoded.
    #[cfg_attr(not(feature = "raw"), allow(dead_code, reason = "only RAW files have nothing else"))]
    Only(&'a Raw),
}

/// Receives the rows of an image while they are decoded.
pub(crate) trait Receiver {
    /// Returns the needs of the thumbnails, once the meaning of the samples is known.
    fn begin(&mut self, model: Model, profile: Profile) -> Vec<Need>;

    /// Has planes of these shapes decoded by `decode`, which pushes their rows.
    fn receive(&mut self, shapes: &[PlaneShape], decode: Decode<'_>) -> Result<(), Cause>;
}

/// Pushes the rows of planes.
pub(crate) type Decode<'a> = &'a mut dyn FnMut(&mut [&mut dyn Rows]) -> Result<(), Cause>;

/// The needs of one thumbnail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    /// Its size before turning.
    pub(crate) size: Size,
    /// The size of its chroma planes.
    pub(crate) chroma: Size,
    /// Standard deviation of its blur, in source px.
    pub(crate) sigma: f64,
}

impl Need {
    /// Returns that of a thumbnail with all planes of one size.
    pub(crate) const fn whole(size: Size, sigma: f64) -> Self {
        Self { size, chroma: size, sigma }
    }
}

/// An image that was reduced to thumbnails while it was decoded.
#[derive(Debug)]
pub(crate) struct Reduced {
    /// As [`Decoded::factor`].
    pub(crate) factor: NonZeroU32,
    /// As [`Decoded::damage`].
    pub(crate) damage: Option<Damage>,
}

/// The first rows of an image.
#[derive(Debug)]
pub(crate) struct Strip {
    pub(crate) grid: WorkingGrid,
    /// How many rows of the image they are.
    pub(crate) height: u32,
}
