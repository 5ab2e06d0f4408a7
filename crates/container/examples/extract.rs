//! Writes the largest JPEG preview of a RAW file.
//!
//! `cargo run --release --example extract -- photo.nef preview.jpg`

use std::error::Error;
use std::{env, fs};

use photo_container::{Kind, read_piece, read_raw, sniff_raw};

fn main() -> Result<(), Box<dyn Error>> {
    let [input, output] = <[String; 2]>::try_from(env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: extract INPUT.nef OUTPUT.jpg")?;
    fs::write(output, extract(&fs::read(input)?)?)?;
    Ok(())
}

/// Returns the largest JPEG among the previews.
pub(crate) fn extract(mut file: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let kind = sniff_raw(&mut file)?.ok_or("it is no RAW file")?;
    let raw = read_raw(&mut file, kind)?;
    let previews = raw.previews.iter().filter(|preview| preview.kind == Kind::RawPreview);
    let largest = previews.max_by_key(|preview| preview.size).ok_or("it has no JPEG preview")?;
    Ok(read_piece(&mut file, largest.span)?)
}
