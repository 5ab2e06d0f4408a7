//! TIFF and BigTIFF → working grid, strip by strip and tile by tile. In: a file, read in pieces. Out: the grid, with
//! the memory of a row, of a row of tiles, or of a JPEG strip.
//!
//! | file | what it does |
//! |---|---|
//! | `tag`, `layout`, `chunks`, `coding` | the first full-resolution page: what is where, and how it is stored |
//! | `meaning` | what the samples of a pixel are |
//! | `rows` | strips and tiles → rows of one plane |
//! | `chunk` | a strip or tile → its rows |
//! | `compressed` | a chunk's bytes, a window at a time |
//! | `lzw`, `deflate`, `pack_bits`, `fax`, `xz`, `zstandard`, `webp` | compressed bytes → bytes |
//! | `log_luv`, `uv_grid` | LogLuv → floats of linear light |
//! | `samples` | predictors, byte order, numbers of all sizes → `f32` |
//! | `pixel_rows` | rows of all planes → rows of the model, added to the grid |
//! | `jpeg`, `old_jpeg` | JPEG in strips and tiles, shrunk while it is decoded |
//!
//! The crate `tiff`, which `image` decodes with, refuses a third of the kinds that are read here, holds whole frames, and
//! takes its LZW from `weezl`, at a quarter of the speed.

mod chunk;
mod chunks;
mod coding;
mod compressed;
mod deflate;
mod fax;
mod jpeg;
mod layout;
mod log_luv;
mod lzw;
mod meaning;
mod old_jpeg;
mod pack_bits;
mod pixel_rows;
mod rows;
mod samples;
mod tag;
mod uv_grid;
#[cfg(feature = "webp")]
mod webp;
mod xz;
mod zstandard;

use super::super::probe::Header;
use super::{Decoded, Wanted, factors_for};
use crate::container::Input;
use crate::error::Cause;
use crate::geometry::Size;
use crate::jpeg::Workspace;
use crate::options::{Exactness, Exposure, Format};
use crate::pixels::profile::Profile;
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;
use coding::Numbers;
use layout::{Layout, damaged, read_layout, read_layout_at};
use meaning::Meaning;
use pixel_rows::PixelRows;

/// Bytes of an ICC profile. The largest, of CMYK presses, have about 3 MB.
const MAX_PROFILE: u64 = 16 << 20;

/// Reads the header.
pub(super) fn read_header(input: &mut dyn Input) -> Result<Header, Cause> {
    Ok(header_of(&read_layout(input)?))
}

/// Reads the header of the page whose directory is at an offset.
pub(super) fn read_header_at(input: &mut dyn Input, offset: u64) -> Result<Header, Cause> {
    Ok(header_of(&read_layout_at(input, offset)?))
}

const fn header_of(layout: &Layout) -> Header {
    Header {
        format: Format::Tiff,
        size: layout.size,
        orientation: layout.orientation,
        has_alpha: layout.alpha.is_some() && !layout.compression.is_jpeg(),
    }
}

/// Decodes onto the coarsest grid that serves `targets`, sizes as stored.
pub(super) fn decode(
    input: &mut dyn Input,
    targets: &[Size],
    wanted: Wanted,
    workspace: &mut Workspace,
) -> Result<Decoded, Cause> {
    let layout = read_layout(input)?;
    decode_page(input, &layout, targets, wanted, workspace)
}

/// Decodes the page whose directory is at an offset.
pub(super) fn decode_at(
    input: &mut dyn Input,
    offset: u64,
    targets: &[Size],
    wanted: Wanted,
    workspace: &mut Workspace,
) -> Result<Decoded, Cause> {
    let layout = read_layout_at(input, offset)?;
    decode_page(input, &layout, targets, wanted, workspace)
}

fn decode_page(
    input: &mut dyn Input,
    layout: &Layout,
    targets: &[Size],
    wanted: Wanted,
    workspace: &mut Workspace,
) -> Result<Decoded, Cause> {
    let Wanted { exactness, exposure } = wanted;
    let profile = read_profile(input, layout)?;
    let mut decoded = if layout.compression.is_jpeg() {
        let targets = if exactness == Exactness::Exact { &[] } else { targets };
        jpeg::decode(input, layout, targets, workspace)?
    } else {
        decode_rows(input, layout, targets, exactness, (profile == Profile::Linear).then_some(exposure))?
    };
    decoded.profile = if profile == Profile::Linear { scene::profile_of(exposure) } else { profile };
    Ok(decoded)
}

/// What decoding takes beside the working grid of this factor: a row of tiles, or a row, of each plane; of JPEG a strip or
/// tile, with its bytes and what is put together of it.
pub(super) fn working_memory(input: &mut dyn Input, factor: u32) -> u64 {
    let Ok(layout) = read_layout(input) else { return 0 };
    let chunks = &layout.chunks;
    if layout.compression.is_jpeg() {
        return jpeg::working_memory(&layout, factor);
    }
    let rows = if chunks.across > 1 { chunks.height.div_ceil(chunks.rows_at_once) } else { 1 };
    let planes = layout.samples.div_ceil(layout.samples_in_chunk);
    let band = [rows, chunks.row_bytes, chunks.across].iter().fold(1, |bytes, n| u64::saturating_mul(bytes, *n as u64));
    band.saturating_add(chunk::working_memory(&layout)).saturating_mul(planes as u64)
}

fn decode_rows(
    input: &mut dyn Input,
    layout: &Layout,
    targets: &[Size],
    exactness: Exactness,
    of_scene: Option<Exposure>,
) -> Result<Decoded, Cause> {
    let factors = factors_for(layout.size, targets, exactness);
    let mut picture = PixelRows::new(layout);
    let model = layout.meaning.model(layout.alpha.is_some());
    let mut reducer = match of_scene {
        Some(exposure) => BoxReducer::of_scene(layout.size, model, factors, exposure),
        None => BoxReducer::new(layout.size, model, factors),
    };
    for y in (0..layout.size.height as usize).step_by(layout.chunks.rows_at_once) {
        picture.push_next(input, y, &mut reducer)?;
    }
    let tally = picture.tally();
    if tally.parts_there == 0 {
        return Err(damaged("none of its strips or tiles can be read"));
    }
    let mut grid = reducer.finish();
    layout.meaning.convert(&mut grid);
    Ok(Decoded { grid, factor: factors.common(), damage: tally.damage(), profile: Profile::Srgb })
}

/// What the colours mean: the embedded profile; without one floats are linear light.
fn read_profile(input: &mut dyn Input, layout: &Layout) -> Result<Profile, Cause> {
    if matches!(layout.meaning, Meaning::Lab(_)) {
        // Converted already, and relative to no device.
        return Ok(Profile::Srgb);
    }
    if let Some((at, length)) = layout.icc.filter(|(_, length)| *length <= MAX_PROFILE) {
        let there = length.min(input.length().saturating_sub(at));
        let mut profile = vec![0; usize::try_from(there).unwrap_or(0)];
        if there == length && input.read_at(at, &mut profile)? == profile.len() {
            return Ok(Profile::Icc(profile));
        }
    }
    Ok(if is_light(layout) { Profile::Linear } else { Profile::Srgb })
}

fn is_light(layout: &Layout) -> bool {
    layout.kind.numbers == Numbers::Float
        && matches!(layout.meaning, Meaning::BlackIsZero | Meaning::WhiteIsZero | Meaning::Rgb)
}

/// Whether the samples are linear light.
pub(super) fn holds_light(input: &mut dyn Input) -> bool {
    read_layout(input).is_ok_and(|layout| is_light(&layout))
}

#[cfg(test)]
mod tests;
