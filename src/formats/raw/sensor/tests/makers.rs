//! Tests the files of makers beside DNGs of the same samples. Their encoders are slow and plain.

use super::*;

const WIDTH: usize = 64;
const HEIGHT: usize = 20;

/// The matrices of three cameras (Adobe's DNG converter), times 10000.
const EOS_400D: [i32; 9] = [7054, -1501, -990, -8156, 15544, 2812, -1278, 1414, 7796];
const D7000: [i32; 9] = [8198, -2239, -724, -4871, 12389, 2798, -1043, 2050, 7181];
const A7: [i32; 9] = [5271, -712, -347, -6153, 13653, 2763, -1601, 2366, 7242];

/// Returns samples from `black` to `white` that rise and fall along rows and columns.
fn samples(black: u16, white: u16) -> Vec<u16> {
    let share = |x: usize, y: usize| (x * x * 7 + y * 131 + (x ^ y) * 29) % 1000;
    let sample = |x, y| black + (usize::from(white - black) * share(x, y) / 1000) as u16;
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| sample(x, y))).collect()
}

/// Returns the image of a DNG with these samples and facts.
fn of_dng(
    samples: &[u16],
    pattern: [u32; 4],
    (black, white): (u32, u32),
    matrix: [i32; 9],
    balance: [u32; 3],
) -> Image {
    let facts = vec![
        (274, SHORT, vec![1]),
        (50714, SHORT, vec![black]),
        (50717, SHORT, vec![white]),
        (50721, SRATIONAL, matrix.iter().flat_map(|number| [number.cast_unsigned(), 10_000]).collect()),
        (50728, RATIONAL, balance.iter().flat_map(|factor| [balance[1], *factor]).collect()),
    ];
    let tags = with(mosaic(WIDTH as u32, HEIGHT as u32, 2, &pattern), facts);
    decode(&file(tags, &[words(samples.iter().copied())])).unwrap()
}

type Image = (Vec<[f32; 3]>, Option<Damage>);

/// Tags of a mosaic of this maker and model.
fn camera(make: &str, model: &str, tags: Tags) -> Tags {
    let text = |text: &str| text.bytes().chain([0]).map(u32::from).collect();
    let mut all = vec![
        (256, LONG, vec![WIDTH as u32]),
        (257, LONG, vec![HEIGHT as u32]),
        (262, SHORT, vec![32803]),
        (271, BYTE, text(make)),
        (272, BYTE, text(model)),
        (278, LONG, vec![HEIGHT as u32]),
        (33421, SHORT, vec![2; 2]),
        (33422, BYTE, RGGB.to_vec()),
        (0x8769, LONG, vec![0]),
    ];
    all.extend(tags);
    all
}

/// Appends an EXIF directory with a maker's note, which gets its own offset.
fn with_note(mut file: Vec<u8>, note: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let at = file.len() as u32;
    let entry = file.windows(4).position(|bytes| bytes == [0x69, 0x87, 4, 0]).unwrap() + 8;
    file[entry..entry + 4].copy_from_slice(&at.to_le_bytes());
    let note = note(at + 18);
    file.extend([1, 0, 0x7c, 0x92, 7, 0]);
    file.extend([note.len() as u32, at + 18, 0].map(u32::to_le_bytes).concat());
    file.extend(note);
    file
}

/// Returns a directory of SHORTs at `at`.
fn directory(at: u32, entries: &[(u16, &[u16])]) -> Vec<u8> {
    let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
    let mut values = Vec::new();
    let behind = at as usize + 2 + 12 * entries.len() + 4;
    for (tag, numbers) in entries {
        bytes.extend([tag.to_le_bytes(), SHORT.to_le_bytes()].concat());
        bytes.extend((numbers.len() as u32).to_le_bytes());
        bytes.extend(((behind + values.len()) as u32).to_le_bytes());
        values.extend(words(numbers.iter().copied().chain([0])));
    }
    bytes.extend([0; 4]);
    [bytes, values].concat()
}

/// Bits as digits.
#[derive(Default)]
struct Digits(String);

impl Digits {
    fn push(&mut self, value: u32, length: usize) {
        if length > 0 {
            self.0.push_str(&format!("{value:0length$b}"));
        }
    }

    /// Adds a difference: the word of its size, and its bits without the lowest `missing`.
    fn push_difference(&mut self, difference: i32, word: (u32, usize), missing: usize) {
        let size = size_of_difference(difference);
        let bits = if difference < 0 { difference + (1 << size) - 1 } else { difference };
        self.push(word.0, word.1);
        self.push(bits.cast_unsigned() >> missing, size - missing);
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |digits: &[u8]| u8::from_str_radix(&format!("{:0<8}", str::from_utf8(digits).unwrap()), 2);
        self.0.as_bytes().chunks(8).map(|digits| byte(digits).unwrap()).collect()
    }
}

const fn size_of_difference(difference: i32) -> usize {
    (i32::BITS - difference.abs().leading_zeros()) as usize
}

/// Encodes rows of samples of two components as lossless JPEG, with words of five bits.
fn jpeg(stream: &[u16], (width, height): (usize, usize), bits: u8) -> Vec<u8> {
    let mut digits = Digits::default();
    let mut first = [1 << (bits - 1); 2];
    for row in stream.chunks(width) {
        let mut left = first;
        for (x, sample) in row.iter().enumerate() {
            let difference = i32::from(*sample) - left[x % 2];
            digits.push_difference(difference, (size_of_difference(difference) as u32, 5), 0);
            left[x % 2] = (*sample).into();
        }
        first = [row[0].into(), row[1].into()];
    }
    let stuffed = digits.bytes().into_iter().flat_map(|byte| if byte == 0xff { vec![byte, 0] } else { vec![byte] });
    let [across, down] = [width / 2, height].map(|side| (side as u16).to_be_bytes());
    let mut file = vec![0xff, 0xd8, 0xff, 0xc4, 0, 36, 0];
    file.extend([0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(0..17);
    file.extend([0xff, 0xc3, 0, 14, bits, down[0], down[1], across[0], across[1], 2, 1, 0x11, 0, 2, 0x11, 0]);
    file.extend([0xff, 0xda, 0, 10, 2, 1, 0, 2, 0, 1, 0, 0]);
    file.extend(stuffed);
    file.extend([0xff, 0xd9]);
    file
}

/// Returns a CR2 of these slices: their number, their columns and those of the last one.
fn cr2(samples: &[u16], slices: [u32; 3], pattern: u32, note: &[(u16, &[u16])]) -> Vec<u8> {
    let mut stream = Vec::new();
    let columns: Vec<usize> = (0..slices[0]).map(|_| slices[1] as usize).chain([slices[2] as usize]).collect();
    let mut left = 0;
    for width in columns {
        samples.chunks(WIDTH).for_each(|row| stream.extend(&row[left..left + width]));
        left += width;
    }
    let tags = vec![(259, SHORT, vec![6]), (0xc5e0, LONG, vec![pattern]), (0xc640, SHORT, slices.to_vec())];
    let data = jpeg(&stream, (WIDTH, HEIGHT), 12);
    with_note(file(camera("Canon", "Canon EOS 400D DIGITAL", tags), &[data]), |at| directory(at, note))
}

#[test]
fn the_slices_of_a_canon_image_are_put_side_by_side() {
    let samples = samples(256, 3726);
    let mut colors = [0; 674];
    colors[0x3f..0x43].copy_from_slice(&[2000, 1000, 1000, 1500]);
    // Nothing is masked.
    let info = [0, 64, 20, 0, 0, 0, 0, 63, 19, 0, 0, 0, 0];
    let note: [(u16, &[u16]); 2] = [(0xe0, &info), (0x4001, &colors)];
    let wanted = of_dng(&samples, RGGB, (0, 3726), EOS_400D, [2000, 1000, 1500]);
    for slices in [[0, 0, 64], [1, 40, 24], [2, 24, 16], [3, 15, 19]] {
        assert_eq!(decode(&cr2(&samples, slices, 1, &note)).unwrap(), wanted, "{slices:?}");
    }
    let wanted = of_dng(&samples, [1, 2, 0, 1], (0, 3726), EOS_400D, [2000, 1000, 1500]);
    assert_eq!(decode(&cr2(&samples, [1, 40, 24], 3, &note)).unwrap(), wanted);
    assert!(
        SensorImage::open(&mut &cr2(&samples, [1, 40, 20], 1, &note)[..]).is_err(),
        "other columns than the JPEG's"
    );
}

#[test]
fn black_is_the_mean_of_the_masked_columns_of_a_canon_image() {
    let mut samples = samples(256, 3726);
    for row in samples.chunks_mut(WIDTH) {
        row[..16].copy_from_slice(&[300; 16]);
        row[4..12].copy_from_slice(&[255, 255, 257, 257, 255, 255, 257, 257]);
    }
    let info = [0, 64, 20, 0, 0, 16, 2, 63, 19, 0, 0, 0, 0];
    let mut colors = [0; 674];
    colors[0x3f..0x43].copy_from_slice(&[2000, 1000, 1000, 1500]);
    let made = cr2(&samples, [2, 24, 16], 1, &[(0xe0, &info), (0x4001, &colors)]);
    // The last pixels of the masked part are not counted: light may reach them.
    let wanted = of_dng(&samples, RGGB, (256, 3726), EOS_400D, [2000, 1000, 1500]).0;
    let shown: Vec<[f32; 3]> = wanted.chunks(WIDTH / 2).skip(1).flat_map(|row| row[8..].to_vec()).collect();
    let (pixels, damage) = decode(&made).unwrap();
    assert_eq!((pixels.len(), damage), (shown.len(), None));
    let apart = pixels.as_flattened().iter().zip(shown.as_flattened()).map(|(made, wanted)| (made - wanted).abs());
    assert!(apart.fold(0.0, f32::max) <= 1.0);
}

/// A code of Nikon's: words of each length, and their symbols: a size, and 16 times the bits that are missing.
type Words = (&'static [usize], &'static [u8]);

const LOSSLESS_12: Words = (&[0, 1, 4, 2, 3, 1, 2], &[5, 4, 6, 3, 7, 2, 8, 1, 9, 0, 10, 11, 12]);
const LOSSLESS_14: Words = (&[0, 1, 4, 2, 2, 3, 1, 2], &[7, 6, 8, 5, 9, 4, 10, 3, 11, 12, 2, 0, 1, 13, 14]);
const LOSSY_14: Words = (&[0, 1, 4, 3, 1, 1, 1, 1, 1, 2], &[5, 6, 4, 7, 8, 3, 9, 2, 1, 0, 10, 11, 12, 13, 14]);
const BELOW_14: Words =
    (&[0, 1, 5, 1, 1, 1, 1, 1, 1, 1, 2], &[8, 0x5c, 0x4b, 0x3a, 0x29, 7, 6, 5, 4, 3, 2, 1, 0, 13, 14]);

/// Encodes Nikon's differences from `first` on; the code changes at a row.
fn differences(samples: &[u16], first: i32, above: Words, below: (usize, Words)) -> Vec<u8> {
    let mut digits = Digits::default();
    let mut first = [[first; 2]; 2];
    for (y, row) in samples.chunks(WIDTH).enumerate() {
        let (counts, symbols) = if y < below.0 { above } else { below.1 };
        let mut left = first[y % 2];
        for (x, sample) in row.iter().enumerate() {
            let difference = i32::from(*sample) - left[x % 2];
            let (mut word, mut symbols) = (0, symbols.iter());
            'words: for (length, count) in (1..).zip(counts) {
                for symbol in symbols.by_ref().take(*count) {
                    if usize::from(symbol & 15) == size_of_difference(difference) {
                        digits.push_difference(difference, (word, length), usize::from(symbol >> 4));
                        break 'words;
                    }
                    word += 1;
                }
                word <<= 1;
            }
            left[x % 2] = (*sample).into();
        }
        first[y % 2] = [row[0].into(), row[1].into()];
    }
    digits.bytes()
}

/// Returns a NEF; `curve` is Nikon's entry of that name.
fn nef(model: &str, (compression, bits): (u32, u32), data: Vec<u8>, kind: u16, curve: &[u16]) -> Vec<u8> {
    let tags = vec![(258, SHORT, vec![bits]), (259, SHORT, vec![compression])];
    with_note(file(camera("NIKON CORPORATION", model, tags), &[data]), |_| {
        let black = [0; 4];
        let mut note = b"Nikon\0\x02\x10\0\0II*\0\x08\0\0\0".to_vec();
        // Each fits in its entry, or is behind the directory.
        let values = words(curve.iter().copied());
        note.extend(directory(8, &[(0x3d, &black), (0x93, &[kind; 3]), (0x96, curve)]));
        assert!(note.windows(values.len()).any(|bytes| bytes == values));
        note
    })
}

/// White without an entry: 15/16 of the sensor's bits.
const WHITE_14: u32 = 15_360;

/// Returns the image of a Nikon with margins to the right that are not shown.
fn shown(image: Image, margin: usize) -> Image {
    let row = |row: &[[f32; 3]]| row[..(WIDTH - margin) / 2].to_vec();
    (image.0.chunks(WIDTH / 2).flat_map(row).collect(), image.1)
}

fn of_nikon(samples: &[u16], white: u32) -> Image {
    of_dng(samples, RGGB, (0, white), D7000, [1; 3])
}

/// Returns the image of a NEF, whose white balance is that of its camera's matrix.
fn decode_nef(file: &[u8]) -> Image {
    let mut input = file;
    let mut image = SensorImage::open(&mut input).unwrap();
    image.sensor.colors.neutral = Some([1.0; 3]);
    decode_image(&image, file).unwrap()
}

#[test]
fn the_differences_of_a_nikon_image_give_the_samples_of_the_sensor() {
    for (bits, words) in [(12, LOSSLESS_12), (14, LOSSLESS_14)] {
        let samples = samples(0, (1 << bits) - 1);
        let first = 1 << (bits - 1);
        let data = differences(&samples, first, words, (HEIGHT, words));
        let curve = [0x3046, first as u16, first as u16, first as u16, first as u16, 0];
        let made = decode_nef(&nef("NIKON D7000", (34713, bits), data, 3, &curve));
        assert_eq!(made, shown(of_nikon(&samples, 15 << (bits - 4)), 44), "{bits} bits");
    }
}

#[test]
fn the_samples_of_a_lossy_nikon_image_are_points_of_a_curve() {
    let points: Vec<u16> = (0..600).map(|i| (i * i / 22) as u16).collect();
    let steps = samples(5, 599);
    let linear: Vec<u16> = steps.iter().map(|step| points[usize::from(*step)]).collect();
    let data = differences(&steps, 5, LOSSY_14, (HEIGHT, LOSSY_14));
    let curve: Vec<u16> = [0x1044, 5, 5, 5, 5, 600].into_iter().chain(points).collect();
    let made = decode_nef(&nef("NIKON D7000", (34713, 14), data, 1, &curve));
    assert_eq!(made, shown(of_nikon(&linear, WHITE_14), 44));
}

#[test]
fn the_lower_part_of_a_lossy_nikon_image_lacks_low_bits() {
    // A curve that doubles, of which each 64th point is given; small differences are whole.
    let points: Vec<u16> = (0..=256).map(|i| (i * 128).min(0x7fff) as u16).collect();
    let split = 11;
    let steps: Vec<u16> = samples(1000, 1255);
    let linear: Vec<u16> = steps.iter().map(|step| step * 2).collect();
    let data = differences(&steps, 1000, LOSSY_14, (split, BELOW_14));
    let mut curve: Vec<u16> = [0x2044, 1000, 1000, 1000, 1000, 257].into_iter().chain(points).collect();
    curve.resize(281, 0);
    curve.push(split as u16);
    let made = decode_nef(&nef("NIKON D7000", (34713, 14), data, 4, &curve));
    assert_eq!(made, shown(of_nikon(&linear, WHITE_14), 44));
}

#[test]
fn samples_of_a_nikon_image_without_compression_are_words_or_packed() {
    let samples = samples(0, 16_383);
    let wanted = of_nikon(&samples, WHITE_14);
    let made = decode_nef(&nef("NIKON D850", (1, 14), words(samples.iter().copied()), 2, &[0; 6]));
    let of_d850 = made.clone();
    assert_ne!(made, wanted, "another camera's colours");
    let mut low = String::new();
    for sample in samples.iter().rev() {
        low.push_str(&format!("{sample:014b}"));
    }
    let byte = |digits: &[u8]| u8::from_str_radix(str::from_utf8(digits).unwrap(), 2).unwrap();
    let mut low: Vec<u8> = low.as_bytes().chunks(8).map(byte).collect();
    low.reverse();
    assert_eq!(decode_nef(&nef("NIKON D850", (1, 14), low, 10, &[0; 6])), of_d850);
    let twelve: Vec<u16> = samples.iter().map(|sample| sample >> 2).collect();
    let mut packed = Digits::default();
    twelve.iter().for_each(|sample| packed.push((*sample).into(), 12));
    let of_words = decode_nef(&nef("NIKON D850", (1, 12), words(twelve), 2, &[0; 6]));
    assert_eq!(decode_nef(&nef("NIKON D850", (1, 12), packed.bytes(), 2, &[0; 6])), of_words);
}

/// Encodes samples of 11 bits in Sony's blocks. They come out as far as 7 bits hold them.
fn blocks(samples: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for half in samples.chunks(32).flat_map(|columns| [columns, &columns[1..]]) {
        let block: Vec<u16> = half.iter().step_by(2).copied().collect();
        let of = |value: u16| block.iter().position(|sample| *sample == value).unwrap();
        let (most, least) = (*block.iter().max().unwrap(), *block.iter().min().unwrap());
        let shift = (0..4).find(|shift| 0x80 << shift > most - least).unwrap_or(4);
        let least_place = if most == least { (of(most) + 1) % 16 } else { of(least) };
        let mut digits = vec![format!("{most:011b}"), format!("{least:011b}")];
        digits.extend([of(most), least_place].map(|place| format!("{place:04b}")));
        let others = block.iter().enumerate().filter(|(place, _)| *place != of(most) && *place != least_place);
        digits.extend(others.map(|(_, sample)| format!("{:07b}", (sample - least) >> shift)));
        digits.reverse();
        bytes.extend(u128::from_str_radix(&digits.concat(), 2).unwrap().to_le_bytes());
    }
    bytes
}

#[test]
fn the_blocks_of_a_sony_image_are_steps_of_its_curve() {
    // The range of each block is less than 256: the lowest bit of differences is missing.
    let stored: Vec<u16> = samples(900, 980).iter().map(|step| step * 2).collect();
    let curve = [8000, 10_400, 12_900, 14_100];
    let step = |i: u16| 1_u16 << curve.iter().filter(|point| **point >> 2 < i).count();
    let linear: Vec<u16> = stored.iter().map(|stored| (1..=stored * 2).map(step).sum()).collect();
    let tags = vec![(258, SHORT, vec![8]), (259, SHORT, vec![32767]), (0x7010, SHORT, curve.map(u32::from).to_vec())];
    let made = decode(&file(camera("SONY", "ILCE-7", tags), &[blocks(&stored)])).unwrap();
    let wanted = decode_with_own_balance(&linear);
    assert_eq!(made, wanted);
}

#[test]
fn words_of_a_sony_image_are_its_samples() {
    let samples = samples(512, 16_383);
    let tags = vec![(258, SHORT, vec![14]), (259, SHORT, vec![1])];
    let bytes = words(samples.iter().copied());
    let made = decode(&file(camera("SONY", "ILCE-7", tags), &[bytes])).unwrap();
    assert_eq!(made, decode_with_own_balance(&samples));
}

/// Returns the image of a DNG that has Sony's levels and colours and no white balance.
fn decode_with_own_balance(samples: &[u16]) -> Image {
    let facts = vec![
        (50714, SHORT, vec![512]),
        (50717, SHORT, vec![15_360]),
        (50721, SRATIONAL, A7.iter().flat_map(|number| [number.cast_unsigned(), 10_000]).collect()),
    ];
    let tags = with(mosaic(WIDTH as u32, HEIGHT as u32, 2, &RGGB), facts);
    decode(&file(tags, &[words(samples.iter().copied())])).unwrap()
}

#[test]
fn rows_that_a_nikon_image_lacks_are_black_and_damage() {
    let stored = samples(0, 4095);
    let data = differences(&stored, 2048, LOSSLESS_12, (HEIGHT, LOSSLESS_12));
    let curve = [0x3046, 2048, 2048, 2048, 2048, 0];
    let whole = decode_nef(&nef("NIKON D850", (34713, 12), data.clone(), 3, &curve));
    let half = data[..data.len() / 2].to_vec();
    let (pixels, damage) = decode_nef(&nef("NIKON D850", (34713, 12), half, 3, &curve));
    let there = damage.unwrap().present;
    assert!((0.3..0.7).contains(&there), "{there}");
    let rows = (there * HEIGHT as f64).round() as usize / 2;
    assert_eq!(pixels[..rows * WIDTH / 2], whole.0[..rows * WIDTH / 2]);
    assert_eq!(pixels.last(), Some(&[0.0; 3]));
}

#[test]
fn slices_that_a_canon_image_lacks_are_black_and_damage() {
    let stored = samples(256, 3726);
    let info = [0, 64, 20, 0, 0, 0, 0, 63, 19, 0, 0, 0, 0];
    let whole = cr2(&stored, [1, 40, 24], 1, &[(0xe0, &info)]);
    // The image ends after five eighths of its data, at about the end of the first slice.
    let data = whole.windows(2).position(|bytes| bytes == [0xff, 0xda]).unwrap() + 12;
    let end = whole.len() - whole[data..].windows(2).rev().position(|bytes| bytes == [0xff, 0xd9]).unwrap();
    let mut broken = whole.clone();
    broken[data + (end - data) * 5 / 8] = 0xff;
    broken[data + (end - data) * 5 / 8 + 1] = 0xd9;
    let (pixels, damage) = decode(&broken).unwrap();
    let present = damage.unwrap().present;
    assert!((0.4..0.8).contains(&present), "{present}");
    let whole = decode(&whole).unwrap().0;
    let row = WIDTH / 2;
    assert_eq!(pixels[..20], whole[..20], "of the first slice");
    assert_eq!(pixels[8 * row..8 * row + 4], whole[8 * row..8 * row + 4]);
    assert_eq!(pixels[10 * row - 1], [0.0; 3], "the end of the second slice");
}
