//! Parses amounts as people type them: sizes in bytes, numbers of pixels, and times.

use std::time::Duration;

/// Bytes per unit, in lower case, as in GNU's tools: `K` and `KiB` are powers of 1024, `KB` one of 1000.
const BYTES: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1_000_000_000_000),
];

/// Pixels per unit. Megapixels of cameras are powers of 1000.
const PIXELS: [(&str, u64); 8] = [
    ("", 1),
    ("p", 1),
    ("k", 1_000),
    ("kp", 1_000),
    ("m", 1_000_000),
    ("mp", 1_000_000),
    ("g", 1_000_000_000),
    ("gp", 1_000_000_000),
];

/// Milliseconds per unit.
const MILLISECONDS: [(&str, u64); 5] = [("", 1_000), ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// Parses a size in bytes: `512MiB`, `1.5G`, `100KB`. `K`, `M`, `G`, `T` and `KiB` to `TiB` are powers of 1024, `KB` to
/// `TB` powers of 1000, in upper or lower case.
///
/// # Errors
/// The text is not such a size, or the size is 0 or has more than 64 bits.
pub fn read_bytes(text: &str) -> Result<u64, String> {
    read_size(text, "a size such as 512MiB, 1.5G or 100KB")
}

/// Parses a size in bytes. The error names the `expected` form.
pub(super) fn read_size(text: &str, expected: &str) -> Result<u64, String> {
    positive(read(text, &BYTES), expected)
}

/// Parses a number of pixels: `500M`, `500MP`, `1.5G`.
///
/// # Errors
/// The text is not such a number, or the number is 0 or has more than 64 bits.
pub fn read_pixels(text: &str) -> Result<u64, String> {
    positive(read(text, &PIXELS), "a number of pixels such as 500M or 1.5G")
}

/// Parses a time: `10s`, `2m`, `500ms`, or `10` for 10 seconds. 0 is valid.
///
/// # Errors
/// The text is not such a time, or the time is shorter than 1 ms or has more than 64 bits of milliseconds.
pub fn read_duration(text: &str) -> Result<Duration, String> {
    let expected = "a time such as 10s, 2m or 500ms";
    match read(text, &MILLISECONDS) {
        Ok(Amount { whole: 0, has_more: true }) => Err("the shortest time is 1ms; 0 stands for no limit".to_string()),
        Ok(amount) => Ok(Duration::from_millis(amount.whole)),
        Err(wrong) => Err(wrong.explain(expected)),
    }
}

/// A number times its unit, rounded down.
struct Amount {
    whole: u64,
    /// Whether the number was rounded.
    has_more: bool,
}

/// The reason for which a text is not an amount.
#[derive(Clone, Copy)]
enum Wrong {
    NotANumber,
    TooLarge,
}

impl Wrong {
    fn explain(self, expected: &str) -> String {
        match self {
            Self::NotANumber => format!("expected {expected}"),
            Self::TooLarge => "this is too large".to_string(),
        }
    }
}

fn positive(amount: Result<Amount, Wrong>, expected: &str) -> Result<u64, String> {
    match amount {
        Ok(Amount { whole: 0, .. }) => Err("it must be more than 0".to_string()),
        Ok(amount) => Ok(amount.whole),
        Err(wrong) => Err(wrong.explain(expected)),
    }
}

/// Parses a decimal number and one of the units. Uses only integers, so that no digit is lost.
fn read(text: &str, units: &[(&str, u64)]) -> Result<Amount, Wrong> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_lowercase();
    let unit = units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor).ok_or(Wrong::NotANumber)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 || fraction.contains('.') {
        return Err(Wrong::NotANumber);
    }
    // No unit has 20 digits, so further digits don't change the whole.
    let fraction = &fraction[..fraction.len().min(20)];
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| Wrong::TooLarge)? };
    let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| Wrong::NotANumber)? };
    // Neither overflows: a fraction has at most 67 bits and a unit at most 40.
    let scale = 10_u128.pow(u32::try_from(fraction.len()).map_err(|_| Wrong::NotANumber)?);
    let part = part * u128::from(unit);
    let total = u128::from(whole) * u128::from(unit) + part / scale;
    let whole = u64::try_from(total).map_err(|_| Wrong::TooLarge)?;
    Ok(Amount { whole, has_more: !part.is_multiple_of(scale) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_the_units_of_coreutils_in_either_case() {
        for (text, wanted) in [
            ("1000", 1000),
            ("64k", 64 << 10),
            ("100KB", 100_000),
            ("512MiB", 512 << 20),
            ("512mib", 512 << 20),
            ("1GB", 1_000_000_000),
            ("1.5G", 3 << 29),
            ("1.5gb", 1_500_000_000),
            (".5M", 1 << 19),
            ("2.G", 2 << 30),
            ("1 T", 1 << 40),
            ("16777215T", 16_777_215 << 40),
        ] {
            assert_eq!(read_bytes(text), Ok(wanted), "{text}");
        }
        for (wrong, reason) in [
            ("", "512MiB"),
            ("M", "512MiB"),
            (".", "512MiB"),
            ("1.2.3", "512MiB"),
            ("-1", "512MiB"),
            ("1X", "512MiB"),
            ("12µ", "512MiB"),
            ("NaN", "512MiB"),
            ("0", "more than 0"),
            ("0.0001K", "more than 0"),
            ("99999999T", "too large"),
            ("99999999999999999999", "too large"),
        ] {
            assert!(read_bytes(wrong).unwrap_err().contains(reason), "{wrong}: {:?}", read_bytes(wrong));
        }
    }

    #[test]
    fn pixels_are_counted_in_powers_of_1000() {
        for (text, wanted) in [
            ("500M", 500_000_000),
            ("500MP", 500_000_000),
            ("1.5M", 1_500_000),
            ("2k", 2000),
            ("7", 7),
            ("1g", 1_000_000_000),
        ] {
            assert_eq!(read_pixels(text), Ok(wanted), "{text}");
        }
        assert_eq!(read_pixels("lots"), Err("expected a number of pixels such as 500M or 1.5G".to_string()));
        assert!(read_pixels("1MiB").is_err());
    }

    #[test]
    fn times_are_seconds_unless_they_name_a_unit() {
        for (text, wanted) in [
            ("10", 10_000),
            ("10s", 10_000),
            ("2m", 120_000),
            ("500ms", 500),
            ("1.5", 1500),
            ("1H", 3_600_000),
            ("0", 0),
        ] {
            assert_eq!(read_duration(text), Ok(Duration::from_millis(wanted)), "{text}");
        }
        assert_eq!(read_duration("abc"), Err("expected a time such as 10s, 2m or 500ms".to_string()));
        assert!(read_duration("0.1ms").unwrap_err().contains("1ms"));
        assert!(read_duration("-1").is_err());
    }

    #[test]
    fn digits_beyond_any_unit_change_nothing() {
        assert_eq!(read_bytes(&format!("1.5{}G", "0".repeat(300))), Ok(3 << 29));
        assert_eq!(read_bytes(&format!("0.{}T", "9".repeat(300))), Ok((1 << 40) - 1));
        assert!(read_bytes(&"9".repeat(300)).unwrap_err().contains("too large"));
    }
}
