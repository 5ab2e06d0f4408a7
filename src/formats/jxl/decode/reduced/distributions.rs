//! Parses distributions of symbols, and arranges them for decoding (ISO/IEC 18181-1, annex C).

use jxl_bitstream::Bitstream;

use super::unfit::Unfit;

/// Bits of the sum of the frequencies of a distribution.
pub(super) const LOG_SUM: u32 = 12;
pub(super) const SUM: u32 = 1 << LOG_SUM;

/// Reads the frequencies of a distribution, which add up to [`SUM`].
pub(super) fn read_frequencies(bits: &mut Bitstream<'_>, most: usize) -> Result<Vec<u32>, Unfit> {
    let mut frequencies = vec![0; most];
    if bits.read_bool()? {
        let is_pair = bits.read_bool()?;
        let first = read_small(bits)? as usize;
        if is_pair {
            let second = read_small(bits)? as usize;
            let frequency = bits.read_bits(LOG_SUM as usize)?;
            *frequencies.get_mut(second).ok_or(Unfit)? = SUM - frequency;
            *frequencies.get_mut(first).filter(|_| first != second).ok_or(Unfit)? = frequency;
        } else {
            *frequencies.get_mut(first).ok_or(Unfit)? = SUM;
        }
        return Ok(frequencies);
    }
    if bits.read_bool()? {
        let count = read_small(bits)? as usize + 1;
        let used = frequencies.get_mut(..count).ok_or(Unfit)?;
        let (each, rest) = (SUM / count as u32, SUM as usize % count);
        used.iter_mut().enumerate().for_each(|(index, out)| *out = each + u32::from(index < rest));
        return Ok(frequencies);
    }
    let mut width = 0;
    while width < 3 && bits.read_bool()? {
        width += 1;
    }
    let shift = bits.read_bits(width)? + (1 << width) - 1;
    if shift > 13 {
        return Err(Unfit);
    }
    let count = read_small(bits)? as usize + 3;
    read_varied(bits, shift, frequencies.get_mut(..count).ok_or(Unfit)?)?;
    Ok(frequencies)
}

/// The logarithm that stands for a run of the frequency before it.
const RUN: u32 = 13;

/// Reads frequencies by their logarithms. The largest one is the rest.
fn read_varied(bits: &mut Bitstream<'_>, shift: u32, frequencies: &mut [u32]) -> Result<(), Unfit> {
    let mut logs = Vec::new();
    let mut largest: Option<(usize, u32)> = None;
    // Logarithms, and the runs in place of some.
    let mut at = 0;
    while at < frequencies.len() {
        let log = read_log(bits)?;
        let run = if log == RUN { read_small(bits)? as usize + 4 } else { 1 };
        if log != RUN && largest.is_none_or(|(_, largest)| largest < log) {
            largest = Some((at, log));
        }
        logs.push((at, log, run));
        at += run;
    }
    let (largest, _) = largest.filter(|_| at == frequencies.len()).ok_or(Unfit)?;
    let mut sum = 0;
    for (at, log, run) in logs {
        if log == RUN {
            let before = at.checked_sub(1).map_or(0, |at| frequencies[at]);
            frequencies[at..at + run].fill(before);
            sum += before * run as u32;
            if at == largest + 1 {
                return Err(Unfit);
            }
        } else if at != largest && log > 0 {
            let log = log - 1;
            let width = log.min(shift.saturating_sub((LOG_SUM - log) / 2));
            frequencies[at] = (1 << log) + (bits.read_bits(width as usize)? << (log - width));
            sum += frequencies[at];
        }
    }
    frequencies[largest] = SUM.checked_sub(sum).filter(|rest| *rest > 0).ok_or(Unfit)?;
    Ok(())
}

/// Reads a number from 0 to 255.
fn read_small(bits: &mut Bitstream<'_>) -> Result<u32, Unfit> {
    if !bits.read_bool()? {
        return Ok(0);
    }
    let width = bits.read_bits(3)?;
    Ok((1 << width) + bits.read_bits(width as usize)?)
}

/// Reads the logarithm of a frequency, plus 1.
fn read_log(bits: &mut Bitstream<'_>) -> Result<u32, Unfit> {
    // By the first three bits; the rest have longer codes.
    let log = match bits.read_bits(3)? {
        0 => 10,
        2 => 7,
        3 if bits.read_bool()? => 1,
        3 => 3,
        4 => 6,
        5 => 8,
        6 => 9,
        7 if bits.read_bool()? => 2,
        7 => 5,
        _ => {
            for log in [4, 0, 11, 13] {
                if bits.read_bool()? {
                    return Ok(log);
                }
            }
            12
        }
    };
    Ok(log)
}

/// Appends the buckets of a distribution: each holds a part of its own symbol, and fills up with one other symbol. Packed
/// from the low bits: the size of its own part, the other symbol (8 bits each), its own symbol's frequency, what to add to
/// places in the other part, and the other symbol's frequency (16 bits each). The other symbol and its frequency are stored
/// as differences of bits from its own, so that one mask chooses between them without a branch.
pub(super) fn pack(frequencies: &[u32], log_buckets: u32, buckets: &mut Vec<u64>) -> Result<(), Unfit> {
    let room = SUM >> log_buckets;
    let count = frequencies.len();
    let mut parts = frequencies.to_vec();
    let mut others: Vec<(usize, u32)> = (0..count).map(|symbol| (symbol, 0)).collect();
    if let Some(single) = frequencies.iter().position(|frequency| *frequency == SUM) {
        parts.fill(0);
        others = (0..count as u32).map(|bucket| (single, bucket * room)).collect();
    } else {
        let mut over: Vec<usize> = (0..count).filter(|symbol| parts[*symbol] > room).collect();
        let mut under: Vec<usize> = (0..count).filter(|symbol| parts[*symbol] < room).collect();
        while let Some(from) = over.pop() {
            let to = under.pop().ok_or(Unfit)?;
            parts[from] -= room - parts[to];
            others[to] = (from, parts[from]);
            match parts[from].cmp(&room) {
                std::cmp::Ordering::Less => under.push(from),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => over.push(from),
            }
        }
    }
    for (symbol, (own, (other, offset))) in parts.into_iter().zip(others).enumerate() {
        // A bucket of one symbol has no other part.
        let (own, offset) = if own == room { (room, 0) } else { (own, offset.wrapping_sub(own) & 0xffff) };
        let fields = [
            (own, 0),
            ((other ^ symbol) as u32, 8),
            (frequencies[symbol], 16),
            (offset, 32),
            (frequencies[other] ^ frequencies[symbol], 48),
        ];
        buckets.push(fields.into_iter().fold(0, |packed, (value, at)| packed | u64::from(value) << at));
    }
    Ok(())
}
