//! Tests the public API on small files that follow the makers' structures.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "a test may fail")]

use photo_container::{Exif, Kind, RawKind, bare_exif, exif_of_app1, read_exif, read_mpf, read_raw, sniff_raw};

use file::Value::{self, Bytes, Longs, Shorts};
use file::{File, frame, jpeg, long, part, short};

mod file;
mod heif;

type Size = (u32, u32);

/// Returns the previews' sizes in `bytes`, the orientation, and the size of the sensor's image.
fn found_in(bytes: &[u8]) -> (Vec<Size>, Option<u16>, Option<Size>) {
    let kind = sniff_raw(&mut { bytes }).unwrap().expect("a RAW file");
    let raw = read_raw(&mut { bytes }, kind).unwrap();
    for preview in &raw.previews {
        assert_eq!(bytes[preview.span.offset as usize..][..2], [0xff, 0xd8]);
        assert!(preview.span.end() <= bytes.len() as u64);
    }
    (raw.previews.iter().map(|preview| preview.size.unwrap()).collect(), raw.orientation, raw.size)
}

/// Builds a DNG: preview in the first directory, sensor data and a larger preview in sub-directories.
fn dng(magic: &[u8; 4]) -> Vec<u8> {
    let mut file = File::new(magic);
    let (small, large, sensor) = (jpeg(256, 171), jpeg(1024, 683), frame(0xc3, 3516, 2328));
    let places = [&small, &large, &sensor].map(|bytes| (file.append(bytes), bytes.len() as u32));
    let strip = |place: (u32, u32)| [(273, long(place.0)), (279, long(place.1))];
    let sensor = file.directory(
        &[
            &[(254, long(0)), (256, long(3516)), (257, long(2328)), (259, short(7)), (262, short(32803))][..],
            &strip(places[2]),
        ]
        .concat(),
        0,
    );
    let preview =
        file.directory(&[&[(254, long(1)), (259, short(7)), (262, short(6))][..], &strip(places[1])].concat(), 0);
    let first =
        [(254, long(1)), (259, short(7)), (262, short(6)), (274, short(6)), (330, Longs(vec![sensor, preview]))];
    let version = [(50706, Bytes(vec![1, 4, 0, 0]))];
    let first = file.directory(&[&first[..], &strip(places[0]), &version].concat(), 0);
    file.finish(first)
}

#[test]
fn a_dng_has_previews_in_its_directories_in_both_byte_orders() {
    for magic in [b"II*\0", b"MM\0*"] {
        let found = found_in(&dng(magic));
        assert_eq!(found, (vec![(256, 171), (1024, 683)], Some(6), Some((3516, 2328))), "{magic:?}");
    }
}

/// Builds a DNG with these entries in its first directory, and one of sensor data.
fn dng_with(entries: &[(u16, Value)], data: &[u8]) -> Vec<u8> {
    let mut file = File::new(b"II*\0");
    let at = file.append(data);
    let sensor = [(254, long(0)), (256, long(600)), (257, long(400)), (259, short(1)), (262, short(32803))];
    let sensor = file.directory(&sensor, 0);
    let strip = [(273, long(at)), (279, long(data.len() as u32)), (274, short(6)), (330, long(sensor))];
    let version = [(50706, Bytes(vec![1, 7, 0, 0]))];
    let first = file.directory(&[entries, &strip, &version].concat(), 0);
    file.finish(first)
}

#[test]
fn a_preview_that_is_no_jpeg_is_listed_with_what_it_is() {
    let read = |entries: &[(u16, Value)], data: &[u8]| {
        let raw = read_raw(&mut dng_with(entries, data).as_slice(), RawKind::Tiff).unwrap();
        assert_eq!(raw.orientation, Some(6));
        raw.previews
    };
    let page = |compression, photometric, bits, samples| {
        let sides = [(254, long(1)), (256, long(12)), (257, long(8))];
        let kinds = [(258, Shorts(vec![bits; usize::from(samples)])), (277, short(samples))];
        [&sides[..], &kinds, &[(259, short(compression)), (262, short(photometric))]].concat()
    };
    for (compression, photometric, samples) in [(1, 2, 3), (1, 6, 3), (5, 2, 3), (8, 2, 3), (1, 1, 1)] {
        let found = read(&page(compression, photometric, 8, samples), &[7; 12 * 8 * 3]);
        assert_eq!(found.len(), 1, "{compression}, {photometric}");
        assert_eq!((found[0].kind, found[0].size), (Kind::RawPage, Some((12, 8))));
    }
    for (compression, photometric, bits, samples) in [(1, 2, 16, 3), (1, 2, 8, 4), (34892, 2, 8, 3), (1, 5, 8, 3)] {
        assert_eq!(read(&page(compression, photometric, bits, samples), &[7; 12 * 8 * 8]), []);
    }
    assert_eq!(read(&page(1, 2, 8, 3), &[7; 20]), [], "pixels that are not there");
    let codestream = read(&page(52546, 2, 8, 3), b"\xff\x0a and so on");
    assert_eq!((codestream[0].kind, codestream[0].span.offset, codestream[0].span.len), (Kind::RawJxl, 8, 12));
    assert_eq!(read(&page(52546, 2, 8, 3), b"no JPEG XL at all"), []);
}

#[test]
fn a_big_tiff_is_walked_too() {
    let preview = jpeg(640, 480);
    let mut bytes = b"II\x2b\0\x08\0\0\0".to_vec();
    bytes.extend(16_u64.to_le_bytes());
    let entries =
        [(259_u16, 3_u16, 7_u64), (273, 16, 16 + 8 + 4 * 20 + 8), (279, 4, preview.len() as u64), (50706, 1, 1)];
    bytes.extend((entries.len() as u64).to_le_bytes());
    for (tag, kind, value) in entries {
        bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        bytes.extend([1_u64.to_le_bytes(), value.to_le_bytes()].concat());
    }
    bytes.extend([0; 8]);
    bytes.extend(preview);
    assert_eq!(found_in(&bytes).0, [(640, 480)]);
}

#[test]
fn a_cr2_has_its_preview_in_a_strip_and_its_thumbnail_in_the_chain() {
    let mut file = File::new(b"II*\0");
    file.append(b"CR\x02\0\0\0\0\0");
    let (preview, thumbnail, sensor) = (jpeg(1600, 1200), jpeg(160, 120), frame(0xc3, 1824, 2736));
    let [preview_at, thumbnail_at, sensor_at] = [&preview, &thumbnail, &sensor].map(|bytes| file.append(bytes));
    let third = file.directory(&[(259, short(6)), (273, long(sensor_at)), (279, long(sensor.len() as u32))], 0);
    let second = file.directory(&[(0x201, long(thumbnail_at)), (0x202, long(thumbnail.len() as u32))], third);
    let exif = file.directory(&[(40962, long(3648)), (40963, long(2736))], 0);
    let first = file.directory(
        &[
            (259, short(6)),
            (273, long(preview_at)),
            (274, short(8)),
            (279, long(preview.len() as u32)),
            (34665, long(exif)),
        ],
        second,
    );
    assert_eq!(found_in(&file.finish(first)), (vec![(1600, 1200), (160, 120)], Some(8), Some((3648, 2736))));
}

/// Builds a RAW file whose only preview is named by a maker's note.
fn with_note(magic: &[u8; 4], note: impl Fn(&mut File, u32)) -> Vec<u8> {
    // Once to learn the note's length, and once to place it.
    let build = |length: u32| {
        let mut file = File::new(magic);
        let preview = jpeg(1600, 1200);
        assert_eq!(file.append(&preview), 8);
        let at = file.bytes.len() as u32;
        note(&mut file, at);
        let note_length = file.bytes.len() as u32 - at;
        let at_note = (37500, Bytes(vec![0; length as usize]));
        let exif = file.directory(&[at_note], 0);
        // The note stands before its directory: point the entry at it.
        let at_bytes = file.number(at, 4);
        let field = exif as usize + 2 + 8;
        file.bytes[field..field + 4].copy_from_slice(&at_bytes);
        let first = file.directory(&[(262, short(32803)), (34665, long(exif))], 0);
        (file.finish(first), note_length)
    };
    let (_, length) = build(5);
    build(length).0
}

#[test]
fn the_makers_own_directories_name_previews_each_in_its_way() {
    let length = jpeg(1600, 1200).len() as u32;
    let nikon = with_note(b"MM\0*", |file, at| {
        file.append(b"Nikon\0\x02\x10\0\0MM\0*\0\0\0\x08");
        // Everything is counted from the note's own header.
        let base = at + 10;
        let jpeg_at = file.append(&jpeg(1600, 1200)) - base;
        let preview_at = file.bytes.len() as u32 + 2 + 12 + 4 - base;
        let directory = file.directory_from(base, &[(0x11, long(preview_at))], 0);
        file.directory_from(base, &[(0x201, long(jpeg_at)), (0x202, long(length))], 0);
        let first = file.number(directory, 4);
        file.bytes[base as usize + 4..base as usize + 8].copy_from_slice(&first);
    });
    let olympus = with_note(b"IIRO", |file, at| {
        file.append(b"OLYMPUS\0II\x03\0");
        let settings_at = 12 + 2 + 12 + 4;
        file.directory_from(at, &[(0x2020, long(settings_at))], 0);
        let jpeg_at = at + settings_at + 2 + 24 + 4 - at;
        file.directory_from(at, &[(0x101, long(jpeg_at)), (0x102, long(length))], 0);
        file.append(&jpeg(1600, 1200));
    });
    let pentax = with_note(b"MM\0*", |file, _| {
        file.append(b"AOC\0MM");
        file.directory(&[(3, long(length)), (4, long(8))], 0);
    });
    let sony = with_note(b"II*\0", |file, _| {
        file.append(b"SONY DSC \0\0\0");
        file.directory(&[(0x2001, Bytes(jpeg(1600, 1200)))], 0);
    });
    for (maker, bytes) in [("nikon", nikon), ("olympus", olympus), ("pentax", pentax), ("sony", sony)] {
        assert_eq!(found_in(&bytes).0, [(1600, 1200)], "{maker}");
    }
}

#[test]
fn a_panasonic_holds_its_jpeg_in_an_entry_and_its_size_in_borders() {
    let mut file = File::new(b"IIU\0");
    let borders = [(4, short(8)), (5, short(16)), (6, short(2744)), (7, short(3664))];
    let first = file.directory(&[&borders[..], &[(0x2e, Bytes(jpeg(1920, 1440))), (274, short(8))]].concat(), 0);
    assert_eq!(found_in(&file.finish(first)), (vec![(1920, 1440)], Some(8), Some((3648, 2736))));
}

#[test]
fn a_raf_is_turned_as_the_exif_of_its_jpeg_says() {
    let mut exif = File::new(b"II*\0");
    let first = exif.directory(&[(0x112, short(3))], 0);
    let exif = [b"Exif\0\0".as_slice(), &exif.finish(first)].concat();
    let picture = jpeg(1920, 1280);
    let segment = [b"\xff\xe1".as_slice(), &(exif.len() as u16 + 2).to_be_bytes(), &exif].concat();
    let picture = [&picture[..2], &segment, &picture[2..]].concat();
    let mut bytes = b"FUJIFILMCCD-RAW ".to_vec();
    bytes.resize(84, 0);
    bytes.extend([148_u32.to_be_bytes(), (picture.len() as u32).to_be_bytes()].concat());
    bytes.resize(148, 0);
    bytes.extend(picture);
    assert_eq!(found_in(&bytes), (vec![(1920, 1280)], Some(3), None));
}

/// Builds a CIFF heap of records of tag and content in the byte order of `file`. Tags mark those in the directory.
fn heap(file: &File, records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = file.number(records.len() as u32, 2);
    for (tag, content) in records {
        let place = [file.number(content.len() as u32, 4), file.number(bytes.len() as u32, 4)].concat();
        directory.extend(file.number((*tag).into(), 2));
        directory.extend(if tag & 0x4000 == 0 { &place } else { content });
        bytes.extend(if tag & 0x4000 == 0 { content.as_slice() } else { &[] });
    }
    let at = bytes.len() as u32;
    bytes.extend([directory, file.number(at, 4)].concat());
    bytes
}

/// Builds a CRW: sensor data, preview and thumbnail beside a heap of properties, turned by this many degrees.
fn crw(magic: &[u8; 4], turned: i32) -> Vec<u8> {
    let mut file = File::new(magic);
    let info =
        [3072, 2048, 0x3f80_0000, turned.cast_unsigned(), 8, 24, 1].map(|number| file.number(number, 4)).concat();
    let known = heap(&file, &[(0x5029, vec![7; 8]), (0x1810, info)]);
    let known = heap(&file, &[(0x3002, vec![]), (0x2807, known)]);
    let records = [(0x2005, vec![1; 99]), (0x300a, known), (0x2007, jpeg(2048, 1360)), (0x2008, jpeg(160, 120))];
    let root = heap(&file, &records);
    file.bytes = [&magic[..2], &file.number(26, 4), b"HEAPCCDR", &[2, 0, 1, 0], &[0; 8], &root].concat();
    file.bytes
}

#[test]
fn a_crw_holds_two_jpegs_and_says_how_it_is_turned_in_both_byte_orders() {
    for (magic, turned, orientation) in [(b"II\x1a\0", 90, 6), (b"MM\0\0", -90, 8), (b"II\x1a\0", 180, 3)] {
        let found = found_in(&crw(magic, turned));
        assert_eq!(found, (vec![(2048, 1360), (160, 120)], Some(orientation), Some((3072, 2048))), "{magic:?}");
    }
}

/// Builds a CR3 with directories, thumbnail, preview and full-size JPEG at Canon's places.
fn cr3() -> Vec<u8> {
    let mut directory = File::new(b"II*\0");
    let first = directory.directory(&[(256, short(6000)), (257, short(4000)), (274, short(6))], 0);
    let thumbnail = [[0; 16].as_slice(), &jpeg(160, 120)].concat();
    let metadata = [
        b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48".as_slice(),
        &part(b"CMT1", &directory.finish(first)),
        &part(b"THMB", &thumbnail),
    ]
    .concat();
    let preview = [
        b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16\0\0\0\0\0\0\0\x01".as_slice(),
        &part(b"PRVW", &[[0; 16].as_slice(), &jpeg(1620, 1080)].concat()),
    ]
    .concat();
    let full = jpeg(6000, 4000);
    let build = |offset: u64| {
        let sizes = [[0; 4], (full.len() as u32).to_be_bytes(), 1_u32.to_be_bytes()].concat();
        let places = [[0, 0, 0, 0, 0, 0, 0, 1].as_slice(), &offset.to_be_bytes()].concat();
        let table = part(b"stbl", &[part(b"stsz", &sizes), part(b"co64", &places)].concat());
        let track = part(b"trak", &part(b"mdia", &part(b"minf", &table)));
        [
            part(b"ftyp", b"crx \0\0\0\x01crx isom"),
            part(b"moov", &[part(b"uuid", &metadata), track].concat()),
            part(b"uuid", &preview),
            part(b"mdat", &full),
        ]
        .concat()
    };
    let length = build(0).len();
    build((length - full.len()) as u64)
}

#[test]
fn a_cr3_has_a_thumbnail_a_preview_and_a_full_picture() {
    let (mut previews, orientation, size) = found_in(&cr3());
    previews.sort_unstable();
    assert_eq!(
        (previews, orientation, size),
        (vec![(160, 120), (1620, 1080), (6000, 4000)], Some(6), Some((6000, 4000)))
    );
}

#[test]
fn a_photograph_saved_as_tiff_is_no_raw_file() {
    let mut file = File::new(b"II*\0");
    let exif = file.directory(&[(37500, Bytes(b"Nikon\0 and so on and on".to_vec()))], 0);
    let thumbnail = file.directory(&[(254, long(1)), (259, short(6)), (0x201, long(8)), (0x202, long(9))], 0);
    let first = file.directory(
        &[
            (254, long(0)),
            (262, short(2)),
            (271, Bytes(b"NIKON CORPORATION\0".to_vec())),
            (330, long(thumbnail)),
            (34665, long(exif)),
        ],
        0,
    );
    let bytes = file.finish(first);
    assert_eq!(sniff_raw(&mut bytes.as_slice()).unwrap(), None);
    for other in [b"\xff\xd8\xff\xe1 a JPEG, long enough".as_slice(), b"\0\0\0\x18ftypheic\0\0\0\0", b"II*\0", b""] {
        assert_eq!(sniff_raw(&mut { other }).unwrap(), None);
    }
}

#[test]
fn what_the_file_cuts_off_is_told() {
    let bytes = dng(b"II*\0");
    let whole = read_raw(&mut bytes.as_slice(), RawKind::Tiff).unwrap();
    assert!(!whole.is_cut);
    let mut file = File::new(b"II*\0");
    let first = file.directory(&[(0x201, long(5000)), (0x202, long(100)), (50706, long(1))], 0);
    let raw = read_raw(&mut file.finish(first).as_slice(), RawKind::Tiff).unwrap();
    assert_eq!((raw.is_cut, raw.previews.len()), (true, 0));
}

#[test]
fn directories_that_name_each_other_end() {
    let mut file = File::new(b"II*\0");
    let at = 8;
    // Its own next one, its own sub-directory sixteen times, and as many others that lie inside each other.
    let subs = (0..16).map(|i| at + 2 * i).collect();
    let first = file.directory(&[(330, Longs(subs)), (34665, long(at)), (50706, long(1))], at);
    assert_eq!(first, at);
    assert_eq!(found_in(&file.finish(first)).0, []);
}

#[test]
fn truncated_and_altered_files_end_quickly_and_without_a_panic() {
    let files = [dng(b"II*\0"), dng(b"MM\0*"), cr3(), crw(b"II\x1a\0", 0)];
    let mut tried = 0;
    for file in &files {
        for cut in 0..file.len() {
            let mut cut_off = &file[..cut];
            if let Some(kind) = sniff_raw(&mut cut_off).unwrap() {
                read_raw(&mut cut_off, kind).unwrap();
            }
            for value in [0, 0x7f, 0xff] {
                let mut altered = file.clone();
                altered[cut] = value;
                for kind in [RawKind::Tiff, RawKind::Cr3, RawKind::Raf, RawKind::Crw] {
                    read_raw(&mut altered.as_slice(), kind).unwrap();
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5000, "{tried}");
}

#[test]
fn huge_counts_cost_no_more_than_the_budget() {
    let mut file = File::new(b"II*\0");
    // A million entries are promised, and sub-directories, strips and a JPEG without end.
    let first = file.directory(
        &[
            (259, short(7)),
            (273, Longs(vec![8; 3])),
            (279, Longs(vec![u32::MAX; 3])),
            (0x2e, long(0)),
            (50706, long(1)),
        ],
        u32::MAX,
    );
    let mut bytes = file.finish(first);
    for field in [8, 8 + 2 + 12 + 4, 8 + 2 + 24 + 4] {
        bytes[field..field + 2].fill(0xff);
    }
    bytes.resize(1 << 16, 0x5a);
    let started = std::time::Instant::now();
    let _ = read_raw(&mut bytes.as_slice(), RawKind::Tiff).unwrap();
    assert!(started.elapsed().as_secs() < 2);
}

#[test]
fn exif_tells_orientation_size_and_thumbnail() {
    for magic in [b"II*\0", b"MM\0*"] {
        let mut file = File::new(magic);
        let thumbnail = jpeg(160, 120);
        let at = file.append(&thumbnail);
        let second = file.directory(&[(259, short(6)), (0x201, long(at)), (0x202, long(thumbnail.len() as u32))], 0);
        let details = file.directory(&[(0xa002, long(4000)), (0xa003, long(3000))], 0);
        let first = file.directory(&[(0x112, short(6)), (0x8769, long(details))], second);
        let bytes = file.finish(first);
        let exif = read_exif(&bytes);
        assert_eq!((exif.orientation, exif.size), (Some(6), Some((4000, 3000))));
        let preview = exif.thumbnail.unwrap();
        assert_eq!(
            (preview.span.offset, preview.span.len, preview.kind),
            (8, thumbnail.len() as u64, Kind::ExifThumbnail)
        );
        for cut in 0..bytes.len() {
            let _ = read_exif(&bytes[..cut]);
        }
    }
    assert_eq!(read_exif(b"nothing of the kind"), Exif::default());
}

#[test]
fn an_orientation_is_read_from_a_value_of_any_type_and_count() {
    for magic in [b"II*\0", b"MM\0*"] {
        let number = |value: u64, bytes| File::new(magic).number(value as u32, bytes);
        let six = |bytes| number(6, bytes);
        let cases = [
            (1, 1, six(1)),
            (6, 1, six(1)),
            (7, 1, six(1)),
            (3, 1, six(2)),
            (8, 1, six(2)),
            (3, 2, [six(2), six(2)].concat()),
            (3, 3, [six(2), number(0, 2), number(0, 2)].concat()),
            (4, 1, six(4)),
            (9, 1, six(4)),
            (13, 1, six(4)),
            (2, 1, b"6".to_vec()),
            (2, 2, b"6\0".to_vec()),
            (2, 6, b" 6    \0".to_vec()),
            (5, 1, [number(12, 4), number(2, 4)].concat()),
        ];
        for (kind, count, value) in cases {
            let orientation = |value: &[u8]| read_exif(&exif_with_entry(magic, kind, count, value)).orientation;
            assert_eq!(orientation(&value), Some(6), "type {kind}, count {count}, {value:?}");
        }
        for (kind, value) in [(3, number(9, 2)), (4, number(0, 4)), (9, number(0xffff_ffff, 4)), (2, b"right".to_vec())]
        {
            assert_eq!(read_exif(&exif_with_entry(magic, kind, 1, &value)).orientation, None, "{value:?}");
        }
        assert_eq!(read_exif(&exif_with_entry(magic, 5, 1, &[number(6, 4), number(0, 4)].concat())).orientation, None);
    }
}

/// Builds EXIF whose only entry is an orientation.
fn exif_with_entry(magic: &[u8; 4], kind: u32, count: u32, value: &[u8]) -> Vec<u8> {
    let file = File::new(magic);
    let mut bytes = [magic.as_slice(), &file.number(8, 4), &file.number(1, 2), &file.number(0x112, 2)].concat();
    bytes.extend([file.number(kind, 2), file.number(count, 4)].concat());
    if value.len() <= 4 {
        bytes.extend(value);
        bytes.resize(26, 0);
    } else {
        bytes.extend([file.number(26, 4), file.number(0, 4)].concat());
        bytes.extend(value);
    }
    bytes
}

#[test]
fn the_identifier_of_exif_is_met_in_the_ways_that_programs_write_it() {
    for identifier in [b"Exif\0\0", b"EXIF\0\0", b"Exif\0\xff"] {
        assert_eq!(exif_of_app1(&[identifier.as_slice(), b"II*\0"].concat()), Some(b"II*\0".as_slice()));
    }
    assert_eq!(exif_of_app1(b"http://ns.adobe.com/xap/1.0/\0"), None);
    assert_eq!(bare_exif(b"Exif\0\0Exif\0\0MM\0*"), b"MM\0*");
    assert_eq!(bare_exif(b"MM\0*"), b"MM\0*");
}

#[test]
fn mpf_lists_the_pictures_behind_the_first_and_what_they_are() {
    for magic in [b"II*\0", b"MM\0*"] {
        let mut file = File::new(magic);
        let entry = |file: &File, attributes: u32, length: u32, offset: u32| {
            [attributes, length, offset, 0].map(|number| file.number(number, 4)).concat()
        };
        let index = [
            entry(&file, 0x2003_0000, 9000, 0),
            entry(&file, 0x0001_0001, 500, 10_000),
            entry(&file, 0x0002_0002, 700, 20_000),
            entry(&file, 0x0101_0002, 700, 30_000),
        ]
        .concat();
        let first = file.directory(&[(0xb001, long(4)), (0xb002, Bytes(index))], 0);
        let payload = [b"MPF\0".as_slice(), &file.finish(first)].concat();
        let found: Vec<_> = read_mpf(&payload, 100).iter().map(|p| (p.span.offset, p.span.len, p.kind)).collect();
        assert_eq!(found, [(10_104, 500, Kind::LargeThumbnail), (20_104, 700, Kind::OtherView)], "{magic:?}");
        for cut in 0..payload.len() {
            assert!(read_mpf(&payload[..cut], u64::MAX).len() <= 4);
        }
    }
    assert!(read_mpf(b"ICC_PROFILE\0", 0).is_empty());
}
