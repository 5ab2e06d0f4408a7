//! Begins decoding with the crate `jxl`: its limits, header, samples and errors.

use jxl::api::{
    AlphaMode, Event, ExtraChannel, JxlBasicInfo, JxlColorProfile, JxlColorType, JxlDecoder, JxlDecoderOptions,
    JxlPixelFormat, ProfileLevel,
};

use super::samples::Samples;
use super::stream::Stream;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged};
use crate::formats::header::Header;
use crate::geometry::{Orientation, Size};
use crate::options::Format;
use crate::pixels::Model;

/// Most pixels of an image that is decoded at level 10 though its file does not state it. Splines may then cover 1024
/// times its area and 2^32 px, which takes half a minute at 3 ns for each.
const LARGEST_OF_LEVEL_10: usize = 1 << 22;

/// Bytes that are searched for even larger frames. Hidden frames in them are decoded for the search.
const SEARCHED: usize = 1 << 20;

/// Most pixels of a frame that is larger than the image, in all and for each byte of the file (see `limits`).
const LARGEST_FRAME: usize = 100_000_000;
const DENSEST_FRAME: usize = 100;

pub(super) fn header_of(info: &JxlBasicInfo) -> Result<Header, DecodeError> {
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
pub(super) fn begin(
    bytes: &[u8],
    sample_limit: Option<usize>,
) -> Result<(JxlDecoder, JxlBasicInfo, Stream<'_>), DecodeError> {
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
pub(super) fn count_samples(bytes: &[u8], info: &JxlBasicInfo) -> Result<(usize, usize), DecodeError> {
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

pub(super) fn has(info: &JxlBasicInfo, kind: ExtraChannel) -> bool {
    info.extra_channels.iter().any(|channel| channel.ec_type == kind)
}

/// Returns the layout of the samples to decode.
pub(super) fn pixel_format(color_type: JxlColorType, samples: Samples, info: &JxlBasicInfo) -> JxlPixelFormat {
    JxlPixelFormat {
        color_type,
        color_data_format: Some(samples.format()),
        extra_channel_format: vec![None; info.extra_channels.len()],
    }
}

/// Returns the sample layout to request and its colour model. For inks, 0 is full, and opacity is not available beside
/// them.
pub(super) fn layout(decoder: &JxlDecoder, info: &JxlBasicInfo) -> (JxlColorType, Model) {
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

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
pub(super) fn judge(error: jxl::error::Error) -> DecodeError {
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
