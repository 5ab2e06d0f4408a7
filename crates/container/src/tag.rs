//! Defines the tags of directories that several modules read (TIFF 6.0).

pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const BITS: u16 = 258;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const STRIP_OFFSETS: u16 = 273;
pub(super) const SAMPLES: u16 = 277;
pub(super) const STRIP_BYTES: u16 = 279;
pub(super) const TILE_OFFSETS: u16 = 324;
pub(super) const TILE_BYTES: u16 = 325;
pub(super) const SUB_DIRECTORIES: u16 = 330;
pub(super) const JPEG_OFFSET: u16 = 0x201;
pub(super) const JPEG_BYTES: u16 = 0x202;
pub(super) const XMP: u16 = 700;
/// The offsets of the EXIF and GPS directories (EXIF 2.32, 4.6.3).
pub(super) const EXIF: u16 = 0x8769;
pub(super) const GPS: u16 = 0x8825;
pub(super) const DNG_VERSION: u16 = 50706;
/// The private data of a camera's maker.
pub(super) const MAKER_NOTE: u16 = 0x927c;

/// The colours of a mosaic's pixels (TIFF/EP).
pub(super) const CFA_REPEAT: u16 = 33421;
pub(super) const CFA_PATTERN: u16 = 33422;

/// The photometric interpretation of a mosaic (TIFF/EP).
pub(super) const MOSAIC: u64 = 32803;

/// Width and height of the image to be shown (EXIF 2.32, 4.6.5 C).
pub(super) const EXIF_WIDTH: u16 = 40962;
pub(super) const EXIF_HEIGHT: u16 = 40963;
