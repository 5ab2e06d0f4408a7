//! Defines the interfaces of a format: a codec opens files, an opened image is decoded, and an encoder writes thumbnails.
//!
//! An opened image owns its parsed structure and does not borrow the input, so that the file's bytes can be released
//! while it waits for memory. Decoding reads from the same input again, but parses nothing twice that the image could
//! keep.

use std::fmt::Debug;
use std::num::NonZeroU32;

use super::decoded::Decoded;
use super::header::Header;
use super::metadata::Packets;
use super::svg::renderer::Renderer;
use crate::color::Samples;
use crate::container::{Input, Preview, Raw};
use crate::formats::error::DecodeError;
use crate::geometry::{Factors, Size};
use crate::jpeg::{Rows, Workspace};
use crate::options::{Encoding, Exactness, Exposure, Options};
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::{Model, PlaneShape, WorkingGrid};

/// Resources that a worker lends to codecs.
#[derive(Debug)]
pub(crate) struct Tools<'a> {
    /// Buffers of the JPEG decoder.
    pub(crate) jpeg: &'a mut Workspace,
    /// The renderer of drawings.
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

    /// Returns the reduction of an image of this size to its working grid. There is no reduction in exact mode.
    pub(crate) fn factors(&self, size: Size) -> Factors {
        if self.exactness == Exactness::Exact {
            return Factors::ONE;
        }
        let factors = self.targets.iter().map(|target| size.working_factors(*target));
        factors.reduce(Factors::finest).unwrap_or(Factors::ONE)
    }
}

/// The access pattern of a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Piece by piece, and never all of it.
    Pieces,
    /// All of it, in memory.
    Whole,
    /// Its start until decoding; then all of it, in memory.
    StartFirst,
}

/// A format that files can be decoded from.
pub(crate) trait Codec: Sync {
    /// Returns the access pattern for files.
    fn access(&self) -> Access;

    /// Parses the structure of a file.
    fn open(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError>;

    /// Reads the metadata that thumbnails may keep.
    fn packets(&self, _input: &mut dyn Input) -> Result<Packets, DecodeError> {
        Ok(Packets::default())
    }

    /// Estimates the memory of opening a file, beside its own bytes, from its first bytes and its length.
    fn memory_to_open(&self, _head: &[u8], _length: u64) -> u64 {
        0
    }
}

/// A format that thumbnails are written in.
pub(crate) trait Encoder: Sync {
    /// Encodes a thumbnail as a file. The error is a reason to show.
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String>;

    /// Estimates the memory of encoding a thumbnail of this size, beside its samples and the file.
    fn memory(&self, _size: Size, _encoding: Encoding) -> u64 {
        0
    }
}

/// The settings of an encoder. Each uses those that its format knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings<'a> {
    /// Quality from 1 to 100, if there is loss.
    pub(crate) quality: u8,
    pub(crate) encoding: Encoding,
    /// The ICC profile to embed.
    pub(crate) profile: Option<&'a [u8]>,
    /// The metadata to embed.
    pub(crate) packets: &'a Packets,
}

impl<'a> Settings<'a> {
    /// Returns the settings of a run, for a thumbnail with this profile and metadata.
    pub(crate) fn new(options: &Options, profile: Option<&'a [u8]>, packets: &'a Packets) -> Self {
        Self { quality: options.quality, encoding: options.encoding, profile, packets }
    }
}

/// An image whose structure was parsed.
pub(crate) trait OpenedImage: Debug {
    fn header(&self) -> &Header;

    /// Estimates the memory of decoding, beside the file (if held whole), some rows, and the working grid. The grid is
    /// coarser by `factors`. The bytes per pixel of each crate were measured: the peak resident memory of a process
    /// that decodes one large image, less that of the same process for a small one.
    fn memory(&self, input: &mut dyn Input, factors: Factors) -> u64;

    /// Estimates the memory of decoding and reducing together, beside the file. `None` if nothing is more precise than
    /// a working grid and [`Self::memory`].
    fn memory_to_thumbnails(&self, _file_bytes: u64, _request: &Request<'_>) -> Option<u64> {
        None
    }

    /// Returns whether the file holds an animation, as far as its format has any that is decoded here.
    fn is_animated(&self) -> bool {
        false
    }

    /// Returns whether the image may hold linear light above white, which must be developed (`color`).
    fn is_light(&self) -> bool {
        false
    }

    /// Decodes onto a working grid that serves all targets.
    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError>;

    /// Decodes at full size, so that parts can be cropped.
    fn decode_in_full(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.decode(input, &Plan::new(&[self.header().size], Exactness::Exact), tools)
    }

    /// Decodes straight into the thumbnails, row by row; `None` if the image has to be decoded onto a working grid, whatever
    /// `receiver` got until then.
    fn decode_rows(
        &self,
        _input: &mut dyn Input,
        _receiver: &mut dyn Receiver,
        _tools: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        None
    }

    /// Decodes at least this many first rows, coarsely. `None` if they are incomplete.
    fn decode_top(&self, _input: &mut dyn Input, _rows: u32, _tools: &mut Tools<'_>) -> Option<Strip> {
        None
    }

    /// Returns the images that the file holds beside the main one and its previews: other views of the scene, or gain maps.
    fn views(&self) -> &[Preview] {
        &[]
    }

    /// Returns the smaller images of the same scene that the file holds.
    fn embedded(&self) -> Embedded<'_> {
        Embedded::None
    }
}

/// A memory request for thumbnails of these sizes, turned or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) targets: &'a [Size],
    pub(crate) exactness: Exactness,
    /// Whether rows are reduced during decoding.
    pub(crate) by_rows: bool,
    /// Standard deviation of the blur, in px of the image.
    pub(crate) blur: f64,
}

/// The smaller images in a file, by their reliability.
#[derive(Debug)]
pub(crate) enum Embedded<'a> {
    None,
    /// JPEGs by other programs, which may be stale after an edit.
    Unproven(&'a [Preview]),
    /// Made from the main image by the program that wrote both.
    #[cfg_attr(not(any(feature = "heic", feature = "avif")), allow(dead_code, reason = "only HEIF has them"))]
    Own(Vec<Box<dyn OpenedImage>>),
    /// The same, as levels of a pyramid, and the least ratio of their sides to those of thumbnails made from them.
    #[cfg_attr(not(feature = "tiff"), allow(dead_code, reason = "only TIFF has them"))]
    Overviews(Vec<Box<dyn OpenedImage>>, f64),
    /// The same, but they may stand in for the image only if it is broken.
    #[cfg_attr(not(any(feature = "heic", feature = "avif")), allow(dead_code, reason = "only HEIF has them"))]
    Spare(Vec<Box<dyn OpenedImage>>),
    /// The previews of a RAW file, beside which only its sensor's image can be decoded.
    #[cfg_attr(not(feature = "raw"), allow(dead_code, reason = "only RAW files have nothing else"))]
    Only(&'a Raw),
}

/// A receiver of rows during decoding.
pub(crate) trait Receiver {
    /// Returns the sizes of the thumbnails before turning.
    #[cfg_attr(not(feature = "webp"), allow(dead_code, reason = "only WebP adapts to them"))]
    fn targets(&self) -> Vec<Size>;

    /// Returns the needs of the thumbnails, once the meaning of the samples is known.
    fn begin(&mut self, model: Model, profile: Profile) -> Vec<Need>;

    /// Receives planes of these shapes from `decode`, which pushes their rows.
    fn receive(&mut self, shapes: &[PlaneShape], decode: Decode<'_>) -> Result<(), DecodeError>;
}

/// A callback that pushes the rows of planes.
pub(crate) type Decode<'a> = &'a mut dyn FnMut(&mut [&mut dyn Rows]) -> Result<(), DecodeError>;

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
    /// Returns the needs of a thumbnail with all planes of one size.
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
    /// Their number, in rows of the image.
    pub(crate) height: u32,
}
