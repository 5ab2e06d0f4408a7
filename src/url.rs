//! Escapes bytes in URLs (RFC 3986).

/// Appends bytes to a URL. Those that are neither unreserved nor among `kept` are escaped.
pub(crate) fn push_escaped(url: &mut String, bytes: &[u8], kept: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte) {
            url.push(char::from(*byte));
        } else {
            let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
            url.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}
