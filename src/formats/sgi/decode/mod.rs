//! Decodes SGI files row by row, from the last one that is stored: the first is the lowest.

use super::layout::{Depth, Layout, Row};
use crate::formats::codec::Plan;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// An opened SGI file.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    layout: Layout,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let layout = Layout::read(bytes)?;
        let has_alpha = matches!(layout.model, Model::GreyAlpha | Model::RgbAlpha);
        let header = Header { format: Format::Sgi, size: layout.size, orientation: Orientation::default(), has_alpha };
        Ok(Self { header, layout })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: Factors) -> u64 {
        0
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        decode(bytes, &self.layout, plan.factors(self.header.size))
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
