//! Decodes PackBits (TIFF 6.0, section 9).

use super::lzw::Progress;

/// The current packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PackBits {
    /// None: its length comes next.
    #[default]
    Between,
    /// Number of bytes still to be copied.
    Literal(usize),
    /// Number of repetitions of the next byte.
    Run(usize),
}

impl PackBits {
    /// Decodes until the output is full or the input consumed.
    pub(super) fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Progress {
        let (mut consumed, mut written) = (0, 0);
        while written < out.len() {
            let Some(byte) = input.get(consumed) else { break };
            match *self {
                Self::Between => {
                    consumed += 1;
                    *self = match *byte {
                        length @ 0..128 => Self::Literal(usize::from(length) + 1),
                        128 => Self::Between,
                        length => Self::Run(257 - usize::from(length)),
                    };
                }
                Self::Literal(left) => {
                    let count = left.min(out.len() - written).min(input.len() - consumed);
                    out[written..written + count].copy_from_slice(&input[consumed..consumed + count]);
                    consumed += count;
                    written += count;
                    *self = if count == left { Self::Between } else { Self::Literal(left - count) };
                }
                Self::Run(left) => {
                    let count = left.min(out.len() - written);
                    out[written..written + count].fill(*byte);
                    written += count;
                    if count == left {
                        consumed += 1;
                        *self = Self::Between;
                    } else {
                        *self = Self::Run(left - count);
                    }
                }
            }
        }
        Progress { consumed, written }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_comes_out_in_pieces_of_any_size() {
        // Apple's example, preceded by a byte without effect.
        let packed = [0x80, 0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
        let mut plain = vec![0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22];
        plain.extend([0xaa; 10]);
        for (window, piece) in [(1, 1), (2, 5), (16, 24), (3, 7)] {
            let (mut state, mut at, mut out) = (PackBits::default(), 0, Vec::<u8>::new());
            while out.len() < plain.len() {
                let mut bytes = vec![0; piece.min(plain.len() - out.len())];
                let progress = state.decode(&packed[at..(at + window).min(packed.len())], &mut bytes);
                assert!(progress.consumed + progress.written > 0, "it stands still at byte {at}");
                at += progress.consumed;
                out.extend(&bytes[..progress.written]);
            }
            assert_eq!(out, plain, "windows of {window}, pieces of {piece}");
        }
    }
}
