//! Reads the colours of an XPM.

use std::str::FromStr;

/// The words that a colour has a value for: in colour, in greys, on a screen of black and white, and a name.
const KEYS: [&str; 5] = ["c", "g", "g4", "m", "s"];

/// Reads the colour of an entry's words, which are keys and values: red, green, blue and opacity.
pub(super) fn read(entry: &str) -> Option<[u8; 4]> {
    let words: Vec<&str> = entry.split_ascii_whitespace().collect();
    let value = |key: &str| {
        let at = words.iter().position(|word| *word == key)?;
        let rest = &words[at + 1..];
        let end = rest.iter().skip(1).position(|word| KEYS.contains(word)).map_or(rest.len(), |end| end + 1);
        // Some names have spaces.
        (!rest.is_empty()).then(|| rest[..end].concat())
    };
    let value = ["c", "g", "g4", "m"].iter().find_map(|key| value(key))?;
    named(&value.to_ascii_lowercase())
}

fn named(name: &str) -> Option<[u8; 4]> {
    if name == "none" {
        return Some([0; 4]);
    }
    if let Some(digits) = name.strip_prefix('#') {
        // Some programs write as many digits as they have bits.
        let digits = if digits.is_ascii() { digits } else { return None };
        let each = digits.len() / 3;
        if !(1..=4).contains(&each) || digits.len() % 3 != 0 {
            return None;
        }
        let part = |index: usize| {
            let value = u32::from_str_radix(&digits[index * each..(index + 1) * each], 16).ok()?;
            let most = (1 << (4 * each)) - 1;
            u8::try_from((value * 255 + most / 2) / most).ok()
        };
        return Some([part(0)?, part(1)?, part(2)?, 255]);
    }
    // X11 counts its greys in percent.
    let percent = name.strip_prefix("gray").or(name.strip_prefix("grey")).and_then(|digits| digits.parse::<u32>().ok());
    if let Some(percent @ 0..=100) = percent {
        let grey = u8::try_from((percent * 255 + 50) / 100).unwrap_or(255);
        return Some([grey, grey, grey, 255]);
    }
    let color = match name {
        // X11 and CSS have other colours of these names.
        "gray" | "grey" => return Some([190, 190, 190, 255]),
        "green" => return Some([0, 255, 0, 255]),
        "maroon" => return Some([176, 48, 96, 255]),
        "purple" => return Some([160, 32, 240, 255]),
        name => svgtypes::Color::from_str(name).ok()?,
    };
    Some([color.red, color.green, color.blue, 255])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_digits_or_names_and_the_one_for_colour_counts() {
        for (entry, wanted) in [
            ("c #ff8000", Some([255, 128, 0, 255])),
            ("c #f80", Some([255, 136, 0, 255])),
            ("c #ffff80000000", Some([255, 128, 0, 255])),
            ("m black g4 gray50 c light sea green s water", Some([32, 178, 170, 255])),
            ("s None c None", Some([0; 4])),
            ("m white", Some([255; 4])),
            ("c grey60", Some([153, 153, 153, 255])),
            ("c Green", Some([0, 255, 0, 255])),
            ("c #ff80", None),
            ("c", None),
            ("", None),
        ] {
            assert_eq!(read(entry), wanted, "{entry}");
        }
    }
}
