//! Reads AV1's sequence header (AV1 bitstream specification, 5.5): the largest frame and the colours.

use crate::container::Nclx;

/// The needed fields of a sequence header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Width and height of the largest frame, in px.
    pub(super) size: (u64, u64),
    pub(super) nclx: Nclx,
}

/// Types of units (6.2.2): a sequence header, a frame header, and both a frame header and its tiles.
const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

/// OBUs searched for the sequence header, which comes first or after a delimiter and metadata.
const MAX_OBUS: usize = 16;

/// Reads the first sequence header (5.3).
pub(super) fn read(mut data: &[u8]) -> Option<Header> {
    for _ in 0..MAX_OBUS {
        let (&head, mut rest) = data.split_first()?;
        let (has_extension, has_size) = (head & 4 != 0, head & 2 != 0);
        rest = rest.get(usize::from(has_extension)..)?;
        let size = if has_size { leb128(&mut rest)? } else { rest.len() };
        let body = &rest[..size.min(rest.len())];
        if head >> 3 & 15 == SEQUENCE_HEADER {
            return parse(&mut Bits { bytes: body, at: 0 });
        }
        data = rest.get(size..)?;
    }
    None
}

/// The completeness of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// The last unit was truncated, and is left out.
    Cut,
}

/// Keeps the complete units of the spatial layers up to `last` (5.3.1 and 5.3.3).
pub(super) fn keep_layers(data: Vec<u8>, last: Option<u16>) -> (Vec<u8>, Extent) {
    let mut kept = Vec::new();
    let mut rest = data.as_slice();
    let mut extent = Extent::Whole;
    while !rest.is_empty() {
        let Some(length) = unit_length(rest).filter(|length| *length <= rest.len()) else {
            extent = Extent::Cut;
            break;
        };
        let (unit, after) = rest.split_at(length);
        // Headers and padding belong to all layers, and have no number.
        let layer = if unit[0] & 4 != 0 { unit.get(1).map(|byte| u16::from(byte >> 3 & 3)) } else { None };
        if layer.zip(last).is_none_or(|(layer, last)| layer <= last) {
            kept.extend_from_slice(unit);
        }
        rest = after;
    }
    // If no unit is complete, the decoder reports the error.
    if kept.is_empty() || (extent == Extent::Whole && last.is_none()) { (data, Extent::Whole) } else { (kept, extent) }
}

/// Returns the number of frames, by their headers.
pub(super) fn count_frames(mut data: &[u8]) -> usize {
    let mut frames = 0;
    while let Some((&head, length)) = data.first().zip(unit_length(data)) {
        frames += usize::from(matches!(head >> 3 & 15, FRAME_HEADER | FRAME));
        data = data.get(length..).unwrap_or_default();
    }
    frames
}

fn unit_length(data: &[u8]) -> Option<usize> {
    let head = *data.first()?;
    let mut rest = data.get(1 + usize::from(head & 4 != 0)..)?;
    let length = if head & 2 != 0 { leb128(&mut rest)? } else { rest.len() };
    (data.len() - rest.len()).checked_add(length)
}

/// Reads a LEB128 integer (4.10.5).
fn leb128(data: &mut &[u8]) -> Option<usize> {
    let mut value = 0_u64;
    for shift in 0..8 {
        let (byte, rest) = data.split_first()?;
        *data = rest;
        value |= u64::from(byte & 0x7f) << (7 * shift);
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

fn parse(bits: &mut Bits<'_>) -> Option<Header> {
    let profile = bits.take(3)?;
    bits.take(1)?;
    let is_reduced = bits.flag()?;
    if is_reduced {
        bits.take(5)?;
    } else {
        skip_operating_points(bits)?;
    }
    let (width_bits, height_bits) = (bits.take(4)? + 1, bits.take(4)? + 1);
    let size = (bits.take(width_bits)? + 1, bits.take(height_bits)? + 1);
    if !is_reduced && bits.flag()? {
        bits.take(7)?;
    }
    // Superblocks of 128 px, filter intra, intra edge filter.
    bits.take(3)?;
    if !is_reduced {
        skip_inter_tools(bits)?;
    }
    // Super-resolution, CDEF, restoration.
    bits.take(3)?;
    Some(Header { size, nclx: read_color(bits, profile)? })
}

/// Skips the fields from `timing_info_present_flag` on (5.5.1, 5.5.3 and 5.5.4).
fn skip_operating_points(bits: &mut Bits<'_>) -> Option<()> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.take(64)?;
        if bits.flag()? {
            bits.skip_uvlc()?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.take(5)? + 1);
            bits.take(32 + 5 + 5)?;
        }
    }
    let has_display_delay = bits.flag()?;
    for _ in 0..=bits.take(5)? {
        bits.take(12)?;
        if bits.take(5)? > 7 {
            bits.take(1)?;
        }
        if let Some(length) = delay_bits
            && bits.flag()?
        {
            bits.take(length)?;
            bits.take(length)?;
            bits.take(1)?;
        }
        if has_display_delay && bits.flag()? {
            bits.take(4)?;
        }
    }
    Some(())
}

/// Skips the fields from `enable_interintra_compound` to `order_hint_bits_minus_1` (5.5.1).
fn skip_inter_tools(bits: &mut Bits<'_>) -> Option<()> {
    bits.take(4)?;
    let has_order_hint = bits.flag()?;
    if has_order_hint {
        bits.take(2)?;
    }
    let screen_content = if bits.flag()? { 2 } else { bits.take(1)? };
    if screen_content > 0 && !bits.flag()? {
        bits.take(1)?;
    }
    if has_order_hint {
        bits.take(3)?;
    }
    Some(())
}

/// Reads the colour configuration (5.5.2).
fn read_color(bits: &mut Bits<'_>, profile: u64) -> Option<Nclx> {
    let is_deep = bits.flag()?;
    if profile == 2 && is_deep {
        bits.take(1)?;
    }
    let is_grey = profile != 1 && bits.flag()?;
    let [primaries, transfer, matrix] =
        if bits.flag()? { [bits.take(8)?, bits.take(8)?, bits.take(8)?] } else { [2; 3] };
    // sRGB without a conversion has no bit for its range.
    let is_rgb = !is_grey && [primaries, transfer, matrix] == [1, 13, 0];
    let is_full_range = is_rgb || bits.flag()?;
    let code = |bits: u64| u16::try_from(bits).expect("eight bits were taken");
    let [primaries, transfer, matrix] = [primaries, transfer, matrix].map(code);
    Some(Nclx { primaries, transfer, matrix, is_full_range })
}

/// A bit reader, highest bit of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// Reads the next `count` bits, at most 64.
    fn take(&mut self, count: u64) -> Option<u64> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u64::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    /// Skips a variable-length integer (4.10.3).
    fn skip_uvlc(&mut self) -> Option<()> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        if zeros < 32 {
            self.take(zeros)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a unit of a kind, in a spatial layer if one is given.
    fn unit(kind: u8, layer: Option<u8>, body: &[u8]) -> Vec<u8> {
        let head = kind << 3 | 2 | if layer.is_some() { 4 } else { 0 };
        let mut unit = vec![head];
        unit.extend(layer.map(|layer| layer << 3));
        unit.push(body.len() as u8);
        unit.extend(body);
        unit
    }

    #[test]
    fn the_layers_above_the_wanted_one_are_left_out() {
        let (header, low, high) = (unit(1, None, b"head"), unit(6, Some(0), b"low"), unit(6, Some(1), b"high"));
        let all = [header.clone(), low.clone(), high.clone()].concat();
        assert_eq!(keep_layers(all.clone(), Some(0)), ([header.clone(), low.clone()].concat(), Extent::Whole));
        assert_eq!(keep_layers(all.clone(), Some(1)), (all.clone(), Extent::Whole));
        assert_eq!(keep_layers(all.clone(), None), (all, Extent::Whole));
    }

    #[test]
    fn frames_are_counted_by_their_headers_even_where_the_data_are_cut_off() {
        let (header, frame, apart) = (unit(1, None, b"head"), unit(6, Some(0), b"frame"), unit(3, None, b"header"));
        let tiles = unit(4, None, b"tiles");
        assert_eq!(count_frames(&[header.clone(), frame.clone()].concat()), 1);
        assert_eq!(count_frames(&[header, frame, apart.clone(), tiles].concat()), 2);
        assert_eq!(count_frames(&apart[..4]), 1);
        assert_eq!(count_frames(&[]), 0);
    }

    #[test]
    fn a_unit_that_is_cut_off_is_left_out_where_there_are_others() {
        let (first, second) = (unit(6, None, b"first"), unit(6, None, b"second"));
        let cut = [first.as_slice(), &second[..4]].concat();
        assert_eq!(keep_layers(cut, None), (first.clone(), Extent::Cut));
        assert_eq!(keep_layers(first[..4].to_vec(), None), (first[..4].to_vec(), Extent::Whole));
        assert_eq!(keep_layers(Vec::new(), Some(0)), (Vec::new(), Extent::Whole));
    }
}
