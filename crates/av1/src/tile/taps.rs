//! Holds the coefficients of loop restoration.

/// The last coefficients, to which the next ones are coded as differences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) wiener: [[i32; 3]; 2],
    pub(super) self_guided: [i32; 2],
}

impl Default for Reference {
    fn default() -> Self {
        Self { wiener: [[3, -7, 15]; 2], self_guided: [-32, 31] }
    }
}
