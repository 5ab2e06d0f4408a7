//! Tests the example, as its users run it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[expect(dead_code, reason = "its `main` takes arguments")]
#[path = "../examples/shrink.rs"]
mod shrink;

#[test]
fn the_example_shrinks_an_image_to_a_quarter() {
    let file = include_bytes!("data/jpeg/big-420.jpg");
    let header = jpeg_shrink::read_header(file).unwrap();
    let (width, height) = (header.width.div_ceil(4), header.height.div_ceil(4));
    let pgm = shrink::shrink(file).unwrap();
    let samples = pgm.strip_prefix(format!("P5 {width} {height} 255\n").as_bytes()).unwrap();
    assert_eq!(samples.len() as u64, u64::from(width) * u64::from(height));
    assert!(shrink::shrink(b"GIF89a").is_err());
}
