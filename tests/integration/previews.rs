//! Tests embedded previews: those of JPEGs are used on request if they match, those of RAW files always.

use std::path::Path;

use image::imageops::{self, FilterType};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

use crate::corpus::corpus;
use crate::fixture::{Folder, encode, outcome_of, picture, psnr, read_picture};

/// Builds a little-endian TIFF directory. Entries are tag, type (3 short, 4 long) and value.
pub fn directory(entries: &[(u16, u16, u32)], next: u32) -> Vec<u8> {
    let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
    for (tag, kind, value) in entries {
        bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        bytes.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// Builds an EXIF segment with an orientation and a thumbnail.
pub fn exif(orientation: u32, thumbnail: &[u8]) -> Vec<u8> {
    let main = directory(&[(0x112, 3, orientation)], 26);
    let at = 8 + main.len() as u32 + 2 + 24 + 4;
    let second = directory(&[(0x201, 4, at), (0x202, 4, thumbnail.len() as u32)], 0);
    segment(0xe1, &[b"Exif\0\0II*\0\x08\0\0\0".as_slice(), &main, &second, thumbnail].concat())
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &(payload.len() as u16 + 2).to_be_bytes(), payload].concat()
}

/// Inserts segments after the start of a JPEG.
pub fn with_segments(jpeg: &[u8], segments: &[u8]) -> Vec<u8> {
    [&jpeg[..2], segments, &jpeg[2..]].concat()
}

/// Builds a JPEG whose MPF index names `preview`, which follows it.
pub fn with_mpf(jpeg: &[u8], preview: &[u8]) -> Vec<u8> {
    let build = |offset: u32| {
        let index = [0x2003_0000, 0, 0, 0, 0x0001_0001, preview.len() as u32, offset, 0].map(u32::to_le_bytes).concat();
        let mut table = directory(&[(0xb002, 7, 26)], 0);
        table[6..10].copy_from_slice(&32_u32.to_le_bytes());
        let payload = [b"MPF\0II*\0\x08\0\0\0".as_slice(), &table, &index].concat();
        with_segments(jpeg, &segment(0xe2, &payload))
    };
    // Offsets count from the header after "MPF\0": 2 bytes of start, 4 of the segment's head, and those 4.
    let offset = build(0).len() as u32 - 10;
    [build(offset), preview.to_vec()].concat()
}

pub fn jpeg_of(picture: &RgbImage) -> Vec<u8> {
    encode(picture, ImageFormat::Jpeg)
}

pub fn shrunk(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    imageops::resize(picture, width, height, FilterType::Triangle)
}

/// Returns the image with black bars above and below, like cameras' thumbnails of 160x120.
pub fn barred(picture: &RgbImage) -> RgbImage {
    let height = 160 * picture.height() / picture.width();
    let mut thumbnail = RgbImage::new(160, 120);
    imageops::replace(&mut thumbnail, &shrunk(picture, 160, height), 0, i64::from((120 - height).div_ceil(2)));
    thumbnail
}

/// Runs with `--previews`, and returns the field `decoded_from` of each file by name.
fn decoded_from(folder: &Folder, words: &[&str]) -> impl Fn(&str) -> String {
    let (run, report) = folder.report(&[&["in"], words].concat());
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    move |name| source_of(&report, name)
}

pub fn source_of(report: &Value, name: &str) -> String {
    let files = report["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["source"].as_str().unwrap().ends_with(name)).unwrap();
    file["decoded_from"].as_str().unwrap_or("nothing").to_string()
}

#[test]
fn a_thumbnail_stands_in_only_where_it_is_asked_for_and_large_enough() {
    let folder = Folder::new();
    let main = picture(1200, 900);
    let thumbnail = jpeg_of(&shrunk(&main, 160, 120));
    folder.write("in/a.jpg", &with_segments(&jpeg_of(&main), &exif(1, &thumbnail)));
    assert_eq!(decoded_from(&folder, &[])("a.jpg"), "main");
    assert_eq!(decoded_from(&folder, &["--previews", "-s", "161"])("a.jpg"), "main");
    assert_eq!(decoded_from(&folder, &["--previews", "-s", "50", "-s", "200"])("a.jpg"), "main");
    assert_eq!(decoded_from(&folder, &["--previews", "-s", "160"])("a.jpg"), "exif-thumbnail");

    folder.thumbs(&["in", "-o", "slow", "-q", "95"]);
    folder.thumbs(&["in", "-o", "fast", "-q", "95", "--previews"]);
    let (slow, fast) = (read_picture(&folder.path("slow/a.jpg")), read_picture(&folder.path("fast/a.jpg")));
    let db = psnr(slow.as_raw(), fast.as_raw());
    assert!(db > 30.0, "{db:.1} dB");
}

#[test]
fn a_preview_of_another_picture_is_refused() {
    let folder = Folder::new();
    let main = picture(1200, 900);
    let jpeg = jpeg_of(&main);
    let small = shrunk(&main, 160, 120);
    let mut dark = small.clone();
    dark.iter_mut().for_each(|sample| *sample = *sample / 2 + 10);
    let grey = RgbImage::from_fn(160, 120, |x, y| {
        let [r, g, b] = small.get_pixel(x, y).0.map(u32::from);
        Rgb([((3 * r + 6 * g + b) / 10) as u8; 3])
    });
    let cropped = shrunk(&imageops::crop_imm(&main, 300, 300, 800, 600).to_image(), 160, 120);
    for (name, thumbnail) in [
        ("mirrored.jpg", imageops::flip_horizontal(&small)),
        ("upside-down.jpg", imageops::rotate180(&small)),
        ("dark.jpg", dark),
        ("grey.jpg", grey),
        ("cropped.jpg", cropped),
        ("square.jpg", shrunk(&main, 120, 120)),
        ("turned.jpg", imageops::rotate90(&small)),
    ] {
        folder.write(&format!("in/{name}"), &with_segments(&jpeg, &exif(1, &jpeg_of(&thumbnail))));
    }
    let thumbnail = jpeg_of(&small);
    folder.write("in/cut.jpg", &with_segments(&jpeg, &exif(1, &thumbnail[..thumbnail.len() - 300])));
    folder.write("in/no-jpeg.jpg", &with_segments(&jpeg, &exif(1, &[7; 500])));
    let source = decoded_from(&folder, &["--previews"]);
    for name in folder.files_below("in") {
        assert_eq!(source(&name), "main", "{name}");
    }
    assert_eq!(folder.files_below("in").len(), 9);
}

#[test]
fn black_bars_are_cut_off() {
    let folder = Folder::new();
    let main = picture(1500, 1000);
    folder.write("in/a.jpg", &with_segments(&jpeg_of(&main), &exif(1, &jpeg_of(&barred(&main)))));
    assert_eq!(decoded_from(&folder, &["--previews"])("a.jpg"), "exif-thumbnail");
    let small = read_picture(&folder.path("thumbs/a.jpg"));
    assert_eq!(small.dimensions(), (50, 33));
    for y in [0, 32] {
        let darkest = (0..50).map(|x| small.get_pixel(x, y).0.iter().map(|c| u32::from(*c)).sum::<u32>()).min();
        assert!(darkest > Some(150), "row {y}: {darkest:?}");
    }
}

#[test]
fn a_preview_is_turned_as_its_picture_is() {
    let folder = Folder::new();
    let upright = picture(900, 1200);
    for (value, stored) in
        [(3, imageops::rotate180(&upright)), (6, imageops::rotate270(&upright)), (8, imageops::rotate90(&upright))]
    {
        let (width, height) = if value == 3 { (120, 160) } else { (160, 120) };
        let thumbnail = jpeg_of(&shrunk(&stored, width, height));
        folder.write(&format!("in/{value}.jpg"), &with_segments(&jpeg_of(&stored), &exif(value, &thumbnail)));
    }
    let source = decoded_from(&folder, &["--previews", "-q", "95"]);
    let wanted = imageops::resize(&upright, 37, 50, FilterType::CatmullRom);
    for value in [3, 6, 8] {
        assert_eq!(source(&format!("{value}.jpg")), "exif-thumbnail");
        let small = read_picture(&folder.path(&format!("thumbs/{value}.jpg")));
        let db = psnr(small.as_raw(), wanted.as_raw());
        assert!(db > 25.0, "{value}: {db:.1} dB");
    }
}

#[test]
fn an_mpf_preview_serves_larger_thumbnails() {
    let folder = Folder::new();
    let main = picture(1600, 1200);
    folder.write("in/a.jpg", &with_mpf(&jpeg_of(&main), &jpeg_of(&shrunk(&main, 640, 480))));
    folder.write(
        "in/stale.jpg",
        &with_mpf(&jpeg_of(&main), &jpeg_of(&imageops::flip_horizontal(&shrunk(&main, 640, 480)))),
    );
    let source = decoded_from(&folder, &["--previews", "-s", "256"]);
    assert_eq!((source("a.jpg"), source("stale.jpg")), ("mpf-preview".to_string(), "main".to_string()));
}

#[test]
fn only_the_start_of_the_file_is_read() {
    let folder = Folder::new();
    let main = picture(3000, 2250);
    let whole = with_segments(&jpeg_of(&main), &exif(1, &jpeg_of(&shrunk(&main, 160, 120))));
    // Only the first third of the file is needed.
    folder.write("in/a.jpg", &whole[..whole.len() / 3]);
    let (run, report) = folder.report(&["in", "--previews"]);
    assert_eq!(source_of(&report, "a.jpg"), "exif-thumbnail");
    assert!(report["files"][0]["damage"].is_null() && !run.errors().contains("warning"), "{}", run.errors());
}

/// Builds a DNG of sensor data and these previews. The smaller one is in the first directory.
pub fn dng(orientation: u32, small: &[u8], large: &[u8]) -> Vec<u8> {
    let preview = |at: u32, bytes: &[u8]| [(259, 3, 7), (262, 3, 6), (273, 4, at), (279, 4, bytes.len() as u32)];
    let sensor = [(254, 4, 0), (256, 4, 1500), (257, 4, 1000), (259, 3, 1), (262, 3, 32803)];
    let at_sensor = 8 + 2 + 12 * 8 + 4;
    let at_large = at_sensor + 2 + 12 * 5 + 4;
    let at_small = at_large + 2 + 12 * 5 + 4;
    let mut first = vec![(254, 4, 1), (274, 3, orientation), (330, 4, at_sensor), (50706, 4, 0x0000_0401)];
    first.extend(preview(at_small, small));
    first.sort_unstable();
    let mut second = vec![(254, 4, 1)];
    second.extend(preview(at_small + small.len() as u32, large));
    [b"II*\0\x08\0\0\0", &directory(&first, 0)[..], &directory(&sensor, at_large), &directory(&second, 0), small, large]
        .concat()
}

#[test]
fn a_raw_file_gives_its_largest_preview_or_with_previews_the_smallest_that_will_do() {
    let folder = Folder::new();
    // Different colours, unlike a camera's, show which preview was used.
    let (red, blue) =
        (RgbImage::from_pixel(240, 160, Rgb([200, 30, 30])), RgbImage::from_pixel(1200, 800, Rgb([30, 30, 200])));
    folder.write("in/a.dng", &dng(1, &jpeg_of(&red), &jpeg_of(&blue)));
    let middle = |name: &str| read_picture(&folder.path(name)).get_pixel(20, 15).0;
    assert_eq!(decoded_from(&folder, &["--format", "png"])("a.dng"), "raw-preview");
    assert_eq!(folder.files_below("thumbs"), ["a.dng.png"]);
    assert!(middle("thumbs/a.dng.png")[2] > 150);
    assert_eq!(decoded_from(&folder, &["--previews", "--format", "png", "-o", "small"])("a.dng"), "raw-preview");
    assert!(middle("small/a.dng.png")[0] > 150);
    folder.thumbs(&["in", "--previews", "-s", "256", "--format", "png", "-o", "large"]);
    assert!(middle("large/a.dng.png")[2] > 150);
    folder.thumbs(&["in", "-s", "5000", "--format", "png", "-o", "huge"]);
    assert_eq!(read_picture(&folder.path("huge/a.dng.png")).dimensions(), (1200, 800), "never enlarged");
}

#[test]
fn a_raw_file_is_turned_as_it_says_itself() {
    let folder = Folder::new();
    let upright = picture(800, 1200);
    let stored = imageops::rotate270(&upright);
    // The preview's own EXIF contradicts it.
    let small = with_segments(&jpeg_of(&shrunk(&stored, 240, 160)), &exif(3, &[]));
    folder.write("in/a.nef", &dng(6, &small, &small));
    let (run, report) = folder.report(&["in", "-q", "95"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["files"][0]["format"], "raw");
    assert_eq!((&report["files"][0]["width_px"], &report["files"][0]["height_px"]), (&1500.into(), &1000.into()));
    assert_eq!(folder.files_below("thumbs"), ["a.nef.jpg"]);
    let got = read_picture(&folder.path("thumbs/a.nef.jpg"));
    let db = psnr(got.as_raw(), imageops::resize(&upright, 33, 50, FilterType::CatmullRom).as_raw());
    assert!(db > 25.0, "{db:.1} dB");

    // A preview that is upright already is not turned again.
    let turned = jpeg_of(&shrunk(&upright, 160, 240));
    folder.write("in/a.nef", &dng(6, &turned, &turned));
    folder.thumbs(&["in", "-q", "95"]);
    let got = read_picture(&folder.path("thumbs/a.nef.jpg"));
    let db = psnr(got.as_raw(), imageops::resize(&upright, 33, 50, FilterType::CatmullRom).as_raw());
    assert!(db > 25.0, "{db:.1} dB");
}

#[test]
fn a_raw_file_without_a_preview_says_so() {
    let folder = Folder::new();
    folder.write("in/a.dng", &dng(1, b"no JPEG at all", b"nor here"));
    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(1));
    assert_eq!(
        outcome_of(&report, "a.dng"),
        ("failed".to_string(), "unsupported RAW: it contains no preview".to_string())
    );
}

/// A DNG with a preview of 24x16 px, all yellow, and 120x80 samples of a Bayer pattern: before turning, red and green above blue and
/// grey.
const SENSOR: &[u8] = include_bytes!("../data/sensor.dng");

#[test]
fn sensor_data_are_decoded_where_every_preview_is_smaller_than_the_thumbnail() {
    let folder = Folder::new();
    folder.write("in/a.dng", SENSOR);
    assert_eq!(decoded_from(&folder, &["--format", "png", "--blur", "0"])("a.dng"), "main");
    let made = read_picture(&folder.path("thumbs/a.dng.png"));
    assert_eq!(made.dimensions(), (33, 50));
    let brightest = |x: u32, y: u32| made.get_pixel(x, y).0.map(|sample| sample > 150);
    // Turned clockwise.
    assert_eq!(brightest(25, 12), [true, false, false]);
    assert_eq!(brightest(25, 38), [false, true, false]);
    assert_eq!(brightest(8, 12), [false, false, true]);
    assert_eq!(brightest(8, 38), [true, true, true]);
    let grey = made.get_pixel(8, 38).0;
    assert!(grey.iter().all(|sample| sample.abs_diff(188) <= 2), "{grey:?} is half the light of white");
    folder.thumbs(&["in", "-s", "5000", "--format", "png", "-o", "huge"]);
    assert_eq!(read_picture(&folder.path("huge/a.dng.png")).dimensions(), (40, 60), "a pixel for each block");
}

#[test]
fn a_preview_is_decoded_where_it_is_large_enough_or_the_sensor_data_are_broken() {
    let folder = Folder::new();
    folder.write("in/a.dng", SENSOR);
    let yellow = |name: &str| read_picture(&folder.path(name)).get_pixel(5, 7).0;
    assert_eq!(decoded_from(&folder, &["--format", "png", "-s", "24"])("a.dng"), "raw-preview");
    assert_eq!(yellow("thumbs/a.dng.png"), [250, 250, 0]);
    folder.write("in/a.dng", &SENSOR[..SENSOR.len() - 3000]);
    assert_eq!(decoded_from(&folder, &["--format", "png", "-o", "cut"])("a.dng"), "raw-preview");
    assert_eq!(read_picture(&folder.path("cut/a.dng.png")).dimensions(), (16, 24));
}

#[test]
fn sensor_data_that_are_cut_are_used_if_there_is_nothing_else() {
    let folder = Folder::new();
    // The preview's strip is far beyond the end of the file.
    let place = SENSOR.windows(12).position(|entry| entry.starts_with(&[0x11, 1, 4, 0, 1, 0, 0, 0])).unwrap() + 8;
    let alone = |end: usize| [&SENSOR[..place], &[0, 0, 0, 0x7f], &SENSOR[place + 4..end]].concat();
    folder.write("in/a.dng", &alone(SENSOR.len() - 3000));
    let (run, report) = folder.report(&["in", "--format", "png"]);
    assert_eq!((run.status(), source_of(&report, "a.dng").as_str()), (Some(0), "main"), "{}", run.errors());
    assert!(run.errors().contains("its sensor data are cut off or broken"), "{}", run.errors());
    folder.write("in/a.dng", &alone(SENSOR.len() - 12_000));
    let (run, report) = folder.report(&["in", "--format", "png"]);
    assert_eq!((run.status(), outcome_of(&report, "a.dng").0), (Some(1), "failed".to_string()));
}

#[test]
fn every_truncation_of_a_raw_file_has_an_outcome() {
    let folder = Folder::new();
    let preview = jpeg_of(&picture(60, 40));
    let whole = dng(1, &preview, &preview);
    for cut in (0..whole.len()).step_by(37) {
        folder.write(&format!("in/{cut}.dng"), &whole[..cut]);
    }
    let (run, report) = folder.report(&["in"]);
    assert!(!run.errors().contains("panicked") && !run.errors().contains("unexpectedly"), "{}", run.errors());
    assert!(report["totals"]["found"].as_u64() > Some(30));
}

#[test]
fn camera_jpegs_of_the_corpus_are_served_by_their_previews() {
    let Some(corpus) = corpus() else { return };
    let folder = Folder::new();
    let photos = corpus.join("photos");
    let photos = photos.to_str().unwrap();
    let (_, slow) = folder.report(&[photos, "-o", "slow", "--format", "png"]);
    let (_, fast) = folder.report(&[photos, "-o", "fast", "--format", "png", "--previews"]);
    assert_eq!(fast["totals"]["written"], slow["totals"]["written"]);
    let mut served = 0;
    for file in fast["files"].as_array().unwrap() {
        let path = Path::new(file["thumbnails"][0]["path"].as_str().unwrap());
        if file["decoded_from"] != "main" {
            served += 1;
            let name = path.file_name().unwrap();
            let slow = read_picture(&folder.path("slow").join(name));
            let db = psnr(read_picture(&folder.path("fast").join(name)).as_raw(), slow.as_raw());
            assert!(db > 15.0, "{}: {db:.1} dB", path.display());
        }
    }
    assert!(served >= 13, "only {served} were served by a preview");
}

#[test]
fn raw_files_of_the_corpus_give_a_thumbnail_or_a_reason() {
    let Some(corpus) = corpus() else { return };
    let folder = Folder::new();
    let (_, report) = folder.report(&[corpus.join("formats/raw").to_str().unwrap(), "-s", "256"]);
    let mut seen = 0;
    // The JPEGs in files whose name begins with "exiftool" were replaced by a few words; one has a page of 8x8 pixels left.
    for (name, outcome, width, height) in [
        ("bepmeta__sample.arw", "written", 160, 106),
        ("bepmeta__sample.cr2", "written", 160, 120),
        ("magicknet__DSC8695.dng", "written", 256, 171),
        ("pigallery2__test.dng", "written", 192, 256),
        ("tinydng__colorchart.dng", "written", 256, 171),
        ("exiftool__CanonRaw.cr2", "failed", 0, 0),
        ("exiftool__CanonRaw.cr3", "failed", 0, 0),
        ("exiftool__DNG.dng", "written", 8, 8),
        ("exiftool__Nikon.nef", "failed", 0, 0),
    ] {
        let (got, reason) = outcome_of(&report, name);
        assert_eq!(got, outcome, "{name}: {reason}");
        if outcome == "written" {
            let small = read_picture(&folder.path("thumbs").join(format!("{name}.jpg")));
            assert_eq!(small.dimensions(), (width, height), "{name}");
        } else {
            assert_eq!(reason, "unsupported RAW: it contains no preview", "{name}");
        }
        seen += 1;
    }
    assert_eq!(seen, 9);
    // A TIFF by a camera or an editor counts as TIFF.
    let (_, tiffs) = folder.report(&[corpus.join("formats/tiff").to_str().unwrap(), "-o", "tiff"]);
    let files = tiffs["files"].as_array().unwrap();
    assert!(files.len() >= 10 && files.iter().all(|file| file["format"] != "raw"));
}
