//! Decodes any bytes as a frame of AV1: no panic, and rows of the size that the headers state.

use av1_still::{Headers, Image, Samples};

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let Ok(image) = Image::read(bytes) else { return };
    let headers = Headers::read(bytes).expect("the headers of an image can be read by themselves");
    assert_eq!(headers.memory(), image.memory());
    let (width, height) = image.size();
    // Big headers only cost time.
    if width * height > 1 << 18 {
        return;
    }
    let mut rows = vec![0; image.planes()];
    let stop = image.decode(&mut |band| {
        for (index, (plane, rows)) in band.planes.iter().zip(&mut rows).enumerate() {
            assert_eq!((plane.top, plane.width), (*rows, image.plane_size(index).0));
            let length = match plane.samples {
                Samples::Bytes(bytes) => bytes.len(),
                Samples::Words(words) => words.len(),
            };
            *rows += length.div_ceil(plane.stride);
        }
    });
    assert_eq!(rows[0], stop.map_or(height, |stop| stop.rows));
    if stop.is_none() {
        assert!((0..image.planes()).all(|plane| rows[plane] == image.plane_size(plane).1));
    }
}
