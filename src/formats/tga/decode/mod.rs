//! Decodes TGA (Truevision TGA 2.0, 1991). Packed pixels are held as a whole frame in stored form, since packets cross
//! rows and the first row is mostly the lowest.

mod header;

use std::borrow::Cow;

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ends_too_early};
use crate::formats::header::Header as Picture;
use crate::geometry::{Factors, Orientation};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use header::{Alpha, Columns, Header, Kind, Packing, Rows};

/// Pixels of the longest packet (C.5).
const PACKET: usize = 128;

/// The codec of TGA.
#[derive(Debug)]
pub(crate) struct Tga;

/// An opened TGA.
#[derive(Debug)]
struct Opened {
    header: Picture,
    stored: Header,
}

impl Codec for Tga {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        Ok(Box::new(Opened::read(input.whole()?)?))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Picture {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        // Unpacked pixels, at most RGBA of 8 bits.
        self.header.size.pixels().saturating_mul(4)
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.decode_rows_there(input.whole()?, plan.factors(self.header.size))
    }
}

impl Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let stored = header::read(bytes)?;
        let has_alpha = stored.has_alpha(stored.data(bytes));
        let header = Picture { format: Format::Tga, size: stored.size, orientation: Orientation::default(), has_alpha };
        Ok(Self { header, stored })
    }

    /// Decodes the rows that are present.
    fn decode_rows_there(&self, bytes: &[u8], factors: Factors) -> Result<Decoded, DecodeError> {
        let Self { header: picture, stored: header } = self;
        let (width, height) = (header.size.width as usize, header.size.height as usize);
        let stride = width * header.kind.bytes();
        let data = header.data(bytes);
        let pixels = match header.packing {
            Packing::Plain => Cow::Borrowed(data),
            Packing::RunLength => Cow::Owned(header.unpack_all(data)),
        };
        let there = (pixels.len() / stride.max(1)).min(height);
        if there == 0 {
            return Err(ends_too_early());
        }
        let mut samples = Samples { model: header.model(picture.has_alpha), bytes: Vec::new() };
        let mut reducer = BoxReducer::new(header.size, samples.model, factors);
        for y in 0..height {
            let stored = if header.rows == Rows::TopDown { y } else { height - 1 - y };
            match pixels.chunks_exact(stride).nth(stored) {
                Some(row) => samples.read(row, header),
                // Missing rows come last, unless the lowest comes first.
                None if header.rows == Rows::TopDown => break,
                None => samples.clear(width),
            }
            reducer.push_bytes(&samples.bytes);
        }
        let damage = of_missing_rows(there, height);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
    }
}

impl Header {
    /// Returns whether the image has alpha. Without a declaration, it does if any pixel's alpha is not 0.
    fn has_alpha(&self, data: &[u8]) -> bool {
        match (&self.kind, self.alpha) {
            (Kind::Grey | Kind::Bgr, _) | (_, Alpha::Denied) | (Kind::Packed, Alpha::Unsaid) => false,
            // A map's alpha is never declared, and a map of fewer bits has none.
            (Kind::Mapped { colors, .. }, _) => {
                colors.iter().any(|color| color[3] != 0) && colors.iter().any(|color| color[3] != 255)
            }
            // A bit that is equal in all pixels is not alpha.
            (Kind::Packed, Alpha::Declared) => {
                [0, 0x80].iter().all(|bit| self.any(data, |pixel| pixel[1] & 0x80 == *bit))
            }
            (_, Alpha::Declared) => true,
            (Kind::GreyAlpha | Kind::Bgra, Alpha::Unsaid) => self.any(data, |pixel| *pixel.last().unwrap_or(&0) != 0),
        }
    }

    /// Returns whether any stored pixel satisfies `fits`.
    fn any(&self, data: &[u8], fits: impl Fn(&[u8]) -> bool) -> bool {
        let mut is_found = false;
        self.for_each_run(data, |run| {
            is_found = run.pixels.chunks_exact(self.kind.bytes()).any(&fits);
            !is_found
        });
        is_found
    }

    fn model(&self, has_alpha: bool) -> Model {
        match (&self.kind, has_alpha) {
            (Kind::Grey, _) | (Kind::GreyAlpha, false) => Model::Grey,
            (Kind::GreyAlpha, true) => Model::GreyAlpha,
            (_, false) => Model::Rgb,
            (_, true) => Model::RgbAlpha,
        }
    }

    /// Returns the pixels of all packets, up to those of the whole image.
    fn unpack_all(&self, data: &[u8]) -> Vec<u8> {
        let size = self.kind.bytes();
        let most = self.size.width as usize * self.size.height as usize * size;
        let mut pixels = Vec::with_capacity(most.min(data.len() * PACKET));
        self.for_each_run(data, |Run { pixels: run, times }| {
            for _ in 0..times {
                pixels.extend_from_slice(&run[..run.len().min(most - pixels.len())]);
            }
            pixels.len() < most
        });
        pixels
    }

    /// Calls `visit` for the pixels of each packet until it returns false. Unpacked data are one packet.
    fn for_each_run(&self, data: &[u8], mut visit: impl FnMut(Run<'_>) -> bool) {
        let mut rest = data;
        let size = self.kind.bytes();
        if self.packing == Packing::Plain {
            let pixels = self.size.width as usize * self.size.height as usize * size;
            visit(Run { pixels: &rest[..rest.len().min(pixels)], times: 1 });
            return;
        }
        while let [head, data @ ..] = rest {
            let count = usize::from(head & 0x7f) + 1;
            let (length, times) = if head & 0x80 == 0 { (count * size, 1) } else { (size, count) };
            let whole = data.len().min(length) / size * size;
            if whole == 0 || !visit(Run { pixels: &data[..whole], times }) {
                return;
            }
            rest = &data[whole..];
        }
    }
}

/// Pixels and the number of their repetitions.
struct Run<'a> {
    pixels: &'a [u8],
    times: usize,
}

/// A row's samples.
struct Samples {
    model: Model,
    bytes: Vec<u8>,
}

impl Samples {
    /// Replaces the row by one without pixels.
    fn clear(&mut self, width: usize) {
        self.bytes.clear();
        self.bytes.resize(width * self.model.planes(), 0);
    }

    fn read(&mut self, row: &[u8], header: &Header) {
        self.bytes.clear();
        match &header.kind {
            Kind::GreyAlpha if self.model == Model::Grey => self.bytes.extend(row.iter().step_by(2)),
            Kind::Grey | Kind::GreyAlpha => self.bytes.extend_from_slice(row),
            Kind::Bgr => self.bytes.extend(row.as_chunks().0.iter().flat_map(|[b, g, r]| [*r, *g, *b])),
            Kind::Bgra => self.extend(row.as_chunks().0.iter().map(|[b, g, r, a]| [*r, *g, *b, *a])),
            Kind::Packed => self.extend(row.as_chunks().0.iter().map(|pixel| header::unpack(*pixel))),
            Kind::Mapped { bytes, first, colors } => self.extend(row.chunks_exact(*bytes).map(|index| {
                let index = usize::from(index[0]) | usize::from(*index.get(1).unwrap_or(&0)) << 8;
                // An index outside of the map is black.
                let color = index.checked_sub(*first).and_then(|place| colors.get(place));
                color.copied().unwrap_or([0, 0, 0, 255])
            })),
        }
        if header.columns == Columns::FromRight {
            let planes = self.model.planes();
            self.bytes.reverse();
            self.bytes.chunks_exact_mut(planes).for_each(<[u8]>::reverse);
        }
    }

    fn extend(&mut self, pixels: impl Iterator<Item = [u8; 4]>) {
        if self.model == Model::RgbAlpha {
            self.bytes.extend(pixels.flatten());
        } else {
            self.bytes.extend(pixels.flat_map(|[r, g, b, _]| [r, g, b]));
        }
    }
}

#[cfg(test)]
mod tests;
