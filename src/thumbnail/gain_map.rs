//! Keeps the gain map of a JPEG for its JPEG thumbnails: shrinks it as the image was shrunk, and joins both.

use super::develop::develop_all;
use super::encode::Encoded;
use super::material::{self, Pixels};
use super::sink::Recipe;
use super::workbench::Workbench;
use crate::color::{Layout, Samples};
use crate::container::Input;
use crate::formats::codec::{OpenedImage, Settings};
use crate::formats::header::Header;
use crate::formats::jpeg::gain_map::{self, Found, GainMap};
use crate::formats::metadata::Packets;
use crate::formats::{self, open};
use crate::geometry::{Arrangement, Frame, Size};
use crate::options::{Format, Hdr, Options, Profiles};
use crate::outcome::KeptGainMap;

/// The least quality of a gain map, whose errors are multiplied.
const LEAST_QUALITY: u8 = 85;

/// Estimates the memory of keeping gain maps of an opened image: the bytes of one are held twice, beside its pixels, which are no
/// more than the image's.
pub(super) fn memory(opened: &dyn OpenedImage, file_bytes: u64, options: &Options) -> u64 {
    if options.hdr == Hdr::Sdr || opened.views().is_empty() { 0 } else { file_bytes.saturating_mul(2) }
}

/// Adds the gain map of an image to its JPEG thumbnails, if the options ask for it. Returns what became of it.
pub(super) fn attach(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
    thumbnails: &mut [Encoded],
) -> KeptGainMap {
    if options.hdr == Hdr::Sdr {
        return KeptGainMap::None;
    }
    match find(input, opened) {
        None => KeptGainMap::None,
        Some(Err(reason)) => KeptGainMap::NotKept(reason.to_string()),
        Some(Ok((map, gain))) => match add(&map, &gain, opened.header(), options, bench, thumbnails) {
            Ok(()) => KeptGainMap::Kept,
            Err(reason) => KeptGainMap::NotKept(reason),
        },
    }
}

/// Returns the file of the gain map and its parameters, or the reason why it can't be used.
fn find(input: &mut dyn Input, opened: &dyn OpenedImage) -> Option<Result<(Vec<u8>, GainMap), &'static str>> {
    let mut unusable = None;
    for view in opened.views() {
        let there = view.span.within(input.length());
        let mut bytes = vec![0; usize::try_from(there.len).ok()?];
        if !input.read_at(there.offset, &mut bytes).is_ok_and(|read| read == bytes.len()) {
            continue;
        }
        let read_exif = || formats::all_packets(input, opened.header().format).exif;
        match gain_map::examine(&bytes, read_exif) {
            Found::Map(gain) => return Some(Ok((bytes, gain))),
            Found::Unusable(reason) => unusable = Some(Err(reason)),
            Found::Other => {}
        }
    }
    unusable
}

fn add(
    map: &[u8],
    gain: &GainMap,
    header: &Header,
    options: &Options,
    bench: &mut Workbench,
    thumbnails: &mut [Encoded],
) -> Result<(), String> {
    let formats = options.targets.for_source(header.format, header.has_alpha);
    if !formats.contains(&Format::Jpeg) {
        return Err("only JPEG thumbnails hold one".to_string());
    }
    let frames = header.frames(options);
    if frames.iter().any(|frame| frame.arrangement != Arrangement::AsIs) {
        return Err("margins and smart crops have none".to_string());
    }
    let mut small = shrink(map, header, &frames, options, bench)?;
    if let Some(curve) = &gain.curve {
        for samples in &mut small {
            samples.bytes.iter_mut().for_each(|sample| *sample = curve[usize::from(*sample)]);
        }
        if small.iter().any(|samples| samples.layout != Layout::Grey) {
            return Err("it has colours, which Apple's never have".to_string());
        }
    }
    let own = thumbnails.iter_mut().filter(|thumbnail| thumbnail.format == Format::Jpeg);
    let mut joined = Vec::with_capacity(small.len());
    let packets = Packets::default();
    let settings = Settings { quality: options.quality.max(LEAST_QUALITY), ..Settings::new(options, None, &packets) };
    let own: Vec<&mut Encoded> = own.collect();
    for (thumbnail, samples) in own.iter().zip(small) {
        let map = formats::encode(samples, Format::Jpeg, &settings).map_err(|cause| cause.to_string())?;
        joined.push(gain_map::join(&thumbnail.bytes, &map, gain).ok_or("it is too long")?);
    }
    own.into_iter().zip(joined).for_each(|(thumbnail, joined)| thumbnail.bytes = joined);
    Ok(())
}

/// Shrinks a gain map to its share of each thumbnail.
fn shrink(
    mut map: &[u8],
    image: &Header,
    frames: &[Frame],
    options: &Options,
    bench: &mut Workbench,
) -> Result<Vec<Samples>, String> {
    let opened = open(&mut map, Format::Jpeg, &mut bench.tools()).map_err(|cause| cause.to_string())?;
    let size = opened.header().size;
    if size.pixels() > image.size.pixels() {
        return Err(format!("it has {size}, more than its image"));
    }
    // A gain map is stored as its image is, and states no orientation of its own.
    let header = Header { orientation: image.orientation, ..opened.header().clone() };
    let frames: Vec<Frame> = frames.iter().map(|frame| frame_of_map(frame, image.size, size)).collect();
    // Its samples are no colours, and its image is not blurred twice.
    let options =
        Options { profiles: Profiles::Keep, blur: 0.0, quality: options.quality.max(LEAST_QUALITY), ..options.clone() };
    let recipe = [Recipe { header: &header, frames: &frames, options: &options, format: Format::Jpeg }];
    let decoded = material::decode(&mut map, opened.as_ref(), &recipe, bench).map_err(|cause| cause.to_string())?;
    let developed = match decoded.pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => {
            develop_all(grid, &profile, &recipe, bench).map_err(|failure| failure.cause.to_string())?
        }
    };
    Ok(developed.into_iter().flat_map(|developed| developed.samples).collect())
}

/// Returns the frame of a gain map for that of its image, both as stored.
fn frame_of_map(frame: &Frame, image: Size, map: Size) -> Frame {
    let side = |side: u32, image: u32, map: u32| {
        let share = u64::from(side) * u64::from(map);
        u32::try_from((share + u64::from(image) / 2) / u64::from(image).max(1)).unwrap_or(u32::MAX).max(1)
    };
    let scale =
        |size: Size| Size::new(side(size.width, image.width, map.width), side(size.height, image.height, map.height));
    Frame { scaled: scale(frame.scaled), size: scale(frame.size), ..*frame }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Span, Window};

    #[test]
    fn a_map_shrinks_in_the_proportion_of_its_image() {
        let window = Window { across: Span { from: 0.25, to: 0.75 }, down: Span::WHOLE };
        let frame =
            Frame { scaled: Size::new(400, 300), window, size: Size::new(200, 300), arrangement: Arrangement::AsIs };
        let of_map = frame_of_map(&frame, Size::new(4000, 3000), Size::new(1000, 750));
        assert_eq!((of_map.scaled, of_map.size, of_map.window), (Size::new(100, 75), Size::new(50, 75), window));
        let tiny = frame_of_map(&Frame::whole(Size::new(5, 1)), Size::new(4000, 800), Size::new(40, 8));
        assert_eq!(tiny.size, Size::new(1, 1));
    }
}
