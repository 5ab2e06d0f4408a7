//! Finds samples of a track by its sample table (ISO/IEC 14496-12, 8.6 and 8.7). Only the entries that are needed are read: the
//! tables of a long video have millions.

use super::super::boxes::Part;
use super::super::input::Reader;
use crate::span::Span;

/// Entries read at once.
const BLOCK: usize = 512;

/// Most samples before one in its chunk whose lengths are summed up.
const MOST_IN_CHUNK: u64 = 1 << 16;

/// The tables of a track.
pub(super) struct Samples<'t> {
    parts: &'t [Part],
    /// The number of samples.
    pub(super) count: u64,
    /// The length of each, unless they differ.
    length: Option<u64>,
}

impl<'t> Samples<'t> {
    /// Reads the number of samples. `None` if there are none, or their lengths are of a kind that no video has.
    pub(super) fn read(reader: &mut Reader<'_>, parts: &'t [Part]) -> Option<Self> {
        let sizes = table(parts, *b"stsz")?;
        let [length, count] = number_pair(reader, sizes.content + 4)?;
        (count > 0).then_some(Self { parts, count: count.into(), length: (length > 0).then_some(length.into()) })
    }

    /// Returns the last sample up to `sample` that stands alone, or else the first one. Samples count from 0.
    pub(super) fn key_at(&self, reader: &mut Reader<'_>, sample: u64) -> u64 {
        let Some(keys) = table(self.parts, *b"stss") else { return sample };
        let Some(count) = number(reader, keys.content + 4) else { return sample };
        // The table counts from 1, in ascending order.
        let mut key =
            |index: u64| number(reader, keys.content + 8 + 4 * index).map(|key| u64::from(key).saturating_sub(1));
        let (mut low, mut high) = (0, u64::from(count));
        let mut found = key(0).unwrap_or(0);
        while low < high {
            let middle = low + (high - low) / 2;
            match key(middle) {
                Some(number) if number <= sample => {
                    found = number;
                    low = middle + 1;
                }
                _ => high = middle,
            }
        }
        found.min(self.count - 1)
    }

    /// Returns the place of a sample, which counts from 0.
    pub(super) fn place(&self, reader: &mut Reader<'_>, sample: u64) -> Option<Span> {
        let (chunk, first) = self.chunk_of(reader, sample)?;
        let mut offset = match (table(self.parts, *b"co64"), table(self.parts, *b"stco")) {
            (Some(offsets), _) => u64::from_be_bytes(reader.array(offsets.content + 8 + 8 * chunk)?),
            (None, Some(offsets)) => number(reader, offsets.content + 8 + 4 * chunk)?.into(),
            (None, None) => return None,
        };
        let before = sample - first;
        if before > MOST_IN_CHUNK {
            return None;
        }
        let Some(length) = self.length else {
            let lengths = table(self.parts, *b"stsz")?.content + 12;
            let bytes = reader.bytes(lengths + 4 * first, usize::try_from(4 * (before + 1)).ok()?)?;
            let lengths = bytes.as_chunks().0.iter().map(|four| u64::from(u32::from_be_bytes(*four)));
            let mut length = 0;
            for next in lengths {
                offset = offset.checked_add(length)?;
                length = next;
            }
            return Some(Span { offset, len: length });
        };
        offset = offset.checked_add(length.checked_mul(before)?)?;
        Some(Span { offset, len: length })
    }

    /// Returns the chunk of a sample and the first sample of that chunk. Both count from 0.
    fn chunk_of(&self, reader: &mut Reader<'_>, sample: u64) -> Option<(u64, u64)> {
        let chunks = table(self.parts, *b"stsc")?;
        let entries = u64::from(number(reader, chunks.content + 4)?);
        // Each entry holds for the chunks up to the next one's first: its first chunk, and the samples in each.
        let (mut first_chunk, mut in_each, mut samples) = (0_u64, 0_u64, 0_u64);
        let mut at = 0;
        while at < entries {
            let count = usize::try_from(entries - at).unwrap_or(BLOCK).min(BLOCK);
            let block = reader.up_to(chunks.content + 8 + 12 * at, 12 * count)?;
            let block = block.as_chunks::<12>().0;
            for entry in block {
                let next_chunk =
                    u64::from(u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]])).checked_sub(1)?;
                let until = next_chunk.checked_sub(first_chunk)?.checked_mul(in_each)?.checked_add(samples)?;
                if sample < until {
                    break;
                }
                (first_chunk, samples) = (next_chunk, until);
                in_each = u32::from_be_bytes([entry[4], entry[5], entry[6], entry[7]]).into();
                at += 1;
            }
            if block.is_empty() || block.len() < count || at % BLOCK as u64 != 0 {
                break;
            }
        }
        let chunks_on = (sample - samples).checked_div(in_each)?;
        Some((first_chunk.checked_add(chunks_on)?, samples.checked_add(chunks_on.checked_mul(in_each)?)?))
    }
}

fn table(parts: &[Part], name: [u8; 4]) -> Option<&Part> {
    parts.iter().find(|part| part.name == name)
}

fn number(reader: &mut Reader<'_>, at: u64) -> Option<u32> {
    reader.array(at).map(u32::from_be_bytes)
}

fn number_pair(reader: &mut Reader<'_>, at: u64) -> Option<[u32; 2]> {
    Some([number(reader, at)?, number(reader, at + 4)?])
}
