//! Represents strings, paths and digests in JSON.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path as text, and its bytes if it is not valid Unicode.
#[derive(Debug, Serialize)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) hex: Option<String>,
}

impl Name {
    pub(super) fn of(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self { text: text.to_string(), hex: None },
            None => Self {
                text: path.to_string_lossy().into_owned(),
                hex: Some(path.as_os_str().as_encoded_bytes().iter().map(|byte| format!("{byte:02x}")).collect()),
            },
        }
    }
}

/// A string that borrows from its JSON source unless it contains an escape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

/// A path as text, and its exact bytes if it is not valid Unicode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathText<'a> {
    /// The path, approximate if it is not valid Unicode.
    #[serde(borrow)]
    pub text: Text<'a>,
    /// The bytes of the path in hexadecimal.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<Text<'a>>,
}

impl PathText<'_> {
    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        path_of(&self.text, self.hex.as_ref())
    }

    /// Returns the bytes of a path that is not valid Unicode, in hexadecimal.
    pub(super) fn hex_text(&self) -> Option<String> {
        self.hex.as_ref().map(|hex| hex.0.to_string())
    }
}

impl<'a> PathText<'a> {
    /// Represents `path`.
    #[must_use]
    pub fn of(path: &'a Path) -> Self {
        match path.to_str() {
            Some(text) => Self { text: text.into(), hex: None },
            None => {
                let Name { text, hex } = Name::of(path);
                Self { text: text.into(), hex: hex.map(Text::from) }
            }
        }
    }
}

pub(super) fn path_of(text: &Text<'_>, hex: Option<&Text<'_>>) -> PathBuf {
    hex.and_then(|hex| read_hex(&hex.0)).unwrap_or_else(|| PathBuf::from(&*text.0))
}

pub(super) fn bytes_of<'a>(text: &'a Text<'_>, hex: Option<&Text<'_>>) -> Cow<'a, [u8]> {
    match hex.and_then(|hex| read_hex(&hex.0)) {
        Some(path) => Cow::Owned(path.into_os_string().into_encoded_bytes()),
        None => Cow::Borrowed(text.0.as_bytes()),
    }
}

#[cfg(unix)]
pub(super) fn read_hex(digits: &str) -> Option<PathBuf> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|pair| byte(pair)).collect::<Option<Vec<u8>>>()?;
    rest.is_empty().then(|| PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes)))
}

/// Returns `None`: other systems don't define the bytes of a name.
#[cfg(not(unix))]
pub(super) fn read_hex(_digits: &str) -> Option<PathBuf> {
    None
}

/// A digest, written as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex(pub u64);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Equals `format!("{:016x}")`, at a tenth of the time: each line of a ledger has four digests.
        let mut text = [0; 16];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.0.to_be_bytes()) {
            *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        }
        serializer.serialize_str(str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        u64::from_str_radix(&text.0, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_hexadecimal_and_read_again() {
        for value in [0, 1, 0xf, 0x0123_4567_89ab_cdef, u64::MAX, 1 << 63] {
            let text = serde_json::to_string(&Hex(value)).unwrap();
            assert_eq!(text, format!("\"{value:016x}\""));
            assert_eq!(serde_json::from_str::<Hex>(&text).unwrap(), Hex(value));
        }
        assert!(serde_json::from_str::<Hex>("\"xyz\"").is_err());
    }
}
