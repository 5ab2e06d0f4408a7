//! Decodes an entropy-coded image row by row (RFC 9649, 3.7.2.2 and 3.7.3). Its transforms are undone later. Holds only
//! the pixels that a distance can reach.

use super::super::error::Error;
use super::bits::BitReader;
use super::prefix::{Code, Table, Tables};

/// The longest distance, and so the number of pixels to hold: a prefix of 39 with 18 bits (3.7.2.2).
const LONGEST_DISTANCE: usize = 1 << 20;

/// The maximum number of pixels in one copy: a prefix of 23 with 10 bits.
const LONGEST_COPY: usize = 4096;

/// The maximum number of pixels held. It is twice the longest distance, so that the window moves rarely, and a row with
/// the pixels that are copied beyond it.
pub(super) const LARGEST_WINDOW: usize = 2 * LONGEST_DISTANCE + (1 << 14) + LONGEST_COPY;

/// Numbers of green literals and of length prefixes. Higher symbols are indices into the colour cache.
const LITERALS: usize = 256;
const LENGTHS: usize = 24;

/// Number of distance prefixes.
const DISTANCES: usize = 40;

/// The positions that short distances stand for: columns to the left, and rows above (3.7.2.2).
#[rustfmt::skip]
const NEAR: [(i8, u8); 120] = [
    (0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2), (2, 1), (-2, 1), (2, 2), (-2, 2),
    (0, 3), (3, 0), (1, 3), (-1, 3), (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0),
    (1, 4), (-1, 4), (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4), (4, 2), (-4, 2), (0, 5), (3, 4),
    (-3, 4), (4, 3), (-4, 3), (5, 0), (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5, 2),
    (4, 4), (-4, 4), (3, 5), (-3, 5), (5, 3), (-5, 3), (0, 6), (6, 0), (1, 6), (-1, 6), (6, 1), (-6, 1),
    (2, 6), (-2, 6), (6, 2), (-6, 2), (4, 5), (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3), (-6, 3),
    (0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5), (7, 1), (-7, 1), (4, 6), (-4, 6), (6, 4), (-6, 4),
    (2, 7), (-2, 7), (7, 2), (-7, 2), (3, 7), (-3, 7), (7, 3), (-7, 3), (5, 6), (-5, 6), (6, 5), (-6, 5),
    (8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6), (-6, 6), (8, 3), (5, 7), (-5, 7),
    (7, 5), (-7, 5), (8, 4), (6, 7), (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7), (-7, 7), (8, 6), (8, 7),
];

/// The role of an image. Only blocks of the main one may have their own codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Main,
    Side,
}

/// The data that precede the pixels of an image.
#[derive(Debug)]
pub(super) struct Coded {
    width: usize,
    height: usize,
    /// Bits of an index into the colour cache, if there is one.
    cache_bits: Option<u32>,
    blocks: Blocks,
    tables: Tables,
    /// The codes of each group: green with lengths and cache indices, red, blue, alpha, distances.
    groups: Vec<[Code; 5]>,
}

/// The group of codes of each square block of pixels.
#[derive(Debug)]
struct Blocks {
    bits: u32,
    across: usize,
    groups: Vec<u16>,
}

impl Coded {
    /// Reads the data that precede the pixels of an image of `width` by `height`.
    pub(super) fn read(bits: &mut BitReader<'_>, width: usize, height: usize, role: Role) -> Result<Self, Error> {
        let cache_bits = (bits.read(1) == 1).then(|| bits.read(4));
        if cache_bits.is_some_and(|bits| !(1..=11).contains(&bits)) {
            return Err(Error::Invalid("its colour cache has an invalid size"));
        }
        let blocks = match role {
            Role::Main if bits.read(1) == 1 => Blocks::read(bits, width, height)?,
            _ => Blocks { bits: usize::BITS - 1, across: 1, groups: vec![0] },
        };
        let count = blocks.groups.iter().max().map_or(0, |most| usize::from(*most) + 1);
        let cache = cache_bits.map_or(0, |bits| 1 << bits);
        let mut tables = Tables::default();
        let mut groups = Vec::new();
        for _ in 0..count {
            let mut read = |symbols| tables.read(bits, symbols);
            groups.push([
                read(LITERALS + LENGTHS + cache)?,
                read(LITERALS)?,
                read(LITERALS)?,
                read(LITERALS)?,
                read(DISTANCES)?,
            ]);
        }
        Ok(Self { width, height, cache_bits, blocks, tables, groups })
    }

    /// Decodes the pixels and passes each row to `sink`. Returns the number of rows before the stream ended or became
    /// invalid.
    #[inline(always)]
    pub(super) fn decode(&self, bits: &mut BitReader<'_>, sink: &mut impl FnMut(&[u32])) -> Result<usize, Error> {
        let mut pixels = Window::new(self.width, self.height)?;
        let mut cache = self.cache_bits.map(Cache::new);
        for y in 0..self.height {
            let row = pixels.begin_row(y * self.width, self.width);
            let end = row + self.width;
            while pixels.at < end {
                let x = pixels.at - row;
                let block_end = end.min(row + (((x >> self.blocks.bits) + 1) << self.blocks.bits));
                let group = Group::new(self, self.blocks.group_at(x, y));
                if self.decode_block(bits, &mut pixels, block_end, &group, cache.as_mut()).is_none()
                    || bits.is_exhausted()
                {
                    return Ok(y);
                }
            }
            sink(&pixels.held[row..end]);
        }
        Ok(self.height)
    }

    /// Decodes pixels up to `end` or beyond it. `None` if a symbol is invalid.
    #[inline(always)]
    fn decode_block(
        &self,
        shared: &mut BitReader<'_>,
        pixels: &mut Window,
        end: usize,
        group: &Group<'_>,
        mut cache: Option<&mut Cache>,
    ) -> Option<()> {
        if let Some(pixel) = group.only_pixel {
            pixels.held[pixels.at..end].fill(pixel);
            pixels.at = end;
            if let Some(cache) = &mut cache {
                cache.add(pixel);
            }
            return Some(());
        }
        // A copy of the reader stays in registers.
        let mut reader = shared.clone();
        let bits = &mut reader;
        while pixels.at < end {
            bits.refill();
            let symbol = group.green.take(bits);
            if symbol < LITERALS {
                let pixel = (symbol as u32) << 8 | group.channels(bits);
                pixels.push(pixel);
                if let Some(cache) = &mut cache {
                    cache.add(pixel);
                }
            } else if symbol < LITERALS + LENGTHS {
                let length = read_number(bits, symbol - LITERALS);
                bits.refill();
                let prefix = group.distance.take(bits);
                let distance = self.to_distance(read_number(bits, prefix));
                let from = pixels.at;
                pixels.copy(length, distance)?;
                if let Some(cache) = &mut cache {
                    // Where pixels repeat, the last of each counts.
                    let from = from.max(pixels.at - distance);
                    pixels.held[from..pixels.at].iter().for_each(|pixel| cache.add(*pixel));
                }
            } else {
                let pixel = *cache.as_ref()?.colors.get(symbol - LITERALS - LENGTHS)?;
                pixels.push(pixel);
            }
        }
        *shared = reader;
        Some(())
    }

    /// Returns the distance in pixels for a distance code, counted from 1.
    fn to_distance(&self, number: usize) -> usize {
        let Some((left, above)) = NEAR.get(number - 1) else { return number - NEAR.len() };
        (self.width * usize::from(*above)).saturating_add_signed(isize::from(*left)).max(1)
    }
}

/// Decodes a whole image.
pub(super) fn decode_side(bits: &mut BitReader<'_>, width: usize, height: usize) -> Result<Vec<u32>, Error> {
    let coded = Coded::read(bits, width, height, Role::Side)?;
    let mut pixels = Vec::new();
    let no_room = |_| Error::Invalid("its pixels need more memory than there is");
    pixels.try_reserve_exact(width * height).map_err(no_room)?;
    if coded.decode(bits, &mut |row| pixels.extend_from_slice(row))? < height {
        return Err(Error::Truncated("the header of its pixels"));
    }
    Ok(pixels)
}

/// Reads a length or a distance after its prefix. Its other bits are buffered.
#[inline(always)]
fn read_number(bits: &mut BitReader<'_>, prefix: usize) -> usize {
    if prefix < 4 {
        return prefix + 1;
    }
    let extra = (prefix - 2) >> 1;
    ((2 + (prefix & 1)) << extra) + bits.take(extra as u32) as usize + 1
}

impl Blocks {
    fn read(bits: &mut BitReader<'_>, width: usize, height: usize) -> Result<Self, Error> {
        let size = bits.read(3) + 2;
        let [across, down] = [width, height].map(|side| side.div_ceil(1 << size));
        let groups = decode_side(bits, across, down)?;
        Ok(Self { bits: size, across, groups: groups.into_iter().map(|pixel| (pixel >> 8) as u16).collect() })
    }

    fn group_at(&self, x: usize, y: usize) -> usize {
        usize::from(self.groups[(y >> self.bits) * self.across + (x >> self.bits)])
    }
}

/// The codes of a block.
struct Group<'a> {
    green: Table<'a>,
    others: Others<'a>,
    distance: Table<'a>,
    /// The only pixel of the block, if none of its codes takes any bits.
    only_pixel: Option<u32>,
}

/// The codes of red, blue and alpha, by the number of those that take bits. Waiting for a symbol that is known would take as
/// long as for any other.
enum Others<'a> {
    /// A gray image, or opacity: the only symbols of all three.
    None(u32),
    /// An opaque image: the only symbol of alpha.
    Colors([Table<'a>; 2], u32),
    All([Table<'a>; 3]),
}

impl<'a> Group<'a> {
    #[inline(always)]
    fn new(coded: &'a Coded, index: usize) -> Self {
        let [green, red, blue, alpha, distance] = coded.groups[index].map(|code| coded.tables.table(code));
        let only = |table: Table<'_>| table.only_symbol().filter(|symbol| *symbol < LITERALS);
        let others = match [alpha, red, blue].map(only) {
            [Some(a), Some(r), Some(b)] => Others::None((a << 24 | r << 16 | b) as u32),
            [Some(a), ..] => Others::Colors([red, blue], (a << 24) as u32),
            _ => Others::All([red, blue, alpha]),
        };
        let only_pixel = match (&others, only(green)) {
            (Others::None(others), Some(green)) => Some(*others | (green << 8) as u32),
            _ => None,
        };
        Self { green, others, distance, only_pixel }
    }

    /// Reads the channels that follow green. For it and these, the bits were buffered.
    #[inline(always)]
    fn channels(&self, bits: &mut BitReader<'_>) -> u32 {
        match &self.others {
            Others::None(symbols) => *symbols,
            Others::Colors([red, blue], alpha) => {
                let red = red.take(bits);
                *alpha | (red << 16 | blue.take(bits)) as u32
            }
            Others::All([red, blue, alpha]) => {
                let red = red.take(bits);
                let blue = blue.take(bits);
                bits.refill_for_a_code();
                (alpha.take(bits) << 24 | red << 16 | blue) as u32
            }
        }
    }
}

/// The cache of recent colours, by their hash (3.6.2).
struct Cache {
    colors: Box<[u32; LARGEST_CACHE]>,
    shift: u32,
}

/// The maximum number of colours in it.
const LARGEST_CACHE: usize = 1 << 11;

impl Cache {
    fn new(bits: u32) -> Self {
        Self { colors: Box::new([0; LARGEST_CACHE]), shift: 32 - bits }
    }

    #[inline(always)]
    fn add(&mut self, pixel: u32) {
        let place = 0x1e35_a7bd_u32.wrapping_mul(pixel) >> self.shift;
        self.colors[place as usize % LARGEST_CACHE] = pixel;
    }
}

/// The latest pixels of an image, in order.
struct Window {
    held: Vec<u32>,
    /// The index of the next pixel.
    at: usize,
    /// Number of earlier pixels, no longer held.
    dropped: usize,
    total: usize,
}

impl Window {
    fn new(width: usize, height: usize) -> Result<Self, Error> {
        let total = width * height;
        let room = total.min(LARGEST_WINDOW);
        let mut held = Vec::new();
        held.try_reserve_exact(room).map_err(|_| Error::Invalid("its pixels need more memory than there is"))?;
        held.resize(room, 0);
        Ok(Self { held, at: 0, dropped: 0, total })
    }

    /// Makes room for a row of `width` pixels and for pixels copied beyond its end. The row begins with pixel `first` of
    /// the image. Returns the start of the row.
    fn begin_row(&mut self, first: usize, width: usize) -> usize {
        let row = first - self.dropped;
        if self.held.len() < row + width + LONGEST_COPY && self.dropped + self.held.len() < self.total {
            let unneeded = self.at.saturating_sub(LONGEST_DISTANCE).min(row);
            self.held.copy_within(unneeded..self.at, 0);
            self.at -= unneeded;
            self.dropped += unneeded;
        }
        first - self.dropped
    }

    #[inline(always)]
    fn push(&mut self, pixel: u32) {
        self.held[self.at] = pixel;
        self.at += 1;
    }

    /// Repeats the pixels from `distance` back. `None` if that is before the first pixel, or if the image has fewer
    /// pixels.
    #[inline(always)]
    fn copy(&mut self, length: usize, distance: usize) -> Option<()> {
        let end = self.at + length;
        if distance > self.at || self.dropped + end > self.total {
            return None;
        }
        if distance >= length {
            self.held.copy_within(self.at - distance..end - distance, self.at);
        } else if distance == 1 {
            let pixel = self.held[self.at - 1];
            self.held[self.at..end].fill(pixel);
        } else {
            for at in self.at..end {
                self.held[at] = self.held[at - distance];
            }
        }
        self.at = end;
        Some(())
    }
}
