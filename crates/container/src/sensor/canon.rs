//! Describes the sensor's image in CR2: a lossless JPEG of vertical slices, and Canon's entries about it.

use super::description::{Area, Sensor, SensorCoding, Slices};
use super::file::{File, Stated, bayer};
use crate::directories::visit;
use crate::found::side;
use crate::input::Reader;
use crate::span::Span;
use crate::tag::{MAKER_NOTE, STRIP_BYTES, STRIP_OFFSETS};
use crate::tiff::Directory;

// Tags of the directory of the sensor's image (ExifTool, "Exif").
const SLICES: u16 = 0xc640;
const PATTERN: u16 = 0xc5e0;

// Entries of Canon's directory (ExifTool, "Canon").
const SENSOR_INFO: u16 = 0xe0;
const COLOR_DATA: u16 = 0x4001;

/// Limit of the segments before the frame header.
const MAX_SEGMENTS: usize = 16;

/// Columns at the edges of the masked part that light may reach.
const MASK_MARGIN: u32 = 4;

pub(super) fn read(reader: &mut Reader<'_>, file: File<'_>) -> Option<Sensor> {
    let mut found = None;
    visit(reader, file.tiff, file.first, &mut |_, directory, _| {
        if directory.has(SLICES) && found.is_none() {
            found = Some(directory.clone());
        }
    });
    let directory = found?;
    let start = file.tiff.base.checked_add(directory.number(reader, STRIP_OFFSETS)?)?;
    let place = Span { offset: start, len: directory.number(reader, STRIP_BYTES)? };
    let frame = Frame::read(reader, start)?;
    let (size, slices) = slices(reader, &directory, &frame)?;
    // The image is held, and each of its samples takes a bit at least.
    if u64::from(size.0) * u64::from(size.1) > reader.length().saturating_sub(start).saturating_mul(8) {
        return None;
    }
    let pattern = bayer(match directory.number(reader, PATTERN) {
        Some(2) => [2, 1, 1, 0],
        Some(3) => [1, 2, 0, 1],
        Some(4) => [1, 0, 2, 1],
        _ => [0, 1, 1, 2],
    })?;
    let note = file.exif(reader).and_then(|exif| exif.place(MAKER_NOTE)).and_then(|place| {
        let offset = place.offset.checked_sub(file.tiff.base)?;
        file.tiff.directory(reader, offset)
    });
    let borders = note.as_ref().and_then(|note| Borders::read(reader, note, size));
    let balance = note.as_ref().and_then(|note| balance(reader, note));
    let whole = Area { left: 0, top: 0, width: size.0, height: size.1 };
    Some(Sensor {
        size,
        crop: borders.map_or(whole, |borders| borders.crop),
        masked: borders.and_then(|borders| borders.masked),
        coding: SensorCoding::Sliced(slices),
        samples: 1,
        bits: frame.bits,
        chunk: size,
        places: vec![place],
        pattern,
        levels: file.levels("Canon", frame.bits, Stated::default())?,
        colors: file.colors("Canon", balance),
        orientation: file.main.orientation(reader),
    })
}

/// The frame header of a lossless JPEG.
#[derive(Clone, Copy, Debug)]
struct Frame {
    bits: u32,
    height: u64,
    /// Samples of a row.
    samples: u64,
}

impl Frame {
    /// Reads the head of the JPEG at `offset`. `None` unless it is lossless and its components are of one size.
    fn read(reader: &mut Reader<'_>, offset: u64) -> Option<Self> {
        let mut at = offset.checked_add(2)?;
        for _ in 0..MAX_SEGMENTS {
            let [mark, kind, high, low]: [u8; 4] = reader.array(at)?;
            match (mark, kind) {
                (0xff, 0xc3) => {
                    let [bits, h1, h0, w1, w0, components]: [u8; 6] = reader.array(at.checked_add(4)?)?;
                    let samples = u64::from(u16::from_be_bytes([w1, w0])) * u64::from(components);
                    let height = u16::from_be_bytes([h1, h0]).into();
                    let is_known = (8..=14).contains(&bits) && matches!(components, 1 | 2 | 4);
                    return is_known.then_some(Self { bits: bits.into(), height, samples });
                }
                (0xff, 0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe) => {}
                _ => return None,
            }
            at = at.checked_add(2 + u64::from(u16::from_be_bytes([high, low])).max(2))?;
        }
        None
    }
}

/// Returns the size of the image, and its slices. The JPEG may have another width and height for the same samples.
fn slices(reader: &mut Reader<'_>, directory: &Directory, frame: &Frame) -> Option<((u32, u32), Slices)> {
    let [count, width, last] = directory.numbers(reader, SLICES, 3)[..] else { return None };
    let columns = match count.checked_mul(width)?.checked_add(last)? {
        0 => frame.samples,
        columns => columns,
    };
    let rows = frame.samples.checked_mul(frame.height)?.checked_div(columns)?;
    let size = (side(columns)?, side(rows)?);
    let number = |number: u64| u32::try_from(number).ok();
    let slices = if last == 0 {
        Slices { count: 0, width: 0, last: size.0 }
    } else {
        Slices { count: number(count)?, width: number(width)?, last: number(last)? }
    };
    // An empty slice is none, and many are nobody's.
    let is_plain = slices.count == 0 || slices.width > 0 && slices.count <= 64;
    (is_plain && columns * rows == frame.samples * frame.height).then_some((size, slices))
}

/// The parts of the sensor's image.
#[derive(Clone, Copy, Debug)]
struct Borders {
    crop: Area,
    masked: Option<Area>,
}

impl Borders {
    fn read(reader: &mut Reader<'_>, note: &Directory, (width, height): (u32, u32)) -> Option<Self> {
        let numbers = note.numbers(reader, SENSOR_INFO, 13);
        let number = |i: usize| numbers.get(i).and_then(|number| u32::try_from(*number).ok());
        // Left, top, right and bottom, the last two inside.
        let area = |first: usize| {
            let (left, top) = (number(first)?, number(first + 1)?);
            let (right, bottom) = (number(first + 2)?.min(width - 1), number(first + 3)?.min(height - 1));
            (left < right && top < bottom).then(|| Area {
                left,
                top,
                width: right + 1 - left,
                height: bottom + 1 - top,
            })
        };
        let crop = area(5)?;
        // Left of the image, sensors are masked, whether or not it is stated.
        let to_the_left = || {
            let width = crop.left.checked_sub(3 * MASK_MARGIN).filter(|width| *width > 0)?;
            Some(Area { left: MASK_MARGIN, top: crop.top, width, height: crop.height })
        };
        let stated = area(9).filter(|area| area.left + area.width <= crop.left);
        Some(Self { crop, masked: stated.or_else(to_the_left) })
    }
}

/// Returns the factors of red, green and blue, whose place depends on the length of the entry.
fn balance(reader: &mut Reader<'_>, note: &Directory) -> Option<[f64; 3]> {
    let at = match note.place(COLOR_DATA)?.len / 2 {
        582 => 0x19,
        653 => 0x18,
        5120 => 0x47,
        674..=1602 => 0x3f,
        _ => return None,
    };
    let numbers = note.reals(reader, COLOR_DATA, at + 4);
    let [red, green, other_green, blue] = numbers.get(at..)?.first_chunk::<4>()?;
    Some([*red, (green + other_green) / 2.0, *blue])
}
