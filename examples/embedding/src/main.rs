//! Makes a thumbnail of one image file: `embedding photo.jpg small.jpg`.

use std::error::Error;

use thumbs::{Options, thumbnail_file};

fn main() -> Result<(), Box<dyn Error>> {
    let [_, image, target] =
        std::env::args().collect::<Vec<_>>().try_into().map_err(|_| "usage: embedding IMAGE TARGET")?;
    let options = Options::builder().size(256).quality(85).build()?;
    let made = thumbnail_file(&image, &options).map_err(|error| format!("{image}: {error}"))?;
    std::fs::write(target, &made.thumbnails[0].bytes)?;
    Ok(())
}
