//! Writes the planes of an HEVC byte stream, one after the other, as `ffmpeg -f rawvideo` does.
//!
//! `cargo run --release --example planes -- photo.hevc planes.yuv`

use std::error::Error;

use hevc_still::{Filtering, Image, Samples};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (source, target) = arguments.next().zip(arguments.next()).ok_or("give a stream and a file to write")?;
    let bytes = std::fs::read(source)?;
    let image = Image::read_stream(&bytes)?;
    let filtering = if std::env::var_os("HEVC_UNFILTERED").is_some() { Filtering::None } else { Filtering::All };
    let mut planes = vec![Vec::new(); image.planes()];
    let stop = image.decode(filtering, &mut |band| {
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
    std::fs::write(target, planes.concat())?;
    match stop {
        Some(stop) => Err(stop.error.into()),
        None => Ok(()),
    }
}
