//! Defines the colour behind transparent pixels.

use std::fmt;
use std::str::FromStr;

/// An sRGB colour with 8 bits per channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// The red, green and blue components.
    pub rgb: [u8; 3],
}

impl Background {
    /// White, the default.
    pub const WHITE: Self = Self { rgb: [255; 3] };
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.rgb;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl FromStr for Background {
    type Err = String;

    /// Parses an opaque CSS colour: a name, `#f80`, `#ff8800`, `rgb(255, 136, 0)` or `hsl(32, 100%, 50%)`. The `#` is
    /// optional.
    #[cfg(feature = "color-names")]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = matches!(text.len(), 3 | 4 | 6 | 8) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let color = match text {
            _ if is_hex => format!("#{text}").parse(),
            // CSS Color 4 added this name to those of SVG.
            _ if text.eq_ignore_ascii_case("rebeccapurple") => "#663399".parse(),
            _ => text.parse::<svgtypes::Color>(),
        };
        match color {
            Ok(svgtypes::Color { red, green, blue, alpha: 255 }) => Ok(Self { rgb: [red, green, blue] }),
            Ok(_) => Err("the background can't be transparent".to_string()),
            Err(_) => Err("expected a CSS colour such as white, #ff8800 or rgb(255, 136, 0)".to_string()),
        }
    }

    /// Parses a colour in hexadecimal: `#f80` or `#ff8800`. The `#` is optional. Names need the feature `color-names`.
    #[cfg(not(feature = "color-names"))]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let wrong = || "expected a colour such as #ff8800".to_string();
        let digit = |character: char| character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits = digits.chars().map(digit).collect::<Option<Vec<u8>>>().ok_or_else(wrong)?;
        match *digits {
            [r, g, b] => Ok(Self { rgb: [r, g, b].map(|digit| digit * 17) }),
            [r, s, g, h, b, c] => Ok(Self { rgb: [r * 16 + s, g * 16 + h, b * 16 + c] }),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_opaque_css_colour_is_read() {
        let orange = Ok(Background { rgb: [255, 136, 0] });
        for text in [
            "#f80",
            "#FF8800",
            "ff8800",
            "#ff8800ff",
            "#f80f",
            "rgb(255, 136, 0)",
            "rgb(255 136 0)",
            "rgba(255,136,0,1)",
            "rgb(100%, 53.3%, 0%)",
            "hsl(32, 100%, 50%)",
            "hsl(32deg 100% 50%)",
        ] {
            assert_eq!(text.parse(), orange, "{text}");
        }
        assert_eq!("White".parse(), Ok(Background::WHITE));
        assert_eq!("rebeccapurple".parse(), Ok(Background { rgb: [0x66, 0x33, 0x99] }));
        for wrong in ["", "#ff", "red-ish", "#gggggg", "12 px"] {
            assert!(wrong.parse::<Background>().unwrap_err().contains("CSS colour"), "{wrong}");
        }
        for transparent in ["transparent", "#ff00ff00", "#f808", "rgba(255, 136, 0, 0.5)"] {
            assert!(transparent.parse::<Background>().unwrap_err().contains("transparent"), "{transparent}");
        }
    }

    #[test]
    fn a_background_is_written_as_it_can_be_read() {
        let background = Background { rgb: [1, 0xab, 255] };
        assert_eq!(background.to_string().parse(), Ok(background));
    }
}
