//! Reads no more scans of a progressive JPEG than a decode needs, where the file is an object of a store.

use std::io;

use super::scale::choose_scales;
use crate::container::Input;
use crate::formats::codec::Need;
use crate::jpeg::{Header, Prefix, Process, Scale};

/// The steps in which a file is read: one in this many parts of it. In the usual order, the means of all blocks are complete after 0.38
/// to 0.63 of a file, and the detail is known before.
const STEPS: u64 = 32;

/// The steps that are read at first.
const FIRST: u64 = 12;

/// The least bytes of a step. A request for fewer takes as long.
const LEAST: u64 = 32 << 10;

/// Returns the bytes of a file up to the last scan that thumbnails with these needs are made from, or all of them.
pub(super) fn read<'a>(input: &'a mut dyn Input, header: &Header, needs: &[Need]) -> io::Result<&'a [u8]> {
    let length = input.length();
    if !input.is_remote() || header.process != Process::Progressive {
        return input.whole();
    }
    let step = (length / STEPS).max(LEAST);
    let mut wanted = FIRST * step;
    let mut scales = None;
    while wanted < length {
        let start = input.start(wanted)?;
        let Some(prefix) = Prefix::read(start, header) else { break };
        if scales.is_none() && prefix.holds_spectra() {
            scales = Some(choose_scales(&start[..prefix.end()], header, needs));
        }
        if let Some(scales) = &scales {
            if prefix.suffices(&scales[..header.components.len()]) {
                return input.start(wanted);
            }
            // The last bits of the first component's AC coefficients come at the end.
            if scales[0] != Scale::Eighth {
                break;
            }
        }
        wanted += step;
    }
    input.whole()
}
