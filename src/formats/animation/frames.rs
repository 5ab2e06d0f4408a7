//! Decodes the frames of an animation, each on the whole canvas.

use std::io::Cursor;
use std::num::NonZeroU32;

use image::codecs::png::PngDecoder;
use image::metadata::LoopCount;
use image::{AnimationDecoder, ImageDecoder, ImageError, Limits};

use super::detect;
use crate::formats::error::{DecodeError, damaged};
use crate::geometry::Size;
use crate::options::Format;

/// Bytes that a decoder may allocate for each pixel of the canvas, in frames of RGBA, and beside them.
const BYTES_OF_A_PIXEL: u64 = 24;
const BESIDE: u64 = 4 << 20;

/// An animation whose frames are decoded one by one.
pub(crate) struct Animation<'a> {
    frames: image::Frames<'a>,
    /// The number of times that it is played; `None` for an endless one.
    pub(crate) plays: Option<NonZeroU32>,
}

/// A frame on the whole canvas.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) size: Size,
    /// Red, green, blue and alpha of each pixel.
    pub(crate) rgba: Vec<u8>,
    /// The time for which it is shown, in ms.
    pub(crate) delay: u32,
}

/// Opens the animation in a file. `None` if the format has none.
pub(crate) fn open(bytes: &[u8], format: Format, canvas: Size) -> Result<Option<Animation<'_>>, DecodeError> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(canvas.pixels().saturating_mul(BYTES_OF_A_PIXEL).saturating_add(BESIDE));
    let input = Cursor::new(bytes);
    let opened = match format {
        #[cfg(feature = "gif")]
        Format::Gif => image::codecs::gif::GifDecoder::new(input).and_then(|mut decoder| {
            decoder.set_limits(limits)?;
            Ok(Animation { frames: decoder.into_frames(), plays: detect::plays_of_gif(bytes) })
        }),
        Format::Png => PngDecoder::with_limits(input, limits).and_then(PngDecoder::apng).map(|decoder| {
            let plays = plays(decoder.loop_count());
            Animation { frames: decoder.into_frames(), plays }
        }),
        #[cfg(feature = "webp")]
        Format::WebP => image::codecs::webp::WebPDecoder::new(input).and_then(|mut decoder| {
            decoder.set_limits(limits)?;
            let plays = plays(decoder.loop_count());
            Ok(Animation { frames: decoder.into_frames(), plays })
        }),
        _ => return Ok(None),
    };
    opened.map(Some).map_err(|error| judge(&error))
}

impl Iterator for Animation<'_> {
    type Item = Result<Picture, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let picture = |frame: image::Frame| {
            let (ms, of) = frame.delay().numer_denom_ms();
            let pixels = frame.into_buffer();
            let size = Size::new(pixels.width(), pixels.height());
            Picture { size, rgba: pixels.into_raw(), delay: (ms + of / 2) / of.max(1) }
        };
        self.frames.next().map(|frame| frame.map(picture).map_err(|error| judge(&error)))
    }
}

const fn plays(count: LoopCount) -> Option<NonZeroU32> {
    match count {
        LoopCount::Infinite => None,
        LoopCount::Finite(count) => Some(count),
    }
}

fn judge(error: &ImageError) -> DecodeError {
    damaged(match error {
        ImageError::Limits(_) => "an animation frame is far larger than its canvas",
        ImageError::Unsupported(_) => "its frames are of a kind that can't be decoded",
        _ => "an animation frame is corrupt",
    })
}
