//! Turns the rows of a thumbnail's planes into its 8-bit samples while they arrive.
//!
//! Samples are converted to sRGB. Alpha is divided out if the format carries it; otherwise colours are laid on the
//! background. Rounding and clamping happen once, at the end.

use std::sync::Arc;

use pulp::{Arch, NullaryFnOnce};

use super::chunk::Chunk;
use super::halve::Chroma;
use super::lane::PIXELS;
use super::lone::LoneLines;
use super::samples::{Layout, Samples, Subsampling, append_rounded, is_jpegs};
use super::space::Space;
use crate::geometry::{Orientation, Size};
use crate::options::{Background, Format};
use crate::pixels::Model;

/// The requirements on a thumbnail's samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub(crate) format: Format,
    /// Resolution of a JPEG's chroma.
    pub(crate) subsampling: Subsampling,
    /// Background of transparent pixels if the format carries no alpha.
    pub(crate) background: Background,
    /// The orientation by which samples will be turned, which decides the pairs of halved chroma.
    pub(crate) orientation: Orientation,
}

/// The conversion from samples to sRGB.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// None: samples are sRGB's.
    Ready,
    /// From another space.
    Coded(Arc<Space>),
    /// From light of sRGB's primaries.
    Light,
}

/// A converter of the rows of a thumbnail's planes to its samples.
#[derive(Debug)]
pub(crate) struct Finisher {
    way: Way,
    model: Model,
    background: [f32; 3],
    size: Size,
    layout: Layout,
    /// Interleaved samples, or luma.
    bytes: Vec<u8>,
    /// The planes of Cb and Cr, where the layout has them.
    chroma: Option<Box<[Chroma; 2]>>,
    /// A row of luma and chroma.
    row: [Vec<f32>; 3],
}

impl Finisher {
    pub(super) fn new(way: Way, model: Model, size: Size, form: Form) -> Self {
        // Any other space than sRGB becomes red, green and blue.
        let layout = Layout::new(model, form.format, form.subsampling);
        let lone = LoneLines::of(form.orientation);
        let (chroma, row) = match layout {
            Layout::YCbCr(subsampling) => (
                Some(Box::new([0; 2].map(|_| Chroma::new(subsampling, size, lone)))),
                [0; 3].map(|_| vec![0.0; size.width as usize]),
            ),
            _ => (None, [const { Vec::new() }; 3]),
        };
        let bytes = Vec::with_capacity(layout.bytes(size));
        let background = form.background.rgb.map(f32::from);
        Self { way, model, background, size, layout, bytes, chroma, row }
    }

    /// Takes the next rows: the same number of whole rows of each plane, all in the size of the thumbnail.
    pub(crate) fn push(&mut self, planes: &[&[f32]]) {
        Arch::new().dispatch(Push { finisher: self, planes });
    }

    /// Returns the samples, once all rows have come.
    pub(crate) fn finish(mut self) -> Samples {
        for chroma in self.chroma.iter().flat_map(|chroma| chroma.iter()) {
            self.bytes.extend_from_slice(chroma.bytes());
        }
        Samples { size: self.size, layout: self.layout, bytes: self.bytes }
    }

    #[inline(always)]
    fn push_row(&mut self, planes: &[&[f32]], first: usize) {
        let width = self.size.width as usize;
        let is_ready = matches!(self.way, Way::Ready) && is_jpegs(self.model, self.layout);
        if let (true, Some(chroma)) = (is_ready, &mut self.chroma) {
            let [luma, blue, red] = [0, 1, 2].map(|plane| &planes[plane][first..first + width]);
            append_rounded(luma, &mut self.bytes);
            chroma[0].push(blue);
            chroma[1].push(red);
            return;
        }
        for left in (0..width).step_by(PIXELS) {
            let count = PIXELS.min(width - left);
            let mut chunk = Chunk::load(self.model, planes, first + left, count);
            match &self.way {
                Way::Ready => {}
                Way::Coded(space) => chunk.convert(self.model, space),
                Way::Light => chunk.convert_light(self.model),
            }
            self.push_chunk(&mut chunk, left, count);
        }
        if let Some(chroma) = &mut self.chroma {
            append_rounded(&self.row[0], &mut self.bytes);
            chroma[0].push(&self.row[1]);
            chroma[1].push(&self.row[2]);
        }
    }

    #[inline(always)]
    fn push_chunk(&mut self, chunk: &mut Chunk, left: usize, count: usize) {
        match self.layout {
            Layout::GreyAlpha | Layout::RgbAlpha => chunk.divide_out(),
            _ if self.model.has_alpha() => chunk.lay_on(self.background),
            _ => {}
        }
        let [first, second, third, _] = &chunk.colors;
        let bytes = &mut self.bytes;
        match self.layout {
            Layout::Grey => append_rounded(&first[..count], bytes),
            Layout::GreyAlpha => {
                bytes.extend_from_slice(chunk.interleaved([first, &chunk.alpha])[..count].as_flattened());
            }
            Layout::Rgb => bytes.extend_from_slice(chunk.interleaved([first, second, third])[..count].as_flattened()),
            Layout::RgbAlpha => {
                let channels = [first, second, third, &chunk.alpha];
                bytes.extend_from_slice(chunk.interleaved(channels)[..count].as_flattened());
            }
            Layout::YCbCr(_) => {
                chunk.make_ycbcr();
                for (row, lane) in self.row.iter_mut().zip(&chunk.colors) {
                    row[left..left + count].copy_from_slice(&lane[..count]);
                }
            }
        }
    }
}

/// Rows to convert. The code is compiled once for each kind of processor, so everything in it is inlined.
struct Push<'a> {
    finisher: &'a mut Finisher,
    planes: &'a [&'a [f32]],
}

impl NullaryFnOnce for Push<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { finisher, planes } = self;
        let width = finisher.size.width as usize;
        for first in (0..planes[0].len()).step_by(width) {
            finisher.push_row(planes, first);
        }
    }
}

#[cfg(test)]
mod tests;
