//! First bytes → the name of a format that no crate of ours decodes: whoever finds such a picture among the skipped ones
//! is told that it is one. JPEG 2000 (ISO/IEC 15444-1, I.5.1 and A.4.1), JPEG XR (ITU-T T.832, A.4), the rest by the
//! signatures their makers publish.

/// Signatures at the start of a file.
const SIGNATURES: [(&[u8], &str); 15] = [
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"8BPS", "Photoshop"),
    (b"gimp xcf", "GIMP"),
    (b"PF\n", "Portable FloatMap"),
    (b"Pf\n", "Portable FloatMap"),
    (b"FOVb", "Sigma X3F"),
    (b"\0MRM", "Minolta RAW"),
    (b"\xc5\xd0\xd3\xc6", "Encapsulated PostScript"),
    (b"SIMPLE  =", "FITS"),
    (b"\xabKTX ", "KTX"),
    (b"\x8bJNG\r\n\x1a\n", "JNG"),
    (b"BLP1", "Blizzard BLP"),
    (b"BLP2", "Blizzard BLP"),
];

/// The name of the format that these first bytes of a file tell.
pub(super) fn name_foreign(head: &[u8]) -> Option<&'static str> {
    SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::super::probe::tell_format;
    use super::*;

    #[test]
    fn a_foreign_picture_is_named_and_is_none_of_ours() {
        let mut told = 0;
        for (signature, name) in SIGNATURES {
            let head = [signature, b" and what follows, long enough to be probed"].concat();
            assert_eq!(name_foreign(&head), Some(name));
            assert_eq!(tell_format(&head, 1 << 20), None, "{name}");
            told += 1;
        }
        assert_eq!(told, 15);
        assert_eq!(name_foreign(b"Photographs of mine"), None);
    }
}
