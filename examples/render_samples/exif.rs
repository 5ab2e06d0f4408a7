//! Writes a minimal EXIF block with an orientation. Turns pixels so that it sets them upright.

use image::{RgbImage, imageops};

#[derive(Clone, Copy, PartialEq)]
pub enum ByteOrder {
    LittleEndian,
    BigEndian,
}

const ORIENTATION_TAG: u16 = 0x0112;
const SHORT: u16 = 3;

/// Returns the contents of an APP1 segment: the EXIF mark, a TIFF header and a directory of one entry.
pub fn write_exif(orientation: u16, order: ByteOrder) -> Vec<u8> {
    let short = |value: u16| match order {
        ByteOrder::LittleEndian => value.to_le_bytes(),
        ByteOrder::BigEndian => value.to_be_bytes(),
    };
    let long = |value: u32| match order {
        ByteOrder::LittleEndian => value.to_le_bytes(),
        ByteOrder::BigEndian => value.to_be_bytes(),
    };
    let mut block = b"Exif\0\0".to_vec();
    block.extend(match order {
        ByteOrder::LittleEndian => b"II",
        ByteOrder::BigEndian => b"MM",
    });
    block.extend(short(42));
    block.extend(long(8));
    block.extend(short(1));
    block.extend(short(ORIENTATION_TAG));
    block.extend(short(SHORT));
    block.extend(long(1));
    block.extend(short(orientation));
    block.extend(short(0));
    block.extend(long(0));
    block
}

/// Turns an upright image into the one that a camera held that way would have stored.
pub fn store_turned(upright: &RgbImage, orientation: u16) -> RgbImage {
    match orientation {
        2 => imageops::flip_horizontal(upright),
        3 => imageops::rotate180(upright),
        4 => imageops::flip_vertical(upright),
        5 => imageops::flip_horizontal(&imageops::rotate90(upright)),
        6 => imageops::rotate270(upright),
        7 => imageops::flip_horizontal(&imageops::rotate270(upright)),
        8 => imageops::rotate90(upright),
        _ => upright.clone(),
    }
}
