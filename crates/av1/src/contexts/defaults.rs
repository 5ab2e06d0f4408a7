//! Defines the form of default probabilities, and fills contexts with them.

/// Default probabilities of coefficients, in the order of the contexts of the same names.
pub(super) struct Coefficients {
    pub(super) end_16: [u16; 16],
    pub(super) end_32: [u16; 20],
    pub(super) end_64: [u16; 24],
    pub(super) end_128: [u16; 28],
    pub(super) end_256: [u16; 32],
    pub(super) end_512: [u16; 18],
    pub(super) end_1024: [u16; 20],
    pub(super) last: [u16; 80],
    pub(super) base: [u16; 1230],
    pub(super) range: [u16; 504],
    pub(super) end_high: [u16; 110],
    pub(super) zero: [u16; 65],
    pub(super) dc_sign: [u16; 6],
}

/// Sets contexts that have the same number of symbols to their default probabilities.
pub(super) fn fill<const SIZE: usize>(contexts: &mut [[u16; SIZE]], defaults: &[u16]) {
    let symbols = defaults.len() / contexts.len();
    assert_eq!(symbols * contexts.len(), defaults.len(), "contexts and defaults match");
    for (context, probabilities) in contexts.iter_mut().zip(defaults.chunks_exact(symbols)) {
        *context = [0; SIZE];
        for (inverse, probability) in context.iter_mut().zip(probabilities) {
            // What has no probability is a number of symbols.
            *inverse = (0x8000 - probability) & 0x7fff;
        }
    }
}
