//! Keeps the buffers of one image for the next one.
//!
//! Reuse saves the system from allocating and clearing pages: a tenth of the time at 2/8.

use crate::header::MAX_COMPONENTS;

/// Buffers that one thread reuses from image to image.
///
/// It keeps as much memory as the largest image took. Dropping it frees the memory.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Entropy-coded data without stuffing.
    pub(crate) rooms: Vec<Vec<u8>>,
    /// Output of the two lanes; all 0 between scans.
    pub(crate) outs: [Vec<i16>; 2],
    /// Samples of recycled planes.
    planes: Vec<Vec<f32>>,
}

impl Workspace {
    /// Takes back the samples of an image's planes, for reuse by the next image.
    pub fn recycle(&mut self, planes: impl Iterator<Item = Vec<f32>>) {
        self.planes.extend(planes.take(MAX_COMPONENTS));
        self.planes.truncate(2 * MAX_COMPONENTS);
    }

    /// Returns the size of the kept buffers in bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        let rooms: usize = self.rooms.iter().map(Vec::capacity).sum();
        let outs: usize = self.outs.iter().map(Vec::capacity).sum();
        let planes: usize = self.planes.iter().map(Vec::capacity).sum();
        rooms + outs * size_of::<i16>() + planes * size_of::<f32>()
    }

    /// Returns an empty buffer for this many samples: the smallest kept one that is large enough, or else the largest.
    pub(crate) fn plane(&mut self, samples: usize) -> Vec<f32> {
        let fits = |plane: &Vec<f32>| (plane.capacity() < samples, plane.capacity().abs_diff(samples));
        let best = (0..self.planes.len()).min_by_key(|&i| fits(&self.planes[i]));
        let mut plane = best.map(|i| self.planes.swap_remove(i)).unwrap_or_default();
        plane.clear();
        plane.reserve_exact(samples);
        plane
    }
}
