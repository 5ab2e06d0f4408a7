//! Decodes BMP from the top row down, reduced as rows come. The file is read some rows at a time, and whole if rows are
//! runs. The crate `image` decodes files that contain an image of another format.

pub(crate) mod layout;
mod runs;
pub(crate) mod samples;

use crate::container::Input;
use crate::container::read_piece;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::formats::header::Header;
use crate::formats::raster;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use layout::{Coding, Layout, Order, Pixels};
use runs::Runs;
use samples::Samples;

/// Bytes read at once. Rows are stored bottom up, so a stream would read each piece anew.
const BLOCK: usize = 64 << 10;

/// Longest profile read, in bytes. The largest met is 4 MiB.
const LONGEST_PROFILE: u64 = 16 << 20;

/// The codec of BMP.
#[derive(Debug)]
pub(crate) struct Bmp;

/// An opened BMP.
#[derive(Debug)]
struct Opened {
    header: Header,
    /// `None` if the file contains an image of another format.
    layout: Option<Layout>,
}

impl Codec for Bmp {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let layout = layout::read(input)?;
        let header = match &layout {
            None => raster::read_header(input.whole()?, Format::Bmp)?,
            Some(layout) => {
                let has_alpha = layout.model() == Model::RgbAlpha;
                Header { format: Format::Bmp, size: layout.size, orientation: Orientation::default(), has_alpha }
            }
        };
        Ok(Box::new(Opened { header, layout }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, input: &mut dyn Input, _: Factors) -> u64 {
        match &self.layout {
            // All codes are held, and a row's start takes four times its shortest codes, or eight while the list of starts
            // grows.
            Some(Layout { coding: Coding::Runs, .. }) => input.length().saturating_mul(9),
            _ => 0,
        }
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        let factors = plan.factors(self.header.size);
        match &self.layout {
            Some(layout) => decode(input, layout, factors),
            None => raster::decode(input.whole()?, &self.header, factors),
        }
    }
}

/// Decodes the rows that are present.
fn decode(input: &mut dyn Input, layout: &Layout, factors: Factors) -> Result<Decoded, DecodeError> {
    let mut reducer = BoxReducer::new(layout.size, layout.model(), factors);
    let damage = match (&layout.pixels, layout.coding) {
        (Pixels::Indexed { bits, colors }, Coding::Runs) => push_runs(input, layout, *bits, colors, &mut reducer)?,
        _ => push_rows(input, layout, &mut reducer)?,
    };
    let profile = match layout.icc {
        Some(icc) if icc.len <= LONGEST_PROFILE => read_piece(input, icc).map_or(Profile::Srgb, Profile::Icc),
        _ => Profile::Srgb,
    };
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile })
}

impl Layout {
    pub(crate) fn model(&self) -> Model {
        match &self.pixels {
            Pixels::Masked { fields, .. } if fields[3].mask != 0 => Model::RgbAlpha,
            _ => Model::Rgb,
        }
    }
}

/// Returns the number of rows missing or incomplete in a file of `length` bytes.
fn missing_rows(layout: &Layout, length: u64) -> u32 {
    let there = length.saturating_sub(layout.offset) / (layout.stride as u64).max(1);
    layout.size.height.saturating_sub(u32::try_from(there).unwrap_or(u32::MAX))
}

/// Pushes all rows from the top down. Missing rows are black and reported as damage.
fn push_rows(
    input: &mut dyn Input,
    layout: &Layout,
    reducer: &mut BoxReducer<'_>,
) -> Result<Option<Damage>, DecodeError> {
    let (height, stride) = (layout.size.height, layout.stride);
    let missing = missing_rows(layout, input.length());
    if missing == height {
        return Err(ends_too_early());
    }
    let rows = u32::try_from(BLOCK / stride).unwrap_or(u32::MAX).clamp(1, height);
    let mut block = vec![0; rows as usize * stride];
    let mut samples = Samples::default();
    for y in (0..height).step_by(rows as usize) {
        let count = rows.min(height - y);
        let first = match layout.order {
            Order::TopDown => y,
            Order::BottomUp => height - y - count,
        };
        let wanted = &mut block[..count as usize * stride];
        let there = input.read_at(layout.offset + u64::from(first) * stride as u64, wanted)?;
        wanted[there..].fill(0);
        let mut push = |row| samples.push(row, layout, reducer);
        match layout.order {
            Order::TopDown => wanted.chunks_exact(stride).for_each(&mut push),
            Order::BottomUp => wanted.chunks_exact(stride).rev().for_each(&mut push),
        }
    }
    Ok(of_missing_rows((height - missing) as usize, height as usize))
}

/// Pushes rows that are runs, like [`push_rows`].
fn push_runs(
    input: &mut dyn Input,
    layout: &Layout,
    bits: u8,
    colors: &[[u8; 3]; 256],
    reducer: &mut BoxReducer<'_>,
) -> Result<Option<Damage>, DecodeError> {
    let Size { width, height } = layout.size;
    let offset = usize::try_from(layout.offset).unwrap_or(usize::MAX);
    let runs = Runs::find(input.whole()?.get(offset..).unwrap_or_default(), bits, layout.size);
    if let (Some(damage), 0) = (runs.damage, runs.count()) {
        return Err(damaged(damage));
    }
    let mut pixels = vec![[0; 3]; width as usize];
    for y in 0..height {
        let row = match layout.order {
            Order::TopDown => y,
            Order::BottomUp => height - 1 - y,
        };
        runs.fill(row, colors, &mut pixels);
        reducer.push_bytes(pixels.as_flattened());
    }
    let told = |damage| format!("{damage}, {} of {height} rows are there", runs.count());
    Ok(runs.damage.map(|damage| Damage::of_part(told(damage), runs.count() as u64, height.into())))
}

#[cfg(test)]
mod tests;
