//! The context models and their initial values for intra slices (ITU-T H.265, 9.3.2.2).

/// The places of syntax elements among the models.
pub(crate) mod offset {
    pub(crate) const SAO_MERGE: usize = 0;
    pub(crate) const SAO_TYPE: usize = 1;
    pub(crate) const SPLIT_CODING: usize = 2;
    pub(crate) const BYPASS: usize = 5;
    pub(crate) const PARTITION: usize = 6;
    pub(crate) const LIKELY_MODE: usize = 7;
    pub(crate) const CHROMA_MODE: usize = 8;
    pub(crate) const SPLIT_TRANSFORM: usize = 9;
    pub(crate) const LUMA_CODED: usize = 12;
    pub(crate) const CHROMA_CODED: usize = 14;
    pub(crate) const QP_DELTA: usize = 19;
    pub(crate) const TRANSFORM_SKIP: usize = 21;
    pub(crate) const LAST_X: usize = 23;
    pub(crate) const LAST_Y: usize = 41;
    pub(crate) const BLOCK_CODED: usize = 59;
    pub(crate) const SIGNIFICANT: usize = 63;
    pub(crate) const ABOVE_ONE: usize = 105;
    pub(crate) const ABOVE_TWO: usize = 129;
    pub(super) const COUNT: usize = 135;
}

/// Initial values, in the order of the places above.
const INITIAL: [u8; offset::COUNT] = [
    153, 200, 139, 141, 157, 154, 184, 184, 63, 153, 138, 138, 111, 141, 94, 138, 182, 154, 154, 154, 154, 139, 139,
    // The last coefficient's place, along and down.
    110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63, 110, 110, 124, 125, 140,
    153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63,
    // Coded blocks and significant coefficients.
    91, 171, 134, 141, 111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141, 179,
    153, 125, 107, 125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153, 136, 139, 111, 136, 139, 111,
    // Levels above one and two.
    140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179, 166, 182, 140, 227, 122, 197,
    138, 153, 136, 167, 152, 152,
];

/// The states of all models. The length lets any byte index them.
pub(crate) type ContextModels = [u8; 256];

/// Returns the models at the start of an intra slice.
pub(crate) fn initial(qp: i32) -> ContextModels {
    let mut models = [0; 256];
    for (model, value) in models.iter_mut().zip(INITIAL) {
        let (slope, intersection) = (i32::from(value >> 4) * 5 - 45, (i32::from(value & 15) << 3) - 16);
        let state = (((slope * qp.clamp(0, 51)) >> 4) + intersection).clamp(1, 126);
        let bin = i32::from(state > 63);
        let probability = if bin == 1 { state - 64 } else { 63 - state };
        *model = (probability << 1 | bin) as u8;
    }
    models
}
