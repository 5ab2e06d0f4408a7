//! Writes PNG through the crate `png`.

use png::{DeflateCompression, EncodingError, Filter, Info};

/// Writes a file through the crate's compressor.
pub(super) fn write(
    info: Info<'_>,
    compression: DeflateCompression,
    filter: Filter,
    data: &[u8],
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info)?;
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    encoder.write_header()?.write_image_data(data)?;
    Ok(bytes)
}
