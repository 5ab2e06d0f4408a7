use super::Jxl;
use crate::formats::decoded::Decoded;
use crate::formats::error::DecodeError;
use crate::formats::header::Header;
use crate::formats::tests::{decode_as, header_of, open_as};
use crate::geometry::{Factors, Size};
use crate::pixels::Model;
use crate::pixels::profile::Profile;

/// A bare codestream of 2048 by 2048 px whose splines cover more than level 5 allows (libjxl's test data).
const SPLINES: &[u8] = include_bytes!("../../../../tests/data/jxl/splines.jxl");
/// 1080 by 1920 px, cut out of a frame of 4320 by 7680.
const LARGE_FRAME: &[u8] = include_bytes!("../../../../tests/data/jxl/frame-4320x7680.jxl");

/// 40 by 24 px: 200 or 40, 100, 60 or 220, changing at the middle column and row; the last 10 columns transparent.
const LOSSLESS: &[u8] = include_bytes!("../../../../tests/data/jxl/lossless-alpha.jxl");
/// The same, opaque, lossy, in a container.
const LOSSY: &[u8] = include_bytes!("../../../../tests/data/jxl/lossy-container.jxl");

fn decode_in_full(bytes: &[u8]) -> Result<(Header, Decoded), DecodeError> {
    Ok((header_of(&Jxl, bytes)?, decode_as(&Jxl, bytes, &[])?))
}

fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x]).collect()
}

#[test]
fn a_lossless_picture_with_alpha_comes_out_as_it_was() {
    let (header, decoded) = decode_in_full(LOSSLESS).unwrap();
    assert_eq!((header.size, header.has_alpha), (Size::new(40, 24), true));
    assert_eq!((decoded.grid.model, decoded.profile.clone()), (Model::RgbAlpha, Profile::Srgb));
    let rounded = |x, y| pixel(&decoded, x, y).into_iter().map(f32::round).collect::<Vec<_>>();
    assert_eq!(rounded(0, 0), [200.0, 100.0, 60.0, 255.0]);
    assert_eq!(rounded(29, 23), [40.0, 100.0, 220.0, 255.0]);
    assert_eq!(rounded(30, 23), [0.0; 4]);
}

#[test]
fn a_lossy_picture_in_a_container_comes_close() {
    let (header, decoded) = decode_in_full(LOSSY).unwrap();
    assert_eq!((header.size, header.has_alpha), (Size::new(40, 24), false));
    for (x, y, wanted) in [(5, 4, [200.0, 100.0, 60.0]), (33, 19, [40.0, 100.0, 220.0])] {
        let got = pixel(&decoded, x, y);
        assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 8.0), "{got:?}");
    }
}

#[test]
fn a_bare_codestream_may_have_splines_beyond_level_5() {
    let (header, decoded) = decode_in_full(SPLINES).unwrap();
    assert_eq!(header.size, Size::new(2048, 2048));
    let brightest = decoded.grid.planes[0].plane.samples.iter().copied().fold(0.0, f32::max);
    assert!(brightest > 100.0, "{brightest}");
}

#[test]
fn a_frame_may_be_larger_than_the_picture_and_is_in_the_estimate() {
    let (header, decoded) = decode_in_full(LARGE_FRAME).unwrap();
    assert_eq!((header.size, decoded.damage), (Size::new(1080, 1920), None));
    let estimate = open_as(&Jxl, LARGE_FRAME).unwrap().memory(&mut { LARGE_FRAME }, Factors::ONE);
    assert!(estimate >= 4320 * 7680 * 3 * 4, "{estimate}");
}

#[test]
fn no_cut_and_no_changed_byte_brings_it_down() {
    let (mut failed, mut decoded) = (0, 0);
    for file in [LOSSLESS, LOSSY] {
        for end in 0..file.len() - 1 {
            match decode_in_full(&file[..end]) {
                Ok((_, cut)) => assert!(cut.damage.is_some(), "{end} of {}", file.len()),
                Err(_) => failed += 1,
            }
        }
        for i in 0..file.len() {
            let mut changed = file.to_vec();
            changed[i] ^= 0x11;
            // An image may claim a giant size, which the run's limit refuses before decoding.
            if header_of(&Jxl, &changed).is_ok_and(|header| header.size.pixels() < 1 << 20) {
                match decode_in_full(&changed) {
                    Ok(_) => decoded += 1,
                    Err(_) => failed += 1,
                }
            }
        }
    }
    assert!(failed > 100 && decoded > 10, "{failed} {decoded}");
}
