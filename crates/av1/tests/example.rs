//! Tests the example, as its users run it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[expect(dead_code, reason = "its `main` takes arguments")]
#[path = "../examples/planes.rs"]
mod planes;

#[test]
fn the_example_writes_all_planes() {
    let stream = include_bytes!("data/full-chroma-10.obu");
    // Three planes of 203 by 151 px, of two bytes.
    assert_eq!(planes::planes(stream).unwrap().len(), 3 * 2 * 203 * 151);
    assert!(planes::planes(&stream[..stream.len() / 2]).is_err());
}
