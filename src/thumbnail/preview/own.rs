//! Chooses among previews that the writer made of the main image itself. They stand in for it if they are large enough.

use super::order::in_order_of_salvage;
use crate::container::Input;
use crate::formats::codec::{OpenedImage, Plan};
use crate::formats::header::Header;
use crate::geometry::{Frame, Size};
use crate::options::Options;
use crate::outcome::DecodedFrom;
use crate::thumbnail::limits::check_pixels;
use crate::thumbnail::material::Selected;
use crate::thumbnail::workbench::Workbench;

/// The kind of a preview.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A single small image.
    Thumbnail,
    /// A level of a pyramid. Its sides are to be at least `margin` times those of its targets.
    Overview { margin: f64 },
}

impl Kind {
    /// Returns the least ratio of a preview's sides to its target's for standing in.
    const fn margin(self) -> f64 {
        match self {
            // libvips asks for as much, and one of 320 px then serves a target of 256.
            Self::Thumbnail => 1.25,
            Self::Overview { margin } => margin,
        }
    }

    const fn name(self) -> DecodedFrom {
        match self {
            Self::Thumbnail => DecodedFrom::HeifThumbnail,
            Self::Overview { .. } => DecodedFrom::Overview,
        }
    }
}

/// Decodes the smallest preview that serves; `None` if there is none, or it can't be decoded.
pub(super) fn stand_in(
    input: &mut dyn Input,
    header: &Header,
    previews: &[Box<dyn OpenedImage>],
    kind: Kind,
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    check_pixels(header.size, options).ok()?;
    let frames = header.frames(options);
    let targets = Frame::scales(&frames);
    let serving = previews.iter().filter(|preview| serves(kind, preview.header(), header, &targets));
    let preview = serving.min_by_key(|preview| preview.header().size.pixels())?;
    decode(input, header, (kind, preview.as_ref()), frames, options, bench)
}

/// Decodes the preview that stands in for a broken main image: the smallest one that is large enough for all thumbnails,
/// otherwise the largest. No thumbnail is larger than the preview.
pub(super) fn salvage(
    input: &mut dyn Input,
    header: &Header,
    previews: &[Box<dyn OpenedImage>],
    kind: Kind,
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    let mut showing: Vec<_> = previews.iter().filter(|preview| shows(preview.header(), header)).collect();
    showing.sort_by_key(|preview| in_order_of_salvage(preview.header().size, header, options));
    showing.into_iter().find_map(|preview| {
        let shown = preview.header().size;
        let frames = header.frames_of(shown, options);
        decode(input, header, (kind, preview.as_ref()), frames, options, bench)
    })
}

/// Decodes a preview if it is whole.
fn decode(
    input: &mut dyn Input,
    header: &Header,
    (kind, preview): (Kind, &dyn OpenedImage),
    frames: Vec<Frame>,
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    let targets = Frame::scales(&frames);
    let plan = Plan::new(&targets, options.exactness);
    let mut decoded = preview.decode(input, &plan, &mut bench.tools()).ok()?;
    decoded.stand_for(header.size, preview.header().size);
    let is_whole = decoded.damage.is_none();
    is_whole.then(|| Selected { header: header.clone(), frames, decoded, from: kind.name() })
}

/// Returns whether a preview is large enough for every target, and shows the image.
fn serves(kind: Kind, preview: &Header, header: &Header, targets: &[Size]) -> bool {
    let is_enough = |side: u32, target: u32| f64::from(side) >= kind.margin() * f64::from(target);
    let Size { width, height } = preview.size;
    shows(preview, header)
        && targets.iter().all(|target| is_enough(width, target.width) && is_enough(height, target.height))
}

/// Returns whether a preview shows the image as it is. One in another orientation is ignored: nothing tells whether the writer
/// forgot to turn it.
fn shows(preview: &Header, header: &Header) -> bool {
    preview.orientation == header.orientation
        && preview.size.pixels() < header.size.pixels()
        && has_aspect_of(preview.size, header.size)
}

/// Returns whether `small` can be `full` reduced. One of its sides may be rounded to a whole px, up or down.
fn has_aspect_of(small: Size, full: Size) -> bool {
    let [w, h, full_w, full_h] = [small.width, small.height, full.width, full.height].map(f64::from);
    (h - w * full_h / full_w).abs() < 1.0 || (w - h * full_w / full_h).abs() < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aspect_agrees_when_rounding_explains_the_difference() {
        let full = Size::new(4032, 3024);
        assert!(has_aspect_of(Size::new(320, 240), full));
        assert!(has_aspect_of(Size::new(512, 385), Size::new(4080, 3064)));
        assert!(!has_aspect_of(Size::new(160, 120), Size::new(6000, 4000)), "bars above and below");
        assert!(!has_aspect_of(Size::new(240, 320), full), "lies on its side");
    }
}
