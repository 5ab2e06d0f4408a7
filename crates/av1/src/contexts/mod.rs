//! Holds the contexts of all syntax elements (AV1 bitstream specification, 8.3).

mod coarse;
mod coefficients;
mod defaults;
mod fine;
mod finest;
mod medium;
mod modes;

pub(crate) use coefficients::CoefficientContexts;

use crate::symbols::Coin;
use defaults::fill;

/// Number of luma modes.
pub(crate) const MODES: usize = 13;

/// The contexts of a tile. Their sizes are rounded up, so that the processor's vectors hold them.
#[derive(Debug, Clone)]
pub(crate) struct Contexts {
    pub(crate) key_modes: [[[u16; 16]; 5]; 5],
    pub(crate) chroma_modes: [[u16; 16]; MODES],
    pub(crate) chroma_modes_with_cfl: [[u16; 16]; MODES],
    pub(crate) partitions_of_128: [[u16; 8]; 4],
    /// Of blocks of 64, 32 and 16 px.
    pub(crate) partitions: [[[u16; 16]; 4]; 3],
    pub(crate) partitions_of_8: [[u16; 4]; 4],
    pub(crate) cfl_signs: [u16; 8],
    pub(crate) cfl_alphas: [[u16; 16]; 6],
    pub(crate) angles: [[u16; 8]; 8],
    pub(crate) recursive: [Coin; 22],
    pub(crate) recursive_modes: [u16; 8],
    pub(crate) segments: [[u16; 8]; 3],
    pub(crate) transform_sizes: [[[u16; 4]; 3]; 4],
    pub(crate) wide_types: [[[u16; 8]; MODES]; 2],
    pub(crate) narrow_types: [[[u16; 8]; MODES]; 3],
    pub(crate) quantizer_deltas: [u16; 4],
    pub(crate) filter_deltas: [[u16; 4]; 5],
    pub(crate) restorations: [u16; 4],
    pub(crate) wiener: Coin,
    pub(crate) self_guided: Coin,
    pub(crate) skips: [Coin; 3],
    pub(crate) palettes: [[Coin; 3]; 7],
    pub(crate) chroma_palettes: [Coin; 2],
    pub(crate) palette_sizes: [[[u16; 8]; 7]; 2],
    pub(crate) palette_indices: [[[[u16; 8]; 5]; 7]; 2],
    pub(crate) coefficients: CoefficientContexts,
}

impl Contexts {
    /// Returns the default contexts of a frame with this quantiser.
    pub(crate) fn new(quantizer: u32) -> Box<Self> {
        let mut contexts = Box::new(Self {
            key_modes: [[[0; 16]; 5]; 5],
            chroma_modes: [[0; 16]; MODES],
            chroma_modes_with_cfl: [[0; 16]; MODES],
            partitions_of_128: [[0; 8]; 4],
            partitions: [[[0; 16]; 4]; 3],
            partitions_of_8: [[0; 4]; 4],
            cfl_signs: [0; 8],
            cfl_alphas: [[0; 16]; 6],
            angles: [[0; 8]; 8],
            recursive: [[0; 2]; 22],
            recursive_modes: [0; 8],
            segments: [[0; 8]; 3],
            transform_sizes: [[[0; 4]; 3]; 4],
            wide_types: [[[0; 8]; MODES]; 2],
            narrow_types: [[[0; 8]; MODES]; 3],
            quantizer_deltas: [0; 4],
            filter_deltas: [[0; 4]; 5],
            restorations: [0; 4],
            wiener: [0; 2],
            self_guided: [0; 2],
            skips: [[0; 2]; 3],
            palettes: [[[0; 2]; 3]; 7],
            chroma_palettes: [[0; 2]; 2],
            palette_sizes: [[[0; 8]; 7]; 2],
            palette_indices: [[[[0; 8]; 5]; 7]; 2],
            coefficients: CoefficientContexts::new(quantizer),
        });
        contexts.fill_modes();
        contexts.fill_palettes();
        contexts
    }

    fn fill_modes(&mut self) {
        fill(self.key_modes.as_flattened_mut(), &modes::KEY_MODES);
        fill(&mut self.chroma_modes, &modes::CHROMA_MODES);
        fill(&mut self.chroma_modes_with_cfl, &modes::CHROMA_MODES_WITH_CFL);
        fill(&mut self.partitions_of_128, &modes::PARTITIONS_OF_128);
        fill(self.partitions.as_flattened_mut(), &modes::PARTITIONS);
        fill(&mut self.partitions_of_8, &modes::PARTITIONS_OF_8);
        fill(std::slice::from_mut(&mut self.cfl_signs), &modes::CFL_SIGNS);
        fill(&mut self.cfl_alphas, &modes::CFL_ALPHAS);
        fill(&mut self.angles, &modes::ANGLES);
        fill(&mut self.recursive, &modes::RECURSIVE);
        fill(std::slice::from_mut(&mut self.recursive_modes), &modes::RECURSIVE_MODES);
        fill(&mut self.segments, &modes::SEGMENTS);
        fill(self.transform_sizes.as_flattened_mut(), &modes::TRANSFORM_SIZES);
        fill(self.wide_types.as_flattened_mut(), &modes::WIDE_TYPES);
        fill(self.narrow_types.as_flattened_mut(), &modes::NARROW_TYPES);
        fill(std::slice::from_mut(&mut self.quantizer_deltas), &modes::QUANTIZER_DELTAS);
        fill(&mut self.filter_deltas, &modes::FILTER_DELTAS);
        fill(std::slice::from_mut(&mut self.restorations), &modes::RESTORATIONS);
        fill(std::slice::from_mut(&mut self.wiener), &modes::WIENER);
        fill(std::slice::from_mut(&mut self.self_guided), &modes::SELF_GUIDED);
        fill(&mut self.skips, &modes::SKIPS);
    }

    fn fill_palettes(&mut self) {
        fill(self.palettes.as_flattened_mut(), &modes::PALETTES);
        fill(&mut self.chroma_palettes, &modes::CHROMA_PALETTES);
        fill(self.palette_sizes.as_flattened_mut(), &modes::PALETTE_SIZES);
        let defaults: [&[u16]; 7] = [
            &modes::PALETTE_INDICES_OF_2,
            &modes::PALETTE_INDICES_OF_3,
            &modes::PALETTE_INDICES_OF_4,
            &modes::PALETTE_INDICES_OF_5,
            &modes::PALETTE_INDICES_OF_6,
            &modes::PALETTE_INDICES_OF_7,
            &modes::PALETTE_INDICES_OF_8,
        ];
        for (size, defaults) in defaults.into_iter().enumerate() {
            let (luma, chroma) = defaults.split_at(defaults.len() / 2);
            fill(&mut self.palette_indices[0][size], luma);
            fill(&mut self.palette_indices[1][size], chroma);
        }
    }
}
