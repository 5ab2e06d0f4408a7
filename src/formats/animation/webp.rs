//! Writes an animated WebP (RFC 9649, 2.7): frames of the still encoder in a container.

use std::num::NonZeroU32;

use crate::color::{Layout, Samples};
use crate::formats::codec::Settings;
use crate::formats::metadata::Packets;
use crate::geometry::Size;

use super::change::Rectangle;

/// Flags of the header for what the file has.
const ICC: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;
const MOTION: u8 = 0x02;

/// The flag of a frame whose pixels replace those below it. It stays when the next one comes.
const REPLACING: u8 = 0x02;

/// An animated WebP whose frames are written.
#[derive(Debug)]
pub(super) struct WebP<'a> {
    size: Size,
    settings: Settings<'a>,
    plays: u16,
    body: Vec<u8>,
    last: Option<Vec<u8>>,
    has_alpha: bool,
}

impl<'a> WebP<'a> {
    pub(super) fn new(size: Size, settings: Settings<'a>, plays: Option<NonZeroU32>) -> Self {
        let plays = plays.map_or(0, |plays| u16::try_from(plays.get()).unwrap_or(u16::MAX));
        Self { size, settings, plays, body: Vec::new(), last: None, has_alpha: false }
    }

    pub(super) const fn length(&self) -> usize {
        self.body.len()
    }

    /// Writes a frame, as far as it differs from the last one.
    pub(super) fn write(&mut self, frame: Vec<u8>, delay: u32) -> Result<(), String> {
        let change = match &self.last {
            Some(last) => Rectangle::of_change(last, &frame, self.size),
            None => Rectangle::whole(self.size),
        };
        self.has_alpha |= frame.iter().skip(3).step_by(4).any(|alpha| *alpha < 255);
        let bytes = change.cut(&frame, self.size.width);
        let samples = Samples { size: change.size, layout: Layout::RgbAlpha, bytes };
        let none = Packets::default();
        let settings = Settings { profile: None, packets: &none, ..self.settings };
        let still = crate::formats::webp::ENCODER.encode(samples, &settings)?;
        let numbers = [change.left / 2, change.top / 2, change.size.width - 1, change.size.height - 1, delay];
        let mut data: Vec<u8> = numbers.into_iter().flat_map(three_bytes).collect();
        data.push(REPLACING);
        for (name, part) in parts(&still).filter(|(name, _)| matches!(*name, b"ALPH" | b"VP8 " | b"VP8L")) {
            write_chunk(name, part, &mut data);
        }
        write_chunk(b"ANMF", &data, &mut self.body);
        self.last = Some(frame);
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let Packets { exif, xmp } = self.settings.packets;
        let beside = [(ICC, self.settings.profile), (EXIF, exif.as_deref()), (XMP, xmp.as_deref())];
        let mut flags = MOTION | if self.has_alpha { ALPHA } else { 0 };
        beside.iter().filter(|(_, data)| data.is_some()).for_each(|(flag, _)| flags |= flag);
        let [width, height] = [self.size.width - 1, self.size.height - 1].map(three_bytes);
        let mut file = b"WEBP".to_vec();
        write_chunk(b"VP8X", &[&[flags, 0, 0, 0][..], &width, &height].concat(), &mut file);
        if let (_, Some(profile)) = beside[0] {
            write_chunk(b"ICCP", profile, &mut file);
        }
        // A transparent background.
        write_chunk(b"ANIM", &[&[0; 4][..], &self.plays.to_le_bytes()].concat(), &mut file);
        file.extend_from_slice(&self.body);
        for (name, (_, data)) in [b"EXIF", b"XMP "].into_iter().zip(&beside[1..]) {
            data.iter().for_each(|data| write_chunk(name, data, &mut file));
        }
        let mut whole = Vec::with_capacity(file.len() + 8);
        write_chunk(b"RIFF", &file, &mut whole);
        whole
    }
}

/// Returns the lower 24 bits of a number, the lowest first.
const fn three_bytes(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

/// Appends a chunk, padded to an even length.
fn write_chunk(name: &[u8; 4], data: &[u8], file: &mut Vec<u8>) {
    file.extend_from_slice(name);
    file.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    file.extend_from_slice(data);
    if !data.len().is_multiple_of(2) {
        file.push(0);
    }
}

/// Lists the chunks of a file, each with its name and its data.
fn parts(file: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = file.get(12..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let data = after.get(..length)?;
        rest = after.get(length + length % 2..).unwrap_or_default();
        Some((name, data))
    })
}
