//! Defines the options for each image.

use super::background::Background;
use super::encoding::{Encoding, Hdr, Motion};
use super::metadata::Kept;
use super::placeholder::PlaceholderKind;
use super::target::Targets;
use super::treatment::{Damaged, Exactness, Exposure, Filter, Light, Previews, Profiles};
use crate::geometry::{Bounds, Shape, Size};

/// The options for each image, whichever folder it comes from.
///
/// With the feature `serde`, they are serialized as a flat map (`sizes`, `blur_px`, `quality`, …). Reading it back checks them as the
/// builder does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// The sizes of thumbnails. Each gets one, and all share one decode. Default: 50x50.
    pub sizes: Vec<Bounds>,
    /// The shape of thumbnails within the requested size. Default: the whole image in its aspect, never enlarged.
    pub shape: Shape,
    /// Standard deviation σ of the Gaussian blur in source px, 0 for none. It applies from a reduction of r = 2; below
    /// that, it is σ · (r − 1), so that an image that is not made smaller is not blurred. r is the square root of source
    /// pixels per thumbnail pixel. Default: 2, as in Pillow's `GaussianBlur()`.
    pub blur: f64,
    /// Resampling filter. Default: [`Filter::CatmullRom`].
    pub filter: Filter,
    /// Formats of the thumbnails. Each size is made in each. Default: [`Target::Same`](super::Target::Same).
    pub targets: Targets,
    /// Quality from 1 to 100 for lossy formats. Default: 80.
    pub quality: u8,
    /// The choices that encoders leave. Default: [`Encoding::default`].
    pub encoding: Encoding,
    /// The colour behind transparent pixels if the thumbnail's format has no alpha. Default: white.
    pub background: Background,
    /// The treatment of an image's colour profile. Default: [`Profiles::Convert`].
    pub profiles: Profiles,
    /// The metadata that thumbnails keep, if their format carries it: JPEG, PNG and WebP. Default: none.
    pub keep: Kept,
    /// The sample values that are blurred and resized. Default: [`Light::Encoded`].
    pub light: Light,
    /// Brightness of scene-linear images. Default: [`Exposure::AsIs`].
    pub exposure: Exposure,
    /// Whether decoding may shrink the image. Default: [`Exactness::Fast`].
    pub exactness: Exactness,
    /// Whether an embedded preview may replace the image. Default: [`Previews::Ignored`].
    pub previews: Previews,
    /// Maximum number of pixels; larger images fail. Default: 500 million.
    pub max_pixels: u64,
    /// Maximum size of a file in bytes; larger files fail. Default: 4 GiB.
    pub max_file_size: u64,
    /// The treatment of images that could be decoded only in part. Default: [`Damaged::Auto`].
    pub damaged: Damaged,
    /// The kind of placeholder that reports and pages have for an image. Default: none.
    pub placeholder: Option<PlaceholderKind>,
    /// The treatment of animated images. Default: [`Motion::FirstFrame`].
    pub motion: Motion,
    /// The treatment of gain maps. Default: [`Hdr::Sdr`].
    pub hdr: Hdr,
}

impl Options {
    /// The largest blur, in source px. Beyond it, every thumbnail of a camera's image is a single colour.
    pub const MAX_BLUR: f64 = 1000.0;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sizes: vec![Size::new(50, 50).into()],
            shape: Shape::default(),
            blur: 2.0,
            filter: Filter::default(),
            targets: Targets::default(),
            quality: 80,
            encoding: Encoding::default(),
            background: Background::WHITE,
            profiles: Profiles::default(),
            keep: Kept::new(),
            light: Light::default(),
            exposure: Exposure::default(),
            exactness: Exactness::default(),
            previews: Previews::default(),
            max_pixels: 500_000_000,
            max_file_size: 4 << 30,
            damaged: Damaged::default(),
            placeholder: None,
            motion: Motion::default(),
            hdr: Hdr::default(),
        }
    }
}
