//! Compares decoders on sound JPEGs, encoded from the fuzzer's bytes in every variant of the encoder.
//!
//! Our full decode agrees with zune-jpeg's in luma, sample for sample, and the planes at 1/8 are the means of its blocks.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use jpeg_shrink::{Image, Options, Scale, decode};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

/// Samplings that zune-jpeg 0.5 reads as libjpeg does.
const SAMPLINGS: [SamplingFactor; 3] = [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2];

/// Tolerance for two inverse transforms that round differently, and for clamping between.
const AGREES: f32 = 2.0;

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let [width, height, kind, quality, restart, pixels @ ..] = bytes else { return };
    if pixels.is_empty() {
        return;
    }
    let (width, height) = (u16::from(width % 96) + 1, u16::from(height % 96) + 1);
    let jpeg = encode(width, height, *kind, quality % 100 + 1, u16::from(restart % 12), pixels);

    let full = decoded(&jpeg, Scale::Full);
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let theirs =
        zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&jpeg[..]), options).decode().expect("a sound file");
    assert_eq!(theirs.len(), full.planes[0].samples.len());
    for (theirs, ours) in theirs.iter().zip(&full.planes[0].samples) {
        let apart = (f32::from(*theirs) - ours.clamp(0.0, 255.0)).abs();
        assert!(apart <= AGREES, "{apart} apart");
    }
    compare_means(&full, &decoded(&jpeg, Scale::Eighth), 8);
}

/// Encodes pixels that repeat `pixels`; `kind` chooses sampling, scans and colours.
fn encode(width: u16, height: u16, kind: u8, quality: u8, restart: u16, pixels: &[u8]) -> Vec<u8> {
    let color = if kind & 0x40 == 0 { ColorType::Ycbcr } else { ColorType::Luma };
    let channels = if kind & 0x40 == 0 { 3 } else { 1 };
    let count = usize::from(width) * usize::from(height) * channels;
    let samples: Vec<u8> = pixels.iter().copied().cycle().take(count).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SAMPLINGS[usize::from(kind & 3) % SAMPLINGS.len()]);
    encoder.set_progressive(kind & 0x10 != 0);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    encoder.encode(&samples, width, height, color).expect("a picture of at least one pixel");
    jpeg
}

fn decoded(jpeg: &[u8], scale: Scale) -> Image {
    let picture = decode(jpeg, &Options::at(scale)).expect("a sound file");
    assert_eq!(picture.damage, None);
    picture
}

/// Compares the means of whole blocks, which need no padding.
fn compare_means(full: &Image, small: &Image, side: usize) {
    for (full, small) in full.planes.iter().zip(&small.planes) {
        for y in 0..full.height / side {
            for x in 0..full.width / side {
                let at = |i: usize| full.samples[(y * side + i / side) * full.width + x * side + i % side];
                let mean = (0..side * side).map(at).sum::<f32>() / (side * side) as f32;
                let apart = (mean - small.samples[y * small.width + x]).abs();
                assert!(apart < 0.05, "{apart} apart at {x}, {y}");
            }
        }
    }
}
