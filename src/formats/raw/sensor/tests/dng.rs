use super::*;
use crate::pixels::scene;

/// A pattern of six by six (X-Trans).
const X_TRANS: [u32; 36] =
    [1, 2, 1, 1, 0, 1, 0, 1, 0, 2, 1, 2, 1, 2, 1, 1, 0, 1, 1, 0, 1, 1, 2, 1, 2, 1, 2, 0, 1, 0, 1, 0, 1, 1, 2, 1];

/// Returns the sample of sRGB for a light from 0 to 1.
fn srgb(light: f32) -> f32 {
    scene::code(light * 255.0).round()
}

#[test]
fn each_block_of_a_mosaic_becomes_a_pixel_between_black_and_white() {
    let rows = [[1100, 350, 100, 600], [600, 100, 600, 1100]];
    let bytes = words(rows.concat());
    let (pixels, damage) = decode(&file(mosaic(4, 2, 2, &RGGB), std::slice::from_ref(&bytes))).unwrap();
    // The mean of the two greens: 0.25 and 0.5.
    assert_eq!(pixels, [[255.0, srgb(0.375), 0.0], [0.0, srgb(0.5), 255.0]]);
    assert_eq!(damage, None);
    let image = SensorImage::open(&mut &file(mosaic(4, 2, 2, &RGGB), &[bytes])[..]).unwrap();
    assert_eq!((image.header().size, image.full_size()), (Size::new(2, 1), Size::new(4, 2)));
    assert_eq!(image.header().orientation, Orientation::from_exif(6).unwrap());
}

#[test]
fn strips_tiles_and_every_width_of_samples_give_the_same_image() {
    let (width, height) = (16_usize, 12_usize);
    let sample = |x: usize, y: usize| (100 + (x * 61 + y * 97) % 900) as u16;
    let row = |y: usize| (0..width).map(move |x| sample(x, y));
    let plain = file(mosaic(16, 12, 2, &RGGB), &[words((0..height).flat_map(row))]);
    let wanted = decode(&plain).unwrap();
    assert_eq!((wanted.0.len(), &wanted.1), (48, &None));

    let strips: Vec<Vec<u8>> = (0..height).step_by(5).map(|y| words((y..height.min(y + 5)).flat_map(row))).collect();
    let in_strips = with(mosaic(16, 12, 2, &RGGB), vec![(278, LONG, vec![5])]);
    assert_eq!(decode(&file(in_strips, &strips)).unwrap(), wanted);

    let tile = |left: usize, top: usize| {
        let samples =
            move |y: usize| (left..left + 6).map(move |x| if x < width && y < height { sample(x, y) } else { 9 });
        words((top..top + 5).flat_map(samples))
    };
    let tiles: Vec<Vec<u8>> = [0, 5, 10].into_iter().flat_map(|y| [0, 6, 12].map(|x| tile(x, y))).collect();
    let in_tiles = with(mosaic(16, 12, 2, &RGGB), vec![(322, LONG, vec![6]), (323, LONG, vec![5])]);
    assert_eq!(decode(&file(in_tiles.clone(), &tiles)).unwrap(), wanted);

    for bits in [10, 12, 13, 14] {
        let digits: Vec<String> = (0..height)
            .map(|y| row(y).map(|sample| format!("{sample:0width$b}", width = bits as usize)).collect())
            .collect();
        let byte = |digits: &[u8]| u8::from_str_radix(str::from_utf8(digits).unwrap(), 2).unwrap();
        let bytes = digits.iter().flat_map(|digits| digits.as_bytes().chunks(8).map(byte)).collect();
        let packed = with(mosaic(16, 12, 2, &RGGB), vec![(258, SHORT, vec![bits])]);
        assert_eq!(decode(&file(packed, &[bytes])).unwrap(), wanted, "{bits} bits");
    }
}

#[test]
fn an_x_trans_pattern_has_blocks_of_three_by_three() {
    let color = |x: usize, y: usize| X_TRANS[y % 6 * 6 + x % 6];
    let sample = |x: usize, y: usize| [1100, 600, 350][color(x, y) as usize];
    let bytes = words((0..12).flat_map(|y| (0..18).map(move |x| sample(x, y))));
    let (pixels, _) = decode(&file(mosaic(18, 12, 6, &X_TRANS), &[bytes])).unwrap();
    assert_eq!(pixels, [[255.0, srgb(0.5), srgb(0.25)]; 24]);
}

#[test]
fn the_crop_counts_from_the_active_area_and_blocks_from_the_pattern() {
    let sample = |x: usize, y: usize| if x == 5 && y == 3 { 1100 } else { 100 };
    let bytes = words((0..8).flat_map(|y| (0..10).map(move |x| sample(x, y))));
    // Top, left, bottom and right; then left and top, and width and height.
    let area = vec![(50829, LONG, vec![1, 3, 8, 10]), (50719, LONG, vec![1, 2]), (50720, LONG, vec![5, 4])];
    let tags = with(mosaic(10, 8, 2, &RGGB), area);
    let image = SensorImage::open(&mut &file(tags.clone(), std::slice::from_ref(&bytes))[..]).unwrap();
    assert_eq!((image.full_size(), image.header().size), (Size::new(5, 4), Size::new(2, 2)));
    let (pixels, _) = decode(&file(tags, &[bytes])).unwrap();
    // The only light falls on the red sample at the start of a block.
    assert_eq!(pixels, [[255.0, 0.0, 0.0], [0.0; 3], [0.0; 3], [0.0; 3]]);
}

#[test]
fn what_was_neutral_is_grey_and_the_exposure_and_the_curve_are_applied() {
    let neutral = [400, 1000, 800];
    let block = [100 + 200, 100 + 500, 100 + 500, 100 + 400];
    let of = |tags: Tags| {
        let tags = with(
            with(mosaic(2, 2, 2, &RGGB), vec![(50728, RATIONAL, neutral.iter().flat_map(|n| [*n, 1000]).collect())]),
            tags,
        );
        decode(&file(tags, &[words(block)])).unwrap().0[0]
    };
    assert_eq!(of(vec![]), [srgb(0.5); 3]);
    assert_eq!(of(vec![(50730, SRATIONAL, vec![(-1_i32).cast_unsigned(), 1])]), [srgb(0.25); 3]);
    assert_eq!(of(vec![(50730, SRATIONAL, vec![3, 1])]), [255.0; 3]);
    let curve = [0.0_f32, 0.0, 0.5, 0.2, 1.0, 1.0].map(f32::to_bits).to_vec();
    assert_eq!(of(vec![(50940, 11, curve)]), [srgb(0.2); 3]);
    // A camera whose matrix is that of sRGB's colours.
    let of_srgb = [32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570_i32];
    let matrix = of_srgb.iter().flat_map(|number| [number.cast_unsigned(), 10000]).collect();
    let [red, green, blue] = of(vec![(50721, SRATIONAL, matrix)]);
    assert!([red, green, blue].iter().all(|sample| (sample - srgb(0.5)).abs() <= 1.0), "{red} {green} {blue}");
}

#[test]
fn stored_samples_are_made_linear_by_a_table() {
    let table = (0..256).map(|sample| 100 + sample * 4).collect();
    let tags = with(mosaic(2, 2, 2, &RGGB), vec![(258, SHORT, vec![8]), (50712, SHORT, table)]);
    let (pixels, _) = decode(&file(tags, &[vec![0, 125, 125, 250]])).unwrap();
    assert_eq!(pixels, [[0.0, srgb(0.5), 255.0]]);
}

#[test]
fn pixels_with_all_colours_are_taken_one_by_one() {
    let tags = with(
        mosaic(2, 1, 2, &RGGB),
        vec![
            (258, SHORT, vec![16; 3]),
            (262, SHORT, vec![34892]),
            (277, SHORT, vec![3]),
            (50713, SHORT, vec![1, 1]),
            (50714, SHORT, vec![100, 0, 0]),
            (50717, SHORT, vec![1100, 1000, 2000]),
        ],
    );
    let (pixels, _) = decode(&file(tags, &[words([600, 250, 2000, 100, 0, 1000])])).unwrap();
    assert_eq!(pixels, [[srgb(0.5), srgb(0.25), 255.0], [0.0, 0.0, srgb(0.5)]]);
}

#[test]
fn rows_that_are_missing_are_black_and_damage() {
    let bytes = words([600; 8 * 6]);
    let whole = file(mosaic(8, 6, 2, &RGGB), &[bytes]);
    let (pixels, damage) = decode(&whole[..whole.len() - 8 * 2 * 2]).unwrap();
    assert_eq!(pixels[..8], [[srgb(0.5); 3]; 8]);
    assert_eq!(pixels[8..], [[0.0; 3]; 4]);
    assert!((damage.unwrap().present - 4.0 / 6.0).abs() < 1e-9);
    assert!(decode(&whole[..whole.len() - 8 * 6 * 2]).is_err());
}

#[test]
fn hostile_descriptions_are_refused() {
    let bytes = [words([600; 64])];
    let refused = |tags: Tags| SensorImage::open(&mut &file(with(mosaic(8, 8, 2, &RGGB), tags), &bytes)[..]).is_err();
    assert!(!refused(vec![]));
    assert!(refused(vec![(50717, SHORT, vec![100])]), "white is black");
    assert!(refused(vec![(33422, BYTE, vec![0, 1, 1, 3])]), "a fourth colour");
    assert!(refused(vec![(33422, BYTE, vec![1, 1, 1, 1])]), "one colour");
    assert!(refused(vec![(33421, SHORT, vec![0, 0])]), "no pattern");
    assert!(refused(vec![(50720, LONG, vec![1, 1])]), "no block");
    assert!(refused(vec![(259, SHORT, vec![8])]), "another compression");
    assert!(refused(vec![(322, LONG, vec![1]), (323, LONG, vec![8])]), "fewer tiles than stated");
    let narrow = vec![(256, LONG, vec![60_000]), (322, LONG, vec![1]), (323, LONG, vec![8])];
    let tiles = vec![Vec::new(); 60_000];
    let refusal = SensorImage::open(&mut &file(with(mosaic(8, 8, 2, &RGGB), narrow), &tiles)[..]).unwrap_err();
    assert_eq!(refusal.to_string(), "its sensor data have too many tiles side by side");
}
