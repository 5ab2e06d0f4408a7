//! Parses the memory budget: bytes, or a percentage of the free memory.

use std::fmt;
use std::str::FromStr;

use super::amount::read_size;

/// The memory budget of the files in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// A number of bytes.
    Bytes(u64),
    /// A percentage of the memory that the machine, or the control group of the process, has free when the run starts.
    Percent(u8),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Percent(50)
    }
}

impl Memory {
    /// Returns the budget in bytes for this number of free bytes.
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

    /// Parses a percentage such as `50%`, or a size like [`read_bytes`](super::read_bytes).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('%').map(str::parse) {
            None => read_size(text, "a size such as 512MiB or 1.5G, or a percentage such as 50%").map(Self::Bytes),
            Some(Ok(percent @ 1..=100)) => Ok(Self::Percent(percent)),
            Some(_) => Err("a percentage is between 1% and 100%".to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_a_size_or_a_share() {
        for (text, wanted) in [
            ("128M", Memory::Bytes(128 << 20)),
            ("1.5GiB", Memory::Bytes(3 << 29)),
            ("1GB", Memory::Bytes(1_000_000_000)),
            ("1000", Memory::Bytes(1000)),
            ("50%", Memory::Percent(50)),
        ] {
            assert_eq!(text.parse(), Ok(wanted));
        }
        for wrong in ["", "M", "0", "-1", "0%", "101%", "300%", "1.5%", "%", "99999999T", "12µ", "NaN%"] {
            assert!(wrong.parse::<Memory>().is_err(), "{wrong}");
        }
        assert_eq!(
            "some".parse::<Memory>(),
            Err("expected a size such as 512MiB or 1.5G, or a percentage such as 50%".to_string())
        );
        assert_eq!(Memory::Percent(50).of_free(1000), 500);
        assert_eq!(Memory::Bytes(7).of_free(1000), 7);
    }
}
