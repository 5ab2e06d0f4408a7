//! Finds images inside files: previews of RAW files and JPEGs, and items of HEIF and AVIF files.
//!
//! - [`sniff_raw`] detects a RAW file by its content, and [`read_raw`] lists its previews as a [`Raw`].
//! - [`read_sensor`] describes the sensor's image in a DNG, CR2, NEF or ARW as a [`Sensor`].
//! - [`read_heif`] returns the primary image of a HEIF or AVIF file with its alpha and thumbnails, as a [`Heif`].
//! - [`read_video`] returns some frames of a video that stand alone, as a [`Video`].
//! - [`read_exif`] returns orientation, size and thumbnail of an EXIF segment.
//! - [`read_xmp_orientation`] returns the orientation that an XMP packet states.
//! - [`read_tiff_metadata`] and [`read_heif_metadata`] collect EXIF and XMP into packets.
//! - [`read_mpf`] lists the images of a JPEG's MPF segment.
//! - [`Tiff`] and [`Directory`] read the directories of any TIFF or BigTIFF.
//! - [`read_piece`] reads the bytes of a preview or an item.
//!
//! No pixel is decoded. An [`Input`] is read piece by piece, so that of a RAW file of 60 MB only a few directories are
//! read, at most 2 MiB. Offsets and lengths are in bytes, sizes in px as (width, height).
//!
//! A damaged or hostile file yields fewer previews, never an error: every number read is checked against the file's
//! length, directories and boxes are counted, and the bytes read for all of them together are bounded. Only HEIF files,
//! which have one primary image, can be invalid as a whole ([`HeifError`]).
//!
//! # Examples
//!
//! ```
//! use photo_container::{read_piece, read_raw, sniff_raw};
//!
//! # let bytes = include_bytes!("../tests/data/two-previews.dng");
//! let mut file = &bytes[..];
//! let kind = sniff_raw(&mut file)?.expect("a RAW file");
//! let raw = read_raw(&mut file, kind)?;
//! for preview in &raw.previews {
//!     let bytes = read_piece(&mut file, preview.span)?;
//!     println!("{:?} px, {} bytes", preview.size, bytes.len());
//! }
//! # assert_eq!(raw.previews.len(), 2);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Modules
//!
//! | file | content | source |
//! |---|---|---|
//! | `input` | bytes at an offset, within a budget | |
//! | `tiff` | TIFF and BigTIFF directories | TIFF 6.0 |
//! | `raw` | RAW files by their content: previews, orientation, size | |
//! | `directories` | DNG, CR2, NEF, ARW, ORF, RW2, PEF, SRW: RAW files whose structure is TIFF's | DNG 1.7, TIFF/EP |
//! | `sensor` | the sensor's image in DNG, CR2, NEF and ARW: places, coding, levels and colours | DNG 1.7, ExifTool's tag tables |
//! | `found` | the structure of a RAW file, before its previews are read | |
//! | `span` | a part of a file | |
//! | `preview` | a preview's place and kind | |
//! | `tag` | the tags of directories | TIFF 6.0 |
//! | `page` | previews in directories that are not JPEGs | DNG 1.7 |
//! | `maker_note` | the makers' own directories inside EXIF | ExifTool's tag tables |
//! | `fuji` | RAF | |
//! | `boxes` | the boxes of ISO base media files | ISO/IEC 14496-12 |
//! | `canon` | CR3 | |
//! | `ciff` | CRW | CIFF 1.0 |
//! | `heif` | the items of HEIF and AVIF: images, thumbnails, alpha, metadata; the frames of videos | ISO/IEC 23008-12, 23000-22, 14496-12 |
//! | `exif` | orientation and thumbnail of a JPEG's EXIF segment | EXIF 2.32 |
//! | `apple` | the brightness of HDR images of iPhones | Apple's documentation |
//! | `date` | the time at which an image was taken | EXIF 2.32 |
//! | `packet` | EXIF and XMP of TIFF and RAW files, as packets | EXIF 2.32 |
//! | `xmp` | the orientation that an XMP packet states | XMP part 2 |
//! | `mpf` | the index of a JPEG's MPF segment | CIPA DC-007 |
//! | `frame` | the first segments of a preview | T.81 |

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod apple;
mod boxes;
mod canon;
mod ciff;
mod date;
mod directories;
mod exif;
mod found;
mod frame;
mod fuji;
mod heif;
mod input;
mod maker_note;
mod mpf;
mod packet;
mod page;
mod preview;
mod raw;
mod sensor;
mod span;
mod tag;
mod tiff;
mod xmp;

pub use apple::read_apple_headroom;
pub use date::read_date;
pub use exif::{Exif, bare_exif, exif_of_app1, read_exif};
pub use heif::{
    ALPHA, Alpha, Codec, CodedItem, Heif, HeifError, HeifImage, Interleave, LUMA, Layer, Nclx, Overlay, Part, RED,
    RawComponent, RawLayout, StatedLight, Video, Window, read_heif, read_heif_metadata, read_video,
};
pub use input::{Input, Reader, read_piece};
pub use mpf::read_mpf;
pub use packet::{Metadata, read_tiff_metadata};
pub use preview::{Kind, Preview};
pub use raw::{Raw, RawKind, read_raw, sniff_raw};
pub use sensor::{Area, Differences, Levels, Pattern, Sensor, SensorCoding, SensorColors, Slices, read_sensor};
pub use span::Span;
pub use tiff::{Directory, Order, Tiff};
pub use xmp::{read_xmp_orientation, xmp_of_app1};
