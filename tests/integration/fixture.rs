//! Provides a temporary folder of images, runs of the binary, and their JSON reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder for one test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and creates its parent folders.
    pub fn write(&self, name: &str, bytes: &[u8]) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Writes an image of 64x48 px, in the format of the name's suffix.
    pub fn write_picture(&self, name: &str) -> &Self {
        let format = ImageFormat::from_path(name).unwrap();
        self.write(name, &encode(&picture(64, 48), format))
    }

    /// Creates a folder with these images.
    pub fn of(names: &[&str]) -> Self {
        let folder = Self::new();
        for name in names {
            folder.write_picture(name);
        }
        folder
    }

    /// Runs `thumbs` in the folder.
    pub fn thumbs(&self, words: &[&str]) -> Run {
        let output = self.command(words).output().unwrap();
        Run { output }
    }

    /// Returns the command `thumbs` in the folder, not yet started.
    pub fn command(&self, words: &[&str]) -> Command {
        self.command_in(Command::new(env!("CARGO_BIN_EXE_thumbs")), words)
    }

    /// Returns the same command without the superuser's special rights. File permissions then apply.
    pub fn command_without_privileges(&self, words: &[&str]) -> Command {
        let mut given_up = Command::new("setpriv");
        given_up.args(["--bounding-set=-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_thumbs")]);
        self.command_in(given_up, words)
    }

    fn command_in(&self, mut command: Command, words: &[&str]) -> Command {
        command
            .current_dir(self.0.path())
            .args(words)
            .env_remove("THUMBS_CORPUS")
            .env_remove("RAYON_NUM_THREADS")
            .env_remove("RUST_BACKTRACE");
        command
    }

    /// Runs `thumbs` with a report, and also returns the report.
    pub fn report(&self, words: &[&str]) -> (Run, Value) {
        let run = self.thumbs(&[words, &["--report", "report.json"]].concat());
        let json = fs::read(self.path("report.json")).unwrap_or_else(|_| panic!("no report: {}", run.errors()));
        (run, serde_json::from_slice(&json).unwrap())
    }

    /// Returns every file below `name`, relative to it, in order, except those of ledgers.
    pub fn files_below(&self, name: &str) -> Vec<String> {
        let is_ledger = |file: &String| file.split('/').any(|part| part == ".thumbs");
        self.all_files_below(name).into_iter().filter(|file| !is_ledger(file)).collect()
    }

    /// Returns every file below `name`, relative to it, in order.
    pub fn all_files_below(&self, name: &str) -> Vec<String> {
        let root = self.path(name);
        let mut files: Vec<String> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        files
    }
}

/// One run of the binary.
pub struct Run {
    pub output: Output,
}

impl Run {
    pub fn status(&self) -> Option<i32> {
        self.output.status.code()
    }

    pub fn lines(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}

/// Returns the outcome of the file whose path ends in `name`, and its reason.
pub fn outcome_of(report: &Value, name: &str) -> (String, String) {
    let file = report["files"].as_array().unwrap().iter().find(|file| file["source"].as_str().unwrap().ends_with(name));
    let file = file.unwrap_or_else(|| panic!("{name} is not in the report"));
    let text = |field: &str| file[field].as_str().unwrap_or_default().to_string();
    (text("outcome"), text("reason"))
}

/// Asserts that the totals add up, and that they agree with the listed files.
pub fn assert_totals_add_up(report: &Value) {
    let count = |kind: &str| report["totals"][kind].as_u64().unwrap();
    let files = report["files"].as_array().unwrap();
    assert_eq!(count("found"), files.len() as u64);
    for (kind, outcome) in
        [("written", "written"), ("up_to_date", "up-to-date"), ("skipped", "skipped"), ("failed", "failed")]
    {
        assert_eq!(count(kind), files.iter().filter(|file| file["outcome"] == outcome).count() as u64, "{kind}");
    }
    assert_eq!(count("written") + count("up_to_date") + count("skipped") + count("failed"), count("found"));
}

/// Returns an image with shapes, an edge and some noise.
pub fn picture(width: u32, height: u32) -> RgbImage {
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 28) as f32;
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let edge = if u > 0.6 && v > 0.3 { 70.0 } else { 0.0 };
        Rgb([60.0 + 100.0 * u + edge, 150.0 - 80.0 * v + noise, 90.0 + 60.0 * (8.0 * (u + v)).sin()].map(|c| c as u8))
    })
}

pub fn encode(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    if format == ImageFormat::Ico {
        return icon_of(picture.width(), picture.height(), &encode(picture, ImageFormat::Png));
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Returns an icon with one entry of this size in px and 32 bits, which is a PNG.
pub fn icon_of(width: u32, height: u32, png: &[u8]) -> Vec<u8> {
    let [width, height] = [width, height].map(|side| u8::try_from(side).unwrap());
    let head = [0, 0, 1, 0, 1, 0, width, height, 0, 0, 1, 0, 32, 0];
    let place = [u32::try_from(png.len()).unwrap(), 22].map(u32::to_le_bytes).concat();
    [&head, place.as_slice(), png].concat()
}

/// Reads the image in a file as RGB.
pub fn read_picture(path: &Path) -> RgbImage {
    image::ImageReader::open(path).unwrap().with_guessed_format().unwrap().decode().unwrap().into_rgb8()
}

/// Returns the peak signal-to-noise ratio of two images of equal size, in dB.
pub fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert!(a.len() == b.len() && !a.is_empty(), "{} and {} samples", a.len(), b.len());
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) / (squares / a.len() as f64).max(1e-9)).log10()
}

/// Returns `value` with a change. Options have no struct literals outside of their crate.
pub fn changed<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}
