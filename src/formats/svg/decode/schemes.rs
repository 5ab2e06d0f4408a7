//! A document's text → the text with the light one of each pair of colours. Drawing programs write
//! `light-dark(white, black)` (CSS Color 5, 5) since 2025; the renderer's style parser predates it, and takes such a
//! declaration for black instead of leaving it out. Thumbnails are seen by no scheme, so the light colour stands.

use std::borrow::Cow;

const OPENING: &str = "light-dark(";

/// Longer pairs are left as they are, which also bounds the search for their ends.
const LONGEST_PAIR: usize = 512;

/// Puts its light colour in the place of each pair.
pub(super) fn take_light_colors(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(OPENING) {
        return text;
    }
    let mut taken = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(OPENING) {
        let (before, pair) = rest.split_at(at);
        taken.push_str(before);
        let inside = &pair[OPENING.len()..];
        match split_pair(inside) {
            Some((light, end)) => {
                taken.push_str(inside[..light].trim());
                rest = &inside[end..];
            }
            None => {
                taken.push_str(OPENING);
                rest = inside;
            }
        }
    }
    taken.push_str(rest);
    taken.into()
}

/// Where the first colour ends, and where what follows the closing parenthesis begins.
fn split_pair(inside: &str) -> Option<(usize, usize)> {
    let (mut depth, mut light) = (0, None);
    for (at, byte) in inside.bytes().enumerate().take(LONGEST_PAIR) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return light.map(|light| (light, at + 1)),
            b')' => depth -= 1,
            b',' if depth == 0 && light.is_none() => light = Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_one_of_two_colours_stands_and_the_rest_is_untouched() {
        for (text, wanted) in [
            ("fill: light-dark(rgb(1, 2, 3), #000);", "fill: rgb(1, 2, 3);"),
            ("a light-dark( red ,blue) b light-dark(var(--x, white), black) c", "a red b var(--x, white) c"),
            ("fill: red", "fill: red"),
            ("light-dark(red", "light-dark(red"),
            ("light-dark(red) light-dark(ä, ö)!", "light-dark(red) ä!"),
        ] {
            assert_eq!(take_light_colors(text.into()), wanted);
        }
    }
}
