//! Reads sample adaptive offsets (ITU-T H.265, 7.3.8.3).

use super::Tree;
use crate::cabac::offset;
use crate::offsets::{Offsets, SampleOffsets};
use crate::sample::Sample;

impl<T: Sample> Tree<'_, T> {
    pub(super) fn read_offsets(&mut self) {
        let columns = self.sequence.ctbs().0;
        let log2 = self.sequence.log2_ctb;
        let index = (self.block.y >> log2) * columns + (self.block.x >> log2);
        let offsets = if self.block.has_left && self.bin(offset::SAO_MERGE) {
            self.canvas.offsets[index - 1]
        } else if self.block.has_above && self.bin(offset::SAO_MERGE) {
            self.canvas.offsets[index - columns]
        } else {
            let mut offsets = Offsets::default();
            for plane in 0..self.sequence.planes() {
                if self.slice.has_offsets[usize::from(plane > 0)] {
                    offsets[plane] = self.read_plane_offsets(plane, offsets[1]);
                }
            }
            offsets
        };
        self.canvas.offsets[index] = offsets;
    }

    /// Reads the offsets of a plane. The second chroma plane shares the kind and direction of the first.
    fn read_plane_offsets(&mut self, plane: usize, first_chroma: SampleOffsets) -> SampleOffsets {
        let is_edges = match (plane, first_chroma) {
            (2, SampleOffsets::None) => return SampleOffsets::None,
            (2, other) => matches!(other, SampleOffsets::Edges { .. }),
            _ if !self.bin(offset::SAO_TYPE) => return SampleOffsets::None,
            _ => self.engine.bypass(1) == 1,
        };
        let most = (1 << (self.sequence.depth(plane).min(10) - 5)) - 1;
        let mut offsets = [0_i8; 4];
        for offset in &mut offsets {
            while *offset < most && self.engine.bypass(1) == 1 {
                *offset += 1;
            }
        }
        if is_edges {
            offsets[2] = -offsets[2];
            offsets[3] = -offsets[3];
            let direction = match first_chroma {
                SampleOffsets::Edges { direction, .. } if plane == 2 => direction,
                _ => self.engine.bypass(2) as u8,
            };
            return SampleOffsets::Edges { direction, offsets };
        }
        for offset in &mut offsets {
            if *offset != 0 && self.engine.bypass(1) == 1 {
                *offset = -*offset;
            }
        }
        SampleOffsets::Bands { first: self.engine.bypass(5) as u8, offsets }
    }
}
