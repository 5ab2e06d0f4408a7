//! Finds images inside files: previews of RAW files and JPEGs, and items of HEIF files.
//!
//! Reads bytes at an offset ([`Input`]), so that only a few directories of a RAW file of 60 MB are read. Returns the
//! places of the previews, and the container's data on the image as a whole. Decodes no pixel, and depends on nothing
//! else in the crate.
//!
//! | file | content | source |
//! |---|---|---|
//! | `input` | bytes at an offset, within a budget | |
//! | `tiff` | TIFF and BigTIFF directories | TIFF 6.0 |
//! | `raw` | RAW files by their content: previews, orientation, size | |
//! | `directories` | DNG, CR2, NEF, ARW, ORF, RW2, PEF, SRW: RAW files whose structure is TIFF's | DNG 1.7, TIFF/EP |
//! | `found` | the structure of a RAW file, before its previews are read | |
//! | `preview` | a preview's place and kind | |
//! | `tag` | the tags of directories | TIFF 6.0 |
//! | `page` | previews in directories that are not JPEGs | DNG 1.7 |
//! | `maker_note` | the makers' own directories inside EXIF | ExifTool's tag tables |
//! | `fuji` | RAF | |
//! | `boxes` | the boxes of ISO base media files | ISO/IEC 14496-12 |
//! | `canon` | CR3 | |
//! | `ciff` | CRW | CIFF 1.0 |
//! | `heif` | the items of HEIF and AVIF: images, thumbnails, alpha | ISO/IEC 23008-12, 23000-22 |
//! | `exif` | orientation and thumbnail of a JPEG's EXIF segment | EXIF 2.32 |
//! | `xmp` | the orientation that an XMP packet states | XMP part 2 |
//! | `mpf` | the index of a JPEG's MPF segment | CIPA DC-007 |
//! | `frame` | the first segments of a preview | T.81 |
//!
//! A damaged or hostile file yields fewer previews, never an error: every number read is checked against the file's
//! length, directories and boxes are counted, and the bytes read for all of them together are bounded.

mod boxes;
mod canon;
mod ciff;
mod directories;
mod exif;
mod found;
mod frame;
mod fuji;
mod heif;
mod input;
mod maker_note;
mod mpf;
mod page;
mod preview;
mod raw;
mod tag;
mod tiff;
mod xmp;

pub use exif::{Exif, bare_exif, exif_of_app1, read_exif};
pub use heif::{
    ALPHA, Alpha, Codec, CodedItem, Heif, HeifError, HeifPicture, Interleave, LUMA, Layer, Nclx, Overlay, Part, Place,
    RED, RawComponent, RawLayout, StatedLight, Window, read_heif,
};
pub use input::Input;
#[cfg(feature = "tiff")]
pub(crate) use input::Reader;
pub(crate) use input::read_piece;
pub use mpf::read_mpf;
pub use preview::{Kind, Preview};
pub use raw::{Raw, RawKind, read_raw, tell_raw};
#[cfg(feature = "tiff")]
pub(crate) use tiff::{Directory, Order, Tiff};
pub use xmp::{read_xmp_orientation, xmp_of_app1};

#[cfg(test)]
mod tests;
