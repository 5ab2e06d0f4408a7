//! Reads the coefficients of blocks that are not 0.

use jxl_bitstream::{Bitstream, unpack_signed};
use jxl_vardct::{HfBlockContext, TransformType};

use super::global::{CONTEXTS, Pass, SIDE};
use super::symbols::{Code, Reader};
use super::unfit::Unfit;

/// Contexts of the number of coefficients of a block, and of their values.
const COUNT_CONTEXTS: usize = 37;
const VALUE_CONTEXTS: usize = 458;

/// A coefficient: its place in the rows of its block, and its value.
pub(super) type Coefficient = (u32, i32);

/// The coefficients of a block that are not 0. The room for more of them is kept.
#[derive(Debug, Default)]
pub(super) struct List {
    items: Vec<Coefficient>,
    count: usize,
}

/// The state of a pass of a group.
pub(super) struct Reading<'a> {
    pub(super) reader: Reader<'a>,
    /// The distributions of the contexts of a group, and some beyond them.
    clusters: Vec<u8>,
    /// The numbers of coefficients in the blocks above.
    counts: [[u32; SIDE]; 3],
    pass: &'a Pass,
}

impl List {
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn items(&self) -> &[Coefficient] {
        &self.items[..self.count]
    }

    /// Makes room for this number of items more.
    fn reserve(&mut self, count: usize) {
        let needed = self.count + count;
        if self.items.len() < needed {
            self.items.resize(needed, Coefficient::default());
        }
    }

    /// Adds up the values of each place.
    pub(super) fn merge(&mut self) {
        let items = &mut self.items[..self.count];
        items.sort_unstable_by_key(|coefficient| coefficient.0);
        self.count = 0;
        for index in 0..items.len() {
            let (place, value) = items[index];
            match self.count.checked_sub(1) {
                Some(last) if items[last].0 == place => items[last].1 = items[last].1.wrapping_add(value),
                _ => {
                    items[self.count] = (place, value);
                    self.count += 1;
                }
            }
        }
    }
}

impl<'a> Reading<'a> {
    pub(super) fn begin(
        section: &'a [u8],
        pass: &'a Pass,
        presets: u32,
        context: &HfBlockContext,
    ) -> Result<Self, Unfit> {
        let width = presets.next_power_of_two().trailing_zeros() as usize;
        let preset = Bitstream::new(section).read_bits(width)?;
        let count = CONTEXTS * context.num_block_clusters as usize;
        let clusters = pass.code.clusters.get(preset as usize * count..).and_then(|map| map.get(..count));
        let mut clusters = clusters.ok_or(Unfit)?.to_vec();
        clusters.resize(count + ROOM, 0);
        Ok(Self { reader: Reader::begin(section, width), clusters, counts: [[0; SIDE]; 3], pass })
    }

    /// Reads the coefficients of a block that are not 0, and appends them to `list`.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        kind: TransformType,
        channel: usize,
        (x, y): (usize, usize),
        (cluster, clusters): (usize, usize),
        list: &mut List,
    ) -> Result<(), Unfit> {
        let (width, height) = kind.dct_select_size();
        let blocks = (width * height) as usize;
        let log = blocks.trailing_zeros();
        let counts = &mut self.counts[channel];
        let predicted = match (x, y) {
            (0, 0) => 32,
            (_, 0) => counts[x - 1],
            (0, _) => counts[x],
            _ => (counts[x] + counts[x - 1]).div_ceil(2),
        } as usize;
        let class = if predicted >= 8 { 4 + predicted / 2 } else { predicted };
        let code = &self.pass.code;
        let mut reader = self.reader;
        let count = reader.read(code, *self.clusters.get(cluster + class * clusters).ok_or(Unfit)?) as usize;
        if count > 63 << log {
            return Err(Unfit);
        }
        counts.get_mut(x..x + width as usize).ok_or(Unfit)?.fill(((count + blocks - 1) >> log) as u32);
        if count > 0 {
            let start = cluster * VALUE_CONTEXTS + COUNT_CONTEXTS * clusters;
            let contexts = self.clusters.get(start..).and_then(|contexts| contexts.first_chunk()).ok_or(Unfit)?;
            let places = &self.pass.orders.of(kind, channel)[blocks..];
            list.reserve(places.len());
            reader = read_values(reader, (code, contexts), (count, log), (places, self.pass.shift), list);
        }
        self.reader = reader;
        Ok(())
    }
}

/// Contexts beyond those of a block's coefficients, so that any class can be looked up. Sound data have none there.
const ROOM: usize = 512 - VALUE_CONTEXTS;

/// Reads this number of coefficients that are not 0, and those that are 0 between them. The distributions of the next one
/// are looked up before it is known which of them holds, and nothing branches on that.
#[inline(always)]
fn read_values<'a>(
    mut reader: Reader<'a>,
    (code, contexts): (&Code, &[u8; 512]),
    (mut left, log): (usize, u32),
    (places, shift): (&[u32], u32),
    list: &mut List,
) -> Reader<'a> {
    let of_count = |left: usize| usize::from(OF_COUNT[(left.max(1) - 1) >> log & 63]);
    let of_frequency = |index: usize| usize::from(OF_FREQUENCY[index >> log & 63]);
    let items = &mut list.items[list.count..];
    let (all, blocks) = (left, 1 << log);
    let mut cluster = contexts[(2 * (of_count(left) + of_frequency(0)) + usize::from(left <= blocks * 4)) & 511];
    for (index, place) in places.iter().enumerate() {
        let next = of_frequency(index + 1);
        let if_zero = contexts[(2 * (of_count(left) + next)) & 511];
        let otherwise = contexts[(2 * (of_count(left - 1) + next) + 1) & 511];
        let value = reader.read(code, cluster);
        if let Some(item) = items.get_mut(all - left) {
            *item = (*place, unpack_signed(value) << shift);
        }
        let is_value = value != 0;
        left -= usize::from(is_value);
        cluster = if_zero ^ ((if_zero ^ otherwise) & 0_u8.wrapping_sub(u8::from(is_value)));
        if left == 0 {
            break;
        }
    }
    list.count += all - left;
    reader
}

/// Contexts of a coefficient by the number of those to come, less 1 (ISO/IEC 18181-1, HF coefficients).
#[rustfmt::skip]
const OF_COUNT: [u16; 64] = [
    0, 31, 62, 62, 93, 93, 93, 93, 123, 123, 123, 123, 152, 152, 152, 152, 152, 152, 152, 152, 180, 180, 180, 180, 180,
    180, 180, 180, 180, 180, 180, 180, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206,
    206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 206, 0,
];

/// Contexts of a coefficient by its place in the order.
#[rustfmt::skip]
const OF_FREQUENCY: [u16; 64] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23,
    23, 23, 23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27, 27, 27, 27, 28, 28, 28, 28, 29, 29, 29, 29, 30, 30,
    30, 30, 0,
];
