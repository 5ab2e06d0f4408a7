//! Decodes JPEG XL (ISO/IEC 18181) onto a working grid, through the crate `jxl`. The file is a bare codestream or a
//! container; of an animation, the first frame is decoded. The pixels come as stored, and the header states their
//! orientation.
//!
//! Images that are a single frame of transformed blocks, as most lossy ones are, are decoded at a reduced size instead
//! ([`reduced`]). Whatever that can't decode, damaged files among them, is decoded in full.

mod marks;
mod reduced;
mod samples;
mod stream;

use std::fmt;

use jxl::api::{
    AlphaMode, Event, ExtraChannel, JxlBasicInfo, JxlColorEncoding, JxlColorProfile, JxlColorType, JxlDecoder,
    JxlDecoderOptions, JxlOutputBuffer, JxlPixelFormat, JxlPrimaries, JxlTransferFunction, JxlWhitePoint, ProfileLevel,
};

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Receiver, Reduced, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged, ends_too_early};
use crate::formats::header::Header;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exposure, Format};
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::{Peak, Profile};
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;

use reduced::{Picture, Primaries};
use samples::Samples;
use stream::Stream;

/// Most samples of a frame beyond the image's own: patches are kept in frames that are larger than it.
const BESIDE_THE_PICTURE: usize = 1 << 24;

/// Most pixels of an image that is decoded at level 10 though its file does not state it. Splines may then cover 1024
/// times its area and 2^32 px, which takes half a minute at 3 ns for each.
const LARGEST_OF_LEVEL_10: usize = 1 << 22;

/// Bytes that are searched for even larger frames. Hidden frames in them are decoded for the search.
const SEARCHED: usize = 1 << 20;

/// Most pixels of a frame that is larger than the image, in all and for each byte of the file (see `limits`).
const LARGEST_FRAME: usize = 100_000_000;
const DENSEST_FRAME: usize = 100;

/// Memory that the crate holds for an image of any size: tables, and buffers for groups of up to 1024 by 1024 px
/// (measured).
const TABLES: u64 = 12 << 20;

/// The default intensity target (ISO/IEC 18181-1, tone mapping metadata).
const UNSTATED_INTENSITY: f32 = 255.0;

/// The codec of JPEG XL.
#[derive(Debug)]
pub(crate) struct Jxl;

/// An opened JPEG XL.
struct Opened {
    header: Header,
    info: JxlBasicInfo,
    /// As [`count_samples`].
    samples: Result<(usize, usize), DecodeError>,
    is_light: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Codec for Jxl {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        Ok(Box::new(Opened::of(input.whole()?)?))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        self.memory()
    }

    fn is_light(&self) -> bool {
        self.is_light
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input.whole()?, self, plan.factors(self.header.size), plan.exposure)
    }

    fn decode_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        _: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        let bytes = input.whole().ok()?;
        reduced::reduce(bytes, self.picture(bytes)?, receiver).map(Ok)
    }
}

fn header_of(info: &JxlBasicInfo) -> Result<Header, DecodeError> {
    let side = |side: usize| u32::try_from(side).map_err(|_| damaged("a side is longer than 2^32 px"));
    Ok(Header {
        format: Format::Jxl,
        size: Size::new(side(info.size.0)?, side(info.size.1)?),
        orientation: Orientation::from_exif(info.orientation as u16).unwrap_or_default(),
        has_alpha: has(info, ExtraChannel::Alpha) && !has(info, ExtraChannel::Black),
    })
}

/// Begins decoding: returns the decoder after the header and the colour profile, the header, and the rest of the
/// stream.
fn begin(bytes: &[u8], sample_limit: Option<usize>) -> Result<(JxlDecoder, JxlBasicInfo, Stream<'_>), DecodeError> {
    let begun = begin_stream(Stream::of_level_10(bytes), sample_limit)?;
    if has_level_10(&begun.1) { Ok(begun) } else { begin_stream(Stream::of(bytes), sample_limit) }
}

fn begin_stream(
    mut stream: Stream<'_>,
    sample_limit: Option<usize>,
) -> Result<(JxlDecoder, JxlBasicInfo, Stream<'_>), DecodeError> {
    let mut decoder = JxlDecoder::new(options(sample_limit));
    match decoder.process(&mut stream, None, None).map_err(judge)? {
        Event::BasicInfo => {}
        _ => return Err(damaged("the file ends inside its header")),
    }
    let info = decoder.basic_info().ok_or_else(|| damaged("its header is missing"))?.clone();
    Ok((decoder, info, stream))
}

/// Returns whether the image is decoded as one of level 10, whatever the file states.
const fn has_level_10(info: &JxlBasicInfo) -> bool {
    info.size.0.saturating_mul(info.size.1) <= LARGEST_OF_LEVEL_10
}

fn options(sample_limit: Option<usize>) -> JxlDecoderOptions {
    let mut options = JxlDecoderOptions::default();
    options.adjust_orientation = false;
    options.alpha_mode = AlphaMode::Unpremultiplied;
    options.max_profile_level = ProfileLevel::Main10;
    options.sample_limit = sample_limit;
    options
}

/// Returns the samples of the image, and those of the first earlier frame that is larger than it.
fn count_samples(bytes: &[u8], info: &JxlBasicInfo) -> Result<(usize, usize), DecodeError> {
    let channels = 3 + info.extra_channels.len();
    // The crate counts rows of 16 px at least.
    let own = info.size.0.max(16).saturating_mul(info.size.1).saturating_mul(channels);
    let mut options = options(Some(own.saturating_add(1)));
    options.scan_frames_only = true;
    let mut decoder = JxlDecoder::new(options);
    let stream = if has_level_10(info) { Stream::of_level_10(bytes) } else { Stream::of(bytes) };
    let mut stream = stream.up_to(SEARCHED);
    loop {
        match decoder.process(&mut stream, None, None) {
            Ok(Event::BasicInfo) => {}
            Err(jxl::error::Error::ImageSizeTooLarge(width, height)) => {
                let pixels = width.saturating_mul(height);
                if pixels > LARGEST_FRAME.max(bytes.len().saturating_mul(DENSEST_FRAME)) {
                    let detail = format!("a frame of {width}x{height} px in {} bytes is too large", bytes.len());
                    return Err(DecodeError::Limit(detail));
                }
                return Ok((own, pixels.saturating_mul(channels)));
            }
            // Decoding reports the error.
            _ => return Ok((own, own)),
        }
    }
}

fn has(info: &JxlBasicInfo, kind: ExtraChannel) -> bool {
    info.extra_channels.iter().any(|channel| channel.ec_type == kind)
}

impl Opened {
    fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (decoder, info, _) = begin(bytes, None)?;
        let header = header_of(&info)?;
        let is_light = decoder.output_color_profile().map(profile_of) == Some(Profile::Linear);
        Ok(Self { header, samples: count_samples(bytes, &info), info, is_light })
    }

    /// Estimates the memory of the returned frame and of the crate's own, in which a lossless image takes 32 bits per
    /// sample.
    fn memory(&self) -> u64 {
        let Ok((own, largest)) = self.samples else { return 0 };
        let of_sample = Samples::of_depth(&self.info.bit_depth).bytes() as u64;
        let (own, largest) = (own as u64, largest as u64);
        own.saturating_mul(of_sample).saturating_add(largest.saturating_mul(4)).saturating_add(TABLES)
    }

    /// Returns the image as it is decoded at a reduced size. `None` if it has samples of light.
    fn picture(&self, bytes: &[u8]) -> Option<Picture> {
        let (mut decoder, info, _) = begin(bytes, None).ok()?;
        let (color, model) = layout(&decoder, &info);
        let samples = Samples::of_depth(&info.bit_depth);
        if matches!(samples, Samples::Floats) {
            return None;
        }
        decoder.set_pixel_format(pixel_format(color, samples, &info)).ok()?;
        let profile = decoder.output_color_profile()?;
        let primaries = primaries_of(profile);
        Some(Picture { size: self.header.size, model, profile: profile_of(profile), primaries })
    }
}

/// Returns the layout of the samples to decode.
fn pixel_format(color_type: JxlColorType, samples: Samples, info: &JxlBasicInfo) -> JxlPixelFormat {
    JxlPixelFormat {
        color_type,
        color_data_format: Some(samples.format()),
        extra_channel_format: vec![None; info.extra_channels.len()],
    }
}

/// Decodes the image.
fn decode(bytes: &[u8], opened: &Opened, factors: Factors, exposure: Exposure) -> Result<Decoded, DecodeError> {
    let header = &opened.header;
    let Size { width, height } = header.size;
    let (width, height) = (width as usize, height as usize);
    let pixels = width.checked_mul(height).ok_or_else(|| damaged("its pixels are too many"))?;
    let (own, largest) = opened.samples.clone()?;
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
        true => (BoxReducer::of_scene(header.size, model, factors, exposure), scene::profile_of(exposure)),
        false => (BoxReducer::new(header.size, model, factors), profile),
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

/// Returns the sample layout to request and its colour model. For inks, 0 is full, and opacity is not available beside
/// them.
fn layout(decoder: &JxlDecoder, info: &JxlBasicInfo) -> (JxlColorType, Model) {
    let is_grey = decoder.current_pixel_format().is_some_and(|format| format.color_type.is_grayscale());
    let is_cmyk = decoder.embedded_color_profile().is_some_and(JxlColorProfile::is_cmyk);
    match (is_grey, has(info, ExtraChannel::Alpha)) {
        (false, _) if is_cmyk && has(info, ExtraChannel::Black) => (JxlColorType::Cmyk, Model::CmykInverted),
        (true, false) => (JxlColorType::Grayscale, Model::Grey),
        (true, true) => (JxlColorType::GrayscaleAlpha, Model::GreyAlpha),
        (false, false) => (JxlColorType::Rgb, Model::Rgb),
        (false, true) => (JxlColorType::Rgba, Model::RgbAlpha),
    }
}

/// Returns the colour profile of the crate's samples: as coded, unless the file is in XYB.
fn profile_of(profile: &JxlColorProfile) -> Profile {
    use JxlTransferFunction as Transfer;
    let JxlColorProfile::Simple(encoding) = profile else {
        return profile.try_as_icc().map_or(Profile::Srgb, |icc| Profile::Icc(icc.into_owned()));
    };
    let (white, primaries, transfer) = match encoding {
        JxlColorEncoding::RgbColorSpace { white_point, primaries, transfer_function, .. } => {
            // ITU-T H.273, table 2.
            let primaries = match primaries {
                JxlPrimaries::SRGB => Some(1),
                JxlPrimaries::BT2100 => Some(9),
                JxlPrimaries::P3 => Some(12),
                JxlPrimaries::Chromaticities { .. } => None,
            };
            (white_point, primaries, transfer_function)
        }
        JxlColorEncoding::GrayscaleColorSpace { white_point, transfer_function, .. } => {
            (white_point, Some(1), transfer_function)
        }
        JxlColorEncoding::XYB { .. } => return Profile::Srgb,
    };
    match (white, primaries, transfer) {
        (JxlWhitePoint::D65, Some(1), Transfer::SRGB) => Profile::Srgb,
        (JxlWhitePoint::D65, Some(1), Transfer::Linear) => Profile::Linear,
        // Table 3.
        (JxlWhitePoint::D65, Some(primaries), Transfer::PQ) => {
            Profile::Cicp { primaries, transfer: 16, peak: Peak::default() }
        }
        (JxlWhitePoint::D65, Some(primaries), Transfer::HLG) => {
            Profile::Cicp { primaries, transfer: 18, peak: Peak::default() }
        }
        _ => profile.try_as_icc().map_or(Profile::Srgb, |icc| Profile::Icc(icc.into_owned())),
    }
}

/// Returns the primaries of a profile, if its light is converted as sRGB's is.
fn primaries_of(profile: &JxlColorProfile) -> Option<Primaries> {
    let JxlColorProfile::Simple(encoding) = profile else { return None };
    let (white, primaries, transfer) = match encoding {
        JxlColorEncoding::RgbColorSpace { white_point, primaries: JxlPrimaries::P3, transfer_function, .. } => {
            (white_point, Primaries::DisplayP3, transfer_function)
        }
        JxlColorEncoding::RgbColorSpace { white_point, primaries: JxlPrimaries::SRGB, transfer_function, .. }
        | JxlColorEncoding::GrayscaleColorSpace { white_point, transfer_function, .. } => {
            (white_point, Primaries::Srgb, transfer_function)
        }
        _ => return None,
    };
    matches!((white, transfer), (JxlWhitePoint::D65, JxlTransferFunction::SRGB)).then_some(primaries)
}

/// Sets the peak to the intensity target. It bounds the brightest light in an image, though the image may not reach it.
/// Writers that know no better leave it at its default.
fn with_peak(profile: Profile, intensity_target: f32) -> Profile {
    match profile {
        Profile::Cicp { primaries, transfer, .. } if intensity_target != UNSTATED_INTENSITY => {
            let peak = Peak { of_content: None, of_display: Some(intensity_target) };
            Profile::Cicp { primaries, transfer, peak }
        }
        other => other,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn judge(error: jxl::error::Error) -> DecodeError {
    use jxl::error::Error;
    damaged(match error {
        Error::OutOfBounds(_) | Error::SectionTooShort | Error::UnexpectedCodestreamBoxEnd => ENDS_TOO_EARLY,
        Error::InvalidSignature => "the signature is wrong",
        Error::OutOfMemory(_) | Error::ImageOutOfMemory(..) => "it needs more memory than is available",
        Error::ImageSizeTooLarge(..) => "one of its frames is too large",
        Error::LevelLimitExceeded { .. } => "it is more complex than any profile allows",
        Error::ImageDimensionTooLarge(_) | Error::InvalidImageSize(..) => "the size in the image header is invalid",
        _ => "the compressed data are corrupt",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tests::{decode_as, header_of, open_as};

    /// A bare codestream of 2048 by 2048 px whose splines cover more than level 5 allows (libjxl's test data).
    const SPLINES: &[u8] = include_bytes!("../../../../tests/data/jxl/splines.jxl");
    /// 1080 by 1920 px, cut out of a frame of 4320 by 7680.
    const LARGE_FRAME: &[u8] = include_bytes!("../../../../tests/data/jxl/frame-4320x7680.jxl");

    /// 40 by 24 px: 200 or 40, 100, 60 or 220, changing at the middle column and row; the last 10 columns transparent.
    const LOSSLESS: &[u8] = include_bytes!("../../../../tests/data/jxl/lossless-alpha.jxl");
    /// The same, opaque, lossy, in a container.
    const LOSSY: &[u8] = include_bytes!("../../../../tests/data/jxl/lossy-container.jxl");

    fn decode_in_full(bytes: &[u8]) -> Result<(Header, Decoded), DecodeError> {
        Ok((header_of(&Jxl, bytes)?, decode_as(&Jxl, bytes, &[])?))
    }

    fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
        decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x]).collect()
    }

    #[test]
    fn a_lossless_picture_with_alpha_comes_out_as_it_was() {
        let (header, decoded) = decode_in_full(LOSSLESS).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(40, 24), true));
        assert_eq!((decoded.grid.model, decoded.profile.clone()), (Model::RgbAlpha, Profile::Srgb));
        let rounded = |x, y| pixel(&decoded, x, y).into_iter().map(f32::round).collect::<Vec<_>>();
        assert_eq!(rounded(0, 0), [200.0, 100.0, 60.0, 255.0]);
        assert_eq!(rounded(29, 23), [40.0, 100.0, 220.0, 255.0]);
        assert_eq!(rounded(30, 23), [0.0; 4]);
    }

    #[test]
    fn a_lossy_picture_in_a_container_comes_close() {
        let (header, decoded) = decode_in_full(LOSSY).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(40, 24), false));
        for (x, y, wanted) in [(5, 4, [200.0, 100.0, 60.0]), (33, 19, [40.0, 100.0, 220.0])] {
            let got = pixel(&decoded, x, y);
            assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 8.0), "{got:?}");
        }
    }

    #[test]
    fn a_bare_codestream_may_have_splines_beyond_level_5() {
        let (header, decoded) = decode_in_full(SPLINES).unwrap();
        assert_eq!(header.size, Size::new(2048, 2048));
        let brightest = decoded.grid.planes[0].plane.samples.iter().copied().fold(0.0, f32::max);
        assert!(brightest > 100.0, "{brightest}");
    }

    #[test]
    fn a_frame_may_be_larger_than_the_picture_and_is_in_the_estimate() {
        let (header, decoded) = decode_in_full(LARGE_FRAME).unwrap();
        assert_eq!((header.size, decoded.damage), (Size::new(1080, 1920), None));
        let estimate = open_as(&Jxl, LARGE_FRAME).unwrap().memory(&mut { LARGE_FRAME }, Factors::ONE);
        assert!(estimate >= 4320 * 7680 * 3 * 4, "{estimate}");
    }

    #[test]
    fn no_cut_and_no_changed_byte_brings_it_down() {
        let (mut failed, mut decoded) = (0, 0);
        for file in [LOSSLESS, LOSSY] {
            for end in 0..file.len() - 1 {
                match decode_in_full(&file[..end]) {
                    Ok((_, cut)) => assert!(cut.damage.is_some(), "{end} of {}", file.len()),
                    Err(_) => failed += 1,
                }
            }
            for i in 0..file.len() {
                let mut changed = file.to_vec();
                changed[i] ^= 0x11;
                // An image may claim a giant size, which the run's limit refuses before decoding.
                if header_of(&Jxl, &changed).is_ok_and(|header| header.size.pixels() < 1 << 20) {
                    match decode_in_full(&changed) {
                        Ok(_) => decoded += 1,
                        Err(_) => failed += 1,
                    }
                }
            }
        }
        assert!(failed > 100 && decoded > 10, "{failed} {decoded}");
    }
}
