//! Tests partly readable images: half of one is kept; for less, a preview is used or the file fails.

use exr::prelude::{Blocks, Compression, Encoding, Image, LineOrder, SpecificChannels, Vec2, WritableImage};
use image::codecs::hdr::HdrEncoder;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use thumbs::options::{Damaged, Exactness};
use thumbs::{Options, thumbnail};

use crate::corpus::corpus;
use crate::fixture::{Folder, encode, outcome_of, picture, psnr, read_picture};
use crate::previews::{barred, directory, dng, exif, jpeg_of, shrunk, source_of, with_mpf, with_segments};

/// Returns an image whose rows take about the same number of bytes in every format.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, r, g, b] = state.to_le_bytes();
        Rgb([r / 2 + 60, g / 2 + 60, b / 2 + 60])
    })
}

/// Encodes an OpenEXR image in blocks of 16 rows.
fn exr_of(source: &RgbImage) -> Vec<u8> {
    let light =
        |at: Vec2<usize>, channel: usize| f32::from(source.get_pixel(at.x() as u32, at.y() as u32).0[channel]) / 255.0;
    let channels = SpecificChannels::rgb(|at| (light(at, 0), light(at, 1), light(at, 2)));
    let encoding =
        Encoding { compression: Compression::ZIP16, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let size = (source.width() as usize, source.height() as usize);
    Image::from_encoded_channels(size, encoding, channels).write().non_parallel().to_buffered(&mut bytes).unwrap();
    bytes.into_inner()
}

/// Encodes a grey TIFF of one strip, with the directory before it.
fn tiff_of(source: &RgbImage) -> Vec<u8> {
    let (width, height) = source.dimensions();
    let grey: Vec<u8> = source.pixels().map(|pixel| pixel.0[1]).collect();
    let at = 8 + 2 + 9 * 12 + 4;
    let entries = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, at), (277, 1), (278, height)];
    let mut entries: Vec<(u16, u16, u32)> = entries.map(|(tag, value)| (tag, 4, value)).to_vec();
    entries.push((279, 4, width * height));
    [b"II*\0\x08\0\0\0", &directory(&entries, 0)[..], &grey].concat()
}

/// Returns a file of each format with separately readable rows, strips or blocks.
fn files_in_rows() -> Vec<(&'static str, Vec<u8>)> {
    let source = noise(120, 400);
    let mut hdr = Vec::new();
    let lights: Vec<Rgb<f32>> = source.pixels().map(|pixel| Rgb(pixel.0.map(|c| f32::from(c) / 255.0))).collect();
    HdrEncoder::new(&mut hdr).encode(&lights, 120, 400).unwrap();
    let lossy = webp::Encoder::from_rgb(source.as_raw(), 120, 400).encode(70.0).to_vec();
    vec![
        ("a.jpg", encode(&source, ImageFormat::Jpeg)),
        ("a.png", encode(&source, ImageFormat::Png)),
        ("a.ppm", encode(&source, ImageFormat::Pnm)),
        ("a.qoi", encode(&source, ImageFormat::Qoi)),
        ("a.bmp", encode(&source, ImageFormat::Bmp)),
        ("a.gif", encode(&source, ImageFormat::Gif)),
        ("a.hdr", hdr),
        ("a.exr", exr_of(&source)),
        ("a.tif", tiff_of(&source)),
        ("lossless.webp", encode(&source, ImageFormat::WebP)),
        ("lossy.webp", lossy),
    ]
}

/// Returns the readable share of the image in the first `length` bytes of a file.
fn present(bytes: &[u8], length: usize, exactness: Exactness) -> f64 {
    let mut options = Options::default();
    options.damaged = Damaged::Keep;
    options.exactness = exactness;
    thumbnail(&bytes[..length], &options).map_or(0.0, |made| made.damage.map_or(1.0, |damage| damage.present))
}

/// Returns the longest length at which a file has less than `share` of the image.
fn cut_below(bytes: &[u8], share: f64) -> usize {
    let (mut short, mut long) = (0, bytes.len());
    while long - short > 1 {
        let middle = usize::midpoint(short, long);
        if present(bytes, middle, Exactness::Fast) < share { short = middle } else { long = middle }
    }
    short
}

#[test]
fn half_of_a_picture_is_kept_and_less_fails_unless_it_is_asked_for() {
    for (name, bytes) in files_in_rows() {
        let folder = Folder::new();
        let half = cut_below(&bytes, 0.5);
        let cuts = [("20", cut_below(&bytes, 0.2)), ("49", half), ("51", half + 1), ("90", cut_below(&bytes, 0.9))];
        for (cut, length) in cuts {
            folder.write(&format!("in/{cut}-{name}"), &bytes[..length]);
            let there = present(&bytes, length, Exactness::Fast);
            // OpenEXR has blocks of 16 rows, lossy WebP rows of macroblocks. An edge is blurred over two of them.
            assert!((there - cut.parse::<f64>().unwrap() / 100.0).abs() < 0.09, "{cut}-{name}: {there}");
            assert!((there - present(&bytes, length, Exactness::Exact)).abs() < 0.01, "{cut}-{name}: {there}");
        }
        let outcomes = |words: &[&str]| {
            let (_, report) = folder.report(&[&["in"], words].concat());
            cuts.map(|(cut, _)| outcome_of(&report, &format!("{cut}-{name}")))
        };
        for way in [&[][..], &["--exact"]] {
            let [fifth, below, above, most] = outcomes(way);
            for (outcome, reason) in [fifth, below] {
                assert_eq!(outcome, "failed", "{name}");
                assert!(reason.contains("% of the image could be decoded ("), "{name}: {reason}");
                assert!(reason.ends_with("; --damaged keep makes a thumbnail of it anyway"), "{name}: {reason}");
            }
            assert_eq!([above.0, most.0], ["written", "written"], "{name}");
            let kept = outcomes(&[way, &["--damaged", "keep"]].concat());
            assert!(kept.iter().all(|(outcome, _)| outcome == "written"), "{name}: {kept:?}");
            let strict = outcomes(&[way, &["--damaged", "fail"]].concat());
            assert!(strict.iter().all(|(outcome, _)| outcome == "failed"), "{name}: {strict:?}");
        }
    }
}

#[test]
fn a_picture_of_which_nothing_is_there_fails_even_where_damage_is_kept() {
    let folder = Folder::new();
    let source = noise(90, 60);
    let jpeg = jpeg_of(&source);
    let scan = jpeg.windows(2).position(|marker| marker == [0xff, 0xda]).unwrap() + 14;
    let mut tiff = encode(&noise(20, 20), ImageFormat::Tiff);
    // The only strip lies far beyond the end of the file.
    let entry = tiff.windows(8).position(|entry| entry == [0x11, 1, 4, 0, 1, 0, 0, 0]).unwrap();
    tiff[entry + 8..entry + 12].copy_from_slice(&0x00ff_ffff_u32.to_le_bytes());
    folder.write("in/a.jpg", &jpeg[..scan]).write("in/a.bmp", &encode(&source, ImageFormat::Bmp)[..60]);
    folder.write("in/a.png", &encode(&source, ImageFormat::Png)[..60]).write("in/a.tif", &tiff);
    for wanted in ["auto", "keep", "fail"] {
        let (_, report) = folder.report(&["in", "--damaged", wanted]);
        for name in ["a.jpg", "a.bmp", "a.png", "a.tif"] {
            let (outcome, reason) = outcome_of(&report, name);
            assert!(outcome == "failed" && reason.starts_with("corrupt "), "{wanted}, {name}: {outcome}: {reason}");
        }
    }
    let (_, report) = folder.report(&["in", "--damaged", "keep"]);
    let (_, reason) = outcome_of(&report, "a.jpg");
    assert!(reason.starts_with("corrupt JPEG: none of the image could be decoded: truncated"), "{reason}");
}

#[test]
fn a_progressive_jpeg_with_its_first_scan_is_a_whole_picture_if_a_coarse_one() {
    let whole = std::fs::read("tests/data/samples/jpeg/progressive.jpg").unwrap();
    let scans: Vec<usize> =
        (whole.windows(2).enumerate()).filter(|(_, two)| *two == [0xff, 0xda]).map(|(at, _)| at).collect();
    let half_of_first = usize::midpoint(scans[0], scans[1]);
    for exactness in [Exactness::Fast, Exactness::Exact] {
        assert_eq!(present(&whole, scans[1] + 20, exactness), 1.0);
        assert!((0.2..0.8).contains(&present(&whole, half_of_first, exactness)));
    }
}

/// Returns an image, and a JPEG that contains a fifth of it.
fn a_fifth(segments: &[u8]) -> (RgbImage, Vec<u8>) {
    let main = picture(900, 600);
    let jpeg = jpeg_of(&main);
    let cut = &jpeg[..cut_below(&jpeg, 0.2)];
    (main, with_segments(cut, segments))
}

fn damage_of(report: &Value) -> &str {
    report["files"][0]["damage"].as_str().unwrap_or_default()
}

#[test]
fn a_jpeg_of_which_less_than_half_is_there_is_made_from_its_exif_thumbnail() {
    let main = picture(900, 600);
    let small = shrunk(&main, 150, 100);
    let (_, cut) = a_fifth(&exif(1, &jpeg_of(&small)));
    for way in [&[][..], &["--exact"]] {
        let folder = Folder::new();
        folder.write("in/a.jpg", &cut);
        let (run, report) = folder.report(&[&["in", "-s", "60", "-q", "95"], way].concat());
        assert_eq!(
            (run.status(), source_of(&report, "a.jpg").as_str()),
            (Some(0), "exif-thumbnail"),
            "{}",
            run.errors()
        );
        let damage = damage_of(&report);
        assert_eq!(damage, "only 19% of the image could be decoded; made from its exif-thumbnail");
        assert!(run.errors().contains(&format!("warning: in/a.jpg: damaged: {damage}")), "{}", run.errors());
        assert_eq!((&report["files"][0]["width_px"], &report["files"][0]["height_px"]), (&900.into(), &600.into()));
        let got = read_picture(&folder.path("thumbs/a.jpg"));
        let db = psnr(got.as_raw(), shrunk(&main, 60, 40).as_raw());
        assert!(db > 25.0, "{db:.1} dB");

        // The thumbnail is no larger than the preview.
        folder.thumbs(&[&["in", "-s", "256", "-s", "80", "-o", "large"], way].concat());
        assert_eq!(read_picture(&folder.path("large/256x256/a.jpg")).dimensions(), (150, 100));
        assert_eq!(read_picture(&folder.path("large/80x80/a.jpg")).dimensions(), (80, 53));

        let (_, report) = folder.report(&[&["in", "--damaged", "keep"], way].concat());
        assert_eq!(source_of(&report, "a.jpg"), "main");
        assert_eq!(damage_of(&report), "only 19% of the image could be decoded; truncated");
        let (_, report) = folder.report(&[&["in", "--damaged", "fail"], way].concat());
        assert_eq!(outcome_of(&report, "a.jpg").0, "failed");
    }
}

#[test]
fn a_preview_that_is_broken_itself_or_has_another_aspect_does_not_stand_in() {
    let main = picture(900, 600);
    let whole = jpeg_of(&shrunk(&main, 150, 100));
    let square = jpeg_of(&shrunk(&main, 100, 100));
    for (name, segments) in
        [("bare.jpg", Vec::new()), ("broken.jpg", exif(1, &whole[..whole.len() / 2])), ("square.jpg", exif(1, &square))]
    {
        let folder = Folder::new();
        folder.write(&format!("in/{name}"), &a_fifth(&segments).1);
        let (run, report) = folder.report(&["in"]);
        assert_eq!(run.status(), Some(1));
        let (outcome, reason) = outcome_of(&report, name);
        assert!(outcome == "failed" && reason.contains("only 19% of the image"), "{name}: {reason}");
    }
    let folder = Folder::new();
    folder.write("in/barred.jpg", &a_fifth(&exif(1, &jpeg_of(&barred(&main)))).1);
    let (_, report) = folder.report(&["in", "-s", "200"]);
    assert_eq!(source_of(&report, "barred.jpg"), "exif-thumbnail");
    let (width, height) = read_picture(&folder.path("thumbs/barred.jpg")).dimensions();
    assert_eq!(width, 160);
    assert!((104..=107).contains(&height), "{height}: without its bars");
}

#[test]
fn of_several_previews_the_smallest_that_is_large_enough_stands_in() {
    let main = picture(900, 600);
    let jpeg = jpeg_of(&main);
    let cut = with_segments(&jpeg[..cut_below(&jpeg, 0.2)], &exif(1, &jpeg_of(&shrunk(&main, 150, 100))));
    let folder = Folder::new();
    folder.write("in/a.jpg", &with_mpf(&cut, &jpeg_of(&shrunk(&main, 600, 400))));
    let made_from = |size: &str| source_of(&folder.report(&["in", "-s", size]).1, "a.jpg");
    assert_eq!(["100", "300", "800"].map(made_from), ["exif-thumbnail", "mpf-preview", "mpf-preview"]);
}

#[test]
fn a_preview_stands_in_for_a_jpeg_that_cannot_be_decoded_at_all() {
    let main = picture(900, 600);
    let jpeg = jpeg_of(&main);
    let tables = jpeg.windows(2).position(|marker| marker == [0xff, 0xc4]).unwrap();
    // Without a Huffman table, no scan can be read.
    let cut = with_segments(&jpeg[..tables], &exif(1, &jpeg_of(&shrunk(&main, 150, 100))));
    let folder = Folder::new();
    folder.write("in/a.jpg", &cut);
    for wanted in ["auto", "keep"] {
        let (run, report) = folder.report(&["in", "--damaged", wanted]);
        assert_eq!(source_of(&report, "a.jpg"), "exif-thumbnail", "{wanted}: {}", run.errors());
        assert_eq!(damage_of(&report), "none of the image could be decoded; made from its exif-thumbnail");
    }
    let (_, report) = folder.report(&["in", "--damaged", "fail"]);
    assert_eq!(outcome_of(&report, "a.jpg").0, "failed");
}

#[test]
fn another_preview_of_a_raw_file_stands_in_for_one_that_is_broken() {
    let main = picture(900, 600);
    let large = jpeg_of(&main);
    let broken = &large[..cut_below(&large, 0.2)];
    let folder = Folder::new();
    folder.write("in/a.dng", &dng(1, &jpeg_of(&shrunk(&main, 240, 160)), broken));
    let (run, report) = folder.report(&["in", "-s", "400"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(damage_of(&report), "only 19% of the image could be decoded; made from another of its previews");
    assert_eq!(read_picture(&folder.path("thumbs/a.dng.jpg")).dimensions(), (240, 160));
    folder.thumbs(&["in", "-s", "400", "--damaged", "keep", "-o", "kept"]);
    assert_eq!(read_picture(&folder.path("kept/a.dng.jpg")).dimensions(), (400, 267));

    folder.write("in/a.dng", &dng(1, broken, broken));
    let (_, report) = folder.report(&["in"]);
    let (outcome, reason) = outcome_of(&report, "a.dng");
    assert!(outcome == "failed" && reason.contains("only 19% of the image"), "{reason}");
}

#[test]
fn a_thumbnail_item_stands_in_for_a_heif_picture_that_is_broken() {
    let Some(corpus) = corpus() else { return };
    let mut tried = 0;
    for entry in std::fs::read_dir(corpus.join("formats/heic")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        let Ok(Ok(heif)) = photo_container::read_heif(&mut bytes.as_slice()) else { continue };
        if heif.thumbnails.is_empty() || heif.alpha != photo_container::Alpha::None {
            continue;
        }
        for place in heif.primary.tiles.iter().flat_map(|tile| &tile.data) {
            bytes[place.offset as usize..][..place.len as usize].fill(0);
        }
        let folder = Folder::new();
        folder.write("in/a.heic", &bytes);
        let (run, report) = folder.report(&["in", "-s", "2000"]);
        assert_eq!(source_of(&report, "a.heic"), "heif-thumbnail", "{}: {}", path.display(), run.errors());
        let (width, height) = read_picture(&folder.path("thumbs/a.heic.jpg")).dimensions();
        let largest = heif.thumbnails.iter().map(|thumbnail| thumbnail.size.0.max(thumbnail.size.1)).max();
        assert_eq!(Some(width.max(height)), largest, "{}", path.display());
        tried += 1;
    }
    assert!(tried > 0);
}

#[test]
fn a_cut_jpeg_xl_is_judged_by_what_was_drawn_of_it() {
    let Some(corpus) = corpus() else { return };
    // A lossy image starts with a coarse version of everything, a lossless one has its parts one after the other.
    for (name, cut, wanted) in [
        ("jxlconf__bike.jxl", 30, 1.0..=1.0),
        ("jxlconf__progressive.jxl", 10, 1.0..=1.0),
        ("jxlconf__lossless_pfm.jxl", 49, 0.01..=0.5),
        ("jxlconf__lossless_pfm.jxl", 90, 0.5..=0.95),
    ] {
        let bytes = std::fs::read(corpus.join("formats/jxl").join(name)).unwrap();
        let there = present(&bytes, bytes.len() * cut / 100, Exactness::Fast);
        assert!(wanted.contains(&there), "{name} at {cut} %: {there}");
    }
}
