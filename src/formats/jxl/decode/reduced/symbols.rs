//! Decodes symbols of asymmetric numeral systems (ISO/IEC 18181-1, annex C): as `jxl-coding` does, but in registers, and
//! with the next symbol's distribution chosen by the caller beforehand.

use jxl_bitstream::Bitstream;
use jxl_coding::read_clusters;

use super::distributions::{LOG_SUM, SUM, pack, read_frequencies};
use super::unfit::Unfit;

/// The state in which every stream ends.
const LAST_STATE: u32 = 0x13_0000;

/// The distributions of a code.
#[derive(Debug)]
pub(super) struct Code {
    /// The distribution of each context.
    pub(super) clusters: Vec<u8>,
    /// For each distribution, its buckets (see [`pack`]).
    buckets: Vec<u64>,
    log_buckets: u32,
    numbers: Vec<Numbers>,
}

/// The coding of numbers by symbols and bits after them.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    /// Symbols below this are the numbers themselves.
    split: u32,
    split_log: u32,
    high: u32,
    low: u32,
}

impl Code {
    /// Parses a code. `Err` if it has references to earlier numbers, or prefix codes.
    pub(super) fn parse(bits: &mut Bitstream<'_>, contexts: u32) -> Result<Self, Unfit> {
        if bits.read_bool()? {
            return Err(Unfit);
        }
        let (count, clusters) = read_clusters(bits, contexts)?;
        if bits.read_bool()? {
            return Err(Unfit);
        }
        let log_buckets = bits.read_bits(2)? + 5;
        let numbers = (0..count).map(|_| Numbers::parse(bits, log_buckets)).collect::<Result<Vec<_>, _>>()?;
        let mut buckets = Vec::new();
        for _ in 0..count {
            let frequencies = read_frequencies(bits, 1 << log_buckets)?;
            pack(&frequencies, log_buckets, &mut buckets)?;
        }
        Ok(Self { clusters, buckets, log_buckets, numbers })
    }
}

impl Numbers {
    fn parse(bits: &mut Bitstream<'_>, log_symbols: u32) -> Result<Self, Unfit> {
        let width = |most: u32| (u32::BITS - most.leading_zeros()) as usize;
        let split_log = bits.read_bits(width(log_symbols))?;
        let (mut high, mut low) = (0, 0);
        if split_log != log_symbols {
            high = bits.read_bits(width(split_log))?;
            low = bits.read_bits(width(split_log.checked_sub(high).ok_or(Unfit)?))?;
        }
        if split_log > log_symbols || high + low > split_log {
            return Err(Unfit);
        }
        Ok(Self { split: 1 << split_log, split_log, high, low })
    }
}

/// A reader of numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// Bytes taken from the start, which may go beyond the end, where zeros follow.
    taken: usize,
    bits: u64,
    /// Bits that are left in `bits`.
    left: u32,
    state: u32,
    /// Whether a number had more than 31 bits.
    has_failed: bool,
}

impl<'a> Reader<'a> {
    /// Begins at a bit of a section.
    pub(super) fn begin(section: &'a [u8], bit: usize) -> Self {
        let mut reader = Self { bytes: section, taken: bit / 8, bits: 0, left: 0, state: 0, has_failed: false };
        reader.refill();
        reader.skip(bit as u32 % 8);
        reader.state = reader.peek(32);
        reader.skip(32);
        reader
    }

    /// Checks that the numbers were sound.
    pub(super) fn end(self) -> Result<(), Unfit> {
        let is_within = self.taken * 8 <= self.bytes.len() * 8 + self.left as usize;
        if self.state == LAST_STATE && is_within && !self.has_failed { Ok(()) } else { Err(Unfit) }
    }

    #[inline(always)]
    fn refill(&mut self) {
        match self.bytes.get(self.taken..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(chunk) => {
                self.bits |= u64::from_le_bytes(*chunk) << self.left;
                self.taken += (63 - self.left as usize) >> 3;
                self.left |= 56;
            }
            // By values, since a reader that something points to is not kept in registers.
            None => {
                (self.taken, self.bits, self.left) = refill_at_the_end(self.bytes, self.taken, self.bits, self.left);
            }
        }
    }

    #[inline(always)]
    fn peek(&self, count: u32) -> u32 {
        (self.bits & ((1 << count) - 1)) as u32
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.bits >>= count;
        self.left -= count;
    }

    /// Reads a number of distribution `cluster`.
    #[inline(always)]
    pub(super) fn read(&mut self, code: &Code, cluster: u8) -> u32 {
        let log_room = LOG_SUM - code.log_buckets;
        let at = self.state & (SUM - 1);
        let (bucket, place) = (at >> log_room, at & ((1 << log_room) - 1));
        let index = (usize::from(cluster) << code.log_buckets) + bucket as usize;
        let packed = code.buckets[index];
        let is_other = place >= (packed & 0xff) as u32;
        let other = packed & 0_u64.wrapping_sub(u64::from(is_other));
        let symbol = bucket ^ ((other >> 8) as u32 & 0xff);
        let frequency = ((packed >> 16) as u32 & 0xffff) ^ (other >> 48) as u32;
        let offset = ((other >> 32) as u32).wrapping_add(place) & 0xffff;
        self.refill();
        let state = frequency.wrapping_mul(self.state >> LOG_SUM).wrapping_add(offset);
        let is_low = state < 1 << 16;
        self.state = if is_low { state << 16 | self.peek(16) } else { state };
        self.skip(u32::from(is_low) * 16);
        let numbers = &code.numbers[usize::from(cluster)];
        if symbol < numbers.split { symbol } else { self.read_rest(symbol, *numbers) }
    }

    /// Reads the bits that follow a symbol.
    #[inline(always)]
    fn read_rest(&mut self, symbol: u32, numbers: Numbers) -> u32 {
        let Numbers { split, split_log, high, low } = numbers;
        let count = split_log - high - low + ((symbol - split) >> (high + low));
        if count + high + low > 30 {
            self.has_failed = true;
            return 0;
        }
        let first = symbol >> low & ((1 << high) - 1) | 1 << high;
        let number = (first << count | self.peek(count)) << low | symbol & ((1 << low) - 1);
        self.skip(count);
        number
    }
}

#[cold]
#[inline(never)]
fn refill_at_the_end(bytes: &[u8], mut taken: usize, mut bits: u64, mut left: u32) -> (usize, u64, u32) {
    while left < 56 {
        bits |= u64::from(bytes.get(taken).copied().unwrap_or(0)) << left;
        taken += 1;
        left += 8;
    }
    (taken, bits, left)
}
