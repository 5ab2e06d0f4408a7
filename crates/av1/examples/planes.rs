//! Writes the planes of an AV1 stream's frame, one after the other, as `ffmpeg -f rawvideo` does.
//!
//! `cargo run --release --example planes -- photo.obu planes.yuv`

use std::error::Error;

use av1_still::{Image, Samples};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (source, target) = arguments.next().zip(arguments.next()).ok_or("give a stream and a file to write")?;
    Ok(std::fs::write(target, planes(&std::fs::read(source)?)?)?)
}

/// Returns the planes; samples of more than 8 bits take two bytes, the lower one first.
///
/// # Errors
///
/// The stream can't be decoded to its end.
pub fn planes(stream: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let image = Image::read(stream)?;
    let mut planes = vec![Vec::new(); image.planes()];
    let stop = image.decode(&mut |band| {
        for (plane, rows) in planes.iter_mut().zip(band.planes) {
            match rows.samples {
                Samples::Bytes(bytes) => {
                    bytes.chunks(rows.stride).for_each(|row| plane.extend_from_slice(&row[..rows.width]));
                }
                Samples::Words(words) => {
                    for row in words.chunks(rows.stride) {
                        plane.extend(row[..rows.width].iter().flat_map(|word| word.to_le_bytes()));
                    }
                }
            }
        }
    });
    stop.map_or_else(|| Ok(planes.concat()), |stop| Err(stop.error.into()))
}
