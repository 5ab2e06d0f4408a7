//! Decides whether the start of a progressive file holds all that a decode reads, so that the rest need not be fetched.

use crate::header::{Header, MAX_COMPONENTS, Process};
use crate::marker::{EOI, SOS, Walker};
use crate::scale::Scale;
use crate::scan::Scan;
use crate::unstuff;

/// The scans at the start of a progressive file.
///
/// # Examples
///
/// ```
/// use jpeg_shrink::{Prefix, Scale, read_header};
///
/// # let bytes = include_bytes!("../tests/data/jpeg/progressive.jpg");
/// let header = read_header(bytes)?;
/// let all = Prefix::read(bytes, &header).expect("a progressive file");
/// assert!(all.suffices(&[Scale::Full; 4]) && all.holds_spectra());
/// let start = Prefix::read(&bytes[..bytes.len() / 4], &header).expect("a progressive file");
/// assert!(!start.suffices(&[Scale::Full; 4]));
/// # Ok::<(), jpeg_shrink::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prefix {
    /// Lowest bit position read, by component and coefficient; 255 = none.
    pending: [[u8; 64]; MAX_COMPONENTS],
    components: usize,
    end: usize,
}

impl Prefix {
    /// Reads the scans that lie whole within `bytes`, the start of a file with this header. `None` unless it is progressive.
    #[must_use]
    pub fn read(bytes: &[u8], header: &Header) -> Option<Self> {
        if header.process != Process::Progressive {
            return None;
        }
        let mut prefix = Self { pending: [[255; 64]; MAX_COMPONENTS], components: header.components.len(), end: 0 };
        let mut walker = Walker::new(bytes)?;
        while let Some(segment) = walker.next() {
            match segment.marker {
                SOS => {
                    let Some(scan) = Scan::read(segment.payload, header).filter(Scan::is_progressive) else { break };
                    let end = unstuff::skip(bytes, walker.at());
                    // Only the marker behind it shows that a scan is whole.
                    if end + 2 > bytes.len() {
                        break;
                    }
                    walker.jump(end);
                    prefix.end = end;
                    let (first, last) = scan.band;
                    for part in &scan.parts {
                        prefix.pending[part.component][usize::from(first)..=usize::from(last)].fill(scan.low);
                    }
                }
                EOI => break,
                _ => {}
            }
        }
        Some(prefix)
    }

    /// Returns whether [`decode_rows`](crate::decode_rows) at these scales, in the frame's order, reads nothing behind these scans.
    #[must_use]
    pub fn suffices(&self, scales: &[Scale]) -> bool {
        let used = scales.iter().zip(&self.pending).take(self.components);
        let is_exact = |(scale, pending): (&Scale, &[u8; 64])| pending[..scale.kept()].iter().all(|low| *low == 0);
        scales.len() >= self.components && used.into_iter().all(is_exact)
    }

    /// Returns the offset of the end of the last scan that is whole.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end
    }

    /// Returns whether [`sample_spectra`](crate::sample_spectra) reads nothing behind the [end](Self::end) of these scans: each AC
    /// coefficient had its first.
    #[must_use]
    pub fn holds_spectra(&self) -> bool {
        self.pending.iter().take(self.components).all(|pending| pending[1..].iter().all(|low| *low != 255))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, decode, read_header, sample_spectra};

    const FILES: [&[u8]; 4] = [
        include_bytes!("../tests/data/jpeg/progressive.jpg"),
        include_bytes!("../tests/data/jpeg/progressive-440.jpg"),
        include_bytes!("../tests/data/jpeg/progressive-444-restart.jpg"),
        include_bytes!("../tests/data/jpeg/progressive-odd-script.jpg"),
    ];

    #[test]
    fn a_start_that_suffices_gives_what_the_whole_file_gives() {
        let (mut enough, mut spectra) = (0, 0);
        for file in FILES {
            let header = read_header(file).unwrap();
            for length in (file.len() / 8..file.len()).step_by(7) {
                let start = &file[..length];
                let prefix = Prefix::read(start, &header).unwrap();
                if prefix.holds_spectra() {
                    spectra += 1;
                    let power = |bytes| {
                        sample_spectra(bytes, &header).map(|all| all.iter().map(|one| one.power).collect::<Vec<_>>())
                    };
                    assert_eq!(power(&start[..prefix.end()]), power(file), "{length}");
                }
                for scale in Scale::ALL {
                    if prefix.suffices(&[scale; 4]) {
                        enough += 1;
                        let [part, whole] = [start, file].map(|bytes| decode(bytes, &Options::at(scale)).unwrap());
                        assert!(part.damage.is_none() && whole.damage.is_none(), "{length}: {:?}", part.damage);
                        assert!(part.planes.iter().zip(&whole.planes).all(|(a, b)| a.samples == b.samples), "{length}");
                    }
                }
            }
        }
        assert!(enough > 100 && spectra > 100, "{enough}, {spectra}");
    }

    #[test]
    fn the_means_of_a_file_are_complete_long_before_its_end() {
        for file in FILES {
            let header = read_header(file).unwrap();
            let suffices = |length: &usize| {
                Prefix::read(&file[..*length], &header).is_some_and(|prefix| prefix.suffices(&[Scale::Eighth; 4]))
            };
            let (start, all) = ((0..file.len()).find(suffices).unwrap(), file.len());
            assert!(4 * start < 3 * all, "{start} of {all}");
        }
    }

    #[test]
    fn a_file_of_one_scan_has_no_start_that_suffices() {
        let file = include_bytes!("../tests/data/jpeg/big-420.jpg");
        assert!(Prefix::read(file, &read_header(file).unwrap()).is_none());
    }
}
