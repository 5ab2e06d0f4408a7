//! Makes thumbnails with a Rust program of thirty lines: the tutorial that this project started from, translated to Rust.
//!
//! ```sh
//! cargo run --release --example tutorial -- images/ /tmp/tutorial 50
//! ```

#![allow(clippy::print_stderr, reason = "a program of its own")]

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, side] = &words[..] else { panic!("usage: tutorial INPUT OUTPUT SIDE") };
    let side = side.parse().expect("a number of px");
    std::fs::create_dir_all(output).expect("the output directory can be created");
    let files: Vec<PathBuf> = WalkDir::new(input)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.par_iter().for_each(|file| {
        if let Err(error) = thumbnail(file, Path::new(output), side) {
            eprintln!("{}: {error}", file.display());
        }
    });
}

fn thumbnail(file: &Path, output: &Path, side: u32) -> image::ImageResult<()> {
    let image = image::open(file)?;
    let small = image.blur(2.0).thumbnail(side, side);
    small.to_rgb8().save(output.join(file.file_name().unwrap_or_default()).with_extension("jpg"))
}
