//! Joins equal frames, and hands on the others to the writer of a format.

use std::num::NonZeroU32;

use super::apng::Apng;
#[cfg(feature = "gif")]
use super::gif::Gif;
#[cfg(feature = "webp")]
use super::webp::WebP;
use crate::color::{Layout, Samples};
use crate::formats::codec::Settings;
use crate::geometry::Size;
use crate::options::Format;

/// The longest time of a frame in ms that all formats can state.
const LONGEST: u32 = 600_000;

/// An animation that frames are added to.
#[derive(Debug)]
pub(crate) struct Sequence<'a> {
    writer: Writer<'a>,
    size: Size,
    /// The last frame, whose time is not known yet.
    pending: Option<(Vec<u8>, u32)>,
}

/// The writer of a format.
#[derive(Debug)]
enum Writer<'a> {
    #[cfg(feature = "gif")]
    Gif(Gif),
    Apng(Apng<'a>),
    #[cfg(feature = "webp")]
    WebP(WebP<'a>),
}

impl<'a> Sequence<'a> {
    /// Begins an animation of this size. `None` if the format has none.
    pub(crate) fn new(format: Format, size: Size, settings: Settings<'a>, plays: Option<NonZeroU32>) -> Option<Self> {
        let writer = match format {
            #[cfg(feature = "gif")]
            Format::Gif => Writer::Gif(Gif::new(size, plays)?),
            Format::Png => Writer::Apng(Apng::new(size, settings, plays)),
            #[cfg(feature = "webp")]
            Format::WebP => Writer::WebP(WebP::new(size, settings, plays)),
            _ => return None,
        };
        Some(Self { writer, size, pending: None })
    }

    /// Adds a frame that is shown for `delay` ms.
    pub(crate) fn push(&mut self, samples: Samples, delay: u32) -> Result<(), String> {
        let frame = rgba_of(samples);
        match &mut self.pending {
            Some((last, time)) if *last == frame && time.saturating_add(delay) <= LONGEST => {
                *time += delay;
                Ok(())
            }
            pending => match pending.replace((frame, delay.min(LONGEST))) {
                Some((last, delay)) => {
                    let next = self.pending.as_ref().map(|(frame, _)| frame.as_slice());
                    self.writer.write(last, delay, next)
                }
                None => Ok(()),
            },
        }
    }

    /// Returns the number of bytes of all frames but the last.
    pub(crate) const fn length(&self) -> usize {
        match &self.writer {
            #[cfg(feature = "gif")]
            Writer::Gif(gif) => gif.length(),
            Writer::Apng(apng) => apng.length(),
            #[cfg(feature = "webp")]
            Writer::WebP(webp) => webp.length(),
        }
    }

    /// Returns the size of the frames.
    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    /// Returns the file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, String> {
        if let Some((last, delay)) = self.pending.take() {
            self.writer.write(last, delay, None)?;
        }
        match self.writer {
            #[cfg(feature = "gif")]
            Writer::Gif(gif) => gif.finish(),
            Writer::Apng(apng) => Ok(apng.finish()),
            #[cfg(feature = "webp")]
            Writer::WebP(webp) => Ok(webp.finish()),
        }
    }
}

impl Writer<'_> {
    /// Writes a frame; `next` is the one that follows it.
    fn write(&mut self, frame: Vec<u8>, delay: u32, next: Option<&[u8]>) -> Result<(), String> {
        match self {
            #[cfg(feature = "gif")]
            Self::Gif(gif) => gif.write(frame, delay, next),
            Self::Apng(apng) => apng.write(frame, delay),
            #[cfg(feature = "webp")]
            Self::WebP(webp) => webp.write(frame, delay),
        }
    }
}

/// Returns red, green, blue and alpha of each pixel.
fn rgba_of(samples: Samples) -> Vec<u8> {
    if samples.layout == Layout::RgbAlpha {
        return samples.bytes;
    }
    let Size { width, height } = samples.size;
    let (width, height) = (width as usize, height as usize);
    (0..width * height).flat_map(|at| samples.rgba(at % width, at / width)).collect()
}
