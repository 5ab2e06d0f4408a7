//! Writes an animated PNG (PNG, third edition, 11.3.6).

use std::borrow::Cow;
use std::num::NonZeroU32;

use png::text_metadata::ITXtChunk;
use png::{BitDepth, ColorType, Compression, Filter, Info};

use super::change::Rectangle;
use super::chunk::{self, SIGNATURE};
use crate::formats::codec::Settings;
use crate::geometry::Size;
use crate::options::Effort;

/// Keyword of the text that holds XMP (XMP specification, part 3, 1.1.5).
const XMP: &str = "XML:com.adobe.xmp";

/// An animated PNG whose frames are written.
#[derive(Debug)]
pub(super) struct Apng<'a> {
    size: Size,
    settings: Settings<'a>,
    plays: u32,
    /// Signature and header, and the chunks between them and the first image data.
    head: Vec<u8>,
    beside: Vec<u8>,
    /// The frames.
    body: Vec<u8>,
    frames: u32,
    /// The number of the next chunk about frames.
    next: u32,
    last: Vec<u8>,
}

impl<'a> Apng<'a> {
    pub(super) fn new(size: Size, settings: Settings<'a>, plays: Option<NonZeroU32>) -> Self {
        let (head, beside, body, last) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { size, settings, plays: plays.map_or(0, NonZeroU32::get), head, beside, body, frames: 0, next: 0, last }
    }

    pub(super) const fn length(&self) -> usize {
        self.body.len()
    }

    /// Writes a frame, as far as it differs from the last one.
    pub(super) fn write(&mut self, frame: Vec<u8>, delay: u32) -> Result<(), String> {
        let is_first = self.frames == 0;
        let change =
            if is_first { Rectangle::whole(self.size) } else { Rectangle::of_change(&self.last, &frame, self.size) };
        let still = self.encode(&change.cut(&frame, self.size.width), change.size)?;
        let (delay, of) =
            u16::try_from(delay).map_or((u16::try_from(delay / 100).unwrap_or(u16::MAX), 10_u16), |ms| (ms, 1000));
        let side = u32::to_be_bytes;
        // A frame stays, and the next one replaces what it covers.
        let control = [
            &self.number()[..],
            &side(change.size.width),
            &side(change.size.height),
            &side(change.left),
            &side(change.top),
            &delay.to_be_bytes(),
            &of.to_be_bytes(),
            &[0, 0],
        ]
        .concat();
        chunk::write(*b"fcTL", &[&control], &mut self.body);
        if is_first {
            self.head.extend_from_slice(&still[..SIGNATURE.min(still.len())]);
        }
        for (name, data) in chunk::list(&still) {
            match &name {
                b"IDAT" if is_first => chunk::write(name, &[data], &mut self.body),
                b"IDAT" => {
                    let number = self.number();
                    chunk::write(*b"fdAT", &[&number, data], &mut self.body);
                }
                b"IHDR" if is_first => chunk::write(name, &[data], &mut self.head),
                b"IEND" => {}
                _ if is_first => chunk::write(name, &[data], &mut self.beside),
                _ => {}
            }
        }
        self.frames += 1;
        self.last = frame;
        Ok(())
    }

    /// Returns the number of the next chunk about frames.
    fn number(&mut self) -> [u8; 4] {
        self.next += 1;
        (self.next - 1).to_be_bytes()
    }

    /// Encodes pixels as a PNG of its own.
    fn encode(&self, rgba: &[u8], size: Size) -> Result<Vec<u8>, String> {
        let mut info = Info::with_size(size.width, size.height);
        (info.color_type, info.bit_depth) = (ColorType::Rgba, BitDepth::Eight);
        if self.frames == 0 {
            info.icc_profile = self.settings.profile.map(Cow::Borrowed);
            info.exif_metadata = self.settings.packets.exif.as_deref().map(Cow::Borrowed);
            if let Some(xmp) = self.settings.packets.xmp.clone().and_then(|xmp| String::from_utf8(xmp).ok()) {
                info.utf8_text.push(ITXtChunk::new(XMP, xmp));
            }
        }
        let mut bytes = Vec::new();
        let written = png::Encoder::with_info(&mut bytes, info).and_then(|mut encoder| {
            encoder.set_compression(match self.settings.encoding.effort {
                Effort::Fast => Compression::Fast,
                Effort::Default => Compression::Balanced,
                Effort::Small => Compression::High,
            });
            encoder.set_filter(Filter::Adaptive);
            encoder.write_header()?.write_image_data(rgba)
        });
        written.map(|()| bytes).map_err(|error| error.to_string())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut file = self.head;
        chunk::write(*b"acTL", &[&self.frames.to_be_bytes(), &self.plays.to_be_bytes()], &mut file);
        file.extend_from_slice(&self.beside);
        file.extend_from_slice(&self.body);
        chunk::write(*b"IEND", &[], &mut file);
        file
    }
}
