use super::super::marker::APP2;
use super::head::ICC_PART;
use super::*;

/// Returns an image with edges, gradients and noise.
fn sample(x: usize, y: usize, seed: usize) -> u8 {
    let noise = (x * 7919 + y * 104_729 + seed * 31) % 23;
    let edge = if (x / 13 + y / 9 + seed).is_multiple_of(3) { 90 } else { 30 };
    ((x * (3 + seed) + y * 2) % 120 + edge + noise) as u8
}

pub(super) fn plane(width: usize, height: usize, seed: usize) -> Vec<u8> {
    (0..width * height).map(|i| sample(i % width, i / width, seed)).collect()
}

pub(super) fn channel(samples: &[u8], width: usize, height: usize) -> Channel<'_> {
    Channel { samples, width, height }
}

/// Decodes a file into planes with this crate's decoder.
pub(super) fn decoded(bytes: &[u8]) -> Vec<(usize, usize, Vec<f32>)> {
    let picture = super::super::decode(bytes, &super::super::Options::default()).unwrap();
    assert!(picture.damage.is_none(), "{:?}", picture.damage);
    picture.planes.into_iter().map(|plane| (plane.width, plane.height, plane.samples)).collect()
}

pub(super) fn mean_error(samples: &[u8], again: &[f32]) -> f64 {
    assert_eq!(samples.len(), again.len());
    samples.iter().zip(again).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).sum::<f64>() / samples.len() as f64
}

#[test]
fn every_size_and_sampling_comes_back_as_it_was() {
    let mut tried = 0;
    for (width, height) in [(1_usize, 1_usize), (8, 8), (16, 16), (17, 9), (33, 47), (100, 3), (3, 100), (160, 120)] {
        for (across, down) in [(1_usize, 1_usize), (2, 1), (1, 2), (2, 2)] {
            let (w, h) = (width.div_ceil(across), height.div_ceil(down));
            let planes = [plane(width, height, 0), plane(w, h, 1), plane(w, h, 2)];
            let channels = [channel(&planes[0], width, height), channel(&planes[1], w, h), channel(&planes[2], w, h)];
            let bytes = encode(Channels::YCbCr(channels), 100, None).unwrap();
            for ((_, _, again), samples) in decoded(&bytes).iter().zip(&planes) {
                let error = mean_error(samples, again);
                assert!(error < 0.6, "{width}x{height} {across}x{down}: {error}");
                tried += 1;
            }
        }
        let grey = plane(width, height, 0);
        let bytes = encode(Channels::Grey(channel(&grey, width, height)), 100, None).unwrap();
        assert!(mean_error(&grey, &decoded(&bytes)[0].2) < 0.6);
    }
    assert_eq!(tried, 8 * 4 * 3);
}

#[test]
fn other_decoders_read_the_same_picture() {
    let (width, height) = (61, 45);
    let planes = [plane(width, height, 0), plane(31, 23, 1), plane(31, 23, 2)];
    let channels = [channel(&planes[0], width, height), channel(&planes[1], 31, 23), channel(&planes[2], 31, 23)];
    for quality in [5, 50, 80, 95, 100] {
        let bytes = encode(Channels::YCbCr(channels), quality, None).unwrap();
        let mut other = zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(&bytes[..]));
        other.decode_headers().unwrap();
        assert_eq!(other.dimensions(), Some((61, 45)));
        assert_eq!(other.decode().unwrap().len(), width * height * 3);
        let mut plain = jpeg_decoder::Decoder::new(&bytes[..]);
        assert_eq!(plain.decode().unwrap().len(), width * height * 3);
    }
}

/// A generator of pseudorandom numbers (Marsaglia, Xorshift RNGs, 2003).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    /// Returns a plane between flat and pure noise.
    pub(super) fn plane(&mut self, width: usize, height: usize) -> Vec<u8> {
        let (amplitude, base) = (1 + self.below(256), self.below(256));
        (0..width * height).map(|_| (base + self.below(amplitude)).min(255) as u8).collect()
    }
}

/// Asserts that the error of each block is within the rounding of its coefficients to quantisation steps.
fn assert_within_quantisation(samples: &[u8], again: &[f32], width: usize, steps: &[u8; 64], case: &str) {
    assert_eq!(samples.len(), again.len(), "{case}");
    let allowed: f64 = steps.iter().map(|step| (f64::from(*step) * 0.55).powi(2)).sum();
    let mut blocks = std::collections::HashMap::<_, f64>::new();
    for (i, (one, other)) in samples.iter().zip(again).enumerate() {
        let block = (i % width / 8, i / width / 8);
        *blocks.entry(block).or_default() += (f64::from(*one) - f64::from(*other)).powi(2);
    }
    let worst = blocks.into_values().fold(0.0, f64::max);
    assert!(worst <= allowed * 1.001 + 0.1, "{case}: {worst} > {allowed}");
}

#[test]
fn anything_comes_back_to_within_its_quantisation() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for case in 0..1500 {
        let (width, height) = (1 + random.below(40), 1 + random.below(40));
        let (across, down) = (1 + random.below(2), 1 + random.below(2));
        let quality = 1 + random.below(100) as u8;
        let (w, h) = (width.div_ceil(across), height.div_ceil(down));
        let planes = [random.plane(width, height), random.plane(w, h), random.plane(w, h)];
        let [luma, blue, red] = &planes;
        let luma = channel(luma, width, height);
        let (channels, count) = match random.below(4) {
            0 => (Channels::Grey(luma), 1),
            _ => (Channels::YCbCr([luma, channel(blue, w, h), channel(red, w, h)]), 3),
        };
        let case = format!("case {case}: {width}x{height}, chroma {w}x{h}, quality {quality}, {count} channels");
        let bytes = encode(channels, quality, None).unwrap();

        let own = decoded(&bytes);
        assert_eq!(own.len(), count, "{case}");
        let tables = quantization_tables(quality, channels.chroma_resolution()).map(|table| quality::zigzag(&table));
        for (index, ((own_width, _, again), samples)) in own.iter().zip(&planes).enumerate() {
            assert_within_quantisation(samples, again, *own_width, &tables[index.min(1)], &case);
        }

        assert_luma_for_others(&bytes, count, &own[0].2, &case);
    }
}

/// Asserts that another decoder has the same luma.
pub(super) fn assert_luma_for_others(bytes: &[u8], count: usize, luma: &[f32], case: &str) {
    let options = zune_core::options::DecoderOptions::default();
    let space =
        if count == 1 { zune_core::colorspace::ColorSpace::Luma } else { zune_core::colorspace::ColorSpace::YCbCr };
    let mut other = zune_jpeg::JpegDecoder::new_with_options(
        zune_core::bytestream::ZCursor::new(bytes),
        options.jpeg_set_out_colorspace(space),
    );
    let pixels = other.decode().unwrap_or_else(|error| panic!("{case}: {error:?}"));
    assert_eq!(pixels.len(), luma.len() * count, "{case}");
    for (pixel, own) in pixels.chunks_exact(count).zip(luma) {
        let off = f32::from(pixel[0]) - own.clamp(0.0, 255.0);
        assert!(off.abs() <= 2.0, "{case}: {} for {own}", pixel[0]);
    }
}

#[test]
fn the_longest_sides_are_written() {
    for (width, height) in [(65_535_usize, 1_usize), (1, 65_535)] {
        let (w, h) = (width.div_ceil(2), height.div_ceil(2));
        let planes = [plane(width, height, 0), plane(w, h, 1), plane(w, h, 2)];
        let channels = [channel(&planes[0], width, height), channel(&planes[1], w, h), channel(&planes[2], w, h)];
        let bytes = encode(Channels::YCbCr(channels), 90, None).unwrap();
        for ((_, _, again), samples) in decoded(&bytes).iter().zip(&planes) {
            assert!(mean_error(samples, again) < 6.0);
        }
    }
}

#[test]
fn quality_trades_bytes_for_likeness() {
    let samples = plane(160, 120, 0);
    let mut before = (0, f64::MAX);
    for quality in [1, 10, 30, 50, 80, 95, 100] {
        let bytes = encode(Channels::Grey(channel(&samples, 160, 120)), quality, None).unwrap();
        let error = mean_error(&samples, &decoded(&bytes)[0].2);
        assert!(bytes.len() > before.0 && error < before.1, "{quality}: {} {error}", bytes.len());
        before = (bytes.len(), error);
    }
}

#[test]
fn a_profile_of_any_length_comes_back() {
    let grey = [7; 64];
    for length in [1, ICC_PART, ICC_PART + 1, 3 * ICC_PART] {
        let profile: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let bytes = encode(Channels::Grey(channel(&grey, 8, 8)), 80, Some(&profile)).unwrap();
        let parts = super::super::segments(&bytes).filter(|segment| segment.marker == APP2);
        let again: Vec<u8> = parts.flat_map(|part| part.payload[14..].to_vec()).collect();
        assert_eq!(again, profile);
    }
    assert!(encode(Channels::Grey(channel(&grey, 8, 8)), 80, Some(&vec![0; 255 * ICC_PART + 1])).is_err());
}

#[test]
fn planes_that_do_not_fit_each_other_are_refused() {
    let samples = [0; 64];
    let [whole, small] = [channel(&samples, 8, 8), channel(&samples[..9], 3, 3)];
    let error = |channels| encode(channels, 80, None).unwrap_err();
    assert_eq!(error(Channels::YCbCr([whole, small, small])), EncodeError::Planes);
    assert_eq!(error(Channels::YCbCr([whole, whole, small])), EncodeError::Planes);
    assert_eq!(error(Channels::Grey(channel(&samples, 8, 7))), EncodeError::Planes);
    assert_eq!(error(Channels::Grey(channel(&[], 0, 0))), EncodeError::Planes);
    let long = vec![0; 65_536];
    assert_eq!(error(Channels::Grey(channel(&long, 65_536, 1))), EncodeError::Side(65_536));
}
