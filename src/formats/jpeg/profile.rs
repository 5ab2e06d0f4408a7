//! Reads the colour profile from a JPEG's marker segments: an ICC profile in APP2 chunks (ICC.1:2022, B.4). Without
//! one, it is the optional colour space of cameras that EXIF names (DCF 2.0, 3.2.3: Adobe RGB (1998)).

use crate::pixels::profile::Profile;

/// Adobe RGB (1998), 4.3.1 and 4.3.4: the chromaticities of white, red, green and blue, and the exponent 563/256.
pub(super) const ADOBE_RGB: Profile = Profile::Gamma {
    exponent: 256.0 / 563.0,
    chromaticities: Some([[0.3127, 0.3290], [0.64, 0.33], [0.21, 0.71], [0.15, 0.06]]),
};

/// The chunks of a profile, in file order.
#[derive(Default)]
pub(super) struct Chunks<'a> {
    places: Vec<Option<&'a [u8]>>,
    /// Whether a chunk's number exceeds the stated count.
    is_miscounted: bool,
}

impl<'a> Chunks<'a> {
    /// Adds the profile chunk in an APP2 segment, if it has one.
    pub(super) fn add(&mut self, payload: &'a [u8]) {
        let chunk = payload.strip_prefix(b"ICC_PROFILE\0").and_then(<[u8]>::split_first_chunk::<2>);
        let Some(([number, count], data)) = chunk else { return };
        self.places.resize(self.places.len().max(usize::from(*count)), None);
        // They are counted from 1.
        match usize::from(*number).checked_sub(1).and_then(|place| self.places.get_mut(place)) {
            Some(place) => _ = place.get_or_insert(data),
            None => self.is_miscounted = true,
        }
    }

    /// Joins the chunks of the profile, in any order; `None` if one is missing.
    pub(super) fn join(self) -> Option<Vec<u8>> {
        let whole: Vec<&[u8]> = self.places.into_iter().collect::<Option<_>>()?;
        (!whole.is_empty() && !self.is_miscounted).then(|| whole.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::super::open::OpenedJpeg;
    use super::*;

    const APP1: u8 = 0xe1;
    const APP2: u8 = 0xe2;

    /// Reads the profile of a file of marker segments.
    fn read_profile(file: &[u8]) -> Profile {
        OpenedJpeg::parse(file).unwrap().profile
    }

    /// Builds a file of a frame header and marker segments, given as markers and payloads.
    fn file(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut file = b"\xff\xd8\xff\xc0\0\x0b\x08\0\x08\0\x10\x01\x01\x11\0".to_vec();
        for (marker, payload) in segments {
            file.extend([0xff, *marker]);
            file.extend((payload.len() as u16 + 2).to_be_bytes());
            file.extend(*payload);
        }
        file.extend([0xff, 0xd9]);
        file
    }

    fn chunk(number: u8, count: u8, data: &[u8]) -> Vec<u8> {
        [b"ICC_PROFILE\0".as_slice(), &[number, count], data].concat()
    }

    /// Builds EXIF with a colour space and an interoperability index.
    fn exif(color_space: u16, index: &[u8; 4]) -> Vec<u8> {
        let mut bytes = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
        };
        let color_space = [color_space.to_be_bytes(), [0; 2]].concat().try_into().unwrap();
        let directories = [
            vec![entry(0x8769, 4, 1, 26_u32.to_be_bytes())],
            vec![entry(0xa001, 3, 1, color_space), entry(0xa005, 4, 1, 56_u32.to_be_bytes())],
            vec![entry(1, 2, 4, *index)],
        ];
        for entries in directories {
            bytes.extend((entries.len() as u16).to_be_bytes());
            bytes.extend(entries.concat());
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn chunks_are_joined_whatever_their_order() {
        let (one, two) = (chunk(1, 2, b"pro"), chunk(2, 2, b"file"));
        assert_eq!(read_profile(&file(&[(APP2, &two), (0xfe, b"x"), (APP2, &one)])), Profile::Icc(b"profile".to_vec()));
    }

    #[test]
    fn a_profile_with_a_chunk_missing_or_miscounted_is_none() {
        let (one, beyond, naught) = (chunk(1, 2, b"pro"), chunk(3, 2, b"x"), chunk(0, 1, b"x"));
        for segments in [vec![(APP2, &one[..])], vec![(APP2, &one), (APP2, &beyond)], vec![(APP2, &naught)]] {
            assert_eq!(read_profile(&file(&segments)), Profile::Srgb);
        }
        assert_eq!(read_profile(&file(&[(APP2, b"ICC_PROFILE\0\x01")])), Profile::Srgb);
    }

    #[test]
    fn the_optional_space_of_cameras_is_adobe_rgb_unless_there_is_a_profile() {
        let profile = chunk(1, 1, b"own");
        assert_eq!(read_profile(&file(&[(APP1, &exif(0xffff, b"R03\0"))])), ADOBE_RGB);
        assert_eq!(read_profile(&file(&[(APP1, &exif(0xffff, b"R98\0"))])), Profile::Srgb);
        assert_eq!(read_profile(&file(&[(APP1, &exif(1, b"R03\0"))])), Profile::Srgb);
        let both = file(&[(APP1, &exif(0xffff, b"R03\0")), (APP2, &profile)]);
        assert_eq!(read_profile(&both), Profile::Icc(b"own".to_vec()));
    }
}
