//! Tests the public API: against an independent decoder, on truncated and corrupt files, and on files of libwebp's.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a test may fail, and prints the reason"
)]

use std::io::Cursor;

use image_webp::vp8::Vp8Decoder;
use webp_shrink::{
    Coding, Container, Error, Frame, Metadata, Stop, decode_alpha, decode_lossless, embed_metadata, read_container,
};

/// Returns an image with smooth parts, edges and noise.
fn scene(width: u32, height: u32) -> Vec<u8> {
    let mut noise = 1_u32;
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (noise >> 28) as u8;
            let disc = if (x % 90).abs_diff(45).pow(2) + (y % 70).abs_diff(35).pow(2) < 600 { 150 } else { 20 };
            let ramp = (x * 200 / width) as u8;
            samples.extend([ramp + grain, disc + grain, (y * 220 / height) as u8]);
        }
    }
    samples
}

fn encode(width: u32, height: u32, change: impl FnOnce(&mut webp::WebPConfig)) -> Vec<u8> {
    let mut config = webp::WebPConfig::new().unwrap();
    config.filter_strength = 0;
    change(&mut config);
    webp::Encoder::from_rgb(&scene(width, height), width, height).encode_advanced(&config).unwrap().to_vec()
}

fn frame_of(file: &[u8]) -> &[u8] {
    match read_container(file).unwrap().coding {
        Coding::Lossy { frame, .. } => frame,
        other => panic!("{other:?}"),
    }
}

/// Decodes the planes, without padding.
fn decode(frame: &[u8], width: usize) -> (Vec<Vec<u8>>, Option<Stop>) {
    let mut planes = vec![Vec::new(); 3];
    let stop = Frame::read(frame).unwrap().decode(&mut |band| {
        let [blue, red] = band.chroma;
        for (plane, (samples, stride, width)) in planes.iter_mut().zip([
            (band.luma, band.luma_stride, width),
            (blue, band.chroma_stride, width.div_ceil(2)),
            (red, band.chroma_stride, width.div_ceil(2)),
        ]) {
            samples.chunks(stride).for_each(|row| plane.extend(&row[..width]));
        }
    });
    (planes, stop)
}

#[test]
fn unfiltered_frames_are_those_of_an_independent_decoder_to_the_bit() {
    let mut tried = 0;
    for (width, height) in [(1, 1), (16, 16), (17, 33), (150, 97)] {
        for quality in [3.0, 50.0, 80.0, 99.0] {
            for (method, segments, partitions) in [(0, 1, 0), (3, 4, 2), (6, 2, 3)] {
                let file = encode(width, height, |config| {
                    (config.quality, config.method) = (quality, method);
                    (config.segments, config.partitions) = (segments, partitions);
                });
                let frame = frame_of(&file);
                let theirs = Vp8Decoder::decode_frame(Cursor::new(frame)).unwrap();
                let (ours, stop) = decode(frame, width as usize);
                assert_eq!(stop, None);
                let stride = width.next_multiple_of(16) as usize;
                for (ours, (theirs, stride, width, height)) in ours.iter().zip([
                    (&theirs.ybuf, stride, width, height),
                    (&theirs.ubuf, stride / 2, width.div_ceil(2), height.div_ceil(2)),
                    (&theirs.vbuf, stride / 2, width.div_ceil(2), height.div_ceil(2)),
                ]) {
                    let rows = theirs.chunks(stride).take(height as usize);
                    let theirs: Vec<u8> = rows.flat_map(|row| &row[..width as usize]).copied().collect();
                    assert!(*ours == theirs, "{width}x{height}, quality {quality}, method {method}");
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 4 * 4 * 3 * 3);
}

#[test]
fn a_frame_that_is_cut_off_keeps_its_first_rows() {
    let file = encode(150, 197, |config| config.quality = 80.0);
    let frame = frame_of(&file);
    let (whole, _) = decode(frame, 150);
    let (cut, stop) = decode(&frame[..frame.len() * 3 / 4], 150);
    let rows = stop.unwrap().rows as usize;
    assert!((16..192).contains(&rows), "{rows}");
    assert_eq!(cut[0].len(), whole[0].len());
    assert_eq!(cut[0][..rows * 150], whole[0][..rows * 150]);
    assert!(cut[0][rows * 150..].iter().all(|sample| *sample == 128));
}

#[test]
fn no_cut_and_no_changed_byte_brings_it_down() {
    let file = encode(60, 45, |config| config.quality = 60.0);
    let mut decoded = 0;
    let mut try_file = |file: &[u8]| {
        let Ok(Container { coding: Coding::Lossy { frame, .. }, size, .. }) = read_container(file) else { return };
        if size.0 > 4096 || size.1 > 4096 {
            return;
        }
        if let Ok(frame) = Frame::read(frame) {
            frame.decode(&mut |_| {});
            decoded += 1;
        }
    };
    for end in 0..file.len() {
        try_file(&file[..end]);
    }
    for i in 0..file.len() {
        for bits in [0x01, 0x80, 0xff] {
            let mut changed = file.clone();
            changed[i] ^= bits;
            try_file(&changed);
        }
    }
    assert!(decoded > 1000, "{decoded}");
}

#[test]
fn a_frame_without_pixels_is_refused() {
    let file = encode(16, 16, |_| {});
    for at in [6, 8] {
        let mut frame = frame_of(&file).to_vec();
        frame[at..at + 2].fill(0);
        assert_eq!(Frame::read(&frame).unwrap_err(), Error::Invalid("its frame has no pixels"));
    }
}

/// Builds an animation of one frame at (2 · `left`, 0).
fn animate(still: &[u8], size: (u8, u8), canvas: (u8, u8), left: u8) -> Vec<u8> {
    let chunk = |name: &[u8], payload: &[u8]| [name, &(payload.len() as u32).to_le_bytes(), payload].concat();
    let side = |side: u8| [side - 1, 0, 0];
    let extended = [[ANIMATED, 0, 0, 0].as_slice(), &side(canvas.0), &side(canvas.1)].concat();
    let place = [[left, 0, 0, 0, 0, 0].as_slice(), &side(size.0), &side(size.1), &[100, 0, 0, 0]].concat();
    let frame = [&place, &still[12..]].concat();
    let chunks = [chunk(b"VP8X", &extended), chunk(b"ANIM", &[0; 6]), chunk(b"ANMF", &frame)].concat();
    chunk(b"RIFF", &[b"WEBP", chunks.as_slice()].concat())
}

const ANIMATED: u8 = 0x02;

#[test]
fn a_first_frame_as_large_as_the_canvas_is_an_image_like_any_other() {
    let still = encode(40, 30, |_| {});
    let animation = animate(&still, (40, 30), (40, 30), 0);
    assert_eq!(read_container(&animation), read_container(&still));
    let animation = animate(&still, (40, 30), (60, 30), 5);
    let container = read_container(&animation).unwrap();
    assert_eq!((container.size, container.coding), ((60, 30), Coding::Animation));
}

#[test]
fn lossless_streams_are_found_and_decoded() {
    let file = encode(40, 30, |config| config.lossless = 1);
    let container = read_container(&file).unwrap();
    assert_eq!((container.size, container.has_alpha), ((40, 30), false));
    let Coding::Lossless(stream) = container.coding else { panic!("{:?}", container.coding) };
    let mut samples = Vec::new();
    let mut sink = |row: &[u32]| samples.extend(row.iter().flat_map(|pixel| pixel.to_be_bytes()[1..].to_vec()));
    assert_eq!(decode_lossless(stream, &mut sink), Ok(None));
    assert_eq!(samples, scene(40, 30));
}

#[test]
fn what_is_no_webp_is_an_error() {
    assert!(read_container(b"").is_err());
    assert!(read_container(b"RIFF\x04\0\0\0WEBP").is_err());
    assert!(read_container(b"RIFF\x0c\0\0\0WEBPVP8 \0\0\0\0").is_err());
    assert!(read_container(b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0").is_err());
}

const METADATA: Metadata<'static> = Metadata { icc: Some(b"profile"), exif: Some(b"MM"), xmp: Some(b"<x/>") };

#[test]
fn metadata_that_were_put_in_are_found_beside_the_same_image() {
    let plain = encode(40, 31, |_| {});
    let rgba = [90, 80, 70, 60].repeat(40 * 31);
    let transparent = webp::Encoder::from_rgba(&rgba, 40, 31);
    for file in [plain, transparent.encode(80.0).to_vec(), transparent.encode_lossless().to_vec()] {
        let with = embed_metadata(&file, (40, 31), METADATA);
        let (before, after) = (read_container(&file).unwrap(), read_container(&with).unwrap());
        let Metadata { icc, exif, xmp } = METADATA;
        assert_eq!(after, Container { icc, exif, xmp, ..before });
        assert_eq!(embed_metadata(&file, (40, 31), Metadata::default()), file);
        let mut theirs = image_webp::WebPDecoder::new(Cursor::new(&with)).unwrap();
        assert!(theirs.icc_profile().unwrap().is_some() && theirs.exif_metadata().unwrap().is_some());
        assert_eq!(theirs.has_alpha(), after.has_alpha);
    }
}

#[test]
fn alpha_of_any_stated_size_is_decoded_or_refused() {
    for chunk in [&[0_u8, 1, 2, 3][..], &[1, 1, 2], &[0x0c], &[]] {
        for (width, height) in [(0, 0), (0, 9), (3, 1), (u32::MAX, u32::MAX), (1 << 31, 1 << 31)] {
            let decoded = decode_alpha(chunk, width, height);
            let count = u64::from(width) * u64::from(height);
            assert!(decoded.is_err() || decoded.is_ok_and(|samples| samples.len() as u64 == count));
        }
    }
}
