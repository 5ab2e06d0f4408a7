//! Tests the example, as its users run it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[expect(dead_code, reason = "its `main` takes arguments")]
#[path = "../examples/extract.rs"]
mod extract;

#[test]
fn the_example_extracts_the_largest_preview() {
    let file = include_bytes!("data/two-previews.dng");
    let jpeg = extract::extract(file).unwrap();
    assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]));
    let smaller = file.windows(3).filter(|three| *three == [0xff, 0xd8, 0xff]).count();
    assert_eq!(smaller, 2);
    assert!(extract::extract(b"GIF89a").unwrap_err().to_string().contains("no RAW file"));
}
