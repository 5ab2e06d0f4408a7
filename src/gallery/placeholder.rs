//! Draws placeholders as backgrounds that CSS takes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::outcome::Placeholder;

/// Size of the drawn image in px. The browser blurs it when it enlarges it; more px would say no more.
const DRAWN: (usize, usize) = (6, 4);

/// Returns the value of the property `background`, or `None` if the text is no placeholder of its kind.
pub(super) fn background(placeholder: &Placeholder) -> Option<String> {
    match placeholder {
        Placeholder::Color(color) => is_color(color).then(|| color.clone()),
        Placeholder::Blurhash(hash) => {
            // The decoder slices by bytes.
            let decoded = hash.is_ascii().then(|| fast_blurhash::decode(hash, 1.0).ok()).flatten()?;
            Some(image(&decoded.to_rgb8(DRAWN.0, DRAWN.1)))
        }
        Placeholder::Thumbhash(hash) => {
            let (width, height, pixels) = thumbhash::thumb_hash_to_rgba(&STANDARD.decode(hash).ok()?).ok()?;
            let pixels = pixels.as_chunks::<4>().0;
            let pixel = |index: usize| {
                let (x, y) = (index % DRAWN.0, index / DRAWN.0);
                let [x, y] =
                    [(x, width, DRAWN.0), (y, height, DRAWN.1)].map(|(at, of, all)| (2 * at + 1) * of / (2 * all));
                let [red, green, blue, _] = pixels.get(y * width + x)?;
                Some([*red, *green, *blue])
            };
            Some(image(&(0..DRAWN.0 * DRAWN.1).map(pixel).collect::<Option<Vec<_>>>()?))
        }
    }
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

/// Returns a background of pixels, stretched: a BMP as a data URL, the smallest container that browsers read.
fn image(pixels: &[[u8; 3]]) -> String {
    let (width, height) = DRAWN;
    let pitch = (3 * width).next_multiple_of(4);
    const HEADERS: usize = 26;
    let mut bytes = Vec::with_capacity(HEADERS + pitch * height);
    let word = |value: usize| u32::try_from(value).unwrap_or_default().to_le_bytes();
    let half = |value: usize| u16::try_from(value).unwrap_or_default().to_le_bytes();
    // The file's header, and that of OS/2's bitmaps.
    bytes.extend_from_slice(b"BM");
    for value in [HEADERS + pitch * height, 0, HEADERS, 12] {
        bytes.extend_from_slice(&word(value));
    }
    for value in [width, height, 1, 24] {
        bytes.extend_from_slice(&half(value));
    }
    // Rows are stored upwards.
    for row in pixels.chunks_exact(width).rev() {
        bytes.extend(row.iter().flat_map(|[red, green, blue]| [*blue, *green, *red]));
        bytes.extend(std::iter::repeat_n(0, pitch - 3 * width));
    }
    format!("url(data:image/bmp;base64,{}) 0 0/100% 100%", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_placeholder_is_drawn_in_the_colours_of_its_image() {
        // Red above, blue below.
        let pixels: Vec<u8> =
            (0..400).flat_map(|i| if i < 200 { [255, 0, 0, 255] } else { [0, 0, 255, 255] }).collect();
        let hash = STANDARD.encode(thumbhash::rgba_to_thumb_hash(20, 20, &pixels));
        let colors: Vec<[u8; 3]> = pixels.as_chunks::<4>().0.iter().map(|[r, g, b, _]| [*r, *g, *b]).collect();
        let blurhash = fast_blurhash::compute_dct(&colors, 20, 20, 4, 3).into_blurhash();
        for placeholder in [Placeholder::Thumbhash(hash), Placeholder::Blurhash(blurhash)] {
            let drawn = background(&placeholder).unwrap();
            let encoded = drawn.strip_prefix("url(data:image/bmp;base64,").unwrap().split(')').next().unwrap();
            let bmp = image::load_from_memory(&STANDARD.decode(encoded).unwrap()).unwrap().to_rgb8();
            assert_eq!((bmp.width(), bmp.height()), (6, 4));
            let [[red, _, less], [other, _, blue]] = [bmp.get_pixel(2, 0).0, bmp.get_pixel(2, 3).0];
            assert!(red > 150 && less < 120 && blue > 150 && other < 120, "{red} {less} {other} {blue}");
        }
        assert_eq!(background(&Placeholder::Color("#ff8800".into())), Some("#ff8800".to_string()));
    }

    #[test]
    fn a_text_that_is_no_placeholder_is_not_drawn() {
        for text in ["", "#", "#ff880", "red;}", "ääääää", "L#H2", "!!!!", "AAAA", "AAAAAAAA"] {
            assert_eq!(background(&Placeholder::Color(text.into())), None, "{text}");
            assert_eq!(background(&Placeholder::Blurhash(text.into())), None, "{text}");
            assert_eq!(background(&Placeholder::Thumbhash(text.into())), None, "{text}");
        }
    }
}
