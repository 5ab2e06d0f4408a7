//! Samples, with the means of luma that FFmpeg decodes.

use super::super::CODEC;
use super::*;
use crate::formats::tests::{decode_as, header_of};

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples/video").join(name)).unwrap()
}

/// Each sample with its size, EXIF orientation, and luma of its quarters, full range, as FFmpeg 5.1 decodes it.
const SAMPLES: [(&str, Size, u16, [f32; 4]); 6] = [
    ("av1.mp4", Size::new(64, 48), 1, [108.9, 139.3, 89.1, 122.8]),
    ("avc-cabac.mp4", Size::new(64, 48), 1, [109.6, 139.1, 89.6, 122.8]),
    ("avc-cavlc-fields.mov", Size::new(64, 48), 8, [109.3, 138.7, 89.3, 122.6]),
    // The first frame of its second fragment.
    ("fragments.mp4", Size::new(85, 48), 1, [109.5, 138.2, 89.1, 122.5]),
    ("hevc.mp4", Size::new(64, 48), 1, [109.4, 139.5, 89.0, 122.9]),
    ("jpeg.mov", Size::new(64, 48), 1, [109.0, 139.2, 88.9, 122.3]),
];

#[test]
fn frames_of_every_codec_have_the_luma_that_ffmpeg_decodes() {
    for (name, size, orientation, wanted) in SAMPLES {
        let file = sample(name);
        let header = header_of(CODEC, &file).unwrap();
        assert_eq!((header.size, header.orientation), (size, Orientation::from_exif(orientation).unwrap()), "{name}");
        let decoded = decode_as(CODEC, &file, &[]).unwrap();
        assert_eq!(decoded.damage, None, "{name}");
        let luma = &decoded.grid.planes[0].plane;
        for (quarter, wanted) in wanted.into_iter().enumerate() {
            // Pixels that are not square make an odd number of columns.
            let (width, height) = (luma.size.width as usize / 2, luma.size.height as usize / 2);
            let (left, top) = (quarter % 2 * (luma.size.width as usize - width), quarter / 2 * height);
            let rows = (top..top + height).map(|y| luma.row(y)[left..left + width].iter().sum::<f32>());
            let mean = rows.sum::<f32>() / (width * height) as f32;
            assert!((mean - wanted).abs() < 0.7, "{name}, quarter {quarter}: {mean}, not {wanted}");
        }
    }
}

#[test]
fn a_frame_that_is_cut_off_or_a_list_without_frames_is_corrupt_and_an_unknown_codec_unsupported() {
    let file = sample("hevc.mp4");
    let cut = decode_as(CODEC, &file[..file.len() * 3 / 4], &[]);
    assert!(cut.is_err() || cut.is_ok_and(|decoded| decoded.damage.is_some()));
    let end = "the file ends before its list of frames";
    assert_eq!(header_of(CODEC, &file[..64]).unwrap_err().to_string(), end);
    let mut other = file.clone();
    let at = other.windows(4).position(|name| name == b"hvc1").unwrap();
    let at = if at < 40 { at + 20 + other[at + 20..].windows(4).position(|name| name == b"hvc1").unwrap() } else { at };
    other[at..at + 4].copy_from_slice(b"mp4v");
    assert_eq!(header_of(CODEC, &other).unwrap_err().to_string(), "the codec mp4v");
}

#[test]
fn a_black_frame_gives_way_to_a_later_one() {
    let (black, grey) = (vec![0.0; 64], vec![128.0; 64]);
    let grid = |samples: Vec<f32>| {
        let plane = crate::pixels::Plane { size: Size::new(8, 8), samples };
        let plane = crate::pixels::GridPlane::of_means(plane, Size::new(8, 8), Factors::ONE);
        WorkingGrid { model: crate::pixels::Model::Grey, planes: vec![plane] }
    };
    assert!(mean_of(&grid(black)) < DARKEST && mean_of(&grid(grey)) > DARKEST);
}
