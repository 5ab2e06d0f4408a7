use std::io::Cursor;

use super::*;

/// Returns the RGBA samples of an image of the kind that `seed` selects.
fn scene(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519) ^ seed) >> 13;
    let pixels = (0..width * height).map(|i| (i % width, i / width));
    pixels
        .flat_map(|(x, y)| match seed % 6 {
            // Gradients, noise on them, few colours, two colours, tiles, one colour.
            0 => [x * 3, y * 2, x + y, 255],
            1 => [x + noise(x, y) % 9, y + noise(y, x) % 5, x / 2 + y, 255 - noise(x, y) % 3],
            2 => [noise(x / 5, y / 3) % 13 * 19, noise(x / 5, y / 3) % 13 * 7, 80, 255],
            3 => [(noise(x, y) % 2) * 255; 4],
            4 => [noise(x % 16, y % 8), noise(x % 8, y % 16), x % 16 * y % 16, 255],
            _ => [40, 90, 200, 255],
        })
        .map(|sample| sample as u8)
        .collect()
}

/// Encodes with libwebp at an `effort` from 0 to 6.
fn encode(samples: &[u8], width: u32, height: u32, effort: i32) -> Vec<u8> {
    let mut config = webp::WebPConfig::new().unwrap();
    config.lossless = 1;
    config.method = effort;
    config.quality = 75.0;
    // Keeps the colours of transparent pixels.
    config.exact = 1;
    webp::Encoder::from_rgba(samples, width, height).encode_advanced(&config).unwrap().to_vec()
}

fn stream_of(file: &[u8]) -> &[u8] {
    let crate::Coding::Lossless(stream) = crate::read_container(file).unwrap().coding else { panic!("not lossless") };
    stream
}

/// Decodes rows, and returns the row at which decoding stopped. Samples are red, green, blue and, if the stream has it,
/// alpha.
fn decode(stream: &[u8]) -> Result<(Vec<u8>, Option<Stop>), Error> {
    let (_, has_alpha) = read_size(stream)?;
    let mut samples = Vec::new();
    let stop = decode_lossless(stream, &mut |row: &[u32]| {
        for [alpha, red, green, blue] in row.iter().map(|pixel| pixel.to_be_bytes()) {
            samples.extend([red, green, blue]);
            samples.extend(has_alpha.then_some(alpha));
        }
    })?;
    Ok((samples, stop))
}

fn decode_elsewhere(file: &[u8]) -> Result<Vec<u8>, image_webp::DecodingError> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file))?;
    let mut samples = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut samples)?;
    Ok(samples)
}

#[test]
fn images_of_every_kind_and_effort_come_out_as_another_decoder_has_them() {
    for seed in 0..36 {
        for (width, height) in [(1, 1), (1, 40), (37, 1), (67, 53), (300, 200)] {
            let samples = scene(width, height, seed);
            let file = encode(&samples, width, height, (seed / 6) as i32);
            let (decoded, stop) = decode(stream_of(&file)).unwrap();
            assert_eq!(stop, None);
            assert!(decoded == decode_elsewhere(&file).unwrap(), "{width}x{height}, seed {seed}");
        }
    }
}

/// Uses images larger than the window, so that it moves.
#[test]
fn an_image_larger_than_the_longest_distance_comes_out_as_another_decoder_has_it() {
    for (width, height, seed) in [(2500, 1300, 4), (16_383, 200, 1), (61, 16_000, 3)] {
        let samples = scene(width, height, seed);
        let file = encode(&samples, width, height, 1);
        assert!(decode(stream_of(&file)).unwrap().0 == decode_elsewhere(&file).unwrap(), "{width}x{height}");
    }
}

#[test]
fn of_a_stream_cut_off_anywhere_the_rows_that_are_there_are_right() {
    let mut kept = 0;
    for seed in [0, 1, 2, 4] {
        let file = encode(&scene(67, 53, seed), 67, 53, 4);
        let stream = stream_of(&file);
        let (whole, _) = decode(stream).unwrap();
        for end in HEADER..stream.len() - 1 {
            let Ok((samples, stop)) = decode(&stream[..end]) else { continue };
            assert!(whole.starts_with(&samples), "{end}");
            // The last bytes may be just padding.
            let rows = stop.map_or(53, |stop| stop.rows);
            assert_eq!(samples.len(), whole.len() / 53 * rows as usize);
            kept += usize::from(rows > 20);
        }
    }
    assert!(kept > 1000, "{kept}");
}

#[test]
fn what_is_damaged_anywhere_is_the_same_image_as_elsewhere_or_refused() {
    let mut random = 9_u32;
    let mut next = |most: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % most
    };
    let (mut same, mut refused) = (0, 0);
    for seed in 0..6 {
        let file = encode(&scene(40, 30, seed), 40, 30, 4);
        let start = file.len() - stream_of(&file).len();
        for _ in 0..300 {
            let mut wrong = file.clone();
            // Keeps the sides intact.
            let at = start + HEADER + next(wrong.len() - start - HEADER);
            wrong[at] ^= 1 << next(8);
            match (decode(stream_of(&wrong)), decode_elsewhere(&wrong)) {
                (Ok((samples, None)), Ok(wanted)) => {
                    assert!(samples == wanted, "seed {seed}, byte {at}");
                    same += 1;
                }
                (Err(_) | Ok((_, Some(_))), Err(_)) => refused += 1,
                // The other decoder accepts distances beyond the end, and takes zeros after it for pixels.
                (ours, theirs) => println!("seed {seed}, byte {at}: {:?}, {:?}", ours.map(|it| it.1), theirs.err()),
            }
        }
    }
    assert!(same > 100 && refused > 100, "{same} {refused}");
}
