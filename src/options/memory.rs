//! Amounts of memory as they are typed: bytes, with a unit or without, or a share of what is free.

use std::fmt;
use std::str::FromStr;

/// Memory that the files under way share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// So many bytes.
    Bytes(u64),
    /// So many hundredths of what the machine, or the control group of the process, has free when the run starts.
    Percent(u8),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Percent(50)
    }
}

impl Memory {
    /// The bytes, where so many are `free`.
    #[must_use]
    pub const fn of_free(self, free: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => free / 100 * percent as u64,
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{bytes}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for Memory {
    type Err = String;

    /// Reads `50%`, and numbers of bytes as [`read_bytes`] does.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(percent) = text.strip_suffix('%') else { return read_bytes(text).map(Self::Bytes) };
        let number = percent.parse().ok().filter(|percent| (1..=100).contains(percent));
        number.map(Self::Percent).ok_or_else(|| format!("'{text}' is not between 1% and 100%"))
    }
}

/// Reads a number of bytes, after which `k`, `M`, `G` or `T` may stand for the powers of 1024.
///
/// # Errors
/// It is no such number, or 0, or beyond 64 bits; the text says so.
pub fn read_bytes(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        Some(b't' | b'T') => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| format!("'{text}' is not a size such as 128M or 2G"))?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(|| format!("{text} is out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_a_size_or_a_share() {
        for (text, wanted) in [
            ("128M", Memory::Bytes(128 << 20)),
            ("2g", Memory::Bytes(2 << 30)),
            ("1000", Memory::Bytes(1000)),
            ("50%", Memory::Percent(50)),
        ] {
            assert_eq!(text.parse(), Ok(wanted));
        }
        for wrong in ["", "M", "0", "-1", "0%", "101%", "%", "1.5G", "99999999T", "12µ", "NaN%"] {
            assert!(wrong.parse::<Memory>().is_err(), "{wrong}");
        }
        assert_eq!(Memory::Percent(50).of_free(1000), 500);
        assert_eq!(Memory::Bytes(7).of_free(1000), 7);
    }
}
