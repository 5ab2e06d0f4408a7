//! Decodes frames of transformed blocks at a reduced size: to the means of cells of 2, 4 or 8 px.
//!
//! The means are those of the stored channels. XYB is near enough to the roots that sRGB takes that means of one are means of
//! the other: on six photographs, the means of 8 by 8 px differ from those of the full decode by 52 to 64 dB, and by 58 to
//! 70 dB once they are reduced by two. A correction by the variance of the pixels brought nothing. Images for which this does
//! not hold ([`fidelity`]), such as lines of saturated colours, are decoded in full. From factor 8 on, the low frequencies that
//! the file stores apart are enough, and no other coefficient is decoded. Of the filters at the end of decoding, the one that
//! smooths is applied inside blocks; the one that preserves edges is omitted.

#![expect(
    clippy::cast_possible_truncation,
    reason = "of bits that are masked, and of places in blocks of 256 by 256 px"
)]

mod bands;
mod basis;
mod codestream;
mod coefficients;
mod colors;
mod corner;
mod distributions;
mod fidelity;
mod frame;
mod global;
mod groups;
mod lf;
mod orders;
mod scales;
mod spectrum;
mod symbols;
mod unfit;
mod waves;

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;

use crate::formats::codec::{Need, Receiver, Reduced};
use crate::formats::error::damaged;
use crate::formats::reduction::factors_of;
use crate::geometry::{Factors, Size};
use crate::pixels::profile::Profile;
use crate::pixels::shrink::{BoxReducer, TakeRow};
use crate::pixels::{Model, PlaneShape};

use bands::{Band, Bands};
use colors::Conversion;
pub(super) use colors::Primaries;
use frame::Frame;
use global::HfGlobal;
use lf::{Lf, Source};
use unfit::Unfit;

/// Pixels along the side of a sample of the low frequencies.
const LF_STEP: u32 = 8;

/// An image of this size, with the meaning and the profile of its samples.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) size: Size,
    pub(super) model: Model,
    pub(super) profile: Profile,
    /// The primaries to convert to from XYB, if there is such a conversion.
    pub(super) primaries: Option<Primaries>,
}

/// Decodes an image for the thumbnails of `receiver`. `None` if it has to be decoded in full.
pub(super) fn reduce(file: &[u8], picture: Picture, receiver: &mut dyn Receiver) -> Option<Reduced> {
    let Picture { size, model, profile, primaries } = picture;
    if !matches!(model, Model::Grey | Model::Rgb) {
        return None;
    }
    let codestream = codestream::find(file).ok()?;
    let frame = Frame::parse(&codestream).ok()?;
    let conversion = match (frame.image.metadata.xyb_encoded, primaries) {
        (true, Some(primaries)) => Conversion::of_xyb(&frame.image, primaries),
        (false, _) if frame.header.do_ycbcr => Conversion::YCbCr,
        _ => return None,
    };
    if (frame.header.width, frame.header.height) != (size.width, size.height) || !frame.is_whole() {
        return None;
    }
    let needs: Vec<Need> = receiver.begin(model, profile).into_iter().map(relax).collect();
    let wanted = factors_of(&needs, size);
    let rendering = Rendering::new(&frame, conversion, model, wanted)?;
    let shapes = vec![PlaneShape::of_means(size, rendering.factors); model.planes()];
    let received = receiver.receive(&shapes, &mut |rows| {
        let mut take = |plane: usize, row: &[f32]| rows[plane].push(row);
        rendering.push_rows(&mut take).map_err(|_| damaged("the compressed data are corrupt"))
    });
    received.is_ok().then_some(Reduced { factor: rendering.factors.common(), damage: None })
}

/// The share of a thumbnail's size by which the grid may fall short of its margin: 4032 px are decoded for 256 and 512 px at
/// an eighth and a quarter of the size. Six photographs at these sizes agree with their full decode to 56 dB in the mean, and
/// to 49 at worst.
const SLACK: u32 = 20;

/// Returns the need of a thumbnail that is smaller by the slack.
fn relax(need: Need) -> Need {
    let smaller = |side: u32| side - side / SLACK;
    Need { size: Size::new(smaller(need.size.width), smaller(need.size.height)), ..need }
}

/// A frame to be decoded for a grid.
#[derive(Debug)]
struct Rendering<'a> {
    frame: &'a Frame<'a>,
    conversion: Conversion,
    model: Model,
    source: Source,
    /// Pixels along the side of a cell.
    step: u32,
    /// Pixels of the image for each px of the grid.
    factors: Factors,
}

impl<'a> Rendering<'a> {
    /// Returns the rendering for the largest grid with no more than `wanted` px of the image in each of its px. `None` if
    /// that is the image itself.
    fn new(frame: &'a Frame<'a>, conversion: Conversion, model: Model, wanted: Factors) -> Option<Self> {
        // The low frequencies of a channel of half the size are those of 16 px.
        let of_low = if frame.is_subsampled() { 2 * LF_STEP } else { LF_STEP };
        let (source, step, unit) = match wanted.common().get() {
            factor if factor >= of_low => (Source::Low, LF_STEP, of_low),
            8.. => (Source::All, 8, 8),
            4.. => (Source::All, 4, 4),
            2.. => (Source::All, 2, 2),
            _ => return None,
        };
        let multiple = |factor: NonZeroU32| NonZeroU32::new(factor.get() / unit * unit);
        let factors = Factors { across: multiple(wanted.across)?, down: multiple(wanted.down)? };
        Some(Self { frame, conversion, model, source, step, factors })
    }

    /// Decodes the frame, and passes on the rows of the grid.
    fn push_rows(&self, take: TakeRow<'_>) -> Result<(), Unfit> {
        let Size { width, height } = Size::new(self.frame.header.width, self.frame.header.height);
        let cells = Size::new(width.div_ceil(self.step), height.div_ceil(self.step));
        let in_cells = |factor: NonZeroU32| NonZeroU32::new(factor.get() / self.step).unwrap_or(NonZeroU32::MIN);
        let reduction = Factors { across: in_cells(self.factors.across), down: in_cells(self.factors.down) };
        let mut reducer = BoxReducer::passing_on(cells, self.model, reduction, take);
        let lf = Lf::decode(self.frame, self.source)?;
        if !fidelity::holds(&lf, &self.conversion) {
            return Err(Unfit);
        }
        let (conversion, model) = (&self.conversion, self.model);
        let mut pushing = Pushing { conversion, model, cells, colors: Vec::new(), grey: Vec::new() };
        match self.source {
            Source::Low => {
                for y in 0..height.div_ceil(LF_STEP) as usize {
                    pushing.push_low(&lf, y, &mut reducer)?;
                }
            }
            Source::All => {
                let hf = HfGlobal::parse(self.frame, &lf)?;
                let bands = Bands::new(self.frame, &lf, &hf, self.step as usize)?;
                bands.decode(|band| pushing.push_band(band, &mut reducer))?;
            }
        }
        reducer.pass_on_rest();
        Ok(())
    }
}

/// The conversion of rows of cells.
struct Pushing<'a> {
    conversion: &'a Conversion,
    model: Model,
    cells: Size,
    colors: Vec<[f32; 3]>,
    grey: Vec<f32>,
}

impl Pushing<'_> {
    /// Pushes row `y` of the low frequencies.
    fn push_low(&mut self, lf: &Lf, y: usize, reducer: &mut BoxReducer<'_>) -> Result<(), Unfit> {
        let width = self.cells.width as usize;
        let mut wide: [Vec<f32>; 3] = Default::default();
        for ((plane, shift), wide) in lf.planes.iter().zip(lf.shifts).zip(&mut wide) {
            let start = (y >> shift.vshift()) * plane.width;
            let row = plane.samples.get(start..start + plane.width).ok_or(Unfit)?;
            wide.extend((0..width).filter_map(|x| row.get(x >> shift.hshift())));
        }
        self.push([&wide[0], &wide[1], &wide[2]], reducer);
        Ok(())
    }

    fn push_band(&mut self, band: &Band, reducer: &mut BoxReducer<'_>) {
        let width = self.cells.width as usize;
        let [first, luma, last] = band.planes.each_ref().map(|plane| plane.means.chunks_exact(plane.width.max(1)));
        for ((first, luma), last) in first.zip(luma).zip(last) {
            if reducer.rows_there() < self.cells.height {
                self.push([first, luma, last].map(|row| &row[..width.min(row.len())]), reducer);
            }
        }
    }

    fn push(&mut self, channels: [&[f32]; 3], reducer: &mut BoxReducer<'_>) {
        self.colors.clear();
        self.conversion.convert(channels, &mut self.colors);
        match self.model {
            Model::Grey => {
                self.grey.clear();
                self.grey.extend(self.colors.iter().map(|[_, green, _]| *green));
                reducer.push_row(&mut self.grey);
            }
            _ => reducer.push_row(self.colors.as_flattened_mut()),
        }
    }
}
