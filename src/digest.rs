//! Computes digests of contents, names and options. They are written to disk, so they must be the same in every build
//! and on every machine.

use std::hash::Hasher;
use std::io::{self, Read};

use twox_hash::XxHash3_64;

/// Computes the 64-bit XXH3 digest of `bytes`. It detects change, not forgery.
#[must_use]
pub fn digest(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// Computes the XXH3 digest of a reader's content, one piece at a time.
///
/// # Errors
/// Those of `reader`.
pub fn digest_all(mut reader: impl Read) -> io::Result<u64> {
    let (mut hasher, mut piece) = (XxHash3_64::new(), vec![0; PIECE]);
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => hasher.write(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Bytes read at a time.
const PIECE: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_the_published_algorithm() {
        // XXH3 of no bytes with seed 0, from the reference implementation's test vectors.
        assert_eq!(digest(b""), 0x2d06_8005_38d3_94c2);
        assert_ne!(digest(b"a"), digest(b"b"));
    }

    #[test]
    fn a_digest_in_pieces_is_that_of_the_whole() {
        let bytes: Vec<u8> = (0..PIECE as u32 * 2 + 77).map(|i| (i * 7 % 251) as u8).collect();
        for length in [0, 1, 240, 241, 5000, bytes.len()] {
            assert_eq!(digest_all(&bytes[..length]).unwrap(), digest(&bytes[..length]));
        }
    }
}
