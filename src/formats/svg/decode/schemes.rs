//! Replaces each pair of colours with the light one. Drawing programs write `light-dark(white, black)` (CSS Color 5, 5)
//! since 2025. The renderer's style parser predates it, and takes such a declaration for black instead of ignoring it.
//! Thumbnails have no colour scheme, so the light colour is used.

use std::borrow::Cow;

const OPENING: &str = "light-dark(";

/// Longest pair that is replaced, which also bounds the search for its end.
const LONGEST_PAIR: usize = 512;

/// Replaces each pair with its light colour.
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

/// Returns the end of the first colour, and the position after the closing parenthesis.
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
