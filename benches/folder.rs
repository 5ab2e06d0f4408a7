//! Times a folder of images with one worker and with all: `cargo bench --bench folder`.
//!
//! The folder is `images/`, or the one that `THUMBS_BENCH` names. Thumbnails go to a temporary folder.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use thumbs::{Cancel, Config, run};

fn bench_folder(criterion: &mut Criterion) {
    let folder = std::env::var_os("THUMBS_BENCH")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("images"), PathBuf::from);
    let output = tempfile::tempdir().expect("a temporary folder");
    let mut config = Config::new(vec![folder]);
    config.output = output.path().to_path_buf();
    let all = config.workers.get();

    let mut group = criterion.benchmark_group("folder");
    group.sample_size(10);
    let files = run(&config, &Cancel::default(), |_| ()).expect("the folder is there").written;
    group.throughput(Throughput::Elements(files));
    for workers in (0..).map(|n| 1 << n).take_while(|n| *n < all).chain([all]) {
        config.workers = NonZeroUsize::new(workers).expect("at least one");
        group.bench_with_input(BenchmarkId::new("workers", workers), &config, |bencher, config| {
            bencher.iter(|| run(config, &Cancel::default(), |_| ()));
        });
    }
    group.finish();
}

criterion_group!(benches, bench_folder);
criterion_main!(benches);
