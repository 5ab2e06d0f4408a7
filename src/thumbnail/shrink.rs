//! Rows of the source, as they arrive → the working grid, by box means: each working pixel is the mean of f by f source
//! pixels, and where the picture's edge cuts one, of those that are there. No more is held than the sums of one row.

use super::pixels::{GridPlane, Model, Plane, WorkingGrid};
use crate::geometry::Size;

/// Sums up rows until a row of working pixels is full.
#[derive(Debug)]
pub(super) struct BoxReducer {
    source: Size,
    model: Model,
    factor: usize,
    /// One for each channel.
    planes: Vec<Vec<f32>>,
    /// Of the rows since the last full row of working pixels: sums of interleaved samples, and how many rows they are.
    sums: Vec<f32>,
    rows: usize,
}

impl BoxReducer {
    pub(super) fn new(source: Size, model: Model, factor: u32) -> Self {
        let grid = grid_size(source, factor);
        let room = grid.width as usize * grid.height as usize;
        Self {
            source,
            model,
            factor: factor as usize,
            planes: (0..model.planes()).map(|_| Vec::with_capacity(room)).collect(),
            sums: vec![0.0; source.width as usize * model.planes()],
            rows: 0,
        }
    }

    /// Takes the next row: interleaved samples from 0 to 255, alpha last and not yet multiplied in. The row is left
    /// changed.
    pub(super) fn push_row(&mut self, row: &mut [f32]) {
        match self.model {
            Model::GreyAlpha => premultiply(row.as_chunks_mut::<2>().0),
            Model::RgbAlpha => premultiply(row.as_chunks_mut::<4>().0),
            _ => {}
        }
        self.sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += *sample);
        self.rows += 1;
        if self.rows == self.factor {
            self.close_row();
        }
    }

    /// The grid, once every row was pushed.
    pub(super) fn finish(mut self) -> WorkingGrid {
        if self.rows > 0 {
            self.close_row();
        }
        let factor = u32::try_from(self.factor).expect("was a u32");
        let size = grid_size(self.source, factor);
        let planes = self
            .planes
            .into_iter()
            .map(|samples| GridPlane::of_means(Plane { size, samples }, self.source, factor))
            .collect();
        WorkingGrid { model: self.model, planes }
    }

    fn close_row(&mut self) {
        let channels = self.planes.len();
        for block in self.sums.chunks(self.factor * channels) {
            #[expect(clippy::cast_precision_loss, reason = "a block of 2^24 px is wider than any picture")]
            let share = 1.0 / (self.rows * (block.len() / channels)) as f32;
            for (channel, plane) in self.planes.iter_mut().enumerate() {
                let sum: f32 = block[channel..].iter().step_by(channels).sum();
                plane.push(sum * share);
            }
        }
        self.sums.fill(0.0);
        self.rows = 0;
    }
}

fn grid_size(source: Size, factor: u32) -> Size {
    Size::new(source.width.div_ceil(factor), source.height.div_ceil(factor))
}

fn premultiply<const N: usize>(pixels: &mut [[f32; N]]) {
    for pixel in pixels {
        let alpha = pixel[N - 1] * (1.0 / 255.0);
        for color in &mut pixel[..N - 1] {
            *color *= alpha;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduce(source: Size, model: Model, factor: u32, samples: &[f32]) -> WorkingGrid {
        let mut reducer = BoxReducer::new(source, model, factor);
        for row in samples.chunks(source.width as usize * model.planes()) {
            reducer.push_row(&mut row.to_vec());
        }
        reducer.finish()
    }

    #[test]
    fn each_working_pixel_is_the_mean_of_its_block_even_where_the_edge_cuts_it() {
        let source = Size::new(5, 3);
        let samples: Vec<f32> = (0..15_u8).map(f32::from).collect();
        let grid = reduce(source, Model::Grey, 2, &samples);
        assert_eq!(grid.planes[0].plane.samples, [3.0, 5.0, 6.5, 10.5, 12.5, 14.0]);
        assert_eq!(grid.planes[0].covered, super::super::pixels::Axes { x: 2.5, y: 1.5 });
    }

    #[test]
    fn a_factor_of_one_keeps_every_sample_and_books_no_blur() {
        let samples: Vec<f32> = (0..12_u8).map(f32::from).collect();
        let grid = reduce(Size::new(2, 2), Model::Rgb, 1, &samples);
        assert_eq!(grid.planes[1].plane.samples, [1.0, 4.0, 7.0, 10.0]);
        assert_eq!(grid.planes[1].blurred.x, 0.0);
    }

    #[test]
    fn transparent_pixels_do_not_colour_their_neighbours() {
        let grid = reduce(Size::new(2, 1), Model::RgbAlpha, 2, &[200.0, 0.0, 0.0, 255.0, 0.0, 255.0, 0.0, 0.0]);
        let means: Vec<f32> = grid.planes.iter().map(|plane| plane.plane.samples[0]).collect();
        assert_eq!(means, [100.0, 0.0, 0.0, 127.5]);
    }
}
