//! Provides a bucket of images, and runs of the program on it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use tempfile::TempDir;

use crate::server::{BUCKET, Server};

/// A bucket, and a temporary folder.
pub struct Album {
    pub server: Server,
    /// Further variables of the environment.
    pub variables: Vec<(&'static str, &'static str)>,
    folder: TempDir,
}

/// A run of the program.
pub struct Run {
    pub status: Option<i32>,
    pub errors: String,
    pub report: Value,
}

impl Album {
    pub fn new() -> Self {
        Self { server: Server::start(), variables: Vec::new(), folder: TempDir::new().unwrap() }
    }

    pub fn url(key: &str) -> String {
        format!("s3://{BUCKET}/{key}")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thumbs"));
        command.current_dir(self.folder.path()).args(words).env_remove("RUST_BACKTRACE");
        command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.server.port));
        for (name, value) in [
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ] {
            command.env(name, value);
        }
        command.envs(self.variables.iter().copied());
        command
    }

    pub fn thumbs(&self, words: &[&str]) -> Run {
        let report = self.path("report.json");
        let _ = std::fs::remove_file(&report);
        let Output { status, stderr, .. } =
            self.command(&[words, &["--report", report.to_str().unwrap()]].concat()).output().unwrap();
        let report = std::fs::read(report).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        Run { status: status.code(), errors: String::from_utf8_lossy(&stderr).into_owned(), report }
    }

    /// Runs the program without a report.
    pub fn bare(&self, words: &[&str]) -> Run {
        let Output { status, stderr, .. } = self.command(words).output().unwrap();
        Run { status: status.code(), errors: String::from_utf8_lossy(&stderr).into_owned(), report: Value::Null }
    }

    /// Returns how often the segments of a ledger name each thumbnail.
    pub fn in_ledger(&self, output: &str) -> BTreeMap<String, usize> {
        let mut named = BTreeMap::new();
        for key in self.server.all_keys(&format!("{output}/.thumbs/")) {
            let segment = String::from_utf8(self.server.get(&key).unwrap()).unwrap();
            for line in segment.lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                for thumbnail in line["thumbnails"].as_array().into_iter().flatten() {
                    *named.entry(thumbnail["path"].as_str().unwrap().to_string()).or_default() += 1;
                }
            }
        }
        named
    }
}

impl Run {
    pub fn count(&self, name: &str) -> u64 {
        self.report["totals"][name].as_u64().unwrap_or_else(|| panic!("no {name}: {}", self.errors))
    }

    /// Returns the outcome of each source, and the reason, by the source's name behind `prefix`.
    pub fn outcomes(&self, prefix: &str) -> BTreeMap<String, (String, String)> {
        let files = self.report["files"].as_array().unwrap();
        let text = |file: &Value, field: &str| file[field].as_str().unwrap_or_default().to_string();
        let name = |file: &Value| text(file, "source").strip_prefix(prefix).unwrap().to_string();
        files.iter().map(|file| (name(file), (text(file, "outcome"), text(file, "reason")))).collect()
    }
}

/// Returns an image of which no two numbers give the same.
pub fn picture(number: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(72, 54, |x, y| {
        let wave = ((x * (number % 7 + 1) + y * (number % 5 + 2)) % 97) as u8;
        Rgb([wave * 2, (number * 13 % 200) as u8, (x + y) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
