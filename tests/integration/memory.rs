//! Measures the peak resident memory of runs from outside, as the system counts it.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use image::ImageFormat;

use crate::corpus::corpus;
use crate::fixture::{Folder, assert_totals_add_up, encode, outcome_of, picture, read_picture};
use crate::usage::Usage;

/// Maximum memory beside the budget, in bytes: the program itself, its threads, and memory that its allocator retains.
const BESIDE: u64 = 32 << 20;

fn run_and_measure(folder: &Folder, words: &[&str]) -> (u64, serde_json::Value) {
    let words = [words, &["--quiet", "--report", "report.json"]].concat();
    let peak = Usage::of(folder.command(&words).stderr(Stdio::null()).spawn().unwrap()).peak;
    let report = serde_json::from_slice(&fs::read(folder.path("report.json")).unwrap()).unwrap();
    assert_totals_add_up(&report);
    (peak, report)
}

/// Maximum time of a run over six small images. A deadlocked run never ends.
const MOST_TIME: Duration = Duration::from_secs(60);

const WIDTH: u32 = 12_000;
const HEIGHT: u32 = 8_400;

/// Maximum memory of an image of 100 megapixels, in bytes. As a frame it would take 288 MiB.
const MOST: u64 = 64 << 20;

#[cfg(target_os = "linux")]
#[test]
fn a_png_of_100_megapixels_takes_64_mib_at_the_most() {
    let folder = Folder::new();
    write_png(&folder.path("wide.png"));
    let mut peaks = Vec::new();
    for size in ["50x50", "256x256"] {
        let (peak, report) = run_and_measure(&folder, &["wide.png", "-o", size, "--size", size]);
        assert_eq!(report["totals"]["written"], 1);
        println!("{size}: {} MiB", peak >> 20);
        peaks.push(peak);
        let thumbnail = read_picture(&folder.path(&format!("{size}/wide.png")));
        assert_eq!(thumbnail.width(), size[..size.find('x').unwrap()].parse::<u32>().unwrap());
    }
    for peak in peaks {
        // A run that was never measured would have a peak of 0.
        assert!((1 << 20..=MOST).contains(&peak), "{} MiB", peak >> 20);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn thin_pictures_in_full_stay_within_the_budget() {
    let folder = Folder::new();
    let thin = encode(&picture(1, 1_500_000), ImageFormat::Qoi);
    for i in 0..16 {
        folder.write(&format!("in/{i}.qoi"), &thin);
    }
    let (peak, report) = run_and_measure(&folder, &["in", "--exact", "--jobs", "16", "--max-memory", "128M"]);
    assert_eq!(report["totals"]["written"], 16);
    println!("peak {} MiB", peak >> 20);
    assert!((32 << 20..=(128 << 20) + BESIDE).contains(&peak), "{} MiB", peak >> 20);
}

/// Scenes brighter than white are developed at full size: 48 bytes per pixel beside the grid.
#[cfg(target_os = "linux")]
#[test]
fn large_scenes_in_full_stay_within_the_budget() {
    let folder = Folder::new();
    let scene =
        image::ImageBuffer::from_fn(1500, 1000, |x, y| image::Rgb([x as f32 / 90.0, y as f32 / 999.0, 0.3_f32]));
    let scene = image::DynamicImage::from(scene);
    for format in [ImageFormat::Hdr, ImageFormat::Tiff] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        scene.write_to(&mut bytes, format).unwrap();
        for i in 0..8 {
            folder.write(&format!("in/{i}.{}", format.extensions_str()[0]), bytes.get_ref());
        }
    }
    let (peak, report) = run_and_measure(&folder, &["in", "--exact", "--jobs", "16", "--max-memory", "96M"]);
    assert_eq!(report["totals"]["written"], 16);
    println!("peak {} MiB", peak >> 20);
    assert!((32 << 20..=(96 << 20) + BESIDE).contains(&peak), "{} MiB", peak >> 20);
}

#[cfg(target_os = "linux")]
#[test]
fn many_large_pictures_at_once_stay_within_the_budget() {
    let folder = Folder::new();
    let large = encode(&picture(3000, 2000), ImageFormat::Png);
    for i in 0..24 {
        folder.write(&format!("in/{i}.png"), &large);
    }
    // Each takes about 50 MB; all at once would take 800 MB.
    let (peak, report) = run_and_measure(&folder, &["in", "--exact", "--jobs", "16", "--max-memory", "512M"]);
    assert_eq!(report["totals"]["written"], 24);
    println!("peak {} MiB", peak >> 20);
    assert!(peak < (512 << 20) + BESIDE, "{} MiB", peak >> 20);
}

#[cfg(target_os = "linux")]
#[test]
fn made_pictures_of_many_kinds_at_16_workers_stay_within_128_mib() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tga, Tiff, WebP};
    let folder = Folder::new();
    let picture = picture(2000, 1500);
    for format in [Jpeg, Png, Gif, WebP, Tga, Tiff, Bmp] {
        let file = encode(&picture, format);
        for i in 0..6 {
            folder.write(&format!("in/{i}.{}", format.extensions_str()[0]), &file);
        }
    }
    let (peak, report) = run_and_measure(&folder, &["in", "--jobs", "16", "--max-memory", "128M"]);
    assert_eq!(report["totals"]["written"], 42);
    println!("peak {} MiB", peak >> 20);
    assert!(peak < (128 << 20) + BESIDE, "{} MiB", peak >> 20);
}

#[cfg(target_os = "linux")]
#[test]
fn real_pictures_at_16_workers_stay_within_128_mib() {
    let Some(corpus) = corpus() else { return };
    let folder = Folder::new();
    fs::create_dir(folder.path("in")).unwrap();
    for (number, entry) in walkdir::WalkDir::new(&corpus).into_iter().map(Result::unwrap).enumerate() {
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_file() {
            std::os::unix::fs::symlink(entry.path(), folder.path(&format!("in/{number}-{name}"))).unwrap();
        }
    }
    let (peak, report) = run_and_measure(&folder, &["in", "--follow", "--jobs", "16", "--max-memory", "128M"]);
    println!("peak {} MiB over {} files", peak >> 20, report["totals"]["found"]);
    assert!(report["totals"]["written"].as_u64().unwrap() >= 400, "{}", report["totals"]);
    assert!(peak < (128 << 20) + BESIDE, "{} MiB", peak >> 20);
}

#[test]
fn a_budget_smaller_than_every_file_still_does_them_all() {
    let folder = Folder::new();
    for i in 0..6 {
        folder.write(&format!("in/{i}.jpg"), &encode(&picture(900, 700), ImageFormat::Jpeg));
    }
    for jobs in ["1", "64"] {
        let words = ["in", "--max-memory", "1k", "--jobs", jobs, "-o", jobs, "--quiet"];
        let mut run = folder.command(&words).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = run.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > MOST_TIME {
                run.kill().unwrap();
                panic!("{jobs} workers do not come to an end");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(0));
        assert_eq!(folder.files_below(jobs).len(), 6);
    }
}

#[test]
fn a_picture_that_no_machine_has_the_memory_for_fails_and_no_option_is_named_that_could_not_help() {
    let folder = Folder::new();
    // 10^12 pixels in full: no machine has the memory, and the program must not try.
    let header = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1000000 +X 1000000\nrest";
    folder.write("in/giant.hdr", header).write_picture("in/small.jpg");
    let (run, report) = folder.report(&["in", "--max-pixels", "2000G", "--exact"]);
    assert_eq!(run.status(), Some(1));
    let (outcome, reason) = outcome_of(&report, "giant.hdr");
    assert_eq!(outcome, "failed");
    assert!(reason.contains("MiB of memory") && !reason.contains("--max-memory"), "{reason}");
    assert_eq!(outcome_of(&report, "small.jpg").0, "written");
}

#[test]
fn a_size_far_beyond_the_picture_takes_no_memory() {
    let folder = Folder::new();
    folder.write_picture("in/small.jpg").write_picture("in/small.png");
    let (run, report) = folder.report(&["in", "--size", "65535", "--max-memory", "64M"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["totals"]["written"], 2);
}

#[test]
fn a_file_over_the_limit_fails_with_its_size_the_limit_and_the_flag() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let bytes = fs::metadata(folder.path("in/a.png")).unwrap().len();
    let (run, report) = folder.report(&["in", "--max-file-size", "100"]);
    assert_eq!(run.status(), Some(1));
    let (_, reason) = outcome_of(&report, "a.png");
    assert_eq!(
        reason,
        format!("the file has {bytes} bytes, more than the limit of 100; raise it with --max-file-size")
    );
    let (run, _) = folder.report(&["in", "--max-file-size", &bytes.to_string()]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
}

/// Writes an image like a camera's: soft shapes, and noise in every pixel.
fn write_png(path: &Path) {
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path).unwrap()), WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row_bytes = WIDTH as usize * 3;
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let noise: Vec<u8> = (0..2 * row_bytes).map(|_| (random() & 7) as u8).collect();
    let mut row = vec![0; row_bytes];
    for y in 0..HEIGHT {
        let waves = |x: u32| 60.0 * (x as f32 / 900.0).sin() * (y as f32 / 700.0).cos() + 110.0;
        // The waves are so wide that one value per 10 px is enough.
        let base: Vec<u8> = (0..row_bytes.div_ceil(30)).map(|x| waves(x as u32 * 10) as u8).collect();
        let shift = random() as usize % row_bytes;
        for ((chunk, noise), base) in row.chunks_mut(30).zip(noise[shift..].chunks(30)).zip(base) {
            chunk.iter_mut().zip(noise).for_each(|(to, noise)| *to = base.wrapping_add(*noise));
        }
        std::io::Write::write_all(&mut stream, &row).unwrap();
    }
    stream.finish().unwrap();
}
