//! Files put together by hand, against what was put in and against what `image` decodes.

mod chunks_of_jpeg;
mod hostile;
mod maker;

use super::super::super::pixels::{Model, WorkingGrid};
use super::super::raster;
use super::layout::Numbers;
use super::*;
use crate::container::Order;
use crate::geometry::{Factors, Orientation};
use maker::Maker;

fn decode_in_full(bytes: &[u8]) -> Result<Decoded, Cause> {
    let wanted = Wanted { exactness: Exactness::Exact, exposure: Exposure::Auto };
    decode(&mut &*bytes, &[], wanted, &mut Workspace::default())
}

fn samples(grid: &WorkingGrid) -> Vec<&[f32]> {
    grid.planes.iter().map(|plane| &plane.plane.samples[..]).collect()
}

/// Holds a picture to what `image` makes of it; whether that can decode it, to pixels of the same kind.
fn agrees_with_image(bytes: &[u8], decoded: &Decoded, what: &str) -> bool {
    let Ok(header) = raster::read_header(bytes, Format::Tiff) else { return false };
    let Ok(slow) = raster::decode(bytes, &header, Factors::ONE) else { return false };
    if slow.grid.model != decoded.grid.model {
        return false;
    }
    for (ours, theirs) in samples(&decoded.grid).iter().zip(samples(&slow.grid)) {
        let apart = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 0.51, "{what}: {apart} from what `image` decodes");
    }
    true
}

/// Decodes the noise and compares it with what was put in; whether `image` could be asked, too.
fn check(maker: &Maker) -> bool {
    let what = format!("{maker:?}");
    let bytes = maker.make();
    let decoded = decode_in_full(&bytes).unwrap_or_else(|cause| panic!("{what}: {cause}"));
    assert_eq!(decoded.damage, None, "{what}");
    let Size { width, height } = maker.size;
    let planes = samples(&decoded.grid);
    let colors = planes.len() - usize::from(matches!(decoded.grid.model, Model::GreyAlpha | Model::RgbAlpha));
    for (i, (x, y)) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).enumerate() {
        let alpha = if colors < planes.len() { maker.value(x, y, colors) } else { 255.0 };
        let is_multiplied = maker.more.iter().any(|(tag, kinds)| *tag == tag::EXTRA_SAMPLES && kinds[0] == 1);
        for (channel, plane) in planes.iter().enumerate() {
            let value = maker.value(x, y, channel);
            let value = if maker.photometric == 0 && channel == 0 { 255.0 - value } else { value };
            let expected = match () {
                () if channel == colors || colors == planes.len() => value,
                () if is_multiplied && alpha > 0.0 => value,
                () if is_multiplied => 0.0,
                () => value * alpha / 255.0,
            };
            let apart = (f64::from(plane[i]) - expected).abs();
            assert!(apart < 0.02, "{what}: channel {channel} at {x}, {y} is {} for {expected}", plane[i]);
        }
    }
    // Of planes the crate `tiff` panics, and colours that have alpha in them are taken by `image` as if they had none.
    let is_multiplied = maker.more.contains(&(tag::EXTRA_SAMPLES, vec![1]));
    !maker.is_planar && !is_multiplied && agrees_with_image(&bytes, &decoded, &what)
}

#[test]
fn every_compression_in_strips_and_tiles_of_both_byte_orders_comes_out_as_it_went_in() {
    let (mut tried, mut compared) = (0, 0);
    for (compression, predictor) in [(1, 1), (5, 1), (5, 2), (8, 1), (8, 2), (32946, 1), (32773, 1)] {
        for chunk in [(None, 7), (None, 1000), (Some(16), 32), (Some(64), 16)] {
            for order in [Order::Little, Order::Big] {
                for (bits, is_planar, is_big) in [(8, false, false), (8, true, true), (16, false, true)] {
                    let compression = if compression == 32946 { 8 } else { compression };
                    let maker = Maker { order, chunk, bits, is_planar, is_big, ..Maker::new(45, 33) };
                    compared += usize::from(check(&Maker { compression, predictor, ..maker }));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried == 168 && compared >= 100, "{compared} of {tried} compared");
}

#[test]
fn numbers_of_every_size_and_kind_come_out_as_they_went_in() {
    use Numbers::{Float, Signed, Unsigned};
    let mut compared = 0;
    let kinds = (1..=16).chain([32, 64]).map(|bits| (Unsigned, bits));
    let kinds = kinds.chain([8, 16, 32, 64].map(|bits| (Signed, bits))).chain([16, 32, 64].map(|bits| (Float, bits)));
    for (numbers, bits) in kinds {
        for (photometric, samples, is_planar) in [(0, 1, false), (1, 1, false), (2, 3, false), (2, 3, true)] {
            for chunk in [(None, 5), (Some(16), 16)] {
                for order in [Order::Little, Order::Big] {
                    let maker = Maker { numbers, bits, photometric, samples, is_planar, ..Maker::new(21, 19) };
                    compared += usize::from(check(&Maker { chunk, order, ..maker }));
                }
            }
        }
    }
    assert!(compared >= 36, "{compared} compared");
}

#[test]
fn predictors_of_every_size_are_undone() {
    let mut compared = 0;
    for compression in [5, 8] {
        for (numbers, bits, predictor) in [
            (Numbers::Unsigned, 16, 2),
            (Numbers::Unsigned, 32, 2),
            (Numbers::Unsigned, 64, 2),
            (Numbers::Float, 16, 3),
            (Numbers::Float, 32, 3),
            (Numbers::Float, 64, 3),
        ] {
            for order in [Order::Little, Order::Big] {
                for (samples, is_planar) in [(3, false), (3, true), (4, false)] {
                    let maker = Maker { compression, numbers, bits, predictor, order, ..Maker::new(23, 18) };
                    compared += usize::from(check(&Maker { samples, is_planar, ..maker }));
                }
            }
        }
    }
    assert!(compared >= 16, "{compared} compared");
}

#[test]
fn alpha_is_what_the_file_says_and_more_samples_are_ignored() {
    for (extra, has_alpha) in
        [(vec![2], true), (vec![1], true), (vec![0], false), (vec![], true), (vec![0, 2], true), (vec![0, 0], false)]
    {
        for (photometric, colors) in [(1, 1), (2, 3)] {
            for bits in [8, 16] {
                for is_planar in [false, true] {
                    let samples = colors + extra.len().max(1);
                    let more = if extra.is_empty() { vec![] } else { vec![(tag::EXTRA_SAMPLES, extra.clone())] };
                    let maker = Maker { photometric, samples, bits, is_planar, more, ..Maker::new(20, 9) };
                    let bytes = maker.make();
                    let what = format!("{maker:?}");
                    assert_eq!(read_header(&mut &bytes[..]).unwrap().has_alpha, has_alpha, "{what}");
                    let grid = decode_in_full(&bytes).unwrap().grid;
                    assert_eq!(grid.planes.len(), colors + usize::from(has_alpha), "{what}");
                    if extra.len() < 2 {
                        check(&maker);
                    }
                }
            }
        }
    }
}

#[test]
fn the_second_extra_sample_may_be_alpha() {
    let maker = Maker { samples: 5, more: vec![(tag::EXTRA_SAMPLES, vec![0, 2])], ..Maker::new(9, 5) };
    let grid = decode_in_full(&maker.make()).unwrap().grid;
    for (i, (x, y)) in (0..5).flat_map(|y| (0..9).map(move |x| (x, y))).enumerate() {
        assert!((f64::from(grid.planes[3].plane.samples[i]) - maker.value(x, y, 4)).abs() < 0.01);
    }
}

#[test]
fn palettes_ink_and_lab_mean_what_they_say() {
    for bits in [1, 2, 4, 8] {
        let entries = 1_usize << bits;
        let map: Vec<u64> = (0..3 * entries as u64).map(|i| i * 7919 % 65536).collect();
        let more = vec![(tag::COLOR_MAP, map.clone())];
        let maker = Maker { photometric: 3, samples: 1, bits, more, ..Maker::new(19, 8) };
        let grid = decode_in_full(&maker.make()).unwrap().grid;
        assert_eq!(grid.model, Model::Rgb);
        for (i, (x, y)) in (0..8).flat_map(|y| (0..19).map(move |x| (x, y))).enumerate() {
            for (channel, plane) in samples(&grid).iter().enumerate() {
                let expected = map[channel * entries + maker.sample(x, y, 0) as usize] as f32 / 257.0;
                assert!((plane[i] - expected).abs() < 0.01, "{bits} bits: {} for {expected}", plane[i]);
            }
        }
    }
    let ink = Maker { photometric: 5, samples: 4, ..Maker::new(20, 11) };
    check(&ink);
    assert_eq!(decode_in_full(&ink.make()).unwrap().grid.model, Model::Cmyk);
    // L* 50, a* 40, b* -30, and what colour science makes of it in sRGB.
    for (photometric, chunk) in [(8, [128, 40, 226]), (9, [128, 168, 98])] {
        let maker = Maker { photometric, instead: Some(vec![chunk.to_vec()]), ..Maker::new(1, 1) };
        let grid = decode_in_full(&maker.make()).unwrap().grid;
        let color: Vec<f32> = samples(&grid).iter().map(|plane| plane[0].round()).collect();
        let apart = color.iter().zip([166.0, 92.0, 172.0]).map(|(a, b): (&f32, f32)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart <= 3.0, "{photometric}: {color:?}");
    }
}

#[test]
fn chroma_that_is_shared_is_spread_over_its_pixels() {
    // Units of 2 x 2 lumas and two chromas; the picture ends inside the last ones.
    let unit = |luma: u8, cb: u8, cr: u8| vec![luma, luma, luma, luma, cb, cr];
    let chunk = [unit(100, 128, 128), unit(200, 128, 128), unit(76, 85, 255), unit(29, 255, 107)].concat();
    let maker = Maker { photometric: 6, instead: Some(vec![chunk]), ..Maker::new(3, 3) };
    let maker = Maker { more: vec![(tag::SUBSAMPLING, vec![2, 2])], chunk: (None, 4), ..maker };
    let grid = decode_in_full(&maker.make()).unwrap().grid;
    let planes = samples(&grid);
    let pixel = |i: usize| [0, 1, 2].map(|channel: usize| planes[channel][i].clamp(0.0, 255.0).round());
    assert_eq!([pixel(0), pixel(4), pixel(2)], [[100.0; 3], [100.0; 3], [200.0; 3]]);
    for (i, expected) in [(6, [255.0, 0.0, 0.0]), (8, [0.0, 0.0, 255.0])] {
        let apart = pixel(i).iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart <= 4.0, "{:?} for {expected:?}", pixel(i));
    }
}

#[test]
fn every_orientation_is_told_and_the_size_is_that_of_the_rows() {
    for orientation in 1..=8 {
        let maker = Maker { more: vec![(274, vec![orientation])], ..Maker::new(12, 5) };
        let header = read_header(&mut &maker.make()[..]).unwrap();
        assert_eq!(header.size, Size::new(12, 5));
        assert_eq!(header.orientation, Orientation::from_exif(orientation as u16).unwrap());
    }
}

#[test]
fn bits_in_reverse_are_turned() {
    let plain = Maker { photometric: 1, samples: 1, bits: 1, ..Maker::new(30, 6) };
    let rows: Vec<u8> = (0..24).map(|i: u8| i.wrapping_mul(37)).collect();
    let turned = rows.iter().map(|byte| byte.reverse_bits()).collect();
    let turned = Maker { instead: Some(vec![turned]), more: vec![(tag::FILL_ORDER, vec![2])], ..plain.clone() };
    let plain = Maker { instead: Some(vec![rows]), ..plain };
    let [plain, turned] = [plain, turned].map(|maker| decode_in_full(&maker.make()).unwrap().grid);
    assert_eq!(samples(&plain), samples(&turned));
}

#[test]
fn floats_are_linear_light_and_a_profile_of_the_file_goes_before() {
    let float = Maker { numbers: Numbers::Float, bits: 32, ..Maker::new(4, 4) };
    let with = Maker { front: Some((tag::ICC, b"a profile of some bytes".to_vec())), ..float.clone() };
    assert_eq!(decode_in_full(&float.make()).unwrap().profile, Profile::Linear);
    assert!(holds_light(&mut float.make().as_slice()) && !holds_light(&mut Maker::new(9, 8).make().as_slice()));
    assert_eq!(decode_in_full(&with.make()).unwrap().profile, Profile::Icc(b"a profile of some bytes".to_vec()));
    assert_eq!(decode_in_full(&Maker::new(4, 4).make()).unwrap().profile, Profile::Srgb);
}

#[test]
fn a_coarser_grid_is_the_mean_of_the_full_one() {
    for bits in [8, 16, 12] {
        let bytes = Maker { bits, ..Maker::new(200, 160) }.make();
        let full = decode_in_full(&bytes).unwrap().grid;
        let mut input = &bytes[..];
        let coarse =
            decode(&mut input, &[Size::new(25, 20)], Exactness::Fast.into(), &mut Workspace::default()).unwrap();
        let factor = coarse.factor.get() as usize;
        assert!(factor > 1);
        for (coarse, full) in coarse.grid.planes.iter().zip(&full.planes) {
            let (x, y) = (3, 2);
            let rows = (y * factor..(y + 1) * factor).map(|y| &full.plane.row(y)[x * factor..(x + 1) * factor]);
            let mean = rows.flatten().sum::<f32>() / (factor * factor) as f32;
            assert!((coarse.plane.row(y)[x] - mean).abs() < 0.02, "{bits} bits");
        }
    }
}
