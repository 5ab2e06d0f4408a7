//! MB/s of entropy-coded data at each scale, beside zune-jpeg and jpeg-decoder at full scale and jpeg-decoder's own 1/8.
//! Pictures: `tests/data/jpeg`, or the files named in JPEG_BENCH (separated by `:`), which photographs should be.
//! What is compared is decoding to planes; the other two also convert colours.

#![allow(missing_docs, clippy::unwrap_used, reason = "of what a macro generates; a bench may fail")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jpeg_shrink::{Options, Process, Scale, decode, read_header};

fn pictures() -> Vec<(String, Vec<u8>)> {
    let fixed = ["big-420.jpg", "big-422-restart.jpg", "progressive-444-restart.jpg"]
        .map(|name| format!("{}/tests/data/jpeg/{name}", env!("CARGO_MANIFEST_DIR")));
    let named = std::env::var("JPEG_BENCH").map(|list| list.split(':').map(str::to_owned).collect());
    let paths: Vec<String> = named.unwrap_or(fixed.to_vec());
    paths
        .into_iter()
        .map(|path| (path.rsplit('/').next().unwrap_or_default().to_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

fn bench(c: &mut Criterion) {
    for (name, bytes) in pictures() {
        let kind = match read_header(&bytes).unwrap().process {
            Process::Progressive => "progressive",
            _ => "sequential",
        };
        let mut group = c.benchmark_group(format!("{kind}/{name}"));
        group.throughput(Throughput::Bytes(bytes.len() as u64)).sample_size(20);
        for scale in Scale::ALL {
            group.bench_function(format!("{}/8", scale.samples()), |b| {
                b.iter(|| decode(&bytes, &Options::at(scale)).unwrap());
            });
        }
        group.bench_function("zune-jpeg 1/1", |b| {
            b.iter(|| zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(&bytes[..])).decode().unwrap());
        });
        group.bench_function("jpeg-decoder 1/1", |b| {
            b.iter(|| jpeg_decoder::Decoder::new(&bytes[..]).decode().unwrap());
        });
        group.bench_function("jpeg-decoder 1/8", |b| {
            b.iter(|| {
                let mut decoder = jpeg_decoder::Decoder::new(&bytes[..]);
                decoder.scale(1, 1).unwrap();
                decoder.decode().unwrap()
            });
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
