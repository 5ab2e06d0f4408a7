//! Defines the sizes that people ask for.

use std::fmt;
use std::str::FromStr;

use super::size::{MAX_SIDE, Size, whole};

/// A requested size, with one or both sides or relative to the image.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum Bounds {
    /// Both sides in px.
    Box(Size),
    /// The width in px. The height follows from the aspect.
    Width {
        /// From 1 to [`MAX_SIDE`].
        width: u32,
    },
    /// The height in px. The width follows from the aspect.
    Height {
        /// From 1 to [`MAX_SIDE`].
        height: u32,
    },
    /// A percentage of the image's own size.
    Percent {
        /// More than 0, at most [`Self::MAX_PERCENT`].
        percent: f64,
    },
}

impl Bounds {
    /// The largest percentage.
    pub const MAX_PERCENT: f64 = 10_000.0;

    /// Returns the box of an upright image of this size, and whether both of its sides were asked for.
    pub(super) fn box_of(self, image: Size) -> (Size, bool) {
        match self {
            Self::Box(size) => (size, true),
            Self::Width { width } => (Size::new(width, MAX_SIDE), false),
            Self::Height { height } => (Size::new(MAX_SIDE, height), false),
            Self::Percent { percent } => {
                let side = |side: u32| whole((f64::from(side) * percent / 100.0).round()).clamp(1, MAX_SIDE);
                (Size::new(side(image.width), side(image.height)), false)
            }
        }
    }

    /// Returns the name of the directory for thumbnails of this size.
    #[must_use]
    pub fn folder(self) -> String {
        match self {
            // A percent sign would have to be escaped in addresses and in scripts.
            Self::Percent { percent } => format!("{percent}pct"),
            other => other.to_string(),
        }
    }

    /// Returns whether all numbers are in range.
    #[must_use]
    pub fn is_valid(self) -> bool {
        let is_side = |side| (1..=MAX_SIDE).contains(&side);
        match self {
            Self::Box(Size { width, height }) => is_side(width) && is_side(height),
            Self::Width { width: side } | Self::Height { height: side } => is_side(side),
            Self::Percent { percent } => percent > 0.0 && percent <= Self::MAX_PERCENT,
        }
    }
}

impl From<Size> for Bounds {
    fn from(size: Size) -> Self {
        Self::Box(size)
    }
}

impl From<(u32, u32)> for Bounds {
    /// Returns a box of this width and height in px.
    fn from((width, height): (u32, u32)) -> Self {
        Self::Box(Size::new(width, height))
    }
}

impl From<u32> for Bounds {
    /// Returns a square of this side in px.
    fn from(side: u32) -> Self {
        Self::Box(Size::new(side, side))
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Box(size) => size.fmt(f),
            Self::Width { width } => write!(f, "{width}x"),
            Self::Height { height } => write!(f, "x{height}"),
            Self::Percent { percent } => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for Bounds {
    type Err = String;

    /// Parses `800x600`, `800` for 800x800, `800x` for a width, `x600` for a height, or `50%`. A side has 1 to
    /// [`MAX_SIDE`] px.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(number) = text.strip_suffix('%') {
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let percent = number.parse().ok().filter(|_| is_plain).map(|percent| Self::Percent { percent });
            return percent
                .filter(|bounds| bounds.is_valid())
                .ok_or_else(|| format!("a percentage is more than 0 and at most {}", Self::MAX_PERCENT));
        }
        match text.split_once(['x', 'X', '×']) {
            Some((width, "")) => Ok(Self::Width { width: read_side(width)? }),
            Some(("", height)) => Ok(Self::Height { height: read_side(height)? }),
            Some((width, height)) => Ok(Size::new(read_side(width)?, read_side(height)?).into()),
            None => read_side(text).map(|side| Size::new(side, side).into()),
        }
    }
}

fn read_side(digits: &str) -> Result<u32, String> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("expected a size such as 800, 800x600, 800x, x600 or 50%".to_string());
    }
    // A parse error here means too many digits.
    match digits.parse::<u32>() {
        Ok(0) => Err("a side is at least 1 px long".to_string()),
        Ok(side) if side <= MAX_SIDE => Ok(side),
        _ => Err(format!("a side is at most {MAX_SIDE} px long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_typed_and_written_the_same() {
        for (text, wanted, written) in [
            ("50x40", Bounds::Box(Size::new(50, 40)), "50x40"),
            ("256", Bounds::Box(Size::new(256, 256)), "256x256"),
            ("50×40", Bounds::Box(Size::new(50, 40)), "50x40"),
            ("800x", Bounds::Width { width: 800 }, "800x"),
            ("x600", Bounds::Height { height: 600 }, "x600"),
            ("50%", Bounds::Percent { percent: 50.0 }, "50%"),
            ("12.5%", Bounds::Percent { percent: 12.5 }, "12.5%"),
        ] {
            assert_eq!(text.parse(), Ok(wanted));
            assert_eq!(wanted.to_string(), written);
            let json = serde_json::to_string(&wanted).unwrap();
            assert_eq!(serde_json::from_str::<Bounds>(&json).unwrap(), wanted, "{json}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_a_reason() {
        for wrong in ["", "x", "-1x5", "+1x5", "50x50x50", "1.5", "big", "5 0"] {
            let error = wrong.parse::<Bounds>().unwrap_err();
            assert_eq!(error, "expected a size such as 800, 800x600, 800x, x600 or 50%", "{wrong}");
        }
        for zero in ["0x50", "0", "x0", "0x"] {
            assert_eq!(zero.parse::<Bounds>(), Err("a side is at least 1 px long".to_string()));
        }
        for long in ["99999", "5x99999999999999999999"] {
            assert_eq!(long.parse::<Bounds>(), Err("a side is at most 65535 px long".to_string()));
        }
        for wrong in ["0%", "-5%", "%", "1e2%", "infinity%", "NaN%", "20000%"] {
            let error = wrong.parse::<Bounds>().unwrap_err();
            assert_eq!(error, "a percentage is more than 0 and at most 10000", "{wrong}");
        }
    }
}
