//! Decodes HEIF and AVIF onto a working grid. The container (`crate::container`) lists the coded images of an image.
//! Each is decoded on its own and reduced at once, so that at most one tile of a grid is in memory. A file's thumbnail
//! stands in for its image if it is large enough.
//!
//! | file | from | to |
//! |---|---|---|
//! | `decoder`, `coded` | a coded item | its planes |
//! | `hevc`, `av1`, `avc`, `key_frame`, `sequence` | the item's bytes | the same, for each codec |
//! | `coding` | code points | matrix, range and colour space |
//! | `mixing` | samples of matrices that mix light | red, green and blue |
//! | `plain` | the bytes of a JPEG item, or uncompressed samples | planes |
//! | `tiles` | planes | working grid: opaque images, planes not upsampled |
//! | `rows` | planes | working grid: images whose pixels must be whole, as with alpha |
//! | `overlay` | layers | working grid, through a canvas |
//! | `losses` | tiles that can't be decoded | damage |

#[cfg(feature = "avif")]
mod av1;
#[cfg(feature = "video")]
mod avc;
mod coded;
mod coding;
mod decoder;
#[cfg(feature = "heic")]
mod hevc;
#[cfg(feature = "avif")]
mod key_frame;
mod losses;
mod mixing;
mod overlay;
mod plain;
mod rows;
#[cfg(feature = "avif")]
mod sequence;
mod tiles;

use std::sync::Arc;

use crate::container::read_piece;
use crate::container::{Alpha, Heif, HeifError, HeifImage, Input, read_heif, read_heif_metadata};
use crate::formats::codec::{Access, Codec, Embedded, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::start::Start;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;

use coded::{Extent, Shape};
use coding::Coding;
use decoder::Decoder;
use rows::Opacity;

/// The codecs of the formats inside HEIF.
#[derive(Debug)]
pub(crate) struct HeifCodec(pub(crate) Format);

/// An opened HEIF, by the image of it that is decoded.
#[derive(Debug)]
struct Opened {
    header: Header,
    heif: Arc<Heif>,
    shown: Shown,
}

#[derive(Debug, Clone, Copy)]
enum Shown {
    Primary,
    /// One of the thumbnails, by its index.
    Thumbnail(usize),
}

impl Codec for HeifCodec {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let start = Start::read(input)?;
        let heif = read(&mut start.before(input))?;
        Ok(Box::new(Opened { header: header_of(&heif, self.0), heif: heif.into(), shown: Shown::Primary }))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        Ok(read_heif_metadata(input)?.into())
    }
}

impl Opened {
    fn parts(&self) -> (&HeifImage, &Alpha) {
        match self.shown {
            Shown::Primary => (&self.heif.primary, &self.heif.alpha),
            Shown::Thumbnail(index) => (&self.heif.thumbnails[index], &Alpha::None),
        }
    }

    fn thumbnails(&self) -> Vec<Box<dyn OpenedImage>> {
        let open = |(index, thumbnail): (usize, &HeifImage)| {
            let header = Header {
                format: self.header.format,
                size: size_of(thumbnail),
                orientation: Orientation::from_exif(thumbnail.orientation).unwrap_or_default(),
                has_alpha: false,
            };
            Box::new(Self { header, heif: self.heif.clone(), shown: Shown::Thumbnail(index) }) as Box<dyn OpenedImage>
        };
        self.heif.thumbnails.iter().enumerate().map(open).collect()
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    /// Estimates the memory: a tile, or a band of it, for an opaque image, a row of tiles where pixels must be whole. A row is counted as
    /// coded, with as much for alpha and the codec's needs for each tile. An overlay adds its canvas.
    fn memory(&self, input: &mut dyn Input, factors: Factors) -> u64 {
        let (picture, alpha) = self.parts();
        let Some(overlay) = &picture.overlay else { return memory_of(input, picture, alpha, factors) };
        let layers = overlay.layers.iter().map(|layer| memory_of(input, &layer.image, &layer.alpha, factors));
        let canvas = u64::from(picture.size.0).saturating_mul(picture.size.1.into());
        layers.max().unwrap_or(0).saturating_add(canvas.saturating_mul(overlay::PIXEL))
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        let ((picture, alpha), factors) = (self.parts(), plan.factors(self.header.size));
        let is_premultiplied = matches!(self.shown, Shown::Primary) && self.heif.is_premultiplied;
        let mut decoded = decode_picture(input, picture, (alpha, is_premultiplied), factors)?;
        if *alpha == Alpha::Unreadable && decoded.damage.is_none() {
            decoded.damage = Some(Damage::of_whole("its opacity is missing: the file doesn't say how it is coded"));
        }
        Ok(decoded)
    }

    fn embedded(&self) -> Embedded<'_> {
        match (&self.shown, &self.heif.alpha, &self.heif.primary.overlay) {
            (Shown::Primary, Alpha::None, None) => Embedded::Own(self.thumbnails()),
            // Transparent areas of the image may be anything in its thumbnail.
            (Shown::Primary, Alpha::None, Some(_)) => Embedded::Spare(self.thumbnails()),
            _ => Embedded::None,
        }
    }
}

fn read(input: &mut dyn Input) -> Result<Heif, DecodeError> {
    read_heif(input)?.map_err(|error| match error {
        HeifError::Damaged(detail) => damaged(detail),
        HeifError::Unsupported(detail) => unsupported(detail),
    })
}

fn header_of(heif: &Heif, format: Format) -> Header {
    Header {
        format,
        size: size_of(&heif.primary),
        orientation: Orientation::from_exif(heif.primary.orientation).unwrap_or_default(),
        has_alpha: has_alpha(heif),
    }
}

fn has_alpha(heif: &Heif) -> bool {
    let is_see_through = heif.primary.overlay.as_ref().is_some_and(|overlay| overlay.background[3] < u16::MAX);
    is_see_through || matches!(heif.alpha, Alpha::Item(_))
}

fn size_of(picture: &HeifImage) -> Size {
    Size::new(picture.window.width, picture.window.height)
}

fn memory_of(input: &mut dyn Input, picture: &HeifImage, alpha: &Alpha, factors: Factors) -> u64 {
    let first = picture.tiles.first().and_then(|item| decoder::matrix_of(input, item));
    let mut largest = |picture: &HeifImage, extent: Extent| {
        let needs = picture.tiles.iter().map(|item| decoder::working_memory(input, item, extent, factors));
        needs.max().unwrap_or(0)
    };
    let mut row = |picture: &HeifImage| {
        let line = u64::from(picture.size.0) * rows::PIXEL;
        largest(picture, Extent::Whole).saturating_mul(picture.columns.into()).saturating_add(line)
    };
    match alpha {
        Alpha::Item(alpha) => row(picture).saturating_add(row(alpha)),
        _ if coding::needs_pixels(picture, first) => row(picture),
        _ => largest(picture, Extent::Bands),
    }
}

fn decode_picture(
    input: &mut dyn Input,
    picture: &HeifImage,
    (alpha, is_premultiplied): (&Alpha, bool),
    factors: Factors,
) -> Result<Decoded, DecodeError> {
    // A truncated profile is ignored.
    let icc = match picture.icc.map(|place| read_piece(input, place)).transpose() {
        Err(error) if losses::is_end(&error) => None,
        read => read?,
    };
    let mut decoder = Decoder::new(input, factors);
    let mut space = None;
    let (grid, damage) = match (&picture.overlay, overlay::opacity_of(alpha, is_premultiplied)) {
        (Some(layers), _) => overlay::decode(&mut decoder, picture, layers, factors, &mut |coding| {
            space = space.or(coding.space);
        })?,
        (None, opacity) => {
            let mut coding_of = |shape: &Shape| -> Result<Coding, DecodeError> {
                let stated = coding::state(picture.nclx, shape)?;
                space = space.or(stated.space);
                Ok(stated)
            };
            match opacity {
                Opacity::Full => tiles::decode(&mut decoder, picture, factors, &mut coding_of)?,
                opacity @ Opacity::Of(..) => rows::decode(&mut decoder, picture, opacity, factors, &mut coding_of)?,
            }
        }
    };
    Ok(Decoded { grid, factor: factors.common(), damage, profile: coding::profile(icc, space, picture.light) })
}

/// Height from which on a video that states nothing is of high definition, whose matrix is that of BT.709.
#[cfg(feature = "video")]
const HIGH_DEFINITION: usize = 720;

/// Decodes a frame of a video.
#[cfg(feature = "video")]
pub(crate) fn decode_frame(input: &mut dyn Input, frame: &HeifImage, factors: Factors) -> Result<Decoded, DecodeError> {
    let mut decoder = Decoder::new(input, factors);
    let mut space = None;
    let mut coding_of = |shape: &Shape| -> Result<Coding, DecodeError> {
        let stated = coding::state_of_video(frame.nclx, shape, shape.size.1 >= HIGH_DEFINITION)?;
        space = space.or(stated.space);
        Ok(stated)
    };
    let (grid, damage) = tiles::decode(&mut decoder, frame, factors, &mut coding_of)?;
    Ok(Decoded { grid, factor: factors.common(), damage, profile: coding::profile(None, space, frame.light) })
}

/// Estimates the memory of decoding a frame of a video.
#[cfg(feature = "video")]
pub(crate) fn memory_of_frame(input: &mut dyn Input, frame: &HeifImage, factors: Factors) -> u64 {
    memory_of(input, frame, &Alpha::None, factors)
}

#[cfg(test)]
mod tests;
