//! Reads a transform's residual and adds it (AV1 bitstream specification, 5.11.39, 5.11.47 and 7.12.3).

use super::Walk;
use super::block::Block;
use super::intra::Place;
use super::lines::NO_COEFFICIENTS;
use crate::intra::modes;
use crate::residual::{self, Class, Coded};
use crate::transform::{self, Kind, Target, Transformed, Wave};

/// Contexts of whether there are coefficients, by the summaries above and to the left.
const ZERO_CONTEXTS: [[usize; 5]; 5] =
    [[1, 2, 2, 2, 3], [2, 4, 4, 4, 5], [2, 4, 4, 4, 5], [2, 4, 4, 4, 5], [3, 5, 5, 5, 6]];

/// Bits of a summary's sum of levels.
const SUM: u8 = 0x3f;

/// Transforms that are coded, for large and small blocks.
const NARROW: [Kind; 5] = [
    Kind::Waves(Wave::Identity, Wave::Identity),
    Kind::Waves(Wave::Cosine, Wave::Cosine),
    Kind::Waves(Wave::Sine, Wave::Sine),
    Kind::Waves(Wave::Sine, Wave::Cosine),
    Kind::Waves(Wave::Cosine, Wave::Sine),
];
const WIDE: [Kind; 7] = [
    NARROW[0],
    NARROW[1],
    Kind::Waves(Wave::Cosine, Wave::Identity),
    Kind::Waves(Wave::Identity, Wave::Cosine),
    NARROW[2],
    NARROW[3],
    NARROW[4],
];

const COSINES: Kind = Kind::Waves(Wave::Cosine, Wave::Cosine);

impl<T: Transformed> Walk<'_, '_, '_, T> {
    pub(super) fn add_residual(&mut self, block: &Block, place: Place) {
        let summary = match self.read_kind(block, place) {
            None => NO_COEFFICIENTS,
            Some(kind) => {
                let summary = self.read_coefficients(block, place, kind);
                let plane = &mut self.shared.canvas.planes[place.plane];
                let index = plane.index(4 * place.x, 4 * place.y);
                let depth = self.shared.sequence.depth;
                let mut target = Target { stride: plane.stride, samples: &mut plane.samples[index..], depth };
                transform::add(&mut self.shared.scratch.residual, kind, place.size, &mut target);
                summary
            }
        };
        self.keep_summary(place, summary);
    }

    /// Returns the places of a transform in what is known above and to the left.
    fn spans(&self, place: Place) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let (_, down) = self.shared.sequence.shifts_of(place.plane);
        let line = place.y & (((1 << self.shared.sequence.superblock_log2()) - 1) >> down);
        (place.x..place.x + place.size.width(), line..line + place.size.height())
    }

    /// Keeps a summary for the part of a transform that is inside the frame.
    fn keep_summary(&mut self, place: Place, summary: u8) {
        let (columns, rows) = self.shared.frame.blocks();
        let (across, down) = self.shared.sequence.shifts_of(place.plane);
        let (above, left) = self.spans(place);
        let width = place.size.width().min((columns >> across) - place.x);
        let height = place.size.height().min((rows >> down) - place.y);
        self.shared.above.coefficients[place.plane][above][..width].fill(summary);
        self.tile.left.coefficients[place.plane][left][..height].fill(summary);
    }

    /// Reads whether a transform has coefficients, and its kind if it has.
    fn read_kind(&mut self, block: &Block, place: Place) -> Option<Kind> {
        let context = self.zero_context(block, place);
        let tile = &mut *self.tile;
        let contexts = &mut tile.contexts.coefficients.zero[residual::size_context(place.size)][context];
        if tile.symbols.coin(contexts) {
            return None;
        }
        if block.is_lossless {
            return Some(Kind::Lossless);
        }
        let longest = place.size.longer();
        if longest >= 3 {
            return Some(COSINES);
        }
        if place.plane > 0 {
            return Some(kind_of_mode(block.chroma_mode));
        }
        if self.shared.frame.segments.indices[block.segment] == 0 {
            return Some(COSINES);
        }
        let (size, like) = (place.size.shorter() as usize, usize::from(block.like));
        Some(if self.shared.frame.has_fewer_transforms || size == 2 {
            NARROW[tile.symbols.symbol::<5, 8>(&mut tile.contexts.narrow_types[size][like])]
        } else {
            WIDE[tile.symbols.symbol::<7, 8>(&mut tile.contexts.wide_types[size][like])]
        })
    }

    /// Returns the context of whether a transform has coefficients (8.3.2).
    fn zero_context(&self, block: &Block, place: Place) -> usize {
        let (above, left) = self.spans(place);
        let known =
            [&self.shared.above.coefficients[place.plane][above], &self.tile.left.coefficients[place.plane][left]];
        if place.plane > 0 {
            let size = block.size.subsampled(self.shared.sequence.shifts);
            let is_part = size.log_width > place.size.log_width || size.log_height > place.size.log_height;
            let others = known.map(|known| usize::from(known.iter().any(|summary| *summary != NO_COEFFICIENTS)));
            return 7 + 3 * usize::from(is_part) + others[0] + others[1];
        }
        if block.size == place.size {
            return 0;
        }
        let [above, left] = known.map(|known| {
            let all = known.iter().fold(0, |all, summary| all | summary);
            usize::from((all & SUM).min(4))
        });
        ZERO_CONTEXTS[above][left]
    }

    fn read_coefficients(&mut self, block: &Block, place: Place, kind: Kind) -> u8 {
        let (above, left) = self.spans(place);
        let known =
            [&self.shared.above.coefficients[place.plane][above], &self.tile.left.coefficients[place.plane][left]];
        // Summaries hold one more than the sign of the DC coefficient.
        let signs: i32 = known.iter().map(|known| sum_signs(known)).sum();
        let class = match kind {
            Kind::Waves(Wave::Cosine, Wave::Identity) => Class::Columns,
            Kind::Waves(Wave::Identity, Wave::Cosine) => Class::Rows,
            _ => Class::Square,
        };
        let matrices = self.shared.matrices.get(place.plane);
        let is_weighted =
            matches!(kind, Kind::Waves(columns, rows) if columns != Wave::Identity && rows != Wave::Identity);
        let coded = Coded {
            size: place.size,
            class,
            is_chroma: place.plane > 0,
            steps: self.tile.steps[block.segment][place.plane],
            weights: matrices.filter(|_| is_weighted).and_then(|matrices| matrices.of(place.size)),
            most: (128 << self.shared.sequence.depth) - 1,
            sign_context: match signs {
                0 => 0,
                ..0 => 1,
                1.. => 2,
            },
        };
        let (tile, scratch) = (&mut *self.tile, &mut *self.shared.scratch);
        let contexts = &mut tile.contexts.coefficients;
        residual::read(&mut tile.symbols, contexts, &coded, &mut scratch.levels, &mut scratch.residual)
    }
}

fn sum_signs(summaries: &[u8]) -> i32 {
    summaries.iter().map(|summary| i32::from(summary >> 6) - 1).sum()
}

/// Returns the transform of chroma with this mode (5.11.40).
const fn kind_of_mode(mode: u8) -> Kind {
    let (columns, rows) = match mode {
        modes::VERTICAL | 5 | 8 | modes::SMOOTH_VERTICAL => (Wave::Sine, Wave::Cosine),
        modes::HORIZONTAL | 6 | 7 | modes::SMOOTH_HORIZONTAL => (Wave::Cosine, Wave::Sine),
        4 | modes::SMOOTH | modes::PAETH => (Wave::Sine, Wave::Sine),
        _ => (Wave::Cosine, Wave::Cosine),
    };
    Kind::Waves(columns, rows)
}
