//! The interface between the walk through a scan and the decoders of its MCUs.

use super::coder::Coder;

/// A decoder of the MCUs of one kind of scan.
pub(crate) trait Decoder {
    /// Forgets what was learned, at the start of an interval.
    fn restart(&mut self);

    /// Decodes the MCU at `x`, `y`; `None` if the bits break the code.
    fn mcu(&mut self, coder: &mut Coder<'_>, x: usize, y: usize) -> Option<()>;

    /// Takes note that the MCU at `x`, `y` could not be read.
    fn lost(&mut self, x: usize, y: usize);
}
