//! Chooses scales that leave a component more samples than its thumbnail has px, by fixed margins.

use crate::geometry::{MARGIN, Size};
use crate::jpeg::{self, Process, Scale};

/// The margin of chroma components that have fewer samples than luma. Measured on 30 photographs at 50 to 800 px: with
/// 1.4 the worst mean is 55.7 dB and the worst single 49.8, with 1.0 the latter falls to 44.
const CHROMA_MARGIN: f64 = 1.4;

/// Returns the finest scale that a component may be decoded at for these targets. Memory estimates use it.
///
/// It is the one of the fixed margins, and in a progressive file the next finer one. There the low frequencies of the
/// whole image come first, and leaving out the other scans saves hardly anything.
pub(crate) fn finest_scale(header: &jpeg::Header, component: usize, targets: &[Size]) -> Scale {
    let scale = choose_scale(header, component, targets);
    match header.process {
        Process::Progressive => Scale::ALL.into_iter().find(|finer| *finer < scale).unwrap_or(scale),
        _ => scale,
    }
}

/// Returns the largest scale that leaves the component its margin for every target, on both axes.
pub(crate) fn choose_scale(header: &jpeg::Header, component: usize, targets: &[Size]) -> Scale {
    let (width, height) = header.component_size(component);
    let is_subsampled = width < f64::from(header.width) || height < f64::from(header.height);
    let margin = if component > 0 && is_subsampled { CHROMA_MARGIN } else { MARGIN };
    let serves = |scale: &Scale| {
        let (width, height) = (scale.reduce(width), scale.reduce(height));
        targets
            .iter()
            .all(|target| width >= margin * f64::from(target.width) && height >= margin * f64::from(target.height))
    };
    Scale::ALL.into_iter().find(serves).unwrap_or(Scale::Full)
}
