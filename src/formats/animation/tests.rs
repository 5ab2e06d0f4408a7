//! Tests of animations: written, and read again.

use std::num::NonZeroU32;

use super::*;
use crate::color::{Layout, Samples};
use crate::formats::codec::Settings;
use crate::formats::metadata::Packets;
use crate::geometry::Size;
use crate::options::{Encoding, Loss, Options};

const SIZE: Size = Size::new(21, 13);

const FORMATS: [Format; 3] = [Format::Gif, Format::Png, Format::WebP];

/// Returns frames with a square that moves to the right. Its surroundings are grey, or transparent.
fn frames(is_transparent: bool) -> Vec<(Vec<u8>, u32)> {
    let around = if is_transparent { [0; 4] } else { [90, 90, 90, 255] };
    let pixel = |at: u32, frame: u32| {
        let (x, y) = (at % SIZE.width, at / SIZE.width);
        let is_inside = (frame * 3..frame * 3 + 5).contains(&x) && (4..9).contains(&y);
        if is_inside { [250, 20 * u8::try_from(y).unwrap(), 10, 255] } else { around }
    };
    let frame = |number| (0..SIZE.width * SIZE.height).flat_map(|at| pixel(at, number)).collect();
    // Two of them are equal.
    [(0, 40), (1, 50), (1, 70), (2, 35), (4, 35), (0, 1000)].map(|(number, delay)| (frame(number), delay)).to_vec()
}

fn write(format: Format, frames: &[(Vec<u8>, u32)], plays: Option<NonZeroU32>) -> Vec<u8> {
    let encoding = Encoding { loss: Loss::Never, ..Encoding::default() };
    let (options, packets) = (Options { encoding, ..Options::default() }, Packets::default());
    let mut sequence = Sequence::new(format, SIZE, Settings::new(&options, None, &packets), plays).unwrap();
    for (bytes, delay) in frames {
        let samples = Samples { size: SIZE, layout: Layout::RgbAlpha, bytes: bytes.clone() };
        sequence.push(samples, *delay).unwrap();
    }
    sequence.finish().unwrap()
}

fn read(format: Format, file: &[u8]) -> (Vec<Picture>, Option<NonZeroU32>) {
    let animation = open(file, format, SIZE).unwrap().unwrap();
    let plays = animation.plays;
    (animation.map(Result::unwrap).collect(), plays)
}

#[test]
fn an_animation_is_read_as_it_was_written() {
    for format in FORMATS {
        for is_transparent in [false, true] {
            for plays in [None, NonZeroU32::new(1), NonZeroU32::new(7)] {
                let written = frames(is_transparent);
                let (read, again) = read(format, &write(format, &written, plays));
                assert_eq!(again, plays, "{format:?}");
                // The two equal frames became one.
                let wanted = [&written[..1], &written[2..]].concat();
                let times: Vec<u32> = read.iter().map(|picture| picture.delay).collect();
                let rounded = if format == Format::Gif { [40, 120, 40, 30, 1000] } else { [40, 120, 35, 35, 1000] };
                assert_eq!(times, rounded, "{format:?}");
                for (index, (picture, (pixels, _))) in read.iter().zip(&wanted).enumerate() {
                    let shown = |pixels: &[u8]| -> Vec<[u8; 4]> {
                        let pixels = pixels.as_chunks::<4>().0.iter();
                        pixels.map(|pixel| if pixel[3] == 0 { [0; 4] } else { *pixel }).collect()
                    };
                    assert_eq!(shown(&picture.rgba), shown(pixels), "{format:?} {is_transparent} {index}");
                }
                assert_eq!(read.len(), wanted.len());
            }
        }
    }
}

#[test]
fn only_what_changes_is_written() {
    let still = frames(false)[0].0.clone();
    for format in FORMATS {
        let mut dot = still.clone();
        dot[4 * 30] ^= 0x80;
        let many: Vec<(Vec<u8>, u32)> =
            (0..100).map(|index| (if index % 2 == 0 { still.clone() } else { dot.clone() }, 20)).collect();
        let one = write(format, &many[..1], None).len();
        let all = write(format, &many, None).len();
        assert!(all < one + 100 * 180, "{format:?}: {one} and {all}");
    }
}

#[test]
fn an_animation_is_told_from_a_still_image_by_its_blocks() {
    let moving = frames(true);
    for (frames, is_animated) in [(&moving[..], true), (&moving[..1], false)] {
        let png = write(Format::Png, frames, None);
        assert_eq!(detect::is_apng(&mut &png[..]), is_animated);
        let webp = write(Format::WebP, frames, None);
        assert_eq!(detect::is_animated_webp(&webp), is_animated);
        let gif = write(Format::Gif, frames, None);
        // Signature, screen, repetition, control, the frame's header, its palette and the size of its codes.
        let data = gif.windows(1).enumerate().skip(13 + 19 + 8).find(|(_, byte)| byte == b",").unwrap().0;
        let flags = gif[data + 9];
        let data = data + 10 + if flags & 0x80 == 0 { 0 } else { 3 * (2 << (flags & 7)) } + 1;
        assert_eq!(detect::has_second_frame(&gif, data), is_animated);
        for length in 0..gif.len() {
            detect::has_second_frame(&gif[..length], data);
            detect::is_animated_webp(&webp[..length.min(webp.len())]);
            detect::is_apng(&mut &png[..length.min(png.len())]);
        }
    }
}

#[test]
fn a_truncated_animation_ends_with_an_error_and_never_panics() {
    for format in FORMATS {
        let file = write(format, &frames(true), None);
        let mut shortened = 0;
        for length in (0..file.len()).step_by(7) {
            if let Ok(Some(animation)) = open(&file[..length], format, SIZE) {
                shortened += usize::from(animation.take_while(Result::is_ok).count() < 5);
            }
        }
        assert!(shortened > 0 || format == Format::WebP, "{format:?}");
    }
}
