//! Writes the luma of a lossy WebP as a PGM of half its size.
//!
//! `cargo run --release --example halve -- photo.webp small.pgm`

use std::error::Error;
use std::{env, fs};

use webp_shrink::{Coding, Frame, read_container};

fn main() -> Result<(), Box<dyn Error>> {
    let [input, output] = <[String; 2]>::try_from(env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: halve INPUT.webp OUTPUT.pgm")?;
    fs::write(output, halve(&fs::read(input)?)?)?;
    Ok(())
}

/// Returns a PGM of the means of 2 by 2 samples.
pub(crate) fn halve(file: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let container = read_container(file)?;
    let Coding::Lossy { frame, .. } = container.coding else { return Err("it is not lossy".into()) };
    let (width, height) = (container.size.0 / 2, container.size.1 / 2);
    let mut pgm = format!("P5 {width} {height} 255\n").into_bytes();
    let stop = Frame::read(frame)?.decode(&mut |band| {
        // A band has an even number of rows, but for the last one of an odd height.
        for rows in band.luma.chunks(2 * band.luma_stride).filter(|rows| rows.len() > band.luma_stride) {
            let (top, bottom) = rows.split_at(band.luma_stride);
            let pairs = top.chunks_exact(2).zip(bottom.chunks_exact(2)).take(width as usize);
            let sums =
                pairs.map(|(top, bottom)| top.iter().chain(bottom).map(|sample| u16::from(*sample)).sum::<u16>());
            pgm.extend(sums.map(|sum| u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX)));
        }
    });
    match stop {
        Some(stop) => Err(format!("the file ends after {} rows", stop.rows).into()),
        None => Ok(pgm),
    }
}
