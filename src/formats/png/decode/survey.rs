//! Scans a damaged PNG for its header and the spans of its image data.
//!
//! A chunk whose length is wrong ends where the next one is found. Chunks between those of the image data are skipped,
//! and single flipped bits are repaired by the chunk's checksum.

use super::checksum::{Checker, Flip, Verdict};
use crate::container::{Input, Span};
use crate::formats::error::DecodeError;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
const HEADER: u32 = 13;

/// Most chunks scanned: an image of 500 MB in the 8 KiB that libpng writes.
const MOST_CHUNKS: usize = 1 << 16;

/// Lengths of the longest chunk kept, and of the longest profile.
const LONGEST_KEPT: u64 = 1024;
const LONGEST_PROFILE: u64 = 4 << 20;

/// Names of the chunks that matter, to which a name with one flipped bit is restored.
const KNOWN: [&[u8; 4]; 10] =
    [b"IDAT", b"IEND", b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"];

/// Bytes searched at a time for the next chunk.
const PIECE: usize = 64 << 10;

/// The dialect of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Standard,
    /// Apple's for iPhones: data without zlib's header, samples in the order blue, green, red, alpha, and premultiplied
    /// colours.
    Cgbi,
}

/// The part of a file to scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The chunks before the image data.
    Head,
    Whole,
}

/// The state of the image's chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chunks {
    Right,
    /// Some chunks had one flipped bit each, which was repaired.
    Repaired,
    Wrong,
}

/// The result of a scan.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) dialect: Dialect,
    /// Signature and chunks before the image data, without checksums.
    pub(super) head: Vec<u8>,
    /// The data of the image, chunk by chunk.
    pub(super) data: Vec<Span>,
    pub(super) flips: Vec<Flip>,
    pub(super) chunks: Chunks,
    /// Whether the palette is missing and was replaced by greys.
    pub(super) lacks_palette: bool,
}

/// Scans the chunks. `None` if the header is missing, or no image data follow it.
pub(super) fn survey(input: &mut dyn Input, extent: Extent) -> Result<Option<Survey>, DecodeError> {
    let mut survey = Survey {
        dialect: Dialect::Standard,
        head: SIGNATURE.to_vec(),
        data: Vec::new(),
        flips: Vec::new(),
        chunks: Chunks::Right,
        lacks_palette: false,
    };
    let mut checker = Checker::new();
    let mut kept = Vec::new();
    let mut offset = SIGNATURE.len() as u64;
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = read_chunk(input, offset, kept.is_empty())? else { break };
        offset = chunk.next;
        let longest = if chunk.name == *b"iCCP" { LONGEST_PROFILE } else { LONGEST_KEPT };
        let is_kept = is_known(&chunk.name) && !kept.contains(&chunk.name) && chunk.data.len <= longest;
        match &chunk.name {
            b"IEND" => break,
            b"CgBI" => survey.dialect = Dialect::Cgbi,
            b"IDAT" if kept.is_empty() => return Ok(None),
            b"IDAT" => {
                survey.data.push(chunk.data);
                if extent == Extent::Head {
                    break;
                }
                survey.judge(&mut checker, input, &chunk)?;
            }
            name if is_kept && survey.data.is_empty() => {
                kept.push(*name);
                survey.judge(&mut checker, input, &chunk)?;
                survey.keep(input, &chunk)?;
            }
            // Without a header there is no image, as in other programs.
            _ => {}
        }
    }
    survey.give_palette(&kept);
    Ok((kept.first() == Some(b"IHDR") && !survey.data.is_empty()).then_some(survey))
}

impl Survey {
    fn judge(&mut self, checker: &mut Checker, input: &mut dyn Input, chunk: &Chunk) -> Result<(), DecodeError> {
        let verdict = match u32::try_from(chunk.data.len) {
            Ok(length) if chunk.is_whole => checker.check(input, chunk.data.offset - 4, length)?,
            _ => Verdict::Wrong,
        };
        let is_of_picture = matches!(&chunk.name, b"IHDR" | b"PLTE" | b"IDAT" | b"tRNS");
        let found = match verdict {
            Verdict::Right => Chunks::Right,
            Verdict::OneBit(flip) => {
                self.flips.push(flip);
                Chunks::Repaired
            }
            Verdict::Wrong => Chunks::Wrong,
        };
        if is_of_picture {
            self.chunks = self.chunks.max(found);
        }
        Ok(())
    }

    fn keep(&mut self, input: &mut dyn Input, chunk: &Chunk) -> Result<(), DecodeError> {
        let mut data = vec![0; usize::try_from(chunk.data.len).unwrap_or(0)];
        let there = input.read_at(chunk.data.offset, &mut data)?;
        data.truncate(there);
        put_right(&mut data, chunk.data.offset, &self.flips);
        if chunk.name == *b"PLTE" {
            data.truncate(data.len().min(768) / 3 * 3);
        }
        put_chunk(&mut self.head, &chunk.name, &data);
        Ok(())
    }

    /// Inserts a grey palette if an image needs a palette and has none.
    fn give_palette(&mut self, kept: &[[u8; 4]]) {
        let Some([depth, 3, ..]) = self.head.get(24..33) else { return };
        if kept.contains(b"PLTE") || !matches!(depth, 1 | 2 | 4 | 8) {
            return;
        }
        self.lacks_palette = true;
        let last = (1_u32 << depth) - 1;
        let greys =
            (0..=last).flat_map(|index| [u8::try_from(index * 255 / last).unwrap_or(255); 3]).collect::<Vec<_>>();
        let mut palette = Vec::new();
        put_chunk(&mut palette, b"PLTE", &greys);
        // After the header, before the transparency of the palette's colours.
        self.head.splice(33..33, palette);
    }
}

/// Repairs the flipped bits of `bytes`, which start at `offset` of the file.
pub(super) fn put_right(bytes: &mut [u8], offset: u64, flips: &[Flip]) {
    for flip in flips {
        let place = flip.offset.checked_sub(offset).and_then(|at| usize::try_from(at).ok());
        if let Some(byte) = place.and_then(|at| bytes.get_mut(at)) {
            *byte ^= flip.mask;
        }
    }
}

/// Appends a chunk with a dummy checksum, which the decoder ignores.
pub(super) fn put_chunk(to: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    to.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    to.extend(name);
    to.extend(data);
    to.extend([0; 4]);
}

#[derive(Debug)]
struct Chunk {
    name: [u8; 4],
    data: Span,
    /// Whether the file holds the whole chunk.
    is_whole: bool,
    /// Offset of the next chunk.
    next: u64,
}

/// Reads the chunk at `offset`. `None` if the file has no more chunks.
fn read_chunk(input: &mut dyn Input, offset: u64, is_first: bool) -> Result<Option<Chunk>, DecodeError> {
    let Some((length, raw)) = read_head(input, offset)? else { return Ok(None) };
    let name = meant(raw);
    let data = offset + 8;
    let length = if is_first && name == *b"IHDR" { HEADER } else { length };
    let end = data + u64::from(length);
    if leads_on(input, end + 4)? {
        return Ok(Some(Chunk {
            name,
            data: Span { offset: data, len: length.into() },
            is_whole: true,
            next: end + 4,
        }));
    }
    if !is_name(name) {
        return Ok(None);
    }
    // The checksum precedes the next chunk.
    let next = find_chunk(input, data + 4)?;
    let is_whole = next.is_some();
    let end = next.map_or(input.length(), |next| next - 4).max(data);
    let next = next.unwrap_or(input.length());
    Ok(Some(Chunk { name, data: Span { offset: data, len: end - data }, is_whole, next }))
}

/// Returns whether a chunk begins at `offset`, or the file ends there. A name that every program knows suffices. An
/// unknown chunk must be followed by another chunk.
fn leads_on(input: &mut dyn Input, offset: u64) -> Result<bool, DecodeError> {
    if offset == input.length() {
        return Ok(true);
    }
    let Some((length, name)) = read_head(input, offset)? else { return Ok(false) };
    let name = meant(name);
    if is_known(&name) || !is_name(name) {
        return Ok(is_known(&name));
    }
    let behind = offset + 12 + u64::from(length);
    Ok(behind == input.length() || read_head(input, behind)?.is_some_and(|(_, name)| is_name(meant(name))))
}

fn read_head(input: &mut dyn Input, offset: u64) -> Result<Option<(u32, [u8; 4])>, DecodeError> {
    let mut head = [0; 8];
    let there = input.read_at(offset, &mut head)?;
    let [l0, l1, l2, l3, name @ ..] = head;
    Ok((there == head.len()).then_some((u32::from_be_bytes([l0, l1, l2, l3]), name)))
}

/// Returns the known name that differs from `name` by one bit, or else `name`.
fn meant(name: [u8; 4]) -> [u8; 4] {
    let near = KNOWN.iter().find(|known| (u32::from_be_bytes(***known) ^ u32::from_be_bytes(name)).count_ones() == 1);
    near.map_or(name, |known| **known)
}

fn is_name(name: [u8; 4]) -> bool {
    name.iter().all(u8::is_ascii_alphabetic)
}

fn is_known(name: &[u8]) -> bool {
    KNOWN.iter().any(|known| name == *known)
}

/// Returns the offset of the next chunk with a known name.
fn find_chunk(input: &mut dyn Input, from: u64) -> Result<Option<u64>, DecodeError> {
    let mut piece = vec![0; PIECE];
    let mut at = from;
    loop {
        let there = input.read_at(at, &mut piece)?;
        let names = piece[..there].windows(8).enumerate();
        for (place, head) in names.filter(|(_, head)| is_known(&head[4..])) {
            let next = at + place as u64;
            let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
            let behind = next + 12 + u64::from(length);
            if behind > input.length() || leads_on(input, behind)? {
                return Ok(Some(next));
            }
        }
        if there < piece.len() {
            return Ok(None);
        }
        // A chunk's head may cross the border.
        at += there as u64 - 7;
    }
}
