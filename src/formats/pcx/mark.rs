//! The signature of a DCX.

/// The signature of a DCX, which holds several PCX.
pub(super) const DCX: [u8; 4] = 0x3ade_68b1_u32.to_le_bytes();
