//! Reads the brightness of an HDR image from the maker note of an iPhone (Apple, "Applying Apple HDR effect to your photos").

use super::input::Reader;
use super::tag::{EXIF, MAKER_NOTE};
use super::tiff::{Order, Tiff};

/// The start of the note; a byte order and a directory follow, whose offsets count from the start.
const IDENTIFIER: &[u8; 10] = b"Apple iOS\0";
const DIRECTORY: u64 = 14;

/// The two values that the brightness follows from.
const BOOST: u16 = 33;
const GAIN: u16 = 48;

/// Returns the ratio of the brightest white of an image with its gain map to white without it, at least 1, from EXIF of an iPhone.
/// `None` if the note does not state it.
#[must_use]
pub fn read_apple_headroom(mut exif: &[u8]) -> Option<f32> {
    let mut reader = Reader::new(&mut exif);
    let (tiff, first) = Tiff::open(&mut reader, 0)?;
    let main = tiff.directory(&mut reader, first)?;
    let details = main.number(&mut reader, EXIF)?;
    let note = tiff.directory(&mut reader, details)?.place(MAKER_NOTE)?.offset;
    let head: [u8; 14] = reader.array(note)?;
    let order = head.starts_with(IDENTIFIER).then(|| Order::of(&head[12..]))??;
    let note = Tiff::bare(note, order).directory(&mut reader, DIRECTORY)?;
    let (boost, gain) = (note.signed_fraction(&mut reader, BOOST)?, note.signed_fraction(&mut reader, GAIN)?);
    Some(headroom_of(boost, gain))
}

/// Computes the ratio from the two values.
fn headroom_of(boost: f32, gain: f32) -> f32 {
    let stops = match (boost < 1.0, gain <= 0.01) {
        (true, true) => -20.0 * gain + 1.8,
        (true, false) => -0.101 * gain + 1.601,
        (false, true) => -70.0 * gain + 3.0,
        (false, false) => -0.303 * gain + 2.303,
    };
    stops.max(0.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns EXIF whose maker note has these values, in thousandths.
    fn exif(boost: i32, gain: i32) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, count: u32, value: u32| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
        };
        let fraction = |value: i32| [value.to_be_bytes(), 1000_i32.to_be_bytes()].concat();
        let values = 14 + 2 + 24 + 4;
        let note = [
            b"Apple iOS\0\0\x01MM\0\x02".to_vec(),
            entry(BOOST, 10, 1, values),
            entry(GAIN, 10, 1, values + 8),
            vec![0; 4],
            fraction(boost),
            fraction(gain),
        ]
        .concat();
        [
            b"MM\0*\0\0\0\x08\0\x01".to_vec(),
            entry(EXIF, 4, 1, 26),
            vec![0; 4],
            vec![0, 1],
            entry(MAKER_NOTE, 7, u32::try_from(note.len()).unwrap(), 44),
            vec![0; 4],
            note,
        ]
        .concat()
    }

    #[test]
    fn the_ratio_follows_from_two_values_of_the_note() {
        for (boost, gain, stops) in [
            (500, 0, 1.8),
            (500, 1000, 1.5),
            (1010, 5, 2.65),
            (1010, 1000, 2.0),
            (1010, -100, 10.0),
            (500, 100_000, 0.0),
        ] {
            let ratio = read_apple_headroom(&exif(boost, gain)).unwrap();
            assert!((ratio.log2() - stops).abs() < 1e-3, "{boost} {gain}: {}", ratio.log2());
        }
    }

    #[test]
    fn truncated_or_other_notes_state_nothing() {
        let whole = exif(500, 0);
        for length in 0..whole.len() {
            assert_eq!(read_apple_headroom(&whole[..length]), None, "{length}");
        }
        let other = [&whole[..44], b"Nikon", &whole[49..]].concat();
        assert_eq!(read_apple_headroom(&other), None);
    }
}
