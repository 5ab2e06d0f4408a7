//! Reads Sony's encrypted directory, which holds the levels and the white balance (ExifTool, "SR2SubIFD").

use crate::input::Reader;
use crate::tiff::{Directory, Order, Tiff};

/// The offset of Sony's private directory, in the tag of DNG's private data.
const PRIVATE: u16 = 0xc634;

// Entries of the private directory: place and key of the encrypted one.
const OFFSET: u16 = 0x7200;
const LENGTH: u16 = 0x7201;
const KEY: u16 = 0x7221;

// Entries of the encrypted directory.
const BALANCE_GRBG: u16 = 0x7303;
const BALANCE_RGGB: u16 = 0x7313;
const BLACK: u16 = 0x7310;
const WHITE: u16 = 0x787f;

/// Limit of the bytes that are decrypted. Real ones have about 40 KiB.
const MAX_BYTES: u64 = 256 << 10;

/// The entries that Sony encrypts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Private {
    /// The factors of red, green and blue.
    pub(super) balance: Option<[f64; 3]>,
    pub(super) black: Option<[f32; 4]>,
    pub(super) white: Option<f32>,
}

/// Reads the encrypted entries of the file with this first directory.
pub(super) fn read_private(reader: &mut Reader<'_>, tiff: Tiff, main: &Directory) -> Option<Private> {
    // Four bytes of which some files say that they are one number.
    let offset = match main.numbers(reader, PRIVATE, 4)[..] {
        [offset] => offset,
        [a, b, c, d] => tiff.order.number(&[a, b, c, d].map(|byte| u8::try_from(byte).unwrap_or(0))),
        _ => return None,
    };
    let private = tiff.directory(reader, offset)?;
    let at = private.number(reader, OFFSET)?;
    let length = private.number(reader, LENGTH).filter(|length| *length <= MAX_BYTES)?;
    let key = <[u8; 4]>::try_from(match private.numbers(reader, KEY, 4)[..] {
        [key] => u32::try_from(key).ok()?.to_le_bytes().to_vec(),
        [a, b, c, d] => [a, b, c, d].into_iter().filter_map(|byte| u8::try_from(byte).ok()).collect(),
        _ => return None,
    });
    let mut bytes = reader.bytes(tiff.base.checked_add(at)?, usize::try_from(length).ok()?)?;
    decrypt(&mut bytes, u32::from_le_bytes(key.ok()?));
    let directory = Decrypted { bytes: &bytes, at, order: tiff.order };
    Some(directory.entries())
}

/// Decrypts bytes in place. Words of a lagged sequence that the key begins are XORed to theirs, most significant byte first.
fn decrypt(bytes: &mut [u8], mut key: u32) {
    let mut pad = [0_u32; 128];
    for word in &mut pad[..4] {
        key = key.wrapping_mul(48_828_125).wrapping_add(1);
        *word = key;
    }
    pad[3] = pad[3] << 1 | (pad[0] ^ pad[2]) >> 31;
    for i in 4..127 {
        pad[i] = (pad[i - 4] ^ pad[i - 2]) << 1 | (pad[i - 3] ^ pad[i - 1]) >> 31;
    }
    for (i, word) in (127_usize..).zip(bytes.as_chunks_mut::<4>().0) {
        pad[i & 127] = pad[(i + 1) & 127] ^ pad[(i + 65) & 127];
        word.iter_mut().zip(pad[i & 127].to_be_bytes()).for_each(|(byte, key)| *byte ^= key);
    }
}

/// A decrypted directory, whose offsets count like those of the file.
#[derive(Clone, Copy, Debug)]
struct Decrypted<'a> {
    bytes: &'a [u8],
    /// The offset of the first byte.
    at: u64,
    order: Order,
}

impl Decrypted<'_> {
    fn entries(&self) -> Private {
        let factors = |tag: u16| self.shorts::<4>(tag).map(|numbers| numbers.map(f64::from));
        let of_grbg = || factors(BALANCE_GRBG).map(|[green, red, blue, other]| [red, (green + other) / 2.0, blue]);
        let of_rggb = factors(BALANCE_RGGB).map(|[red, green, other, blue]| [red, (green + other) / 2.0, blue]);
        Private {
            balance: of_rggb.or_else(of_grbg),
            black: self.shorts::<4>(BLACK).map(|levels| levels.map(f32::from)),
            white: self.shorts::<1>(WHITE).map(|[level]| f32::from(level)).filter(|level| *level > 0.0),
        }
    }

    /// Returns the first `N` values of an entry of SHORT or SSHORT.
    fn shorts<const N: usize>(&self, tag: u16) -> Option<[u16; N]> {
        let number = |bytes: &[u8]| self.order.number(bytes);
        let count = usize::try_from(number(self.bytes.get(..2)?)).ok()?;
        let entries = self.bytes[2..].as_chunks::<12>().0.iter().take(count);
        let entry = entries.into_iter().find(|entry| number(&entry[..2]) == u64::from(tag))?;
        let (kind, there) = (number(&entry[2..4]), number(&entry[4..8]));
        if !matches!(kind, 3 | 8) || there < N as u64 {
            return None;
        }
        let values = if there <= 2 {
            &entry[8..]
        } else {
            let offset = number(&entry[8..]).checked_sub(self.at)?;
            self.bytes.get(usize::try_from(offset).ok()?..)?
        };
        let values = values.get(..2 * N)?.as_chunks::<2>().0;
        let shorts: Option<Vec<u16>> = values.iter().map(|pair| u16::try_from(number(pair)).ok()).collect();
        shorts?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directory that a file has at 1000, encrypted by another program. LibRaw reads it in a file.
    const ENCRYPTED: &str = "9e934639d73a800d4604d1663ada74e6bf2f2e51ddc1dd35e257ad1fcd374048aaf1f05027ed0cf2914c4415d2b699\
        76747968ff00b02f09cc6859c0";

    fn bytes_of(digits: &str) -> Vec<u8> {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.as_bytes().chunks(2).map(byte).collect()
    }

    #[test]
    fn levels_and_balance_are_decrypted() {
        let mut bytes = bytes_of(ENCRYPTED);
        decrypt(&mut bytes, 0x1234_5679);
        let directory = Decrypted { bytes: &bytes, at: 1000, order: Order::Little };
        let wanted = Private {
            balance: Some([2048.0, 1012.0, 1536.0]),
            black: Some([512.0, 513.0, 514.0, 515.0]),
            white: Some(15_360.0),
        };
        assert_eq!(directory.entries(), wanted);
        let elsewhere = Decrypted { at: 2000, ..directory };
        assert_eq!(elsewhere.entries(), Private { white: Some(15_360.0), ..Private::default() });
        for length in 0..bytes.len() - 2 {
            let cut = Decrypted { bytes: &bytes[..length], ..directory };
            assert_ne!(cut.entries(), wanted);
        }
    }
}
