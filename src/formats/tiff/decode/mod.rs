//! Decodes TIFF and BigTIFF strip by strip and tile by tile. The file is read in pieces, and the memory is that of a row, of a
//! row of tiles, or of a JPEG strip. Smaller versions of a page, of which a pyramid has several, stand in for it.
//!
//! | file | purpose |
//! |---|---|
//! | `tag`, `layout`, `chunks`, `coding` | read the first full-resolution page, and its smaller versions: places and storage |
//! | `photometric` | converts the samples of a pixel to the model |
//! | `rows` | reads rows of one plane from strips and tiles |
//! | `chunk` | decompresses the rows of a strip or tile |
//! | `compressed` | reads a chunk's bytes, a window at a time |
//! | `lzw`, `deflate`, `pack_bits`, `fax`, `xz`, `zstandard`, `webp` | decompress bytes |
//! | `log_luv`, `uv_grid` | decode LogLuv to floats of linear light |
//! | `samples`, `differences` | undo predictors and byte order, and convert numbers of all sizes to `f32` |
//! | `pixel_rows` | joins rows of all planes to rows of the model, and adds them to the grid |
//! | `jpeg`, `old_jpeg` | decode JPEG in strips and tiles at a reduced scale |
//!
//! The crate `tiff`, which `image` decodes with, refuses a third of the kinds that are read here, holds whole frames, and
//! takes its LZW from `weezl`, at a quarter of the speed.

mod chunk;
mod chunks;
mod coding;
mod compressed;
mod deflate;
mod differences;
mod fax;
mod jpeg;
mod layout;
mod log_luv;
mod lzw;
mod old_jpeg;
mod pack_bits;
mod photometric;
mod pixel_rows;
mod rows;
mod samples;
mod tag;
mod uv_grid;
#[cfg(feature = "webp")]
mod webp;
mod xz;
mod zstandard;

use std::sync::Arc;

use crate::container::{Input, read_tiff_metadata};
use crate::formats::codec::{Access, Codec, Embedded, OpenedImage, Plan, Receiver, Reduced, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::reduction::{onto_grid, reduce};
use crate::geometry::{FAR_MARGIN, Factors};
use crate::jpeg::Workspace;
use crate::options::{Exactness, Exposure, Format};
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;
use coding::Numbers;
use layout::{Layout, Pyramid, read_layout_at, read_pyramid};
use photometric::Photometric;
use pixel_rows::PixelRows;

/// Most bytes of an ICC profile. The largest, of CMYK presses, have about 3 MB.
const MAX_PROFILE: u64 = 16 << 20;

/// The least ratio of the sides of a lossy overview to those of a thumbnail made from it. Each level of a pyramid adds losses of
/// its own. Measured on JPEGs of quality 85 at 50 px: with ratios of 40, 20, 10 and 5 the mean PSNR is 54, 51, 48 and 44 dB.
const MARGIN_OF_LOSSY: f64 = 32.0;

/// The codec of TIFF.
#[derive(Debug)]
pub(crate) struct Tiff;

/// An opened TIFF.
#[derive(Debug)]
struct Opened {
    header: Header,
    layout: Arc<Layout>,
    /// Smaller versions of the page.
    overviews: Vec<Arc<Layout>>,
}

impl Codec for Tiff {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let Pyramid { page, overviews } = read_pyramid(input)?;
        Ok(Box::new(Opened { overviews: overviews.into_iter().map(Arc::new).collect(), ..Opened::of(Arc::new(page)) }))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        Ok(read_tiff_metadata(input)?.into())
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, factors: Factors) -> u64 {
        working_memory(&self.layout, factors.common().get())
    }

    fn is_light(&self) -> bool {
        is_light(&self.layout)
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input, &self.layout, plan, tools.jpeg)
    }

    fn decode_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        _: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        is_direct(&self.layout).then(|| reduce_rows(input, &self.layout, receiver))
    }

    fn embedded(&self) -> Embedded<'_> {
        let open = |layout: &Arc<Layout>| Box::new(Self::of(Arc::clone(layout))) as Box<dyn OpenedImage>;
        let is_lossy = |layout: &Arc<Layout>| layout.compression.is_lossy();
        let margin = if self.overviews.iter().any(is_lossy) { MARGIN_OF_LOSSY } else { FAR_MARGIN };
        match &self.overviews[..] {
            [] => Embedded::None,
            overviews => Embedded::Overviews(overviews.iter().map(open).collect(), margin),
        }
    }
}

/// Opens the page whose directory is at an offset.
pub(crate) fn open_page(input: &mut dyn Input, offset: u64) -> Result<Box<dyn OpenedImage>, DecodeError> {
    Ok(Box::new(Opened::of(Arc::new(read_layout_at(input, offset)?))))
}

impl Opened {
    fn of(layout: Arc<Layout>) -> Self {
        let header = Header {
            format: Format::Tiff,
            size: layout.size,
            orientation: layout.orientation,
            has_alpha: layout.alpha.is_some() && !layout.compression.is_jpeg(),
        };
        Self { header, layout, overviews: Vec::new() }
    }
}

fn decode(
    input: &mut dyn Input,
    layout: &Layout,
    plan: &Plan<'_>,
    workspace: &mut Workspace,
) -> Result<Decoded, DecodeError> {
    let Plan { targets, exactness, exposure } = *plan;
    if is_direct(layout) {
        return onto_grid(plan, layout.size, |receiver| reduce_rows(input, layout, receiver));
    }
    let profile = read_profile(input, layout)?;
    let mut decoded = if layout.compression.is_jpeg() {
        let targets = if exactness == Exactness::Exact { &[] } else { targets };
        jpeg::decode(input, layout, targets, workspace)?
    } else {
        decode_converted(input, layout, plan.factors(layout.size), (profile == Profile::Linear).then_some(exposure))?
    };
    decoded.profile = if profile == Profile::Linear { scene::profile_of(exposure) } else { profile };
    Ok(decoded)
}

/// Estimates the bytes that decoding takes beside the working grid of this factor. These are a row of tiles, or a row, of each plane. For
/// JPEG, they are a strip or tile, with its bytes and the file built of it.
fn working_memory(layout: &Layout, factor: u32) -> u64 {
    let chunks = &layout.chunks;
    if layout.compression.is_jpeg() {
        return jpeg::working_memory(layout, factor);
    }
    let rows = if chunks.across > 1 { chunks.height.div_ceil(chunks.rows_at_once) } else { 1 };
    let planes = layout.samples.div_ceil(layout.samples_in_chunk);
    let band = [rows, chunks.row_bytes, chunks.across].iter().fold(1, |bytes, n| u64::saturating_mul(bytes, *n as u64));
    band.saturating_add(chunk::working_memory(layout)).saturating_mul(planes as u64)
}

/// Returns whether reduced rows need no conversion that takes a working grid.
fn is_direct(layout: &Layout) -> bool {
    !layout.compression.is_jpeg() && !layout.photometric.is_converted() && !is_light(layout)
}

/// Decodes straight into the thumbnails of `receiver`.
fn reduce_rows(input: &mut dyn Input, layout: &Layout, receiver: &mut dyn Receiver) -> Result<Reduced, DecodeError> {
    let profile = read_profile(input, layout)?;
    let model = layout.photometric.model(layout.alpha.is_some());
    reduce(receiver, layout.size, (model, profile), &mut |reducer| push_rows(input, layout, reducer))
}

/// Pushes the rows that are present, and returns the damage.
fn push_rows(
    input: &mut dyn Input,
    layout: &Layout,
    reducer: &mut BoxReducer<'_>,
) -> Result<Option<Damage>, DecodeError> {
    let mut picture = PixelRows::new(layout);
    for y in (0..layout.size.height as usize).step_by(layout.chunks.rows_at_once) {
        picture.push_next(input, y, reducer)?;
    }
    let tally = picture.tally();
    if tally.parts_there == 0 {
        return Err(damaged("none of its strips or tiles can be read"));
    }
    Ok(tally.damage())
}

/// Decodes pixels that are converted once they are reduced.
fn decode_converted(
    input: &mut dyn Input,
    layout: &Layout,
    factors: Factors,
    of_scene: Option<Exposure>,
) -> Result<Decoded, DecodeError> {
    let model = layout.photometric.model(layout.alpha.is_some());
    let mut reducer = match of_scene {
        Some(exposure) => BoxReducer::of_scene(layout.size, model, factors, exposure),
        None => BoxReducer::new(layout.size, model, factors),
    };
    let damage = push_rows(input, layout, &mut reducer)?;
    let mut grid = reducer.finish();
    layout.photometric.convert(&mut grid);
    Ok(Decoded { grid, factor: factors.common(), damage, profile: Profile::Srgb })
}

/// Reads the embedded profile. Without one, floats are linear light.
fn read_profile(input: &mut dyn Input, layout: &Layout) -> Result<Profile, DecodeError> {
    if matches!(layout.photometric, Photometric::Lab(_)) {
        // Converted already, and relative to no device.
        return Ok(Profile::Srgb);
    }
    if let Some(icc) = layout.icc.filter(|icc| icc.len <= MAX_PROFILE) {
        let there = icc.within(input.length());
        let mut profile = vec![0; usize::try_from(there.len).unwrap_or(0)];
        if there == icc && input.read_at(icc.offset, &mut profile)? == profile.len() {
            return Ok(Profile::Icc(profile));
        }
    }
    Ok(if is_light(layout) { Profile::Linear } else { Profile::Srgb })
}

fn is_light(layout: &Layout) -> bool {
    layout.kind.numbers == Numbers::Float
        && matches!(layout.photometric, Photometric::BlackIsZero | Photometric::WhiteIsZero | Photometric::Rgb)
}

#[cfg(test)]
mod tests;
