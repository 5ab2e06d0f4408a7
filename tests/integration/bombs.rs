//! Small files that ask for much: those that fuzzing found, and pictures of hundreds of megapixels in some bytes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::fixture::{Folder, assert_totals_add_up};
use crate::usage::Usage;

/// What a file under 1 MiB may take of a processor: the promise is of a release build.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 8 } else { 2 });

/// What it may take of memory. The program by itself takes 14 MiB.
const MOST: u64 = 96 << 20;

/// Runs the program on one file, and returns what it took and what came of the file.
fn run(folder: &Folder, name: &str) -> (Usage, String) {
    let words = ["--quiet", "--size", "256x256", "--report", "report.json", name];
    let usage = Usage::of(folder.command(&words).stderr(Stdio::null()).spawn().unwrap());
    assert!(matches!(usage.status.code(), Some(0 | 1)), "{name}: the process ended by a signal");
    let report = serde_json::from_slice(&fs::read(folder.path("report.json")).unwrap()).unwrap();
    assert_totals_add_up(&report);
    let came = report["files"][0]["reason"].as_str().unwrap_or("written").to_string();
    (usage, came)
}

/// Runs every file of a folder by itself.
fn check(folder: &Folder, names: &[String]) {
    for name in names {
        let bytes = fs::metadata(folder.path(name)).unwrap().len();
        assert!(bytes < 1 << 20, "{name} has {bytes} bytes");
        // On a busy machine a run may end before it is looked at.
        let mut runs = (0..20).map(|_| run(folder, name));
        let (Usage { time, peak, .. }, came) = runs.find(|(usage, _)| usage.peak > 0).expect("a run that was seen");
        println!("{name}: {bytes} bytes, {:.2} s, {} MiB, {came}", time.as_secs_f64(), peak >> 20);
        assert!(!came.contains("panic"), "{name}: {came}");
        for refusal in ["input/output error", "cannot allocate memory"] {
            assert!(!came.contains(refusal), "{name}: {came}, though it could be read");
        }
        assert!(time < LONGEST, "{name} took {time:?}");
        assert!(peak < MOST, "{name} took {} MiB", peak >> 20);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_fuzzing_found_ends_soon_and_takes_little() {
    let folder = Folder::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let findings = ["", "crates/jpeg"].map(|package| root.join(package).join("tests/data/fuzz_findings"));
    let mut names = Vec::new();
    for entry in findings.iter().flat_map(|findings| fs::read_dir(findings).unwrap()).map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        folder.write(&name, &fs::read(entry.path()).unwrap());
        names.push(name);
    }
    assert!(names.len() >= 9, "{names:?}");
    check(&folder, &names);
}

#[cfg(target_os = "linux")]
#[test]
fn hundreds_of_megapixels_in_a_small_file_take_neither_long_nor_much() {
    const SIDE: u32 = 22_360;
    let folder = Folder::new();
    let bombs = [
        ("no-runs.bmp", bmp(SIDE, &[0, 1])),
        ("short-runs.bmp", bmp(SIDE, &[250, 7, 250, 9, 0, 0].repeat(SIDE as usize))),
        ("one-color.webp", webp()),
        ("bits.png", png(SIDE, false)),
        ("interlaced.png", png(SIDE, true)),
        ("fax.tif", tiff(SIDE)),
    ];
    for (name, bytes) in &bombs {
        folder.write(name, bytes);
        let (_, came) = run(&folder, name);
        assert_eq!(came, "written", "{name}");
    }
    check(&folder, &bombs.map(|(name, _)| name.to_string()));
}

/// RLE8 with grey levels for colours.
fn bmp(side: u32, codes: &[u8]) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    let words = [0, 0, 14 + 40 + 4 * 256, 40, side, side, 1 | 8 << 16, 1, 0, 0, 0, 0, 0];
    bytes.extend(words.map(u32::to_le_bytes).as_flattened());
    bytes.extend((0..=255).flat_map(|level| [level, level, level, 0]));
    bytes.extend(codes);
    bytes
}

/// Lossless, of the largest sides, every code of one symbol.
fn webp() -> Vec<u8> {
    let side = (1_u32 << 14) - 1;
    let mut stream = vec![0x2f];
    stream.extend(((side - 1) | (side - 1) << 14).to_le_bytes());
    // No transform, no cache, no blocks; then five times: simple, one symbol, of 8 bits, 77.
    let bits =
        [vec![0; 3], [vec![1, 0, 1], (0..8).map(|bit| 77 >> bit & 1).collect()].concat().repeat(4), vec![1, 0, 0, 0]];
    stream.extend(bits.concat().chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit)));
    stream.resize(stream.len().next_multiple_of(2), 0);
    let length = |bytes: usize| (bytes as u32).to_le_bytes();
    [b"RIFF", &length(12 + stream.len())[..], b"WEBPVP8L", &length(stream.len()), &stream].concat()
}

/// One bit a pixel.
pub fn png(side: u32, is_interlaced: bool) -> Vec<u8> {
    let mut header = [side, side].map(u32::to_be_bytes).as_flattened().to_vec();
    header.extend([1, 0, 0, 0, u8::from(is_interlaced)]);
    let passes: &[[u32; 4]] = match is_interlaced {
        false => &[[0, 0, 1, 1]],
        true => &[[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]],
    };
    let mut data = ZlibEncoder::new(Vec::new(), Compression::best());
    for [left, top, across, down] in passes {
        let row = vec![0; 1 + (side - left).div_ceil(*across).div_ceil(8) as usize];
        (0..(side - top).div_ceil(*down)).for_each(|_| data.write_all(&row).unwrap());
    }
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in [(b"IHDR", header), (b"IDAT", data.finish().unwrap()), (b"IEND", Vec::new())] {
        bytes.extend((content.len() as u32).to_be_bytes());
        let mut checked = flate2::Crc::new();
        checked.update(name);
        checked.update(&content);
        bytes.extend(name);
        bytes.extend(content);
        bytes.extend(checked.sum().to_be_bytes());
    }
    bytes
}

/// T.6: a bit for each row, which is like the white one above.
fn tiff(side: u32) -> Vec<u8> {
    let strip = vec![0xff; side.div_ceil(8) as usize];
    let length = strip.len() as u32;
    let entries =
        [(256, side), (257, side), (258, 1), (259, 4), (262, 0), (273, 8), (277, 1), (278, side), (279, length)];
    let mut bytes = [b"II*\0".as_slice(), &(8 + length.next_multiple_of(2)).to_le_bytes(), &strip].concat();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        bytes.extend([tag, 4_u16].map(u16::to_le_bytes).as_flattened());
        bytes.extend([1, value].map(u32::to_le_bytes).as_flattened());
    }
    bytes.extend([0; 4]);
    bytes
}
