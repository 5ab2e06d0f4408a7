//! Reduces luma and chroma of a lossy image with alpha, weighted by opacity. Both reductions cover the same pixels, since the
//! factors are even, so that colours can be computed from reduced rows.

use std::cell::RefCell;

use super::band::{CHROMA_SCALE, LUMA_SCALE, chroma_rows, half_of, luma_rows};
use super::damage::{damage_of, judge};
use crate::formats::codec::{Receiver, Reduced};
use crate::formats::error::{DecodeError, damaged};
use crate::formats::reduction::factors_of;
use crate::geometry::Size;
use crate::jpeg::Rows;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Matrix, Model, PlaneShape};
use crate::webp::{Band, Frame};

/// Decodes a lossy image of this opacity for the thumbnails of `receiver`.
pub(super) fn reduce(
    frame: &[u8],
    opacity: &[u8],
    size: Size,
    profile: Profile,
    receiver: &mut dyn Receiver,
) -> Result<Reduced, DecodeError> {
    let mut frame = Some(Frame::read(frame).map_err(judge)?);
    let chroma_factors = factors_of(&receiver.begin(Model::RgbAlpha, profile), size).halves();
    let factors = chroma_factors.doubled();
    let half = half_of(size);
    let mut stop = None;
    receiver.receive(&[PlaneShape::of_means(size, factors); 4], &mut |rows: &mut [&mut dyn Rows]| {
        let frame = frame.take().ok_or_else(|| damaged("its frame is decoded once"))?;
        let mixer = RefCell::new(Mixer::default());
        let keep = |first: usize| {
            let mixer = &mixer;
            move |plane: usize, row: &[f32]| mixer.borrow_mut().keep(first + plane, row)
        };
        let (mut keep_luma, mut keep_blue, mut keep_red) = (keep(LUMA), keep(BLUE), keep(RED));
        let mut luma = BoxReducer::passing_on(size, Model::GreyAlpha, factors, &mut keep_luma);
        let mut chroma = [
            BoxReducer::passing_on(half, Model::GreyAlpha, chroma_factors, &mut keep_blue),
            BoxReducer::passing_on(half, Model::GreyAlpha, chroma_factors, &mut keep_red),
        ];
        let mut opacity = opacity.chunks_exact(size.width as usize);
        let mut pairs = vec![[0_u8; 2]; size.width as usize];
        let mut halves = vec![0_u8; half.width as usize];
        stop = frame.decode(&mut |band: Band<'_>| {
            let mut lines = luma_rows(&band, size);
            for y in 0.. {
                // Opacity is requested only where there is luma, so that no row of the next band is lost.
                let Some(first) = lines.next() else { break };
                let Some(top) = opacity.next() else { break };
                luma.push_bytes(interleave(&mut pairs, first, top));
                // An image of odd height ends with half a sample of chroma.
                let mut bottom = top;
                if let Some(second) = lines.next()
                    && let Some(next) = opacity.next()
                {
                    luma.push_bytes(interleave(&mut pairs, second, next));
                    bottom = next;
                }
                halve(&mut halves, top, bottom);
                for (plane, reducer) in chroma.iter_mut().enumerate() {
                    let row = chroma_rows(&band, plane, half).nth(y).unwrap_or_default();
                    reducer.push_bytes(interleave(&mut pairs, row, &halves));
                }
                mixer.borrow_mut().push_to(rows);
            }
        });
        luma.pass_on_rest();
        chroma.into_iter().for_each(BoxReducer::pass_on_rest);
        mixer.borrow_mut().push_to(rows);
        Ok(())
    })?;
    Ok(Reduced { factor: factors.common(), damage: damage_of(stop, size) })
}

/// The planes of the mixer: luma, blue and red differences, each followed by its opacity.
const LUMA: usize = 0;
const BLUE: usize = 2;
const RED: usize = 4;
const PLANES: usize = 6;

/// Rows of luma and chroma, multiplied by opacity, until each plane has them.
#[derive(Debug, Default)]
struct Mixer {
    planes: [Vec<f32>; PLANES],
    /// Samples of a row.
    width: usize,
    colors: [Vec<f32>; 3],
}

impl Mixer {
    fn keep(&mut self, plane: usize, row: &[f32]) {
        self.width = row.len();
        self.planes[plane].extend_from_slice(row);
    }

    /// Converts the rows that all planes have to red, green, blue and alpha, and passes them on.
    fn push_to(&mut self, rows: &mut [&mut dyn Rows]) {
        while self.width > 0 && self.planes.iter().all(|plane| plane.len() >= self.width) {
            self.mix();
            let (alphas, width) = (&self.planes[LUMA + 1][..self.width], self.width);
            let planes = self.colors.iter().map(Vec::as_slice).chain([alphas]);
            rows.iter_mut().zip(planes).for_each(|(rows, plane)| rows.push(plane));
            self.planes.iter_mut().for_each(|plane| drop(plane.drain(..width)));
        }
    }

    #[allow(clippy::needless_range_loop, reason = "all planes share the index")]
    fn mix(&mut self) {
        let (red, blue) = Matrix::Bt601.weights();
        let Self { planes, width, colors } = self;
        let [luma, alphas, cb, cb_alphas, cr, cr_alphas] = planes.each_ref().map(|plane| &plane[..*width]);
        colors.iter_mut().for_each(|color| color.resize(*width, 0.0));
        let [reds, greens, blues] = colors.each_mut().map(|color| &mut color[..]);
        for i in 0..*width {
            let alpha = alphas[i] * (1.0 / 255.0);
            let y = (luma[i] - 16.0 * alpha) * LUMA_SCALE;
            let difference = |sample: f32, alpha: f32| (sample - 128.0 * (1.0 / 255.0) * alpha) * CHROMA_SCALE;
            let b = 2.0 * (1.0 - blue) * difference(cb[i], cb_alphas[i]);
            let r = 2.0 * (1.0 - red) * difference(cr[i], cr_alphas[i]);
            let g = -(blue * b + red * r) / (1.0 - red - blue);
            (reds[i], greens[i], blues[i]) = (y + r, y + g, y + b);
        }
    }
}

/// Interleaves samples with their opacity.
fn interleave<'a>(pairs: &'a mut [[u8; 2]], samples: &[u8], opacity: &[u8]) -> &'a [u8] {
    let pairs = &mut pairs[..samples.len()];
    pairs.iter_mut().zip(samples.iter().zip(opacity)).for_each(|(pair, (sample, alpha))| *pair = [*sample, *alpha]);
    pairs.as_flattened()
}

/// Averages the opacity of 2 by 2 pixels each.
fn halve(halves: &mut [u8], top: &[u8], bottom: &[u8]) {
    let ((tops, last_top), (bottoms, last_bottom)) = (top.as_chunks::<2>(), bottom.as_chunks::<2>());
    #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes")]
    for (half, (top, bottom)) in halves.iter_mut().zip(tops.iter().zip(bottoms)) {
        let sum: u16 = [top[0], top[1], bottom[0], bottom[1]].map(u16::from).iter().sum();
        *half = ((sum + 2) / 4) as u8;
    }
    // An image of odd width ends with half a sample of chroma.
    if let ([top], [bottom], Some(half)) = (last_top, last_bottom, halves.last_mut()) {
        *half = top.midpoint(*bottom) + ((top ^ bottom) & 1);
    }
}
