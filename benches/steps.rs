//! Times each step of one image, in source pixels per second: `cargo bench --bench steps`.
//!
//! The times are those that are recorded with every thumbnail, so that the bench measures the production code. The
//! parameter is the thumbnail's size, which decides the working grid.

use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use thumbs::{Options, Size, thumbnail};

const PICTURES: [&str; 5] = ["lake.jpg", "harbour-progressive.jpg", "chart.png", "page.tif", "night.webp"];

fn bench_steps(criterion: &mut Criterion) {
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("images");
    for name in PICTURES {
        let bytes = std::fs::read(images.join(name)).expect("a sample picture");
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(300));
        for size in [50, 256, 800] {
            let mut options = Options::default();
            options.sizes = vec![Size::new(size, size).into()];
            let pixels = thumbnail(&bytes, &options).expect("a sound picture").header.size.pixels();
            group.throughput(Throughput::Elements(pixels));
            for (index, step) in ["decode", "resize", "encode"].into_iter().enumerate() {
                group.bench_function(BenchmarkId::new(step, size), |bencher| {
                    bencher.iter_custom(|times| {
                        (0..times)
                            .map(|_| {
                                let made = thumbnail(&bytes, &options).expect("it was made before");
                                [made.times.decode, made.times.resize, made.times.encode][index]
                            })
                            .sum()
                    });
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, bench_steps);
criterion_main!(benches);
