//! Runs a decoder of arithmetic codes over a scan.

use super::super::damage::Tally;
use super::super::scan::{Layout, Stretch, Stretches};
use super::coder::Coder;

/// Bytes behind the end of the file that are read for decisions that need none of them, with one that was left out.
const AHEAD: usize = 3;

/// Zeros that an encoder may have left out before a marker. A blank image of 500 million pixels needs fewer than a hundred.
const LEFT_OUT: usize = 256;

/// What decodes the MCUs of one kind of scan.
pub(crate) trait Decoder {
    /// Forgets what was learned, at the start of an interval.
    fn restart(&mut self);

    /// Decodes the MCU at `x`, `y`; `None` if the bits break the code.
    fn mcu(&mut self, coder: &mut Coder<'_>, x: usize, y: usize) -> Option<()>;

    /// Takes note that the MCU at `x`, `y` could not be read.
    fn lost(&mut self, x: usize, y: usize);
}

/// Runs a decoder over all stretches of a scan; returns where the scan ends.
pub(crate) fn run(
    mut stretches: Stretches<'_>,
    layout: &Layout,
    decoder: &mut impl Decoder,
    tally: &mut Tally,
) -> usize {
    let mut room = Vec::new();
    while let Some(stretch) = stretches.next(std::mem::take(&mut room)) {
        decoder.restart();
        let read = read(&stretch, stretches.is_at_end_of_file(), layout, decoder, tally);
        stretch.account(read, tally);
        for mcu in stretch.first + read..stretch.first + stretch.count {
            decoder.lost(mcu % layout.across, mcu / layout.across);
        }
        room = stretch.data.unwrap_or_default();
    }
    stretches.end()
}

/// Decodes a stretch; returns how many MCUs were read.
fn read(
    stretch: &Stretch,
    is_at_end_of_file: bool,
    layout: &Layout,
    decoder: &mut impl Decoder,
    tally: &mut Tally,
) -> usize {
    let Some(data) = stretch.bytes() else { return 0 };
    let left_out = if is_at_end_of_file { AHEAD } else { LEFT_OUT };
    let mut coder = Coder::new(data);
    for done in 0..stretch.count {
        let mcu = stretch.first + done;
        if decoder.mcu(&mut coder, mcu % layout.across, mcu / layout.across).is_none() {
            tally.corrupt = true;
            return done;
        }
        if coder.beyond() > left_out {
            return done;
        }
    }
    stretch.count
}
