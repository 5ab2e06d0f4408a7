//! Names unsupported formats by their first bytes, so that skipped images are reported as images. Sources: JPEG XR (ITU-T
//! T.832, A.4), and for the rest the signatures that their makers publish.

/// Signatures at the start of a file.
const SIGNATURES: [(&[u8], &str); 17] = [
    (b"II\xbc\x01", "JPEG XR"),
    (b"gimp xcf", "GIMP"),
    (b"FOVb", "Sigma X3F"),
    (b"\0MRM", "Minolta RAW"),
    (b"\xc5\xd0\xd3\xc6", "Encapsulated PostScript"),
    (b"\xabKTX ", "KTX"),
    (b"8BPB", "Photoshop"),
    (b"%!PS", "PostScript"),
    (b"\x59\xa6\x6a\x95", "Sun raster"),
    (b"AT&TFORM", "DjVu"),
    (b"\x8aMNG\r\n\x1a\n", "MNG"),
    (b"\x8bJNG\r\n\x1a\n", "JNG"),
    (b"\xd7\xcd\xc6\x9a", "WMF"),
    (b"BPG\xfb", "BPG"),
    (b"farbfeld", "farbfeld"),
    (b"BLP1", "Blizzard BLP"),
    (b"BLP2", "Blizzard BLP"),
];

/// Signatures inside a header: an offset, the bytes there, and the format's name.
const MARKS: [(usize, &[u8], &str); 4] =
    [(40, b" EMF", "EMF"), (128, b"DICM", "DICOM"), (522, b"\0\x11\x02\xff", "PICT"), (522, b"\x11\x01", "PICT")];

/// Returns the name of the unsupported format that these first bytes identify.
pub(crate) fn name_unsupported(head: &[u8]) -> Option<&'static str> {
    let signature = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)).map(|(_, name)| *name);
    let mark = || MARKS.iter().find(|(at, mark, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark)));
    signature.or_else(|| mark().map(|(_, _, name)| *name)).or_else(|| is_flic(head).then_some("FLI"))
}

/// Returns whether it is an Autodesk animation: its magic number, then frames, width, height and depth.
fn is_flic(head: &[u8]) -> bool {
    head.len() >= 128 && matches!(head[4..6], [0x11 | 0x12, 0xaf]) && matches!(head[12..14], [8, 0])
}

#[cfg(test)]
mod tests {
    use super::super::sniff;
    use super::*;

    #[test]
    fn a_foreign_picture_is_named_and_is_none_of_ours() {
        let mut told = 0;
        for (signature, name) in SIGNATURES {
            let head = [signature, b" and what follows, long enough to be probed"].concat();
            assert_eq!(name_unsupported(&head), Some(name));
            assert_eq!(sniff(&head, 1 << 20), None, "{name}");
            told += 1;
        }
        assert_eq!(told, SIGNATURES.len());
        assert_eq!(name_unsupported(b"Photographs of mine"), None);
    }

    #[test]
    fn pictures_without_a_signature_are_told_by_their_headers() {
        let at = |offset: usize, mark: &[u8]| [&vec![0; offset][..], mark, &[0; 200]].concat();
        for (offset, mark, name) in MARKS {
            assert_eq!(name_unsupported(&at(offset, mark)), Some(name));
        }
        let mut flic = at(4, &[0x12, 0xaf]);
        flic[12] = 8;
        assert_eq!(name_unsupported(&flic), Some("FLI"));
    }
}
