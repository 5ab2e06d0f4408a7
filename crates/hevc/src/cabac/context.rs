//! The context models and their initial values (ITU-T H.265, 9.3.2.2).

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
    // Of predicted slices only.
    pub(crate) const SKIP: usize = 135;
    pub(crate) const INTRA: usize = 138;
    pub(crate) const PARTS: usize = 139;
    pub(crate) const MERGE: usize = 142;
    pub(crate) const MERGE_INDEX: usize = 143;
    pub(crate) const VECTOR: usize = 144;
    pub(crate) const REFERENCE: usize = 146;
    pub(crate) const CANDIDATE: usize = 148;
    pub(crate) const ROOT_CODED: usize = 149;
    pub(super) const COUNT: usize = 150;
}

/// Initial values of intra slices, and the two sets of predicted ones, in the order of the places above.
const INITIAL: [[u8; offset::COUNT]; 3] = [
    [
        153, 200, 139, 141, 157, 154, 184, 184, 63, 153, 138, 138, 111, 141, 94, 138, 182, 154, 154, 154, 154, 139,
        139, // The last coefficient's place, along and down.
        110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63, 110, 110, 124, 125,
        140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63,
        // Coded blocks and significant coefficients.
        91, 171, 134, 141, 111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141, 179,
        153, 125, 107, 125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153, 136, 139, 111, 136, 139,
        111, // Levels above one and two.
        140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179, 166, 182, 140, 227, 122,
        197, 138, 153, 136, 167, 152, 152, // None of these are used.
        154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154, 154,
    ],
    [
        153, 185, 107, 139, 126, 154, 154, 154, 152, 124, 138, 94, 153, 111, 149, 107, 167, 154, 154, 154, 154, 139,
        139, 125, 110, 94, 110, 95, 79, 125, 111, 110, 78, 110, 111, 111, 95, 94, 108, 123, 108, 125, 110, 94, 110, 95,
        79, 125, 111, 110, 78, 110, 111, 111, 95, 94, 108, 123, 108, 121, 140, 61, 154, 155, 154, 139, 153, 139, 123,
        123, 63, 153, 166, 183, 140, 136, 153, 154, 166, 183, 140, 136, 153, 154, 166, 183, 140, 136, 153, 154, 170,
        153, 123, 123, 107, 121, 107, 121, 167, 151, 183, 140, 151, 183, 140, 154, 196, 196, 167, 154, 152, 167, 182,
        182, 134, 149, 136, 153, 121, 136, 137, 169, 194, 166, 167, 154, 167, 137, 182, 107, 167, 91, 122, 107, 167,
        197, 185, 201, 149, 139, 154, 154, 110, 122, 140, 198, 153, 153, 168, 79,
    ],
    [
        153, 160, 107, 139, 126, 154, 154, 183, 152, 224, 167, 122, 153, 111, 149, 92, 167, 154, 154, 154, 154, 139,
        139, 125, 110, 124, 110, 95, 94, 125, 111, 111, 79, 125, 126, 111, 111, 79, 108, 123, 93, 125, 110, 124, 110,
        95, 94, 125, 111, 111, 79, 125, 126, 111, 111, 79, 108, 123, 93, 121, 140, 61, 154, 170, 154, 139, 153, 139,
        123, 123, 63, 124, 166, 183, 140, 136, 153, 154, 166, 183, 140, 136, 153, 154, 166, 183, 140, 136, 153, 154,
        170, 153, 138, 138, 122, 121, 122, 121, 167, 151, 183, 140, 151, 183, 140, 154, 196, 167, 167, 154, 152, 167,
        182, 182, 134, 149, 136, 153, 121, 136, 122, 169, 208, 166, 167, 154, 152, 167, 182, 107, 167, 91, 107, 107,
        167, 197, 185, 201, 134, 139, 154, 154, 154, 137, 169, 198, 153, 153, 168, 79,
    ],
];

/// The states of all models. The length lets any byte index them.
pub(crate) type ContextModels = [u8; 256];

/// Returns the models at the start of a slice, of one of the sets of initial values.
pub(crate) fn initial(set: usize, qp: i32) -> ContextModels {
    let mut models = [0; 256];
    for (model, value) in models.iter_mut().zip(INITIAL[set]) {
        let (slope, intersection) = (i32::from(value >> 4) * 5 - 45, (i32::from(value & 15) << 3) - 16);
        let state = (((slope * qp.clamp(0, 51)) >> 4) + intersection).clamp(1, 126);
        let bin = i32::from(state > 63);
        let probability = if bin == 1 { state - 64 } else { 63 - state };
        *model = (probability << 1 | bin) as u8;
    }
    models
}
