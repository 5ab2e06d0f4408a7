//! Tests gain maps in JPEGs.

use std::fs;

use image::{GrayImage, ImageFormat, Luma};

use crate::fixture::{Folder, encode, outcome_of, picture, read_picture};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(2 + payload.len()).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], payload].concat()
}

/// Returns an Ultra HDR file of 400x300 px in this orientation. Its gain map of 100x75 px rises from left to right.
fn ultra_hdr(orientation: u8) -> Vec<u8> {
    let map = GrayImage::from_fn(100, 75, |x, _| Luma([u8::try_from(2 * x + 20).unwrap()]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    map.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let map = bytes.into_inner();
    let packet =
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0' hdrgm:GainMapMin='0' \
        hdrgm:GainMapMax='2.25' hdrgm:Gamma='1' hdrgm:OffsetSDR='0.015625' hdrgm:OffsetHDR='0.015625' \
        hdrgm:HDRCapacityMin='0' hdrgm:HDRCapacityMax='2.25'/></rdf:RDF></x:xmpmeta>";
    let map = [&map[..2], &segment(0xe1, &[XMP, packet].concat()), &map[2..]].concat();
    let image = encode(&picture(400, 300), ImageFormat::Jpeg);
    let exif =
        [b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]]
            .concat();
    let start = [&image[..2], &segment(0xe1, &exif)].concat();
    let mpf = |length: usize, offset: usize| {
        let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
        let entry = |tag: u16, kind: u16, count: usize, value: [u8; 4]| {
            [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &number(count), &value].concat()
        };
        let entries = [entry(0xb000, 7, 4, *b"0100"), entry(0xb001, 4, 1, number(2)), entry(0xb002, 7, 32, number(50))];
        let images =
            [number(0x3_0000), number(length), number(0), [0; 4], number(0), number(map.len()), number(offset), [0; 4]];
        segment(0xe2, &[b"MPF\0II*\0\x08\0\0\0\x03\0", entries.concat().as_slice(), &[0; 4], &images.concat()].concat())
    };
    let length = start.len() + mpf(0, 0).len() + image.len() - 2;
    let offset = length - start.len() - 8;
    [&start, &mpf(length, offset), &image[2..], &map].concat()
}

/// Returns the gain map of a file, whose place and length must be stated without a flaw.
fn gain_map(file: &[u8]) -> Vec<u8> {
    let at = file.windows(4).position(|window| window == b"MPF\0").expect("an index") + 4;
    let number = |offset: usize| u32::from_be_bytes(file[at + offset..][..4].try_into().unwrap()) as usize;
    assert_eq!(&file[at..at + 4], b"MM\0*");
    // Two images of 16 bytes: attributes, length, offset, and two numbers of images that they depend on.
    let images = 50;
    assert_eq!((number(images), number(images + 8)), (0x3_0000, 0));
    let (length, map, offset) = (number(images + 4), number(images + 20), number(images + 24));
    assert_eq!(at + offset, length);
    assert_eq!(length + map, file.len());
    assert!(file[..length].ends_with(&[0xff, 0xd9]));
    let text = String::from_utf8_lossy(&file[..length]).into_owned();
    assert!(
        text.contains("hdrgm:Version=\"1.0\"")
            && text.contains(&format!("Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" Item:Length=\"{map}\""))
    );
    file[length..].to_vec()
}

fn decode(bytes: &[u8]) -> GrayImage {
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_luma8()
}

#[test]
fn a_gain_map_shrinks_and_turns_with_its_image() {
    let folder = Folder::new();
    folder.write("in/a.jpg", &ultra_hdr(1)).write("in/turned.jpg", &ultra_hdr(6));
    let (run, report) = folder.report(&["in", "-s", "200", "--hdr", "keep"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!((&report["files"][0]["gain_map"], &report["files"][1]["gain_map"]), (&"kept".into(), &"kept".into()));
    let file = fs::read(folder.path("thumbs/a.jpg")).unwrap();
    let map = gain_map(&file);
    assert!(String::from_utf8_lossy(&map).contains("hdrgm:GainMapMax=\"2.25\""));
    let map = decode(&map);
    assert_eq!(map.dimensions(), (50, 38));
    for x in 2..48 {
        let wanted = 20.0 + 2.0 * (2.0 * f64::from(x) + 0.5);
        assert!((f64::from(map.get_pixel(x, 19).0[0]) - wanted).abs() < 4.0, "{x}");
    }
    // The image itself is that without a gain map.
    folder.thumbs(&["in/a.jpg", "-s", "200", "-o", "plain"]);
    assert_eq!(read_picture(&folder.path("thumbs/a.jpg")), read_picture(&folder.path("plain/a.jpg")));

    let map = decode(&gain_map(&fs::read(folder.path("thumbs/turned.jpg")).unwrap()));
    assert_eq!(map.dimensions(), (38, 50));
    assert!(map.get_pixel(19, 45).0[0] > map.get_pixel(19, 5).0[0] + 100, "what was on the right is below");
    // A thumbnail with a gain map is an image with one.
    folder.thumbs(&["thumbs/a.jpg", "-s", "40", "-o", "again", "--hdr", "keep"]);
    assert_eq!(decode(&gain_map(&fs::read(folder.path("again/a.jpg")).unwrap())).dimensions(), (10, 8));
}

#[test]
fn a_crop_keeps_the_same_part_of_the_gain_map() {
    let folder = Folder::new();
    folder.write("in/a.jpg", &ultra_hdr(1));
    let run = folder.thumbs(&["in", "-s", "100x200", "--crop=east", "--hdr", "keep"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let map = decode(&gain_map(&fs::read(folder.path("thumbs/a.jpg")).unwrap()));
    assert_eq!(map.dimensions(), (25, 50));
    // The last 150 of 400 columns: from 62.5 of 100.
    assert!(
        map.get_pixel(1, 20).0[0].abs_diff(20 + 2 * 65) < 8 && map.get_pixel(23, 20).0[0].abs_diff(20 + 2 * 97) < 8
    );
}

#[test]
fn a_gain_map_is_left_out_unless_it_is_to_be_kept_and_can_be() {
    let folder = Folder::new();
    folder.write("in/a.jpg", &ultra_hdr(1));
    let (_, report) = folder.report(&["in"]);
    assert!(report["files"][0].get("gain_map").is_none());
    let plain = fs::read(folder.path("thumbs/a.jpg")).unwrap();
    assert!(!plain.windows(3).any(|window| window == b"MPF"));
    for (words, reason) in [
        (["--format", "png"], "not kept: only JPEG thumbnails hold one"),
        (["--crop=smart", "--size=50"], "not kept: margins and smart crops have none"),
    ] {
        let (run, report) = folder.report(&[&["in", "--hdr", "keep"], &words[..]].concat());
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_eq!(report["files"][0]["gain_map"], reason);
    }
    let (_, report) = folder.report(&["in", "--update", "--hdr", "keep"]);
    assert_eq!(report["totals"]["written"], 1, "it is another thumbnail");
    // A gain map that is not there, or not whole.
    let whole = ultra_hdr(1);
    folder.write("in/a.jpg", &whole[..whole.len() - 900]);
    let (run, report) = folder.report(&["in", "--hdr", "keep"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(outcome_of(&report, "a.jpg").0, "written");
    folder.write("in/a.jpg", &whole[..whole.len() - 3000]);
    assert_eq!(folder.thumbs(&["in", "--hdr", "keep"]).status(), Some(0));
}
