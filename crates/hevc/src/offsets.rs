//! Sample adaptive offsets (ITU-T H.265, 7.4.9.3).

/// The offsets of a plane in a coding tree block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SampleOffsets {
    #[default]
    None,
    /// Offsets of four bands of levels from the first one on.
    Bands { first: u8, offsets: [i8; 4] },
    /// Offsets of samples between neighbours in one of four directions.
    Edges { direction: u8, offsets: [i8; 4] },
}

/// The offsets of all planes.
pub(crate) type Offsets = [SampleOffsets; 3];
