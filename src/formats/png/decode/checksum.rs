//! Checks the CRCs of chunks (PNG, third edition, 5.5 and annex D) and locates single flipped bits. A CRC of 32 bits
//! identifies the wrong bit of a chunk if there is only one, as after a fault of storage or memory.

use flate2::Crc;

use crate::container::Input;

/// The polynomial with its bits reversed.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// Bytes read at a time.
const PIECE: usize = 64 << 10;

/// A flipped bit of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flip {
    /// Offset of its byte in the file.
    pub(super) offset: u64,
    pub(super) mask: u8,
}

/// The result of checking a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The chunk is intact. If its checksum is wrong, the flipped bit may be the checksum's own.
    Right,
    OneBit(Flip),
    Wrong,
}

/// A checker of chunks that locates flipped bits while it has steps left.
#[derive(Debug)]
pub(super) struct Checker {
    steps: u64,
}

impl Checker {
    /// Returns a checker with the steps for all chunks of a file. Each takes a nanosecond, and a byte has eight.
    pub(super) const fn new() -> Self {
        Self { steps: 1 << 28 }
    }

    /// Checks the chunk whose name is at `offset` and whose data have `length` bytes. A truncated chunk is wrong.
    pub(super) fn check(&mut self, input: &mut dyn Input, offset: u64, length: u32) -> std::io::Result<Verdict> {
        let covered = u64::from(length) + 4;
        let mut crc = Crc::new();
        let mut piece = vec![0; PIECE.min(usize::try_from(covered).unwrap_or(PIECE))];
        let mut at = 0;
        while at < covered {
            let wanted = usize::try_from(covered - at).unwrap_or(PIECE).min(PIECE);
            if input.read_at(offset + at, &mut piece[..wanted])? < wanted {
                return Ok(Verdict::Wrong);
            }
            crc.update(&piece[..wanted]);
            at += wanted as u64;
        }
        let mut stored = [0; 4];
        if input.read_at(offset + covered, &mut stored)? < stored.len() {
            return Ok(Verdict::Wrong);
        }
        let difference = u32::from_be_bytes(stored) ^ crc.sum();
        if difference.count_ones() <= 1 {
            return Ok(Verdict::Right);
        }
        let steps = covered.saturating_mul(8).min(self.steps);
        let found = find_bit(difference, steps);
        self.steps -= found.map_or(steps, |step| step + 1);
        Ok(found.map_or(Verdict::Wrong, |step| {
            Verdict::OneBit(Flip { offset: offset + covered - 1 - step / 8, mask: 0x80 >> (step % 8) })
        }))
    }
}

/// Returns the bit whose flip changes the checksum by `difference`. It is counted from the last covered bit.
fn find_bit(difference: u32, steps: u64) -> Option<u64> {
    let mut of_bit = 1_u32;
    (0..steps).find(|_| {
        of_bit = (of_bit >> 1) ^ if of_bit & 1 == 1 { POLYNOMIAL } else { 0 };
        of_bit == difference
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(data: &[u8]) -> Vec<u8> {
        let mut crc = Crc::new();
        crc.update(data);
        [b"before".as_slice(), data, &crc.sum().to_be_bytes()].concat()
    }

    fn check(bytes: &[u8]) -> Verdict {
        let length = bytes.len() as u32 - 6 - 4 - 4;
        Checker::new().check(&mut { bytes }, 6, length).unwrap()
    }

    #[test]
    fn every_single_bit_is_found_wherever_it_stands() {
        let good = chunk(&(0..150_u32).map(|i| (i * 37) as u8).collect::<Vec<_>>());
        assert_eq!(check(&good), Verdict::Right);
        for at in 6..good.len() {
            for bit in 0..8 {
                let mut bytes = good.clone();
                bytes[at] ^= 1 << bit;
                let own = at >= good.len() - 4;
                let found = Verdict::OneBit(Flip { offset: at as u64, mask: 1 << bit });
                assert_eq!(check(&bytes), if own { Verdict::Right } else { found }, "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn more_damage_than_a_bit_is_called_wrong() {
        let mut bytes = chunk(&[7; 1000]);
        bytes[100] ^= 0x11;
        assert_eq!(check(&bytes), Verdict::Wrong);
        let end = bytes.len() - 4;
        bytes[end..].fill(0);
        assert_eq!(check(&bytes), Verdict::Wrong);
    }

    #[test]
    fn the_steps_of_a_file_are_bounded() {
        let bytes = chunk(&[0; 1000]);
        let mut checker = Checker { steps: 100 };
        let mut broken = bytes.clone();
        broken[10] ^= 0x11;
        assert_eq!(checker.check(&mut broken.as_slice(), 6, 996).unwrap(), Verdict::Wrong);
        assert_eq!(checker.steps, 0);
    }
}
