//! Sets the length of the window that the machine looks at.

/// Bits of the stream that index a table. With 32-bit entries, 12 beat 11 by 1 to 10 %, with 32 KiB of first-level
/// cache and with 48.
pub(super) const WINDOW: u32 = 12;
pub(super) const SIZE: usize = 1 << WINDOW;
