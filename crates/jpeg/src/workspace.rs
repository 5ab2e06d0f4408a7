//! Memory that outlives a picture. In: buffers that a decoder is done with. Out: the same ones for the next picture, which
//! saves the system the trouble of handing out and clearing pages: a tenth of the time at 1/4.

use crate::header::MAX_COMPONENTS;

/// Buffers for one thread to decode one picture after another with. Holds on to as much as the largest picture took.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Entropy-coded data without stuffing.
    pub(crate) rooms: Vec<Vec<u8>>,
    /// What two lanes store; all 0 between scans.
    pub(crate) outs: [Vec<i16>; 2],
    /// Planes of pictures that were given back.
    planes: Vec<Vec<f32>>,
}

impl Workspace {
    /// Takes back the samples of a picture's planes, to be written over by the next picture.
    pub fn recycle(&mut self, planes: impl Iterator<Item = Vec<f32>>) {
        self.planes.extend(planes.take(MAX_COMPONENTS));
        self.planes.truncate(2 * MAX_COMPONENTS);
    }

    /// Bytes that it holds on to.
    #[must_use]
    pub fn capacity(&self) -> usize {
        let rooms: usize = self.rooms.iter().map(Vec::capacity).sum();
        let outs: usize = self.outs.iter().map(Vec::capacity).sum();
        let planes: usize = self.planes.iter().map(Vec::capacity).sum();
        rooms + outs * size_of::<i16>() + planes * size_of::<f32>()
    }

    /// Returns an empty plane with room for this many samples: the smallest that is large enough, or the largest there is.
    pub(crate) fn plane(&mut self, samples: usize) -> Vec<f32> {
        let fits = |plane: &Vec<f32>| (plane.capacity() < samples, plane.capacity().abs_diff(samples));
        let best = (0..self.planes.len()).min_by_key(|&i| fits(&self.planes[i]));
        let mut plane = best.map(|i| self.planes.swap_remove(i)).unwrap_or_default();
        plane.clear();
        plane.reserve_exact(samples);
        plane
    }
}
