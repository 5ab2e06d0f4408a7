//! Writes the luma of a JPEG as a PGM of a quarter of its size.
//!
//! `cargo run --release --example shrink -- photo.jpg small.pgm`

use std::error::Error;
use std::{env, fs};

use jpeg_shrink::{Options, Scale, decode};

fn main() -> Result<(), Box<dyn Error>> {
    let [input, output] = <[String; 2]>::try_from(env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: shrink INPUT.jpg OUTPUT.pgm")?;
    fs::write(output, shrink(&fs::read(input)?)?)?;
    Ok(())
}

/// Returns a PGM of a quarter of the JPEG's size.
pub(crate) fn shrink(file: &[u8]) -> Result<Vec<u8>, jpeg_shrink::Error> {
    let luma = decode(file, &Options::at(Scale::Quarter))?.planes.swap_remove(0);
    let mut pgm = format!("P5 {} {} 255\n", luma.width, luma.height).into_bytes();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "such a cast clamps to 0 and 255")]
    pgm.extend(luma.samples.iter().map(|sample| sample.round() as u8));
    Ok(pgm)
}
