//! Orders the previews that are tried for a broken image.

use crate::formats::header::Header;
use crate::geometry::{Frame, Size};
use crate::options::Options;

/// Returns the sort key of an image that may stand in for a broken one.
pub(super) fn in_order_of_salvage(size: Size, header: &Header, options: &Options) -> (bool, u64) {
    let mut targets = Frame::scales(&header.frames(options)).into_iter();
    let is_enough = targets.all(|target| target.is_within(size));
    (!is_enough, if is_enough { size.pixels() } else { u64::MAX - size.pixels() })
}
