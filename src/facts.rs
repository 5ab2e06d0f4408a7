//! Identifies the content of a file without opening it: length, modification time and inode.

use std::fs::Metadata;
use std::time::SystemTime;

/// File-system metadata of a regular file. Two equal values are taken for the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Length in bytes.
    pub len: u64,
    /// Time of the last modification in ns since 1970, negative before. It is 0 if the system keeps none.
    pub modified_ns: i64,
    /// Inode number; 0 if the system has none.
    pub inode: u64,
}

impl Facts {
    /// Returns whether `other` has the same length and modification time. The inode does not count: a restored backup
    /// has another.
    #[must_use]
    pub fn is_unchanged(&self, other: &Self) -> bool {
        (self.len, self.modified_ns) == (other.len, other.modified_ns)
    }
}

impl From<&Metadata> for Facts {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { len: metadata.len(), modified_ns: metadata.modified().map_or(0, nanoseconds), inode }
    }
}

/// Returns `time` in ns since 1970, saturated to 64 bits (the years 1677 to 2262).
#[must_use]
pub fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_before_1970_are_negative_and_extreme_ones_saturate() {
        let at = |ns: u64| SystemTime::UNIX_EPOCH + Duration::from_nanos(ns);
        assert_eq!(nanoseconds(at(5)), 5);
        assert_eq!(nanoseconds(SystemTime::UNIX_EPOCH - Duration::from_nanos(7)), -7);
        assert_eq!(nanoseconds(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40)), i64::MAX);
    }
}
