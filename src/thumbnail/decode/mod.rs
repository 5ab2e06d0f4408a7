//! Bytes → pixels on the working grid, through the decoder of the format.

mod bmp;
#[cfg(feature = "dds")]
mod dds;
#[cfg(feature = "exr")]
mod exr;
#[cfg(feature = "gif")]
mod gif;
#[cfg(feature = "hdr")]
mod hdr;
#[cfg(any(feature = "heic", feature = "avif"))]
mod heif;
#[cfg(feature = "ico")]
mod ico;
mod jpeg;
mod jpeg_profile;
mod jpeg_scale;
#[cfg(feature = "jxl")]
mod jxl;
#[cfg(feature = "jxl")]
mod marks;
mod memory;
mod pieces;
mod png;
mod pnm;
mod qoi;
mod raster;
mod raw;
#[cfg(any(feature = "tiff", feature = "heic", feature = "avif"))]
mod sharing;
#[cfg(feature = "svg")]
mod svg;
#[cfg(feature = "tga")]
mod tga;
#[cfg(feature = "tiff")]
mod tiff;
#[cfg(feature = "webp")]
mod webp;

use std::num::NonZeroU32;
use std::time::Duration;

#[cfg(any(feature = "heic", feature = "avif"))]
pub(super) use heif::{salvage as salvage_heif, stand_in as stand_in_for_heif};
pub(super) use jpeg::{Strip, decode_first_rows, decode_in_full as decode_jpeg_in_full, finest_scale};
pub(super) use memory::{may_be_scene, working_memory};
pub(super) use raw::decode as decode_raw;
#[cfg(feature = "svg")]
pub(super) use svg::perform as perform_rendering;

use super::probe::Header;
use super::renderer::Renderer;
use super::scratch::Scratch;
use super::sink::{Developed, Recipe};
use crate::container::Input;
use crate::error::Cause;
use crate::geometry::{Factors, Size};
use crate::options::{Exactness, Exposure, Format, Light, Options};
use crate::outcome::{Damage, DecodedFrom};
use crate::pixels::WorkingGrid;
use crate::pixels::profile::Profile;

/// The result of a decoder.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) grid: WorkingGrid,
    /// Source px for each working px, along the axis where they are fewer; of several planes, the first one's.
    pub(super) factor: NonZeroU32,
    /// What is wrong with the picture, though it could be decoded.
    pub(super) damage: Option<Damage>,
    /// What its colours mean.
    pub(super) profile: Profile,
}

/// The pixels of an image, as far as they are reduced.
#[derive(Debug)]
pub(super) enum Pixels {
    /// A working grid, and the meaning of its colours.
    Grid(WorkingGrid, Profile),
    /// Thumbnails, made from rows while they were decoded.
    Thumbnails(Developed),
}

/// An image as far as its decoder brought it: [`Decoded`], or what its rows were reduced to meanwhile.
#[derive(Debug)]
pub(super) struct Material {
    pub(super) pixels: Pixels,
    /// As [`Decoded::factor`].
    pub(super) factor: NonZeroU32,
    /// As [`Decoded::damage`].
    pub(super) damage: Option<Damage>,
}

impl Material {
    /// Returns the time that making thumbnails of rows took.
    pub(super) const fn reducing(&self) -> Duration {
        match &self.pixels {
            Pixels::Grid(..) => Duration::ZERO,
            Pixels::Thumbnails(developed) => developed.took,
        }
    }
}

impl From<Decoded> for Material {
    fn from(decoded: Decoded) -> Self {
        let Decoded { grid, factor, damage, profile } = decoded;
        Self { pixels: Pixels::Grid(grid, profile), factor, damage }
    }
}

impl Decoded {
    /// Lets the picture, which shows another one in the size `shown`, stand for that one, of the size `main`: what is
    /// counted in source px is counted in the other one's.
    pub(super) fn stand_for(&mut self, main: Size, shown: Size) {
        let across = f64::from(main.width) / f64::from(shown.width.max(1));
        let down = f64::from(main.height) / f64::from(shown.height.max(1));
        for plane in &mut self.grid.planes {
            plane.pitch.x *= across;
            plane.pitch.y *= down;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let factor = (f64::from(self.factor.get()) * across).round() as u32;
        self.factor = NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN);
    }
}

/// The options that a decoder goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    exactness: Exactness,
    #[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats hold light"))]
    exposure: Exposure,
}

impl From<&Options> for Wanted {
    fn from(options: &Options) -> Self {
        Self { exactness: options.exactness, exposure: options.exposure }
    }
}

impl From<Exactness> for Wanted {
    /// Of a picture that is not of light.
    fn from(exactness: Exactness) -> Self {
        Self { exactness, exposure: Exposure::default() }
    }
}

/// The picture that a file's thumbnails are made from.
#[derive(Debug)]
pub(super) struct Chosen<D = Decoded> {
    /// What the file says of its main picture.
    pub(super) header: Header,
    /// The sizes of the thumbnails before turning.
    pub(super) targets: Vec<Size>,
    pub(super) decoded: D,
    pub(super) from: DecodedFrom,
}

impl Chosen {
    /// Forgets that nothing is reduced yet.
    pub(super) fn into_material(self) -> Chosen<Material> {
        let Self { header, targets, decoded, from } = self;
        Chosen { header, targets, decoded: decoded.into(), from }
    }
}

/// Whether the format's decoder reads piece by piece what it needs, and never the whole file.
pub(super) const fn reads_in_pieces(format: Format) -> bool {
    matches!(
        format,
        Format::Raw
            | Format::Heic
            | Format::Avif
            | Format::Png
            | Format::Bmp
            | Format::Pnm
            | Format::Qoi
            | Format::Tiff
    )
}

/// What is known of a picture before it is decoded.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) header: Header,
    /// Bytes that decoding takes for what the file has inside, where finding that out takes as long as reading the header.
    pub(super) memory: u64,
}

/// Reads the header of a picture, and what else is found on the way.
#[cfg_attr(not(feature = "svg"), allow(unused_variables, reason = "only drawings are rendered"))]
pub(super) fn look(input: &mut dyn Input, format: Format, renderer: &Renderer) -> Result<Look, Cause> {
    match format {
        #[cfg(feature = "svg")]
        Format::Svg => svg::look(input.whole()?, renderer),
        _ => Ok(Look { header: read_header(input, format)?, memory: 0 }),
    }
}

/// Reads the header of a picture that is made of pixels.
pub(super) fn read_header(input: &mut dyn Input, format: Format) -> Result<Header, Cause> {
    if !format.is_built_in() {
        return Err(Cause::Unsupported { format, detail: "this build has no decoder for it".to_string() });
    }
    match format {
        Format::Jpeg => jpeg::read_header(input.whole()?),
        #[cfg(any(feature = "heic", feature = "avif"))]
        Format::Heic | Format::Avif => heif::read_header(input, format),
        Format::Png => png::read_header(input),
        Format::Bmp => bmp::read_header(input),
        Format::Pnm => pnm::read_header(input),
        Format::Qoi => qoi::read_header(input),
        #[cfg(feature = "exr")]
        Format::Exr => exr::read_header(input.whole()?),
        #[cfg(feature = "dds")]
        Format::Dds => dds::read_header(input.whole()?),
        #[cfg(feature = "gif")]
        Format::Gif => gif::read_header(input.whole()?),
        #[cfg(feature = "hdr")]
        Format::Hdr => hdr::read_header(input.whole()?),
        #[cfg(feature = "ico")]
        Format::Ico => ico::read_header(input.whole()?),
        #[cfg(feature = "tga")]
        Format::Tga => tga::read_header(input.whole()?),
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::read_header(input),
        #[cfg(feature = "jxl")]
        Format::Jxl => jxl::read_header(input.whole()?),
        #[cfg(feature = "webp")]
        Format::WebP => webp::read_header(input.whole()?),
        other => raster::read_header(input.whole()?, other),
    }
}

/// Decodes the main image; its rows become thumbnails meanwhile where format and options allow it.
pub(super) fn decode_main(input: &mut dyn Input, recipe: Recipe<'_>, scratch: &mut Scratch) -> Result<Material, Cause> {
    let Recipe { header, targets, options } = recipe;
    match (header.format, options.exactness, options.light) {
        (Format::Jpeg, Exactness::Fast, Light::Encoded) => jpeg::reduce(input.whole()?, recipe, scratch),
        _ => decode(input, header, targets, options.into(), scratch).map(Into::into),
    }
}

/// Decodes the picture onto a working grid that serves all of `targets`, sizes as stored.
#[cfg_attr(not(feature = "formats"), allow(unused_variables, reason = "only some formats hold light"))]
pub(super) fn decode(
    input: &mut dyn Input,
    header: &Header,
    targets: &[Size],
    wanted: Wanted,
    scratch: &mut Scratch,
) -> Result<Decoded, Cause> {
    let Wanted { exactness, exposure } = wanted;
    let factors = factors_for(header.size, targets, exactness);
    match (header.format, exactness) {
        (Format::Jpeg, Exactness::Fast) => jpeg::decode(input.whole()?, targets, &mut scratch.jpeg),
        // The slow truth comes from another decoder.
        (Format::Jpeg, Exactness::Exact) => jpeg::decode_exactly(input.whole()?, header, &mut scratch.jpeg),
        #[cfg(any(feature = "heic", feature = "avif"))]
        (Format::Heic | Format::Avif, _) => heif::decode(input, header.format, factors),
        #[cfg(feature = "svg")]
        (Format::Svg, _) => svg::decode(input.whole()?, header, targets, exactness, &scratch.renderer),
        #[cfg(feature = "exr")]
        (Format::Exr, _) => exr::decode(input.whole()?, header, factors, exposure),
        #[cfg(feature = "dds")]
        (Format::Dds, _) => dds::decode(input.whole()?, header, factors, exposure),
        (Format::Png, _) => png::decode(input, header, factors),
        (Format::Bmp, _) => bmp::decode(input, header, factors),
        (Format::Pnm, _) => pnm::decode(input, header, factors),
        (Format::Qoi, _) => qoi::decode(input, header, factors),
        #[cfg(feature = "gif")]
        (Format::Gif, _) => gif::decode(input.whole()?, header, factors),
        #[cfg(feature = "hdr")]
        (Format::Hdr, _) => hdr::decode(input.whole()?, header, factors, exposure),
        #[cfg(feature = "ico")]
        (Format::Ico, _) => ico::decode(input.whole()?, header, targets, exactness),
        #[cfg(feature = "tga")]
        (Format::Tga, _) => tga::decode(input.whole()?, header, factors),
        #[cfg(feature = "tiff")]
        (Format::Tiff, _) => tiff::decode(input, targets, wanted, &mut scratch.jpeg),
        #[cfg(feature = "jxl")]
        (Format::Jxl, _) => jxl::decode(input.whole()?, header, factors, exposure),
        #[cfg(feature = "webp")]
        (Format::WebP, _) => webp::decode(input.whole()?, header, factors),
        _ => raster::decode(input.whole()?, header, factors),
    }
}

/// The working grid serves every target, so the largest of them decides; the slow truth has none but the picture's own.
fn factors_for(size: Size, targets: &[Size], exactness: Exactness) -> Factors {
    if exactness == Exactness::Exact {
        return Factors::ONE;
    }
    targets.iter().map(|target| size.working_factors(*target)).reduce(Factors::finest).unwrap_or(Factors::ONE)
}
