//! Lists the fuzz targets: checks of one input each. libFuzzer runs them from `fuzz_targets/`, and `tests/replay.rs` without
//! it.

pub mod exif;
pub mod heif;
pub mod jpeg_decode;
pub mod jpeg_differential;
pub mod mpf;
pub mod naming;
pub mod raw_container;
pub mod report_reader;
pub mod webp_decode;
pub mod whole_file;

use thumbs::options::Format;

use crate::thumbnail;

/// A check of one input, which panics at a finding.
pub type Check = fn(&[u8]);

/// Every target, by the name of its file in `fuzz_targets/` and of its directory in `corpus/`.
pub const TARGETS: [(&str, Check); 29] = [
    ("exif", exif::check),
    ("heif", heif::check),
    ("jpeg_decode", jpeg_decode::check),
    ("jpeg_differential", jpeg_differential::check),
    ("mpf", mpf::check),
    ("naming", naming::check),
    ("raw_container", raw_container::check),
    ("report_reader", report_reader::check),
    ("thumbnail_avif", |bytes| thumbnail::check(bytes, Format::Avif)),
    ("thumbnail_bmp", |bytes| thumbnail::check(bytes, Format::Bmp)),
    ("thumbnail_dds", |bytes| thumbnail::check(bytes, Format::Dds)),
    ("thumbnail_exr", |bytes| thumbnail::check(bytes, Format::Exr)),
    ("thumbnail_gif", |bytes| thumbnail::check(bytes, Format::Gif)),
    ("thumbnail_hdr", |bytes| thumbnail::check(bytes, Format::Hdr)),
    ("thumbnail_heic", |bytes| thumbnail::check(bytes, Format::Heic)),
    ("thumbnail_ico", |bytes| thumbnail::check(bytes, Format::Ico)),
    ("thumbnail_jpeg", |bytes| thumbnail::check(bytes, Format::Jpeg)),
    ("thumbnail_jxl", |bytes| thumbnail::check(bytes, Format::Jxl)),
    ("thumbnail_png", |bytes| thumbnail::check(bytes, Format::Png)),
    ("thumbnail_pnm", |bytes| thumbnail::check(bytes, Format::Pnm)),
    ("thumbnail_qoi", |bytes| thumbnail::check(bytes, Format::Qoi)),
    ("thumbnail_raw", |bytes| thumbnail::check(bytes, Format::Raw)),
    ("thumbnail_sgi", |bytes| thumbnail::check(bytes, Format::Sgi)),
    ("thumbnail_svg", |bytes| thumbnail::check(bytes, Format::Svg)),
    ("thumbnail_tga", |bytes| thumbnail::check(bytes, Format::Tga)),
    ("thumbnail_tiff", |bytes| thumbnail::check(bytes, Format::Tiff)),
    ("thumbnail_webp", |bytes| thumbnail::check(bytes, Format::WebP)),
    ("webp_decode", webp_decode::check),
    ("whole_file", whole_file::check),
];
