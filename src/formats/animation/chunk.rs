//! Reads and writes the chunks of a PNG (PNG, third edition, 5.3).

use flate2::Crc;

/// The length of a PNG's signature.
pub(super) const SIGNATURE: usize = 8;

/// Appends a chunk.
pub(super) fn write(name: [u8; 4], parts: &[&[u8]], file: &mut Vec<u8>) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut crc = Crc::new();
    file.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    file.extend_from_slice(&name);
    crc.update(&name);
    for part in parts {
        file.extend_from_slice(part);
        crc.update(part);
    }
    file.extend_from_slice(&crc.sum().to_be_bytes());
}

/// Lists the chunks of a file, each with its name and its data.
pub(super) fn list(file: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = file.get(SIGNATURE..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<8>()?;
        let [a, b, c, d, name @ ..] = *head;
        let (data, after) = after.split_at_checked(u32::from_be_bytes([a, b, c, d]) as usize)?;
        rest = after.get(4..)?;
        Some((name, data))
    })
}
