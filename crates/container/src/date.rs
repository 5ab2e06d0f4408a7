//! Reads the time at which an image was taken from EXIF (EXIF 2.32, 4.6.5).

use super::input::Reader;
use super::tag::EXIF;
use super::tiff::Tiff;

const TAKEN: u16 = 0x9003;
const CHANGED: u16 = 0x0132;

/// Bytes of a time, such as `2024:05:03 12:11:10`.
const LENGTH: usize = 19;

/// Returns the time at which an image was taken, in its own time zone, from EXIF whose TIFF header is at `base`: that of the
/// exposure, or else of the last change. Its form is `2024-05-03 12:11:10`.
#[must_use]
pub fn read_date(reader: &mut Reader<'_>, base: u64) -> Option<String> {
    let (tiff, first) = Tiff::open(reader, base)?;
    let main = tiff.directory(reader, first)?;
    let details = main.number(reader, EXIF).and_then(|details| tiff.directory(reader, details));
    let taken = details.and_then(|details| date_of(&details.numbers(reader, TAKEN, LENGTH)));
    taken.or_else(|| date_of(&main.numbers(reader, CHANGED, LENGTH)))
}

/// Returns a time if the text has its form. Cameras whose clock was never set write zeros or spaces.
fn date_of(text: &[u64]) -> Option<String> {
    let bytes = text.iter().map(|value| u8::try_from(*value).ok()).collect::<Option<Vec<u8>>>()?;
    let is_right = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let has_form = bytes.len() == LENGTH && bytes.iter().zip(b"0000:00:00 00:00:00").all(is_right);
    if !has_form || bytes.starts_with(b"0000") {
        return None;
    }
    let text = String::from_utf8(bytes).ok()?;
    let (day, time) = text.split_once(' ')?;
    Some(format!("{} {time}", day.replace(':', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns EXIF with a time of the exposure and one of the last change.
    fn exif(taken: &[u8], changed: &[u8]) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, count: u32, value: u32| {
            [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
        };
        let second = 8 + 2 + 24 + 4;
        let texts = second + 2 + 12 + 4;
        [
            b"II*\0\x08\0\0\0".to_vec(),
            vec![2, 0],
            entry(CHANGED, 2, 20, texts),
            entry(EXIF, 4, 1, second),
            vec![0; 4],
            vec![1, 0],
            entry(TAKEN, 2, 20, texts + 20),
            vec![0; 4],
            [changed, b"\0"].concat(),
            [taken, b"\0"].concat(),
        ]
        .concat()
    }

    fn read(bytes: &[u8], base: u64) -> Option<String> {
        read_date(&mut Reader::new(&mut &bytes[..]), base)
    }

    #[test]
    fn the_time_of_the_exposure_precedes_that_of_the_last_change() {
        let (taken, changed) = (b"2024:05:03 12:11:10", b"2025:01:02 03:04:05");
        assert_eq!(read(&exif(taken, changed), 0).unwrap(), "2024-05-03 12:11:10");
        assert_eq!(read(&[b"before".to_vec(), exif(taken, changed)].concat(), 6).unwrap(), "2024-05-03 12:11:10");
        for unset in [b"0000:00:00 00:00:00", b"                   ", b"    :  :     :  :  ", b"2024-05-03T12:11:10"] {
            assert_eq!(read(&exif(unset, changed), 0).unwrap(), "2025-01-02 03:04:05");
            assert_eq!(read(&exif(unset, unset), 0), None);
        }
    }

    #[test]
    fn truncated_exif_has_no_time_and_does_no_harm() {
        let whole = exif(b"2024:05:03 12:11:10", b"0000:00:00 00:00:00");
        for length in 0..whole.len() - 1 {
            assert_eq!(read(&whole[..length], 0), None, "{length}");
        }
    }
}
