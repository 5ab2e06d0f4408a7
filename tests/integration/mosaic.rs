//! Reduces an image to the mean colours of 4x4 fields: enough to detect a turn, a crop or a wrong colour, too little to
//! reproduce the image.

const FIELDS: usize = 4;

/// Reads the fields of the tables: red, green and blue of each, in hexadecimal digits.
pub fn read_fields(hex: &str) -> Vec<u8> {
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    assert_eq!(bytes.len(), FIELDS * FIELDS * 3, "{hex}");
    bytes
}

/// Returns the means of 4x4 fields, each of red, green and blue, over mid-grey. A pixel that two fields share counts
/// proportionally.
pub fn mean_colours(picture: &image::RgbaImage) -> Vec<f64> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let share = |at: u32, field: usize, side: f64| {
        let (start, end) = (field as f64 * side / FIELDS as f64, (field + 1) as f64 * side / FIELDS as f64);
        (f64::from(at + 1).min(end) - f64::from(at).max(start)).max(0.0)
    };
    let mut sums = vec![0.0; FIELDS * FIELDS * 3];
    for (x, y, pixel) in picture.enumerate_pixels() {
        let opacity = f64::from(pixel[3]) / 255.0;
        for field in 0..FIELDS * FIELDS {
            let area = share(x, field % FIELDS, width) * share(y, field / FIELDS, height);
            for channel in 0..3 {
                let over_grey = f64::from(pixel[channel]) * opacity + 128.0 * (1.0 - opacity);
                sums[field * 3 + channel] += over_grey * area * (FIELDS * FIELDS) as f64 / (width * height);
            }
        }
    }
    sums
}

#[test]
fn the_means_of_fields_see_a_turn_and_a_shift_of_colour() {
    let picture = image::RgbaImage::from_fn(6, 4, |x, y| image::Rgba([x as u8 * 40, y as u8 * 60, 9, 255]));
    let fields = mean_colours(&picture);
    // The first field is one and a half pixels wide.
    assert!((fields[0] - 40.0 / 3.0).abs() < 1e-9);
    assert!((fields[45] - 560.0 / 3.0).abs() < 1e-9);
    assert_eq!(&fields[46..], &[180.0, 9.0]);
    let turned = mean_colours(&image::imageops::rotate180(&picture));
    assert_ne!(fields, turned);
}
