//! Compares hand-made files with their contents and with `image`'s results.

mod chunks_of_jpeg;
mod hostile;
mod maker;
mod old_jpegs;
mod pyramid;

use super::coding::Numbers;
use super::*;
use crate::container::Order;
use crate::formats::raster;
use crate::formats::tests::{header_of, open_as};
use crate::geometry::{Orientation, Size};
use crate::pixels::{Model, WorkingGrid};
use maker::{Maker, OLD_LZW};

fn read_header(input: &mut &[u8]) -> Result<Header, DecodeError> {
    header_of(&Tiff, input)
}

fn decode(mut bytes: &[u8], plan: &Plan<'_>, workspace: &mut Workspace) -> Result<Decoded, DecodeError> {
    let layout = read_pyramid(&mut bytes)?.page;
    super::decode(&mut bytes, &layout, plan, workspace)
}

/// Decodes for thumbnails of these sizes.
fn decode_for(bytes: &[u8], targets: &[Size], workspace: &mut Workspace) -> Result<Decoded, DecodeError> {
    decode(bytes, &Plan::new(targets, Exactness::Fast), workspace)
}

fn decode_in_full(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let plan = Plan { exposure: Exposure::Auto, ..Plan::new(&[], Exactness::Exact) };
    decode(bytes, &plan, &mut Workspace::default())
}

fn samples(grid: &WorkingGrid) -> Vec<&[f32]> {
    grid.planes.iter().map(|plane| &plane.plane.samples[..]).collect()
}

/// Compares an image with the result of `image`. Returns whether `image` decodes it to pixels of the same kind.
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

/// Decodes the noise and compares it with the original. Returns whether `image` was compared, too.
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
    // The crate `tiff` panics on planes, and `image` reads premultiplied colours as if they were straight.
    let is_multiplied = maker.more.contains(&(tag::EXTRA_SAMPLES, vec![1]));
    !maker.is_planar && !is_multiplied && agrees_with_image(&bytes, &decoded, &what)
}

#[test]
fn every_compression_in_strips_and_tiles_of_both_byte_orders_comes_out_as_it_went_in() {
    let (mut tried, mut compared) = (0, 0);
    let compressions = [(1, 1), (5, 1), (5, 2), (8, 1), (8, 2), (32946, 1), (32773, 1)];
    let unknown_to_image = [(OLD_LZW, 1), (OLD_LZW, 2), (34925, 1), (34925, 2), (50000, 1), (50000, 2)];
    for (compression, predictor) in compressions.into_iter().chain(unknown_to_image) {
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
    assert!(tried == 312 && compared >= 100, "{compared} of {tried} compared");
}

#[test]
fn numbers_of_every_size_and_kind_come_out_as_they_went_in() {
    use Numbers::{Float, Signed, Unsigned};
    let mut compared = 0;
    let kinds = (1..=16).chain([24, 32, 64]).map(|bits| (Unsigned, bits));
    let kinds = kinds.chain([8, 16, 24, 32, 64].map(|bits| (Signed, bits)));
    let kinds = kinds.chain([16, 24, 32, 64].map(|bits| (Float, bits)));
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
            (Numbers::Unsigned, 24, 2),
            (Numbers::Unsigned, 32, 2),
            (Numbers::Unsigned, 64, 2),
            (Numbers::Float, 16, 3),
            (Numbers::Float, 24, 3),
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
    // L* 50, a* 40, b* -30, and the same colour in sRGB.
    for (photometric, chunk) in [(8, [128, 40, 226]), (9, [128, 168, 98])] {
        let maker = Maker { photometric, instead: Some(vec![chunk.to_vec()]), ..Maker::new(1, 1) };
        let grid = decode_in_full(&maker.make()).unwrap().grid;
        let color: Vec<f32> = samples(&grid).iter().map(|plane| plane[0].round()).collect();
        let apart = color.iter().zip([166.0, 92.0, 172.0]).map(|(a, b): (&f32, f32)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart <= 3.0, "{photometric}: {color:?}");
    }
}

#[test]
fn a_sample_beside_an_index_is_alpha_if_it_is_called_so() {
    for (bits, extra, has_alpha) in [
        (8, Some(2), true),
        (8, Some(1), true),
        (8, None, true),
        (4, Some(2), true),
        (16, Some(2), true),
        (8, Some(0), false),
    ] {
        let entries = 1_usize << bits;
        let map: Vec<u64> = (0..3 * entries as u64).map(|i| i * 7919 % 65536).collect();
        let mut more = vec![(tag::COLOR_MAP, map.clone())];
        more.extend(extra.map(|kind| (tag::EXTRA_SAMPLES, vec![kind])));
        let maker = Maker { photometric: 3, samples: 2, bits, more, ..Maker::new(19, 8) };
        let bytes = maker.make();
        assert_eq!(read_header(&mut &bytes[..]).unwrap().has_alpha, has_alpha, "{bits} bits, {extra:?}");
        let grid = decode_in_full(&bytes).unwrap().grid;
        assert_eq!(grid.model, if has_alpha { Model::RgbAlpha } else { Model::Rgb });
        for (i, (x, y)) in (0..8).flat_map(|y| (0..19).map(move |x| (x, y))).enumerate() {
            let alpha = if has_alpha { maker.value(x, y, 1) as f32 } else { 255.0 };
            for (channel, plane) in samples(&grid).iter().enumerate() {
                let entry = || map[channel * entries + maker.sample(x, y, 0) as usize] as f32 / 257.0;
                let expected = if channel == 3 { alpha } else { entry() * alpha / 255.0 };
                assert!((plane[i] - expected).abs() < 0.02, "{bits} bits: {} for {expected}", plane[i]);
            }
        }
    }
}

#[test]
fn rows_that_are_missing_are_white_on_pages_of_black_and_white_and_black_on_others() {
    // The second of three strips has no valid offset.
    for (photometric, bits, expected) in [(0, 1, 255.0), (1, 1, 255.0), (0, 8, 255.0), (1, 8, 0.0)] {
        let maker = Maker { photometric, bits, samples: 1, chunk: (None, 4), ..Maker::new(16, 12) };
        let there = if photometric == 0 { 0xff } else { 0 };
        let strip = vec![there; 4 * 2 * bits];
        let mut bytes = Maker { instead: Some(vec![strip.clone(), strip.clone(), strip]), ..maker }.make();
        let offsets =
            bytes.windows(4).position(|four| four[..2] == tag::STRIP_OFFSETS.to_le_bytes() && four[2..] == [4, 0]);
        let values = u32::from_le_bytes(*bytes[offsets.unwrap() + 8..].first_chunk().unwrap()) as usize;
        bytes[values + 4..values + 8].fill(0);
        let decoded = decode_in_full(&bytes).unwrap();
        let rows: Vec<f32> = samples(&decoded.grid)[0].chunks(16).map(|row| row[3]).collect();
        assert_eq!([rows[3], rows[4], rows[7], rows[8]], [0.0, expected, expected, 0.0], "{photometric}, {bits} bits");
        let damage = decoded.damage.unwrap();
        assert!(damage.detail.contains("1 of 3") && (0.6..0.7).contains(&damage.present), "{damage:?}");
    }
}

#[test]
fn a_single_strip_has_all_its_rows_whatever_its_length_says() {
    for told in [0, 10, u32::MAX] {
        let mut bytes = Maker { chunk: (None, 12), ..Maker::new(16, 12) }.make();
        let whole = decode_in_full(&bytes).unwrap();
        let entry = [tag::STRIP_BYTES.to_le_bytes(), [4, 0]].concat();
        let at = bytes.windows(4).rposition(|window| window == entry).unwrap();
        bytes[at + 8..at + 12].copy_from_slice(&told.to_le_bytes());
        let decoded = decode_in_full(&bytes).unwrap();
        assert_eq!(decoded.damage, None, "{told}");
        assert_eq!(samples(&decoded.grid), samples(&whole.grid), "{told}");
    }
}

#[test]
fn strips_that_all_break_after_a_few_pixels_make_no_picture() {
    // Codes of three literals, then one that the table does not have yet.
    for (compression, strip) in [(5, vec![0x80, 0x02, 0x81, 0xff, 0xff, 0xff]), (32773, vec![2, 1, 2, 3])] {
        let maker = Maker { compression, instead: Some(vec![strip; 2]), chunk: (None, 6), ..Maker::new(40, 12) };
        let cause = decode_in_full(&maker.make()).unwrap_err().to_string();
        assert!(cause.contains("none of its strips or tiles can be read"), "{compression}: {cause}");
    }
}

#[test]
fn an_orientation_of_any_integer_type_counts() {
    let value = |kind: u16, order: Order| {
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            _ => 4,
        };
        let number = if kind == 2 { u32::from(b'6') } else { 6 };
        match order {
            Order::Little => number.to_le_bytes().to_vec(),
            Order::Big => [&number.to_be_bytes()[4 - size..], &[0; 4][size..]].concat(),
        }
    };
    for order in [Order::Little, Order::Big] {
        for kind in [1, 2, 3, 4, 6, 7, 8, 9, 13] {
            for count in [1, 2] {
                let mut bytes = Maker { order, more: vec![(274, vec![1])], ..Maker::new(12, 5) }.make();
                let two =
                    |number: u16| if order == Order::Little { number.to_le_bytes() } else { number.to_be_bytes() };
                let four = |n: u32| if order == Order::Little { n.to_le_bytes() } else { n.to_be_bytes() };
                let entry = [two(274), two(3)].concat();
                let at = bytes.windows(4).rposition(|window| window == entry).unwrap();
                // Two values of four bytes are stored elsewhere.
                let count = if matches!(kind, 4 | 9 | 13) { 1 } else { count };
                bytes[at + 2..at + 4].copy_from_slice(&two(kind));
                bytes[at + 4..at + 8].copy_from_slice(&four(count));
                bytes[at + 8..at + 12].copy_from_slice(&value(kind, order));
                let header = read_header(&mut &bytes[..]).unwrap();
                let expected = Orientation::from_exif(6).unwrap();
                assert_eq!(header.orientation, expected, "type {kind}, {count} values, {order:?}");
            }
        }
    }
}

#[test]
#[cfg(feature = "webp")]
fn a_webp_file_in_each_tile_is_put_in_its_place() {
    let picture = Maker { chunk: (Some(16), 16), ..Maker::new(30, 20) };
    let pixel = |x, y| (0..4).map(move |channel| if channel < 3 { (x * 5 + y * 7 + channel * 40) as u8 } else { 255 });
    for samples in [3, 4] {
        let tile = |left: u32, top: u32| {
            let places = (top..top + 16).flat_map(|y| (left..left + 16).map(move |x| (x, y)));
            let bytes: Vec<u8> = places.flat_map(|(x, y)| pixel(x, y)).collect();
            ::webp::Encoder::from_rgba(&bytes, 16, 16).encode_lossless().to_vec()
        };
        let tiles = [(0, 0), (16, 0), (0, 16), (16, 16)].map(|(left, top)| tile(left, top)).to_vec();
        let more = if samples == 4 { vec![(tag::EXTRA_SAMPLES, vec![2])] } else { Vec::new() };
        let maker = Maker { compression: 50001, samples, more, instead: Some(tiles), ..picture.clone() };
        let decoded = decode_in_full(&maker.make()).unwrap();
        assert_eq!(decoded.damage, None);
        for (i, (x, y)) in (0..20).flat_map(|y| (0..30).map(move |x| (x, y))).enumerate() {
            for (plane, expected) in self::samples(&decoded.grid).iter().zip(pixel(x, y)) {
                assert_eq!(plane[i].round(), f32::from(expected), "{x}, {y}");
            }
        }
    }
}

#[test]
fn logluv_becomes_linear_light() {
    let plane = |value: u8| [126 + 3, value, 3, value, value, value];
    // Rows of six pixels of white, of a quarter of its luminance: in bytes of a run and of literals.
    let row: Vec<u8> = [0x3e, 0, 81, 192].iter().flat_map(|byte| plane(*byte)).collect();
    let maker = Maker { compression: 34676, photometric: 32845, bits: 16, chunk: (None, 2), ..Maker::new(6, 4) };
    let maker =
        Maker { instead: Some(vec![[row.clone(), row.clone()].concat(), [row.clone(), row].concat()]), ..maker };
    let decoded = decode_in_full(&maker.make()).unwrap();
    assert_eq!((decoded.profile, decoded.damage, decoded.grid.model), (Profile::Linear, None, Model::Rgb));
    for plane in &decoded.grid.planes {
        assert!(plane.plane.samples.iter().all(|sample| (sample - 63.75).abs() < 2.0), "{:?}", plane.plane.samples);
    }
}

#[test]
fn chroma_that_is_shared_is_spread_over_its_pixels() {
    // Units of 2 x 2 lumas and two chromas. The image ends inside the last ones.
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
    let is_light = |maker: &Maker| open_as(&Tiff, &maker.make()).unwrap().is_light();
    assert!(is_light(&float) && !is_light(&Maker::new(9, 8)));
    assert_eq!(decode_in_full(&with.make()).unwrap().profile, Profile::Icc(b"a profile of some bytes".to_vec()));
    assert_eq!(decode_in_full(&Maker::new(4, 4).make()).unwrap().profile, Profile::Srgb);
}

#[test]
fn a_coarser_grid_is_the_mean_of_the_full_one() {
    for bits in [8, 16, 12] {
        let bytes = Maker { bits, ..Maker::new(200, 160) }.make();
        let full = decode_in_full(&bytes).unwrap().grid;
        let coarse = decode_for(&bytes, &[Size::new(25, 20)], &mut Workspace::default()).unwrap();
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
