//! Writes an animated GIF. A pixel that stays as it was is transparent, which costs next to nothing.

use std::num::NonZeroU32;

use ::gif::{DisposalMethod, Encoder, Frame, Repeat};

use super::change::Rectangle;
use crate::geometry::Size;

/// The least alpha of a pixel that is shown: GIF knows no shades of it.
const SHOWN: u8 = 128;

/// The quantiser's speed, from 1 for the best palette to 30: the encoder's of still images.
const SPEED: i32 = 10;

/// An animated GIF whose frames are written.
#[derive(Debug)]
pub(super) struct Gif {
    width: u16,
    height: u16,
    size: Size,
    repeat: Option<Repeat>,
    encoder: Option<Box<Coder>>,
    /// The canvas before the next frame. It is blank if all was disposed of.
    canvas: Vec<u8>,
    length: usize,
    /// Time of all frames so far, in ms, and as written, in 1/100 s.
    time: (u64, u64),
}

/// The encoder, which shows nothing of itself.
struct Coder(Encoder<Vec<u8>>);

impl std::fmt::Debug for Coder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Coder")
    }
}

impl Gif {
    /// Begins a file. `None` if a side is too long for a GIF.
    pub(super) fn new(size: Size, plays: Option<NonZeroU32>) -> Option<Self> {
        let side = |side: u32| u16::try_from(side).ok();
        let repeat = match plays {
            None => Some(Repeat::Infinite),
            Some(NonZeroU32::MIN) => None,
            Some(plays) => Some(Repeat::Finite(u16::try_from(plays.get() - 1).unwrap_or(u16::MAX))),
        };
        let canvas = vec![0; 4 * usize::try_from(size.pixels()).ok()?];
        let (width, height) = (side(size.width)?, side(size.height)?);
        Some(Self { width, height, size, repeat, encoder: None, canvas, length: 0, time: (0, 0) })
    }

    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// Writes a frame. Where `next` is transparent in place of one of its pixels, all is disposed of after it.
    pub(super) fn write(&mut self, mut frame: Vec<u8>, delay: u32, next: Option<&[u8]>) -> Result<(), String> {
        frame.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| {
            *pixel = if pixel[3] < SHOWN { [0; 4] } else { [pixel[0], pixel[1], pixel[2], 255] };
        });
        let vanishes = |next: &[u8]| {
            let pairs = frame.as_chunks::<4>().0.iter().zip(next.as_chunks::<4>().0);
            pairs.into_iter().any(|(own, next)| own[3] > 0 && next[3] < SHOWN)
        };
        let is_cleared = next.is_some_and(vanishes);
        let change = match self.encoder {
            Some(_) if !is_cleared => Rectangle::of_change(&self.canvas, &frame, self.size),
            _ => Rectangle::whole(self.size),
        };
        let mut pixels = change.cut(&frame, self.size.width);
        let before = change.cut(&self.canvas, self.size.width);
        pixels.as_chunks_mut::<4>().0.iter_mut().zip(before.as_chunks::<4>().0).for_each(|(pixel, before)| {
            if pixel == before {
                *pixel = [0; 4];
            }
        });
        let side = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
        let (width, height) = (side(change.size.width), side(change.size.height));
        let written = Frame {
            left: side(change.left),
            top: side(change.top),
            delay: self.delay(delay),
            dispose: if is_cleared { DisposalMethod::Background } else { DisposalMethod::Keep },
            ..Frame::from_rgba_speed(width, height, &mut pixels, SPEED)
        };
        let coder = self.coder()?;
        coder.write_frame(&written).map_err(|error| error.to_string())?;
        self.length = coder.get_ref().len();
        self.canvas = if is_cleared { vec![0; frame.len()] } else { frame };
        Ok(())
    }

    /// Returns a frame's time in 1/100 s, by which the time of all frames stays right.
    fn delay(&mut self, ms: u32) -> u16 {
        self.time.0 += u64::from(ms);
        let delay = ((self.time.0 + 5) / 10).saturating_sub(self.time.1);
        self.time.1 += delay;
        u16::try_from(delay).unwrap_or(u16::MAX)
    }

    fn coder(&mut self) -> Result<&mut Encoder<Vec<u8>>, String> {
        if self.encoder.is_none() {
            let failed = |error: ::gif::EncodingError| error.to_string();
            let mut encoder = Encoder::new(Vec::new(), self.width, self.height, &[]).map_err(failed)?;
            if let Some(repeat) = self.repeat {
                encoder.set_repeat(repeat).map_err(failed)?;
            }
            self.encoder = Some(Box::new(Coder(encoder)));
        }
        self.encoder.as_mut().map(|coder| &mut coder.0).ok_or_else(|| "no encoder".to_string())
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, String> {
        let coder = self.encoder.ok_or("no frame")?;
        coder.0.into_inner().map_err(|error| error.to_string())
    }
}
