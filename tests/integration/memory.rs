//! Memory, as the system counts it, of the binary at work on pictures that are larger than what it may hold.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use crate::fixture::{Folder, read_picture};

const WIDTH: u32 = 12_000;
const HEIGHT: u32 = 8_400;

/// The most memory that a picture of 100 megapixels may take, in KiB; as a frame it would take 288 MiB.
const MOST_KIB: u64 = 64 << 10;

#[test]
fn a_png_of_100_megapixels_takes_64_mib_at_the_most() {
    let folder = Folder::new();
    write_png(&folder.path("wide.png"));
    let mut peaks = Vec::new();
    for size in ["50x50", "256x256"] {
        let mut run = folder.command(&["wide.png", "-o", size, "--size", size, "--quiet"]).spawn().unwrap();
        let peak = peak_kib(&mut run);
        assert!(run.wait().unwrap().success());
        println!("{size}: {} MiB", peak >> 10);
        peaks.push(peak);
        let thumbnail = read_picture(&folder.path(&format!("{size}/wide.png")));
        assert_eq!(thumbnail.width(), size[..size.find('x').unwrap()].parse::<u32>().unwrap());
    }
    for peak in peaks {
        // A run that was never seen would have taken nothing.
        assert!((1024..=MOST_KIB).contains(&peak), "{peak} KiB");
    }
}

/// The high-water mark of a process's resident memory, asked for until it ends.
fn peak_kib(run: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0;
    while run.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map_or(peak, |line| peak.max(line.trim().trim_end_matches(" kB").parse().unwrap()));
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// Writes a picture as a camera would take it: soft shapes, and noise in every pixel.
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
        // The waves are as wide as many pixels.
        let base: Vec<u8> = (0..row_bytes.div_ceil(30)).map(|x| waves(x as u32 * 10) as u8).collect();
        let shift = random() as usize % row_bytes;
        for ((chunk, noise), base) in row.chunks_mut(30).zip(noise[shift..].chunks(30)).zip(base) {
            chunk.iter_mut().zip(noise).for_each(|(to, noise)| *to = base.wrapping_add(*noise));
        }
        std::io::Write::write_all(&mut stream, &row).unwrap();
    }
    stream.finish().unwrap();
}
