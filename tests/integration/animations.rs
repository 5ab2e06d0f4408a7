//! Tests animated thumbnails.

use std::fs;
use std::io::Cursor;

use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, Delay, Frame, Rgba, RgbaImage};

use crate::fixture::{Folder, outcome_of};

/// Returns a GIF of frames of 120x80 px with a square that moves.
fn gif(frames: u32) -> Vec<u8> {
    gif_of((120, 80), frames)
}

fn gif_of((width, height): (u32, u32), frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for number in 0..frames {
        let pixel = |x, y| match (10 * number..10 * number + 30).contains(&x) && (20..50).contains(&y) {
            true => Rgba([220, 30, 30, 255]),
            false => Rgba([20, 60, 200, 255]),
        };
        let delay = Delay::from_numer_denom_ms(50 + 10 * number, 1);
        encoder.encode_frame(Frame::from_parts(RgbaImage::from_fn(width, height, pixel), 0, 0, delay)).unwrap();
    }
    drop(encoder);
    bytes
}

/// Returns the frames of an animated file, and their times in ms.
fn frames(bytes: &[u8]) -> Vec<(RgbaImage, u32)> {
    let input = Cursor::new(bytes);
    let frames = match bytes {
        [b'G', ..] => GifDecoder::new(input).unwrap().into_frames(),
        [b'R', ..] => WebPDecoder::new(input).unwrap().into_frames(),
        _ => PngDecoder::new(input).unwrap().apng().unwrap().into_frames(),
    };
    let frame = |frame: image::ImageResult<Frame>| {
        let frame = frame.unwrap();
        let (ms, of) = frame.delay().numer_denom_ms();
        (frame.into_buffer(), ms / of)
    };
    frames.map(frame).collect()
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("in/a.gif", &gif(5));
    folder
}

#[test]
fn an_animation_keeps_its_frames_and_its_pace_in_every_format_that_has_any() {
    let folder = folder();
    let words = ["in", "-s", "60", "--blur", "0", "--format", "same,png,webp,jpeg", "--animated"];
    let (run, report) = folder.report(&words);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["files"][0]["animation"], "5 frames");
    assert!(run.lines().contains(", 5 frames\n"), "{}", run.lines());
    for name in ["a.gif", "a.gif.png", "a.gif.webp"] {
        let read = frames(&fs::read(folder.path(&format!("thumbs/{name}"))).unwrap());
        let times: Vec<u32> = read.iter().map(|(_, time)| *time).collect();
        assert_eq!(times, [50, 60, 70, 80, 90], "{name}");
        for (number, (frame, _)) in (0_u32..).zip(&read) {
            assert_eq!(frame.dimensions(), (60, 40), "{name}");
            // The middle of the square, and a place that it never reaches.
            for ((x, y), wanted) in [((7 + 5 * number, 17), [220, 30, 30]), ((30, 35), [20, 60, 200])] {
                let got = frame.get_pixel(x, y).0;
                assert!(
                    got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= 12),
                    "{name} {number}: {got:?}"
                );
            }
        }
    }
    let jpeg = fs::read(folder.path("thumbs/a.gif.jpg")).unwrap();
    assert!(jpeg.starts_with(&[0xff, 0xd8]));
    // Once animated, a thumbnail is up to date, and without the option it is not.
    let (_, report) = folder.report(&[&words[..], &["--update"]].concat());
    assert_eq!(report["totals"]["up_to_date"], 1);
    let (_, report) = folder.report(&[&words[..7], &["--update"]].concat());
    assert_eq!(report["totals"]["written"], 1);
}

#[test]
fn an_animation_shows_its_first_frame_unless_it_was_asked_for_and_possible() {
    let folder = folder();
    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(0));
    assert_eq!(report["files"][0]["animation"], "first frame");
    assert_eq!(frames(&fs::read(folder.path("thumbs/a.gif")).unwrap()).len(), 1);
    let (run, report) = folder.report(&["in", "--format", "jpeg", "--animated"]);
    assert_eq!(run.status(), Some(0));
    assert_eq!(report["files"][0]["animation"], "first frame: JPEG thumbnails are not animated");
    folder.write("in/a.gif", &gif(1));
    let (run, report) = folder.report(&["in", "--animated"]);
    assert_eq!(run.status(), Some(0));
    assert!(report["files"][0].get("animation").is_none());
}

#[test]
fn an_animation_beyond_the_limits_shows_its_first_frame_and_says_why() {
    let folder = folder();
    let (run, report) = folder.report(&["in", "--animated", "--max-pixels", "30000"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let said = report["files"][0]["animation"].as_str().unwrap();
    assert_eq!(said, "first frame: it has more than 3 frames of 120x80");
    assert_eq!(frames(&fs::read(folder.path("thumbs/a.gif")).unwrap()).len(), 1);

    // Two frames of one pixel on a canvas of 40 million.
    let mut wide = gif_of((1, 1), 2);
    wide[6..10].copy_from_slice(&[0x40, 0x1f, 0x88, 0x13]);
    folder.write("in/a.gif", &wide);
    let (run, report) = folder.report(&["in", "--animated"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["files"][0]["animation"], "first frame: frames of 8000x5000 are too large");

    // More frames than anybody watches, in a small file.
    let one = gif_of((4, 3), 2);
    let second = one.windows(2).rposition(|window| window == [b'!', 0xf9]).unwrap();
    let many = [&one[..second], &one[second..one.len() - 1].repeat(20_000), b";"].concat();
    folder.write("in/a.gif", &many);
    let (run, report) = folder.report(&["in", "--animated"]);
    assert_eq!(outcome_of(&report, "a.gif").0, "written", "{}", run.errors());
    assert_eq!(report["files"][0]["animation"], "first frame: it has more than 10000 frames of 4x3");
}

#[test]
fn a_truncated_animation_keeps_the_frames_that_are_there() {
    let folder = folder();
    let whole = gif(5);
    let last = whole.windows(2).rposition(|window| window == [b'!', 0xf9]).unwrap();
    folder.write("in/a.gif", &whole[..last + 30]);
    let (run, report) = folder.report(&["in", "--animated"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["files"][0]["animation"], "4 frames");
    assert!(report["files"][0]["damage"].as_str().unwrap().ends_with("the first 4 frames are kept"));
    let count = frames(&fs::read(folder.path("thumbs/a.gif")).unwrap()).len();
    assert_eq!(count, 4);
}

#[test]
fn an_animated_crop_stays_in_its_place() {
    let folder = folder();
    let words = ["in", "-s", "40", "--crop=smart", "--blur", "0", "--format", "png", "--animated"];
    assert_eq!(folder.thumbs(&words).status(), Some(0));
    let read = frames(&fs::read(folder.path("thumbs/a.gif.png")).unwrap());
    let centre = |frame: &RgbaImage| {
        let red: Vec<u32> =
            frame.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 150).map(|(x, _, _)| x).collect();
        red.iter().sum::<u32>() / u32::try_from(red.len().max(1)).unwrap()
    };
    let centres: Vec<u32> = read.iter().map(|(frame, _)| centre(frame)).collect();
    assert!(read.len() == 5 && centres.is_sorted() && centres[0] + 6 < centres[2], "{centres:?}");
}
