//! Compresses PNG as far as DEFLATE allows.

use std::io;

use libdeflater::{CompressionLvl, Compressor, Decompressor};
use png::{DeflateCompression, EncodingError, Filter, Info, chunk};

use super::write;

/// The extent of the search for a small file.
#[derive(Debug)]
pub(super) struct Search {
    filters: &'static [Filter],
    /// Level of libdeflate, which has 12.
    level: i32,
    /// The size of an image, in bytes, beyond which that level would take a tenth of a second.
    most_bytes: usize,
}

/// The level for larger images, the last one that does not compare whole parses.
const LEVEL_OF_LARGE: i32 = 9;

impl Search {
    /// For drawings: three filters, and half the time of the last level for 0.2 % more bytes.
    pub(super) const QUICK: Self =
        Self { filters: &[Filter::NoFilter, Filter::Adaptive, Filter::MinEntropy], level: 11, most_bytes: 1 << 19 };

    /// All filters at the last level.
    pub(super) const FULL: Self = Self {
        filters: &[
            Filter::NoFilter,
            Filter::Sub,
            Filter::Up,
            Filter::Avg,
            Filter::Paeth,
            Filter::Adaptive,
            Filter::MinEntropy,
        ],
        level: 12,
        most_bytes: usize::MAX,
    };
}

/// Bytes of the signature, of a chunk's length and kind, and of its checksum (PNG, third edition, 5.2 and 5.3).
const SIGNATURE: usize = 8;
const HEAD: usize = 8;
const CHECKSUM: usize = 4;

/// Storage without compression, but with filters, which the crate's own variant leaves out.
const STORED: DeflateCompression = DeflateCompression::Level(0);

/// Writes a file with the filter that leads to the fewest bytes.
///
/// The filters are compared at a lower level, which takes a tenth of the time.
pub(super) fn write(info: &Info<'_>, search: &Search, data: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut comparing = Compressor::new(CompressionLvl::default());
    let mut smallest: Option<(usize, Vec<u8>)> = None;
    for filter in search.filters {
        let rows = filtered(info, *filter, data)?;
        let length = compress(&mut comparing, &rows)?.len();
        if smallest.as_ref().is_none_or(|(smallest, _)| length < *smallest) {
            smallest = Some((length, rows));
        }
    }
    let (_, rows) = smallest.unwrap_or_default();
    let level = if rows.len() > search.most_bytes { LEVEL_OF_LARGE } else { search.level };
    let level = CompressionLvl::new(level).unwrap_or_default();
    let compressed = compress(&mut Compressor::new(level), &rows)?;
    let mut bytes = Vec::new();
    let mut writer = png::Encoder::with_info(&mut bytes, info.clone())?.write_header()?;
    writer.write_chunk(chunk::IDAT, &compressed)?;
    writer.finish()?;
    Ok(bytes)
}

fn compress(compressor: &mut Compressor, rows: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut compressed = vec![0; compressor.zlib_compress_bound(rows.len())];
    let length = compressor.zlib_compress(rows, &mut compressed).map_err(io::Error::other)?;
    compressed.truncate(length);
    Ok(compressed)
}

/// Returns the filtered rows as the crate writes them, each behind the number of its filter.
fn filtered(info: &Info<'_>, filter: Filter, data: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let file = write::write(info.clone(), STORED, filter, data)?;
    let mut stored = Vec::new();
    let mut rest = file.get(SIGNATURE..).unwrap_or_default();
    while let Some((head, body)) = rest.split_first_chunk::<HEAD>() {
        let [a, b, c, d, kind @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if kind == chunk::IDAT.0 {
            stored.extend_from_slice(body.get(..length).unwrap_or_default());
        }
        rest = body.get(length + CHECKSUM..).unwrap_or_default();
    }
    let mut rows = vec![0; info.raw_row_length() * info.height as usize];
    Decompressor::new().zlib_decompress(&stored, &mut rows).map_err(io::Error::other)?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use png::{BitDepth, ColorType};

    #[test]
    fn a_squeezed_file_shows_the_same_and_is_smaller() {
        let (width, height) = (67, 45);
        let data: Vec<u8> = (0..width * height * 3).map(|i| (i / 40 % 7 * 30 + i % 3) as u8).collect();
        let mut info = Info::with_size(width, height);
        (info.color_type, info.bit_depth) = (ColorType::Rgb, BitDepth::Eight);
        let plain = write::write(info.clone(), DeflateCompression::Level(9), Filter::Adaptive, &data).unwrap();
        for search in [Search::QUICK, Search::FULL] {
            let file = write(&info, &search, &data).unwrap();
            assert!(file.len() < plain.len(), "{} of {}", file.len(), plain.len());
            let mut reader = png::Decoder::new(io::Cursor::new(&file)).read_info().unwrap();
            let mut again = vec![0; data.len()];
            reader.next_frame(&mut again).unwrap();
            reader.finish().unwrap();
            assert_eq!(again, data);
        }
    }
}
