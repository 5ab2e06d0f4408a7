//! Measures decoding in megapixels per second, beside image-webp.
//!
//! webp-shrink passes planes to a sink that reads them; image-webp applies the loop filter and converts to RGB.
//!
//! The files are two that libwebp makes of a rendered image, or those named in `WEBP_BENCH`, separated by `:`, preferably
//! photographs.

#![allow(missing_docs, clippy::unwrap_used, reason = "a macro generates items; a benchmark may fail")]

use std::io::Cursor;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use webp_shrink::{Coding, Frame, decode_lossless, read_container};

fn files() -> Vec<(String, Vec<u8>)> {
    if let Ok(list) = std::env::var("WEBP_BENCH") {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        return list.split(':').map(|path| (name(path), std::fs::read(path).unwrap())).collect();
    }
    let (width, height) = (1600, 1200);
    let wave = |at: u32, length: u32| ((at % length) * 255 / length).to_le_bytes()[0];
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| [wave(x, 173), wave(y, 97), wave(x ^ y, 211)]));
    let pixels: Vec<u8> = pixels.flatten().collect();
    let encoder = webp::Encoder::from_rgb(&pixels, width, height);
    vec![
        ("lossy".to_owned(), encoder.encode(80.0).to_vec()),
        ("lossless".to_owned(), encoder.encode_lossless().to_vec()),
    ]
}

/// Returns the sum of all samples, of which a reduction would keep more.
fn decode(file: &[u8]) -> u64 {
    let mut sum = 0;
    match read_container(file).unwrap().coding {
        Coding::Lossy { frame, .. } => {
            Frame::read(frame).unwrap().decode(&mut |band| {
                let samples = band.luma.iter().chain(band.chroma[0]).chain(band.chroma[1]);
                sum += samples.map(|sample| u64::from(*sample)).sum::<u64>();
            });
        }
        Coding::Lossless(stream) => {
            decode_lossless(stream, &mut |row| sum += row.iter().map(|pixel| u64::from(*pixel)).sum::<u64>()).unwrap();
        }
        Coding::Animation => panic!("an animation"),
    }
    sum
}

fn bench(c: &mut Criterion) {
    for (name, file) in files() {
        let (width, height) = read_container(&file).unwrap().size;
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(u64::from(width) * u64::from(height))).sample_size(20);
        group.bench_function("webp-shrink", |b| b.iter(|| decode(&file)));
        group.bench_function("image-webp", |b| {
            b.iter(|| {
                let mut decoder = image_webp::WebPDecoder::new(Cursor::new(&file)).unwrap();
                let mut samples = vec![0; decoder.output_buffer_size().unwrap()];
                decoder.read_image(&mut samples).unwrap();
                samples
            });
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
