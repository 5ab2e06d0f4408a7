//! Decodes a frame in full, through the crate `jxl`.

use jxl::api::{Event, JxlDecoder, JxlOutputBuffer};

use super::decoder::{begin, judge, layout, pixel_format};
use super::marks;
use super::profile::{profile_of, with_peak};
use super::samples::Samples;
use super::stream::Stream;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::geometry::{Factors, Size};
use crate::options::Exposure;
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;

/// Most samples of a frame beyond the image's own: patches are kept in frames that are larger than it.
const BESIDE_THE_PICTURE: usize = 1 << 24;

/// Decodes an image of this size. `own` and `largest` are its samples and those of its largest frame (`count_samples`).
pub(super) fn decode(
    bytes: &[u8],
    size: Size,
    (own, largest): (usize, usize),
    factors: Factors,
    exposure: Exposure,
) -> Result<Decoded, DecodeError> {
    let (width, height) = (size.width as usize, size.height as usize);
    let pixels = width.checked_mul(height).ok_or_else(|| damaged("its pixels are too many"))?;
    let limit = own.saturating_add(BESIDE_THE_PICTURE).max(largest.saturating_add(1));
    let (mut decoder, info, rest) = begin(bytes, Some(limit))?;
    let (color, model) = layout(&decoder, &info);
    let samples = Samples::of_depth(&info.bit_depth);
    let format = pixel_format(color, samples, &info);
    decoder.set_pixel_format(format.clone()).map_err(judge)?;
    let profile = decoder.output_color_profile().map_or(Profile::Srgb, profile_of);
    let profile = with_peak(profile, info.tone_mapping.intensity_target);

    let mut frame = samples.frame(pixels.saturating_mul(model.planes()))?;
    let damage = match decode_frame(decoder, rest, frame.bytes(), height)? {
        Extent::Whole => None,
        Extent::Cut => {
            // The crate does not report the area that it drew, so it draws once more, over marks.
            marks::set(frame.bytes());
            let (mut decoder, _, rest) = begin(bytes, Some(limit))?;
            decoder.set_pixel_format(format).map_err(judge)?;
            decode_frame(decoder, rest, frame.bytes(), height)?;
            let (out, pixel_bytes) = (frame.bytes(), samples.bytes() * model.planes());
            let undrawn = marks::clear(out, pixel_bytes);
            // It draws missing parts of a lossless image as 0, the value of transparent pixels.
            let is_drawn_as_zero = info.uses_original_profile && !model.has_alpha();
            let blank = if is_drawn_as_zero { marks::count_blank(out, width, pixel_bytes) } else { 0 };
            let there = pixels as u64 - undrawn.max(blank);
            Some(Damage::of_part("the file is cut off, its details are missing", there, pixels as u64))
        }
    };
    let is_scene = profile == Profile::Linear && matches!(samples, Samples::Floats);
    let (mut reducer, profile) = match is_scene {
        true => (BoxReducer::of_scene(size, model, factors, exposure), scene::profile_of(exposure)),
        false => (BoxReducer::new(size, model, factors), profile),
    };
    frame.push_to(&mut reducer, width * model.planes());
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile })
}

/// The completeness of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// The file was truncated, but a part could be drawn.
    Cut,
}

/// Decodes up to the end of the first frame that is shown.
fn decode_frame(
    mut decoder: JxlDecoder,
    mut rest: Stream<'_>,
    out: &mut [u8],
    height: usize,
) -> Result<Extent, DecodeError> {
    let row = out.len() / height.max(1);
    let buffers = &mut [JxlOutputBuffer::new(out, height, row)];
    loop {
        match decoder.process(&mut rest, Some(buffers), None).map_err(judge)? {
            Event::FrameComplete { .. } => return Ok(Extent::Whole),
            Event::NeedMoreInput { .. } => {
                return match decoder.flush_pixels(buffers, None) {
                    Ok(true) => Ok(Extent::Cut),
                    _ => Err(ends_too_early()),
                };
            }
            Event::Complete => return Err(damaged("it has no frame that is shown")),
            Event::BasicInfo | Event::FrameHeader => {}
        }
    }
}
