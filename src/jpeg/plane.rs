//! Sample planes. In: blocks of samples around 0. Out: a [`Plane`] of samples around 128, without the padding
//! that fills up MCUs.

use super::header::Header;
use super::idct::{self, Weights};
use super::{Scale, Workspace};

/// One component's samples at one scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// How much smaller than the component's own grid.
    pub scale: Scale,
    /// Samples in a row; the rows follow each other without gaps. `box_width`, rounded up.
    pub width: usize,
    /// Number of rows. `box_height`, rounded up.
    pub height: usize,
    /// Samples in rows from the top, nominally 0 to 255, neither rounded nor clamped.
    pub samples: Vec<f32>,
    /// The real-valued width in samples that the picture covers, from the left edge: the rest of the last column is padding.
    pub box_width: f64,
    /// The real-valued height in samples that the picture covers, from the top edge.
    pub box_height: f64,
}

/// What is added to a transform's output (T.81, A.3.1).
pub(crate) const LEVEL: f32 = 128.0;

/// A plane while it is written: whole blocks, padding included.
#[derive(Clone, Debug)]
pub(crate) struct Raster {
    pub(crate) scale: Scale,
    samples: Vec<f32>,
    /// Samples in a row.
    stride: usize,
}

impl Raster {
    /// A raster for so many blocks across and down, whose samples may be anything.
    pub(crate) fn new(scale: Scale, blocks: (usize, usize), workspace: &mut Workspace) -> Self {
        let side = 8 / scale.factor() as usize;
        let stride = blocks.0 * side;
        Self { scale, samples: workspace.plane(stride * blocks.1 * side), stride }
    }

    /// The samples of row `y`, and of the one below it, from `x` to the end of the row.
    pub(crate) fn rows_from(&mut self, x: usize, y: usize) -> [&mut [f32]; 2] {
        let mut rows = self.samples.chunks_mut(self.stride.max(1)).skip(y);
        [(); 2].map(|()| rows.next().and_then(|row| row.get_mut(x..)).unwrap_or_default())
    }

    /// Sets a block of one sample.
    #[inline(always)]
    pub(crate) fn put_one(&mut self, x: usize, y: usize, value: f32) {
        if let Some(sample) = self.samples.get_mut(y * self.stride + x) {
            *sample = value + LEVEL;
        }
    }

    /// Sets a block of N×N samples; x and y count blocks.
    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, x: usize, y: usize, block: &[[f32; N]; N]) {
        let start = y * N * self.stride + x * N;
        let Some(target) = self.samples.get_mut(start..) else {
            return;
        };
        for (to, from) in target.chunks_mut(self.stride.max(1)).zip(block) {
            if let Some(to) = to.first_chunk_mut::<N>() {
                *to = from.map(|s| s + LEVEL);
            }
        }
    }

    /// Sets a block to what its coefficients in zigzag order give.
    pub(crate) fn put_coefficients(&mut self, x: usize, y: usize, values: &[i16; 64], weights: &Weights) {
        let c = weights.spread(values);
        match self.scale {
            Scale::Full => self.put(x, y, &idct::full(&c)),
            Scale::Half => self.put(x, y, &idct::half(&c)),
            Scale::Quarter => self.put(x, y, &idct::quarter([c[0], c[1], c[2], c[3]])),
            Scale::Eighth => self.put_one(x, y, c[0]),
        }
    }

    /// Sets a block to grey, as libjpeg leaves blocks that it could not read.
    pub(crate) fn grey(&mut self, x: usize, y: usize) {
        match self.scale {
            Scale::Full => self.put(x, y, &[[0.0; 8]; 8]),
            Scale::Half => self.put(x, y, &[[0.0; 4]; 4]),
            Scale::Quarter => self.put(x, y, &[[0.0; 2]; 2]),
            Scale::Eighth => self.put_one(x, y, 0.0),
        }
    }

    /// Sets everything to grey.
    pub(crate) fn grey_all(&mut self) {
        self.samples.fill(LEVEL);
    }

    /// Cuts the padding off.
    pub(crate) fn finish(mut self, header: &Header, component: usize) -> Plane {
        let f = f64::from(self.scale.factor());
        let (w, h) = header.component_size(component);
        let (box_width, box_height) = (w / f, h / f);
        let (width, height) = (box_width.ceil() as usize, box_height.ceil() as usize);
        if width < self.stride {
            for row in 1..height {
                self.samples.copy_within(row * self.stride..row * self.stride + width, row * width);
            }
        }
        self.samples.truncate(width * height);
        Plane { scale: self.scale, width, height, samples: self.samples, box_width, box_height }
    }
}
