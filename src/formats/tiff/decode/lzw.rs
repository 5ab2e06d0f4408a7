//! Decodes LZW after TIFF 6.0, section 13. Codes have 9 to 12 bits, the highest bit first, and grow one code early. Older
//! writers put the lowest bit first, and their codes grow without that offset.

use crate::formats::lzw::{Bits, Lzw, Stop};

/// Most bytes left over of an input that is not the last one.
pub(super) const LEFT_OVER: usize = 8;

/// A decoder of strips.
#[derive(Debug)]
pub(super) struct Strip {
    lzw: Lzw,
    order: BitOrder,
}

/// The bit of a byte with which the first code begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BitOrder {
    Highest,
    Lowest,
}

/// The progress of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// Bytes of the input that were consumed.
    pub(super) consumed: usize,
    /// Bytes of the output that were written.
    pub(super) written: usize,
}

impl Progress {
    /// Copies uncompressed bytes.
    pub(super) fn copy(input: &[u8], out: &mut [u8]) -> Self {
        let count = input.len().min(out.len());
        out[..count].copy_from_slice(&input[..count]);
        Self { consumed: count, written: count }
    }
}

impl Strip {
    pub(super) fn new() -> Self {
        Self { lzw: Lzw::new(8), order: BitOrder::Highest }
    }

    /// Prepares for another strip, which begins with `bytes`.
    pub(super) fn start(&mut self, bytes: &[u8]) {
        self.order = match bytes {
            [0, second, ..] if second & 1 == 1 => BitOrder::Lowest,
            _ => BitOrder::Highest,
        };
        self.lzw.restart();
    }

    /// Decodes the next bytes. Up to [`LEFT_OVER`] bytes of an input that is not the last one may remain. The output is
    /// shorter than `out` if the input does not suffice, ends, or is corrupt.
    pub(super) fn decode(&mut self, input: &[u8], is_last: bool, out: &mut [u8]) -> Progress {
        match self.order {
            BitOrder::Highest => self.fill(Piece::<true> { input, consumed: 0, is_last }, out),
            BitOrder::Lowest => self.fill(Piece::<false> { input, consumed: 0, is_last }, out),
        }
    }

    fn fill<const HIGHEST_FIRST: bool>(&mut self, mut piece: Piece<'_, HIGHEST_FIRST>, out: &mut [u8]) -> Progress {
        let written = self.lzw.fill(&mut piece, out);
        Progress { consumed: piece.consumed, written }
    }
}

/// The bytes of a strip that are in memory.
struct Piece<'a, const HIGHEST_FIRST: bool> {
    input: &'a [u8],
    consumed: usize,
    is_last: bool,
}

impl<const HIGHEST_FIRST: bool> Bits for Piece<'_, HIGHEST_FIRST> {
    const ARE_HIGHEST_FIRST: bool = HIGHEST_FIRST;

    #[inline]
    fn refill(&mut self, bits: &mut u64, count: &mut u32) {
        if let Some(bytes) = self.input[self.consumed..].first_chunk::<8>() {
            *bits |= match HIGHEST_FIRST {
                true => u64::from_be_bytes(*bytes) >> *count,
                false => u64::from_le_bytes(*bytes) << *count,
            };
            let taken = (63 - *count) / 8;
            self.consumed += taken as usize;
            *count += 8 * taken;
        } else if self.is_last {
            while let (true, Some(byte)) = (*count <= 56, self.input.get(self.consumed)) {
                *bits |= u64::from(*byte) << if HIGHEST_FIRST { 56 - *count } else { *count };
                self.consumed += 1;
                *count += 8;
            }
        }
    }

    fn stop(&self) -> Option<Stop> {
        self.is_last.then_some(Stop::AtEnd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weezl::BitOrder;

    fn noise(seed: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(seed), |x| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)))
            .map(|x| x >> 8)
    }

    fn encode(bytes: &[u8]) -> Vec<u8> {
        weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(bytes).unwrap()
    }

    /// Decodes with windows on the input and pieces of the output of odd sizes.
    fn decode_in_pieces(strip: &mut Strip, input: &[u8], length: usize, window: usize, piece: usize) -> Vec<u8> {
        strip.start(input);
        let (mut out, mut at, mut to) = (Vec::new(), 0, window.min(input.len()));
        while out.len() < length {
            let mut bytes = vec![0; piece.min(length - out.len())];
            let progress = strip.decode(&input[at..to], to == input.len(), &mut bytes);
            at += progress.consumed;
            out.extend(&bytes[..progress.written]);
            let has_enough = to == input.len() || to - at > LEFT_OVER;
            if has_enough && progress.written == 0 && progress.consumed == 0 {
                break;
            }
            to = at.saturating_add(window).min(input.len());
        }
        out
    }

    #[test]
    fn whatever_weezl_encodes_comes_out_as_it_was() {
        let mut strip = Strip::new();
        let pictures: [Vec<u8>; 6] = [
            noise(1).take(100_000).map(|n| n as u8).collect(),
            noise(2).take(300_000).map(|n| (n % 3) as u8).collect(),
            vec![7; 1_000_000],
            noise(3).take(50_000).flat_map(|n| [(n % 5) as u8; 20]).collect(),
            (0..200_000_u32).map(|i| (i / 300) as u8).collect(),
            vec![9],
        ];
        for (i, bytes) in pictures.iter().enumerate() {
            let encoded = encode(bytes);
            for (window, piece) in [(usize::MAX, usize::MAX), (1000, 17), (9, 4099), (65_536, 30_000)] {
                let decoded = decode_in_pieces(&mut strip, &encoded, bytes.len(), window, piece);
                assert!(decoded == *bytes, "picture {i}, windows of {window}, pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_full_table_that_is_never_cleared_takes_no_more_memory() {
        // Codes of 9 bits first, then longer ones. Literals only, and no clear code after the first.
        let mut bits = Packed::default();
        bits.push(256, 9);
        let mut expected = Vec::new();
        for (next, n) in (257..).zip(noise(5).take(400_000)) {
            let byte = n as u8;
            bits.push(usize::from(byte), width_of(next));
            expected.push(byte);
        }
        let encoded = bits.bytes;
        let mut strip = Strip::new();
        let length = expected.len() - 8;
        let decoded = decode_in_pieces(&mut strip, &encoded, length, 5000, 5000);
        assert!(decoded == expected[..length]);
        assert!(strip.lzw.held() < 200_000, "{}", strip.lzw.held());
    }

    /// Returns the bits of a code while the table's next code is `next`.
    fn width_of(next: usize) -> usize {
        [511, 1023, 2047].iter().filter(|last| next >= **last).count() + 9
    }

    #[derive(Default)]
    struct Packed {
        bytes: Vec<u8>,
        held: usize,
        count: usize,
    }

    impl Packed {
        fn push(&mut self, code: usize, width: usize) {
            self.held = self.held << width | code;
            self.count += width;
            while self.count >= 8 {
                self.count -= 8;
                self.bytes.push((self.held >> self.count) as u8);
                self.held &= (1 << self.count) - 1;
            }
        }
    }

    #[test]
    fn what_stands_before_a_break_is_kept_as_weezl_keeps_it() {
        let bytes: Vec<u8> = noise(8).take(40_000).map(|n| (n % 7) as u8).collect();
        let encoded = encode(&bytes);
        let mut strip = Strip::new();
        let cut = decode_in_pieces(&mut strip, &encoded[..encoded.len() / 2], bytes.len(), 999, 999);
        assert!(cut.len() > 15_000 && bytes.starts_with(&cut), "{}", cut.len());
        let mut tried = 0;
        for (i, n) in noise(9).take(300).enumerate() {
            let mut broken = encoded.clone();
            broken[n as usize % encoded.len()] ^= 1 << (i % 8);
            let ours = decode_in_pieces(&mut strip, &broken, bytes.len(), 777, 3000);
            let mut weezl = Vec::new();
            let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
            let _ = decoder.into_vec(&mut weezl).decode(&broken);
            weezl.truncate(bytes.len());
            let shorter = ours.len().min(weezl.len());
            assert!(ours[..shorter] == weezl[..shorter], "broken in bit {i}");
            tried += shorter;
        }
        assert!(tried > 1_000_000, "{tried}");
    }
}
