//! Defines the share of a run that one of several machines does.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::digest::digest;

/// One of several shards, which together hold every file once. The names of files decide, so that machines that share a
/// directory need not talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `count`.
    number: u32,
    /// At most [`Self::MOST`].
    count: u32,
}

impl Shard {
    /// The largest number of shards.
    pub const MOST: u32 = 1_000_000;

    /// Returns the shard `number`, from 1 on, of `count`. `None` if there is no such shard.
    #[must_use]
    pub fn new(number: u32, count: u32) -> Option<Self> {
        (number >= 1 && number <= count && count <= Self::MOST).then_some(Self { number, count })
    }

    /// Returns whether a file is in this shard. The path up to the first dot of its name decides, or the name alone:
    /// files whose thumbnails could have the same name are in one shard, which notices that.
    #[must_use]
    pub fn holds(&self, path: &Path, by: ShardedBy) -> bool {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let stem = name.split(|byte| *byte == b'.').next().unwrap_or_default();
        let folder = match by {
            ShardedBy::Path => path.parent().unwrap_or(Path::new("")).as_os_str().as_encoded_bytes(),
            ShardedBy::Name => &[],
        };
        digest(&[folder, b"/", stem].concat()) % u64::from(self.count) == u64::from(self.number - 1)
    }
}

/// The part of a path that decides its shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardedBy {
    /// The directory and the name.
    Path,
    /// The name alone, as thumbnails of several directories may meet.
    Name,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers =
            text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        let shard = numbers.and_then(|(number, count)| Self::new(number, count));
        shard.ok_or_else(|| format!("expected a shard such as 1/8, of at most {}", Self::MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_one_shard_and_shards_are_of_about_one_size() {
        let shards: Vec<Shard> = (1..=8).map(|number| Shard::new(number, 8).unwrap()).collect();
        let mut counts = [0; 8];
        for number in 0..4000 {
            let path = format!("trip {}/IMG_{number:04}.JPG", number % 7);
            let in_them: Vec<usize> =
                (0..8).filter(|index| shards[*index].holds(path.as_ref(), ShardedBy::Path)).collect();
            assert_eq!(in_them.len(), 1, "{path}");
            counts[in_them[0]] += 1;
        }
        assert!(counts.iter().all(|count| (400..600).contains(count)), "{counts:?}");
    }

    #[test]
    fn files_whose_thumbnails_could_meet_are_in_one_shard() {
        let shard_of =
            |path: &str, by| (1..=97).find(|n| Shard::new(*n, 97).unwrap().holds(path.as_ref(), by)).unwrap();
        for path in ["x/a", "x/a.png", "x/a.png.jpg"] {
            assert_eq!(shard_of(path, ShardedBy::Path), shard_of("x/a.jpg", ShardedBy::Path), "{path}");
        }
        assert_eq!(shard_of("y/z/a.tif", ShardedBy::Name), shard_of("x/a.jpg", ShardedBy::Name));
        let folders = (0..20).map(|folder| shard_of(&format!("{folder}/a.jpg"), ShardedBy::Path));
        assert!(folders.collect::<std::collections::BTreeSet<_>>().len() > 10);
    }

    #[test]
    fn a_shard_is_a_number_of_several() {
        assert_eq!("2/8".parse(), Ok(Shard { number: 2, count: 8 }));
        assert_eq!("2/8".parse::<Shard>().unwrap().to_string(), "2/8");
        for wrong in ["", "2", "0/8", "9/8", "1/0", "-1/8", "1/1000001", "1/8/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
