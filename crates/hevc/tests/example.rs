//! Tests the example, as its users run it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[expect(dead_code, reason = "its `main` takes arguments")]
#[path = "../examples/planes.rs"]
mod planes;

#[test]
fn the_example_writes_all_planes() {
    let stream = include_bytes!("data/depth-10.hevc");
    // 138 by 106 px of two bytes, and two planes of half the sides.
    assert_eq!(planes::planes(stream).unwrap().len(), 2 * (138 * 106 + 2 * 69 * 53));
    assert!(planes::planes(&stream[..stream.len() / 2]).is_err());
}
