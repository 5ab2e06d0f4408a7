//! Tests the example, as its users run it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[expect(dead_code, reason = "its `main` takes arguments")]
#[path = "../examples/halve.rs"]
mod halve;

#[test]
fn the_example_halves_an_image() {
    let pixels = [[200, 40, 90]; 33 * 21].concat();
    let file = webp::Encoder::from_rgb(&pixels, 33, 21).encode(90.0).to_vec();
    let pgm = halve::halve(&file).unwrap();
    let samples = pgm.strip_prefix(b"P5 16 10 255\n").unwrap();
    assert_eq!(samples.len(), 16 * 10);
    // The luma of the colour (ITU-R BT.601).
    assert!(samples.iter().all(|sample| sample.abs_diff(97) <= 1), "{samples:?}");
    assert!(halve::halve(&file[..file.len() / 2]).is_err());
}
