//! Arithmetic coding (T.81, annexes D, F.1.4, F.2.4 and G.1.3), sequential and progressive. Its coefficients go the way that
//! those of Huffman codes go; only the reading differs, and is made to be clear, since such files are rare.
//!
//! There are no bits that are no code, and encoders leave out the zeros at the end of their data. That data are missing is
//! known where the file ends with them, or where more zeros would have to follow than any image needs.

mod coder;
mod decoder;
mod model;
mod progressive;
mod sequential;

pub(crate) use progressive::{AcScan, DcScan};
pub(crate) use sequential::Sequential;

use super::damage::Tally;
use super::scan::{Layout, Stretch, Stretches};
use coder::Coder;
use decoder::Decoder;

/// Bytes behind the end of the file that are read for decisions that need none of them, with one that was left out.
const AHEAD: usize = 3;

/// Zeros that an encoder may have left out before a marker. A blank image of 500 million pixels needs fewer than a hundred.
const LEFT_OUT: usize = 256;

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
