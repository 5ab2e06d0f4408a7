//! Computes the text that stands for an image until its thumbnail is loaded: a hash or a colour.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::color::Samples;
use crate::geometry::Size;
use crate::options::{Background, PlaceholderKind};
use crate::outcome::Placeholder;

/// The longest side of an image that is hashed, in px. `ThumbHash` takes no more, and no hash gains by more.
const LONGEST: u32 = 100;

/// Components of a `BlurHash` along the longer and the shorter side, the numbers that its authors recommend.
const COMPONENTS: (usize, usize) = (4, 3);

/// Returns the placeholder of an image from its upright thumbnails: from the largest within 100 px, or else from the smallest,
/// reduced to that. `None` if there are no thumbnails.
pub(super) fn find(thumbnails: &[Samples], kind: PlaceholderKind, background: Background) -> Option<Placeholder> {
    let area = |samples: &&Samples| samples.size.width * samples.size.height;
    let is_small = |samples: &&Samples| samples.size.width.max(samples.size.height) <= LONGEST;
    let largest = thumbnails.iter().filter(is_small).max_by_key(area);
    let small = reduce(largest.or_else(|| thumbnails.iter().min_by_key(area))?);
    Some(match kind {
        PlaceholderKind::Thumbhash => Placeholder::Thumbhash(thumbhash(&small)),
        PlaceholderKind::Blurhash => Placeholder::Blurhash(blurhash(&small, background)),
        PlaceholderKind::Color => Placeholder::Color(mean(&small, background).to_string()),
    })
}

/// An image of at most 100 px a side; alpha is not multiplied in.
struct Small {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

fn thumbhash(Small { width, height, pixels }: &Small) -> String {
    STANDARD.encode(thumbhash::rgba_to_thumb_hash(*width, *height, pixels.as_flattened()))
}

/// Computes a `BlurHash`, which knows no transparency, of the image on the background.
fn blurhash(Small { width, height, pixels }: &Small, background: Background) -> String {
    let pixels: Vec<[u8; 3]> = pixels.iter().map(|pixel| lay_on(background, *pixel)).collect();
    let (longer, shorter) = COMPONENTS;
    let (across, down) = if width < height { (shorter, longer) } else { (longer, shorter) };
    fast_blurhash::compute_dct(&pixels, *width, *height, across, down).into_blurhash()
}

/// Returns the mean colour of an image on the background.
fn mean(small: &Small, background: Background) -> Background {
    let count = small.pixels.len().max(1) as u64;
    let mut sums = [0; 3];
    for pixel in &small.pixels {
        sums.iter_mut().zip(lay_on(background, *pixel)).for_each(|(sum, channel)| *sum += u64::from(channel));
    }
    Background { rgb: sums.map(|sum| to_byte((sum + count / 2) / count)) }
}

fn lay_on(background: Background, [red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
    let mut behind = background.rgb.into_iter();
    let alpha = u64::from(alpha);
    [red, green, blue].map(|channel| {
        let behind = u64::from(behind.next().unwrap_or_default());
        to_byte((u64::from(channel) * alpha + behind * (255 - alpha) + 127) / 255)
    })
}

fn to_byte(value: u64) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// Reduces an image to 100 px a side by plain means. A smaller one stays as it is.
fn reduce(samples: &Samples) -> Small {
    let Size { width, height } = samples.size;
    let longest = width.max(height).max(LONGEST);
    let side = |length: u32| (length as usize * LONGEST as usize / longest as usize).max(1);
    let (small_width, small_height) =
        if longest == LONGEST { (width as usize, height as usize) } else { (side(width), side(height)) };
    let (width, height) = (width as usize, height as usize);
    // Red, green and blue, each by alpha, and alpha; and the number of pixels.
    let mut sums = vec![([0_u64; 4], 0_u64); small_width * small_height];
    for y in 0..height {
        for x in 0..width {
            let [red, green, blue, alpha] = samples.rgba(x, y).map(u64::from);
            let (sum, count) = &mut sums[y * small_height / height * small_width + x * small_width / width];
            let pixel = [red * alpha, green * alpha, blue * alpha, alpha];
            sum.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += channel);
            *count += 1;
        }
    }
    let pixel = |([red, green, blue, alpha], count): ([u64; 4], u64)| {
        let color = |sum: u64| to_byte((sum + alpha / 2) / alpha.max(1));
        [color(red), color(green), color(blue), to_byte((alpha + count / 2) / count.max(1))]
    };
    Small { width: small_width, height: small_height, pixels: sums.into_iter().map(pixel).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::Layout;

    /// Returns an image of gradients and a pattern, transparent to one side if `number` is odd.
    fn image(number: u32) -> Samples {
        let size = Size::new(40 + number * 7, 90 - number * 9);
        let pixel = |i: u32| {
            let (x, y) = (i % size.width, i / size.width);
            let (right, down) = (x * 255 / size.width, y * 255 / size.height);
            let alpha = if number.is_multiple_of(2) { 255 } else { right };
            [right + number * 7, down * (number + 1), x * y * (number + 3), alpha].map(|channel| channel as u8)
        };
        let bytes = (0..size.width * size.height).flat_map(pixel).collect();
        Samples { size, layout: Layout::RgbAlpha, bytes }
    }

    fn text(samples: &Samples, kind: PlaceholderKind) -> String {
        find(std::slice::from_ref(samples), kind, Background::WHITE).unwrap().text().to_string()
    }

    #[test]
    fn a_thumbhash_equals_that_of_the_reference() {
        // thumbhash.js 0.1.1. Where a component is almost zero, the two implementations of its author differ in a last bit.
        for (number, wanted) in [
            (2, "1f080a25146067757767775787862797608508a687"),
            (4, "1f08061e8c001c4b857878777747775777731077099088"),
            (6, "1f08062390053b79767877770588598077"),
        ] {
            let hash = STANDARD.decode(text(&image(number), PlaceholderKind::Thumbhash)).unwrap();
            assert_eq!(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), wanted, "{number}");
        }
    }

    #[test]
    fn a_thumbhash_holds_transparency_and_the_aspect() {
        let hash = STANDARD.decode(text(&image(3), PlaceholderKind::Thumbhash)).unwrap();
        let (width, height, pixels) = thumbhash::thumb_hash_to_rgba(&hash).unwrap();
        assert!((width as f64 / height as f64 - 61.0 / 63.0).abs() < 0.15);
        let row = &pixels[height / 2 * width * 4..][..width * 4];
        assert!(row[3] < 80 && row[width * 4 - 1] > 180, "{row:?}");
    }

    #[test]
    fn a_blurhash_equals_that_of_the_reference() {
        // The encoder in C of BlurHash's authors.
        for (number, wanted) in [(4, "LfHV6l2rFG=HnQa}a{jse.fPfOfP"), (6, "LWHV3e6~2D|@r[a{WojsfzfPfOfP")] {
            assert_eq!(text(&image(number), PlaceholderKind::Blurhash), wanted, "{number}");
        }
        let opaque = |number| {
            let mut samples = image(number);
            samples.bytes.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
            samples
        };
        assert_eq!(text(&opaque(5), PlaceholderKind::Blurhash), "LYHLk?2q6f]lnSa{a{jseVfPfPfO");
        assert_eq!(text(&opaque(7), PlaceholderKind::Blurhash), "LcHeLWB92B]Us,a_Wqn~enfQfPfS");
        // A portrait has more components along its height.
        assert!(text(&image(0), PlaceholderKind::Blurhash).starts_with('T'));
    }

    #[test]
    fn the_colour_is_the_mean_on_the_background() {
        let bytes = [[255, 0, 0, 255], [0, 0, 255, 255], [9, 9, 9, 0], [9, 9, 9, 0]].concat();
        let samples = Samples { size: Size::new(2, 2), layout: Layout::RgbAlpha, bytes };
        assert_eq!(text(&samples, PlaceholderKind::Color), "#bf80bf");
        let black = find(&[samples], PlaceholderKind::Color, Background { rgb: [0; 3] });
        assert_eq!(black, Some(Placeholder::Color("#400040".to_string())));
        assert_eq!(find(&[], PlaceholderKind::Color, Background::WHITE), None);
    }

    #[test]
    fn a_large_image_is_hashed_like_its_reduction() {
        let size = Size::new(40, 100);
        let bytes: Vec<u8> = (0..size.width * size.height * 3).map(|i| (i * 37 % 251) as u8).collect();
        let small = Samples { size, layout: Layout::Rgb, bytes };
        let enlarged = |by: usize| {
            let (width, height) = (small.size.width as usize, small.size.height as usize);
            let pixels = (0..height * by).flat_map(|y| (0..width * by).map(move |x| (x / by, y / by)));
            let bytes = pixels.flat_map(|(x, y)| small.rgba(x, y)).collect();
            let size = Size::new((width * by) as u32, (height * by) as u32);
            Samples { size, layout: Layout::RgbAlpha, bytes }
        };
        for by in [1, 2, 5] {
            let Small { width, height, pixels } = reduce(&enlarged(by));
            assert_eq!((width, height), (40, 100));
            assert!(pixels.iter().enumerate().all(|(i, pixel)| *pixel == small.rgba(i % 40, i / 40)), "{by}");
        }
        let large = enlarged(3);
        // The largest of those within the limit counts.
        let all = [large, small.clone(), image(6)];
        let found = find(&all, PlaceholderKind::Thumbhash, Background::WHITE).unwrap();
        assert_eq!(found.text(), text(&small, PlaceholderKind::Thumbhash));
    }

    #[test]
    fn an_image_of_one_pixel_has_every_placeholder() {
        for (width, height) in [(1, 1), (1, 65_535), (65_535, 1)] {
            let bytes = vec![80; (width * height) as usize];
            let samples = Samples { size: Size::new(width, height), layout: Layout::Grey, bytes };
            assert!(text(&samples, PlaceholderKind::Thumbhash).len() >= 20);
            assert_eq!(text(&samples, PlaceholderKind::Blurhash).len(), 28);
            assert_eq!(text(&samples, PlaceholderKind::Color), "#505050");
        }
    }
}
