//! Taking entropy-coded data out of the file (T.81, B.1.1.5 and F.1.2.3). In: bytes behind an SOS segment or a
//! restart marker. Out: the same without stuffed zeros, up to the next marker; and how restarts fall into step again.

use memchr::memchr;

use super::marker::{RST0, RST7, SOF0};

/// Zeros behind the data, so that the bit reader may load 8 bytes at any position in it.
pub(crate) const PADDING: usize = 8;

/// Bytes that are passed at a time.
const PASSED: usize = 1 << 16;

/// Whether there may be more of an interval's data than were loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    None,
    Some,
}

/// Entropy-coded data, one restart interval after another.
#[derive(Debug)]
pub(crate) struct Feed<'a> {
    bytes: &'a [u8],
    /// Behind the marker in `marker`, or the end of the file.
    at: usize,
    /// The marker that ended the data; 0 at the end of the file.
    marker: u8,
}

impl<'a> Feed<'a> {
    /// Stands before the data that begin at byte `at` of the file.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, marker: 0 }
    }

    /// Where the marker that ended the data begins, or the end of the file.
    pub(crate) fn end(&self) -> usize {
        if self.marker == 0 { self.bytes.len() } else { self.at - 2 }
    }

    /// Bytes of the file that are still to come.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// Whether the file ended, and not at a marker.
    pub(crate) fn is_at_end_of_file(&self) -> bool {
        self.marker == 0
    }

    /// Whether no restart interval can follow.
    pub(crate) fn ended(&self) -> bool {
        !(1..SOF0).contains(&self.marker) && !(RST0..=RST7).contains(&self.marker)
    }

    /// Moves to the interval behind restart marker number `expected` (0 to 7); whether it is there. What to do with
    /// another marker in its place are libjpeg's rules (`jpeg_resync_to_restart`): one of the next two means that the
    /// expected one was lost, so this interval is skipped; one of the last two is passed over; any other is
    /// taken for the expected one. A marker that cannot be in a scan ends it. At most this many bytes
    /// of the interval are loaded; returns whether any are left.
    pub(crate) fn restart(&mut self, expected: u8, data: &mut Vec<u8>, most: usize) -> Option<Rest> {
        while !self.ended() {
            let ahead = match self.marker {
                RST0..=RST7 => (self.marker - RST0).wrapping_sub(expected) & 7,
                _ => 7,
            };
            if matches!(ahead, 1 | 2) {
                return None;
            }
            data.clear();
            let rest = self.load(data, most);
            if !matches!(ahead, 6 | 7) {
                return Some(rest);
            }
            self.pass(rest, data);
        }
        None
    }

    /// Passes what is left of an interval; `room` is used for it.
    pub(crate) fn pass(&mut self, mut rest: Rest, room: &mut Vec<u8>) {
        while rest == Rest::Some {
            room.clear();
            rest = self.load(room, PASSED);
        }
    }

    /// Appends the data up to the next marker to `data`, which then has `most` bytes at most, and [`PADDING`] zeros behind them.
    pub(crate) fn load(&mut self, data: &mut Vec<u8>, most: usize) -> Rest {
        let rest = self.append(data, most);
        data.extend_from_slice(&[0; PADDING]);
        rest
    }

    fn append(&mut self, data: &mut Vec<u8>, most: usize) -> Rest {
        loop {
            let room = most.saturating_sub(data.len());
            if room == 0 {
                return Rest::Some;
            }
            let rest = &self.bytes[self.at..];
            let here = &rest[..rest.len().min(room)];
            let Some(run) = memchr(0xFF, here) else {
                data.extend_from_slice(here);
                self.at += here.len();
                if here.len() == rest.len() {
                    self.marker = 0;
                    return Rest::None;
                }
                continue;
            };
            // With the 0xFF itself, which is data if a zero follows.
            data.extend_from_slice(&rest[..=run]);
            let mut next = run + 1;
            while rest.get(next) == Some(&0xFF) {
                next += 1;
            }
            let marker = rest.get(next).copied();
            self.at = (self.at + next + 1).min(self.bytes.len());
            if marker != Some(0) {
                data.pop();
                self.marker = marker.unwrap_or(0);
                if self.marker == 0 {
                    self.at = self.bytes.len();
                }
                return Rest::None;
            }
        }
    }
}

/// Where the marker behind a scan begins that starts at byte `at`, the scan unread; or the end of the file.
pub(crate) fn skip(bytes: &[u8], at: usize) -> usize {
    let mut from = at;
    while let Some(run) = bytes.get(from..).and_then(|rest| memchr(0xFF, rest)) {
        let start = from + run;
        match bytes.get(start + 1) {
            Some(0..SOF0 | RST0..=RST7) => from = start + 2,
            Some(0xFF) => from = start + 1,
            _ => return start,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intervals(bytes: &[u8]) -> (Vec<Vec<u8>>, usize) {
        let mut feed = Feed::new(bytes, 0);
        let mut data = Vec::new();
        feed.load(&mut data, usize::MAX);
        let mut found = vec![data[..data.len() - PADDING].to_vec()];
        for n in 0.. {
            if feed.ended() {
                break;
            }
            if feed.restart(n & 7, &mut data, usize::MAX).is_some() {
                found.push(data[..data.len() - PADDING].to_vec());
            } else {
                found.push(vec![]);
            }
        }
        (found, feed.end())
    }

    #[test]
    fn removes_stuffing_and_stops_at_markers() {
        assert_eq!(intervals(&[1, 0xFF, 0, 2, 0xFF, 0xD9]), (vec![vec![1, 0xFF, 2]], 4));
        assert_eq!(intervals(&[1, 0xFF, 0xFF, 0, 2]), (vec![vec![1, 0xFF, 2]], 5));
        assert_eq!(intervals(&[1, 0xFF]), (vec![vec![1]], 2));
        assert_eq!(intervals(&[]), (vec![vec![]], 0));
    }

    #[test]
    fn restarts_fall_into_step() {
        let (rst0, rst1, rst2) = ([0xFF, 0xD0], [0xFF, 0xD1], [0xFF, 0xD2]);
        let end = [0xFF, 0xFF, 0xD9];
        let sound = [&[1][..], &rst0, &[2], &rst1, &[3], &end].concat();
        assert_eq!(intervals(&sound), (vec![vec![1], vec![2], vec![3]], 8));
        let lost = [&[1][..], &rst0, &[2], &rst2, &[4], &end].concat();
        assert_eq!(intervals(&lost).0, [vec![1], vec![2], vec![], vec![4]]);
        let doubled = [&[1][..], &rst0, &[2], &rst0, &[9], &rst1, &[3], &end].concat();
        assert_eq!(intervals(&doubled).0, [vec![1], vec![2], vec![3]]);
        let bogus = [&[1][..], &rst0, &[2, 0xFF, 0x33, 9], &rst1, &[3], &end].concat();
        assert_eq!(intervals(&bogus).0, [vec![1], vec![2], vec![3]]);
    }

    #[test]
    fn skip_finds_the_next_segment() {
        assert_eq!(skip(&[1, 0xFF, 0, 0xFF, 0xD3, 7, 0xFF, 0xFF, 0xDA], 0), 7);
        assert_eq!(skip(&[1, 2], 5), 2);
    }
}
