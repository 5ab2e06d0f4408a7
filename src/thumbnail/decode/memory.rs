//! A header → the memory that decoding takes at the most, in bytes, beside the file where it is held as a whole and beside
//! the working grid. It is told before a pixel is decoded. What a crate takes of each pixel was measured: the most
//! resident memory of a process that decodes one large picture, less what the same process takes for a small one.

use super::super::probe::Header;
use crate::container::Input;
use crate::geometry::Factors;
use crate::options::Format;

/// Rows that a decoder has at hand at once, each sample of up to 8 bytes in up to 4 channels: what is read, what it is
/// predicted from, what it becomes, and the sums of a working row.
const ROWS: u64 = 4;
const WIDEST_PIXEL: u64 = 4 * 8;

/// What strips of HDR take, 16 bytes for each pixel.
const HDR_STRIP: u64 = 1 << 20;

/// What decoding takes; `factors` are the reduction to the working grid.
#[cfg_attr(not(feature = "formats"), allow(unused_variables, reason = "rows need neither"))]
pub(in super::super) fn working_memory(input: &mut dyn Input, header: &Header, factors: Factors) -> u64 {
    let rows = u64::from(header.size.width).saturating_mul(ROWS * WIDEST_PIXEL);
    rows.saturating_add(match header.format {
        Format::Bmp => super::bmp::working_memory(input),
        // Row by row.
        Format::Png | Format::Pnm | Format::Qoi => 0,
        #[cfg(feature = "tiff")]
        Format::Tiff => super::tiff::working_memory(input, factors.common().get()),
        #[cfg(any(feature = "heic", feature = "avif"))]
        Format::Heic | Format::Avif => super::heif::working_memory(input, header.format),
        #[cfg(feature = "webp")]
        Format::WebP => input.whole().map_or(0, |bytes| super::webp::working_memory(bytes, factors.common().get())),
        #[cfg(feature = "dds")]
        Format::Dds => super::dds::working_memory(header.size),
        #[cfg(feature = "exr")]
        Format::Exr => input.whole().map_or(0, super::exr::working_memory),
        #[cfg(feature = "gif")]
        Format::Gif => input.whole().map_or(0, super::gif::working_memory),
        // Of a smaller picture that stands in, more may be held than of the largest.
        #[cfg(feature = "ico")]
        Format::Ico => {
            factors.grid(header.size).pixels().saturating_mul(4).min(header.size.pixels()).saturating_mul(16)
        }
        // A strip of floats, and of what they are made of.
        Format::Hdr => HDR_STRIP,
        #[cfg(feature = "jxl")]
        Format::Jxl => input.whole().map_or(0, super::jxl::working_memory),
        #[cfg(feature = "svg")]
        Format::Svg => super::svg::working_memory(factors.grid(header.size).pixels()),
        other => header.size.pixels().saturating_mul(frame_bytes(other)),
    })
}

/// Whether the picture may be of light and brighter than white, and has to be developed then (`color`).
#[cfg_attr(not(feature = "formats"), allow(unused_variables, reason = "only those know"))]
pub(in super::super) fn may_be_scene(input: &mut dyn Input, header: &Header) -> bool {
    match header.format {
        Format::Hdr | Format::Exr | Format::Dds => true,
        #[cfg(feature = "tiff")]
        Format::Tiff => super::tiff::holds_light(input),
        #[cfg(feature = "jxl")]
        Format::Jxl => input.whole().is_ok_and(super::jxl::holds_light),
        _ => false,
    }
}

/// Bytes for each pixel where a frame is held as a whole.
const fn frame_bytes(format: Format) -> u64 {
    match format {
        // RGBA of 8 bits.
        Format::Tga => 4,
        // As much, and the picture that an icon has inside.
        _ => 8,
    }
}
