//! Decodes SGI files row by row, from the last one that is stored: the first is the lowest.

use super::layout::{Depth, Layout, Row};
use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::header::Header;
use crate::geometry::{Factors, Orientation};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// The codec of SGI.
#[derive(Debug)]
pub(crate) struct Sgi;

/// An opened SGI file.
#[derive(Debug)]
struct Opened {
    header: Header,
    layout: Layout,
}

impl Codec for Sgi {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let layout = Layout::read(input.whole()?)?;
        let has_alpha = matches!(layout.model, Model::GreyAlpha | Model::RgbAlpha);
        let header = Header { format: Format::Sgi, size: layout.size, orientation: Orientation::default(), has_alpha };
        Ok(Box::new(Opened { header, layout }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        0
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input.whole()?, &self.layout, plan.factors(self.header.size))
    }
}

/// Decodes the rows that there are; the others are blank.
fn decode(bytes: &[u8], layout: &Layout, factors: Factors) -> Result<Decoded, DecodeError> {
    let (width, height) = (layout.size.width as usize, layout.size.height as usize);
    let planes = layout.model.planes();
    let mut reducer = BoxReducer::new(layout.size, layout.model, factors);
    let mut row = vec![0_u16; width * planes];
    let mut small = vec![0_u8; if layout.depth == Depth::One { row.len() } else { 0 }];
    let mut there = 0;
    for y in (0..height).rev() {
        row.fill(0);
        let is_whole = (0..planes).all(|channel| {
            let places = row.iter_mut().skip(channel).step_by(planes);
            layout.row(bytes, channel, y).is_some_and(|stored| fill(stored, layout.depth, width, places))
        });
        there += usize::from(is_whole);
        if layout.depth == Depth::One {
            #[expect(clippy::cast_possible_truncation, reason = "samples of one byte")]
            small.iter_mut().zip(&row).for_each(|(to, from)| *to = *from as u8);
            reducer.push_bytes(&small);
        } else {
            reducer.push_words(&row);
        }
    }
    if there == 0 {
        return Err(damaged("none of its rows can be read"));
    }
    let damage = (there < height).then(|| {
        let detail = format!("{} of {height} rows can't be read", height - there);
        Damage::of_part(detail, there as u64, height as u64)
    });
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
}

/// Fills a row's places with the samples of a channel; returns whether there were as many.
fn fill<'p>(stored: Row<'_>, depth: Depth, width: usize, mut places: impl Iterator<Item = &'p mut u16>) -> bool {
    let sample = |bytes: &[u8]| match bytes {
        [high, low] => u16::from_be_bytes([*high, *low]),
        bytes => bytes.first().copied().unwrap_or_default().into(),
    };
    let size = depth.bytes();
    let runs = match stored {
        Row::Samples(samples) => {
            places.zip(samples.chunks_exact(size)).for_each(|(place, bytes)| *place = sample(bytes));
            return true;
        }
        Row::Runs(runs) => runs,
    };
    let mut units = runs.chunks_exact(size).map(sample);
    let mut left = width;
    while left > 0 {
        // The low seven bits count, the eighth says whether the samples follow or one of them is repeated.
        let Some(head) = units.next() else { return false };
        let count = usize::from(head & 0x7f).min(left);
        if count == 0 {
            return false;
        }
        if head & 0x80 == 0 {
            let Some(value) = units.next() else { return false };
            places.by_ref().take(count).for_each(|place| *place = value);
        } else {
            for place in places.by_ref().take(count) {
                let Some(value) = units.next() else { return false };
                *place = value;
            }
        }
        left -= count;
    }
    true
}

#[cfg(test)]
mod tests;
