//! Reads the headers of a file, cards of 80 characters (sections 3 and 4), and finds the first image.

use super::kind::Kind;
use crate::container::Input;
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::geometry::Size;

/// Bytes of a block, of which headers and data have whole numbers, and of a card.
const BLOCK: usize = 2880;
const CARD: usize = 80;

/// Most blocks of a header, and most headers that are searched for an image.
const MOST_BLOCKS: usize = 256;
const MOST_HEADERS: usize = 64;

/// The place and the kind of an image.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// Images of red, green and blue, one after the other, or one.
    pub(super) planes: usize,
    pub(super) kind: Kind,
    /// Stored numbers become values by `scale` and `zero`.
    pub(super) scale: f64,
    pub(super) zero: f64,
    /// The stored integer that stands for no value.
    pub(super) blank: Option<i64>,
    /// Offset of the numbers.
    pub(super) offset: u64,
}

/// The cards that matter.
struct Cards {
    bits: i64,
    axes: Vec<u64>,
    scale: f64,
    zero: f64,
    blank: Option<i64>,
    /// Bytes of the data beside the axes: a heap, groups.
    beside: u64,
    groups: u64,
    is_image: bool,
    is_compressed: bool,
    /// Offset of the data.
    end: u64,
}

/// Finds the first image.
pub(super) fn read(input: &mut dyn Input) -> Result<Layout, DecodeError> {
    let mut at = 0;
    let mut has_compressed = false;
    for _ in 0..MOST_HEADERS {
        let Some(cards) = read_header(input, at)? else { break };
        has_compressed |= cards.is_compressed;
        if let Some(layout) = cards.layout()? {
            return Ok(layout);
        }
        at = cards.end.saturating_add(cards.data_bytes().div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64));
        if at >= input.length() {
            break;
        }
    }
    match has_compressed {
        true => Err(unsupported("compressed tiles")),
        false => Err(damaged("it contains no image")),
    }
}

/// Reads the header at an offset. `None` if there is none.
fn read_header(input: &mut dyn Input, mut at: u64) -> Result<Option<Cards>, DecodeError> {
    let (scale, zero, blank, beside, groups) = (1.0, 0.0, None, 0, 1);
    let (axes, is_image, is_compressed) = (Vec::new(), false, false);
    let mut cards = Cards { bits: 0, axes, scale, zero, blank, beside, groups, is_image, is_compressed, end: 0 };
    let mut block = [0; BLOCK];
    for number in 0..MOST_BLOCKS {
        let there = input.read_at(at, &mut block)?;
        at += BLOCK as u64;
        for (index, card) in block[..there].as_chunks::<CARD>().0.iter().enumerate() {
            let is_first = number == 0 && index == 0;
            if is_first && !card.starts_with(b"SIMPLE  =") && !card.starts_with(b"XTENSION=") {
                return Ok(None);
            }
            if card.starts_with(b"END     ") {
                cards.end = at;
                return Ok(Some(cards));
            }
            cards.note(card);
        }
        if there < BLOCK {
            return if number == 0 && there == 0 { Ok(None) } else { Err(ends_too_early()) };
        }
    }
    Err(damaged("its header has no end"))
}

impl Cards {
    fn note(&mut self, card: &[u8; CARD]) {
        let (name, rest) = card.split_at(8);
        let Some(value) = rest.strip_prefix(b"= ") else { return };
        let value = String::from_utf8_lossy(value);
        // A text has quotes, everything else ends at a comment.
        let word = value.split('/').next().unwrap_or_default().trim();
        let number = || word.replace(['D', 'd'], "E").parse::<f64>().ok().filter(|number| number.is_finite());
        let count = || word.parse::<u64>().ok();
        match name {
            b"SIMPLE  " => self.is_image = true,
            b"XTENSION" => self.is_image = word.trim_matches(['\'', ' ']) == "IMAGE",
            b"ZIMAGE  " => self.is_compressed = word == "T",
            b"BITPIX  " => self.bits = word.parse().unwrap_or(0),
            b"BSCALE  " => self.scale = number().unwrap_or(1.0),
            b"BZERO   " => self.zero = number().unwrap_or(0.0),
            b"BLANK   " => self.blank = word.parse().ok(),
            b"PCOUNT  " => self.beside = count().unwrap_or(0),
            b"GCOUNT  " => self.groups = count().unwrap_or(1),
            _ => {
                let axis = name.strip_prefix(b"NAXIS").and_then(|digits| std::str::from_utf8(digits).ok());
                if let Some(Ok(axis @ 1..=16)) = axis.map(|digits| digits.trim().parse::<usize>()) {
                    self.axes.resize(self.axes.len().max(axis), 1);
                    self.axes[axis - 1] = count().unwrap_or(0);
                }
            }
        }
    }

    /// Returns the bytes of the data (4.4.1).
    fn data_bytes(&self) -> u64 {
        let numbers = if self.axes.is_empty() {
            0
        } else {
            self.axes.iter().fold(1, |all, axis| u64::saturating_mul(all, *axis))
        };
        numbers.saturating_add(self.beside).saturating_mul(self.groups).saturating_mul(self.bits.unsigned_abs() / 8)
    }

    /// Returns the image, if it is one.
    fn layout(&self) -> Result<Option<Layout>, DecodeError> {
        let [width, height, others @ ..] = &self.axes[..] else { return Ok(None) };
        if !self.is_image || *width == 0 || *height == 0 || others.contains(&0) {
            return Ok(None);
        }
        let kind = match self.bits {
            8 => Kind::Byte,
            16 => Kind::Short,
            32 => Kind::Long,
            64 => Kind::LongLong,
            -32 => Kind::Single,
            -64 => Kind::Double,
            bits => return Err(damaged(format!("numbers of {bits} bits"))),
        };
        let side = |side: u64| u32::try_from(side).map_err(|_| damaged("the image header is invalid"));
        let size = Size::new(side(*width)?, side(*height)?);
        let planes = if others.first() == Some(&3) { 3 } else { 1 };
        let Self { scale, zero, blank, end, .. } = *self;
        Ok(Some(Layout { size, planes, kind, scale, zero, blank, offset: end }))
    }
}
