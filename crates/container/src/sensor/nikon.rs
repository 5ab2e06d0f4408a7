//! Describes the sensor's image in NEF: Nikon's differences, or samples without compression, and Nikon's entries about them.

use super::chunks::{Chunks, chunks};
use super::description::{Area, Differences, Sensor, SensorCoding};
use super::file::{File, Stated, bayer};
use crate::input::Reader;
use crate::page::size_of_page;
use crate::tag::{BITS, CFA_PATTERN, COMPRESSION, MAKER_NOTE};
use crate::tiff::{Directory, Order, Tiff};

/// Nikon's compression.
const DIFFERENCES: u64 = 34713;

// Entries of Nikon's directory (ExifTool, "Nikon").
const BALANCE: u16 = 0x0c;
const BLACK: u16 = 0x3d;
const CROP: u16 = 0x45;
const KIND: u16 = 0x93;
const CURVES: [u16; 2] = [0x96, 0x8c];

/// Samples of 12 bits, the least significant bit first. Older models begin with the most significant one.
const PACKED_12: u64 = 9;

/// Bytes from the start of a curve to the row from which on the code is another one.
const SPLIT: u64 = 562;

/// Bytes before the curves of some models.
const BEFORE_CURVE: u64 = 2110;

/// Columns without light to the left and to the right, and rows below, of models that do not state the part to be shown (LibRaw).
const MARGINS: [(&[&str], [u32; 3]); 11] = [
    (&["D1X"], [0, 4, 0]),
    (&["D2X", "D2XS"], [0, 8, 0]),
    (&["D2H", "D2HS"], [6, 8, 0]),
    (&["D3", "D700"], [2, 2, 0]),
    (&["D4", "DF"], [2, 50, 0]),
    (&["D300", "D300S"], [0, 32, 0]),
    (&["D40X", "D60", "D80", "D3000"], [0, 4, 3]),
    (&["D90", "D5000"], [0, 42, 0]),
    (&["D3100"], [6, 22, 0]),
    (&["A", "D5100", "D7000"], [0, 44, 0]),
    (&["D600", "D610", "D800", "D800E", "D3200"], [0, 46, 0]),
];

/// Limit of the points of a curve.
const MAX_POINTS: usize = 0x4001;

pub(super) fn read(reader: &mut Reader<'_>, file: File<'_>) -> Option<Sensor> {
    let directory = file.mosaic(reader)?;
    let size = size_of_page(reader, &directory)?;
    let bits = u32::try_from(directory.number(reader, BITS)?).ok().filter(|bits| (8..=16).contains(bits))?;
    let Chunks { size: chunk, places } = chunks(reader, file.tiff, &directory, size)?;
    let note =
        file.exif(reader).and_then(|exif| exif.place(MAKER_NOTE)).and_then(|place| Note::open(reader, place.offset))?;
    let kind = note.directory.number(reader, KIND);
    let rows = u64::from(size.0) * u64::from(chunk.1.min(size.1));
    let length = places.first()?.len;
    let (coding, linear) = match directory.number(reader, COMPRESSION).unwrap_or(1) {
        1 | DIFFERENCES if length == 2 * rows => (words(file.tiff.order), Vec::new()),
        1 if bits == 14 || kind == Some(PACKED_12) => (SensorCoding::PackedLow, Vec::new()),
        1 => (SensorCoding::Packed, Vec::new()),
        DIFFERENCES if chunk.0 == size.0 => note.differences(reader, bits)?,
        _ => return None,
    };
    let stated = Stated { black: note.black(reader, bits), white: None, linear };
    let balance = note.directory.reals(reader, BALANCE, 3);
    let colors: Vec<u8> =
        directory.numbers(reader, CFA_PATTERN, 4).into_iter().filter_map(|color| u8::try_from(color).ok()).collect();
    // Bits of the words themselves; white is that of the sensor's bits.
    let levels = file.levels("Nikon", bits, stated)?;
    Some(Sensor {
        size,
        crop: note.crop(reader, size).unwrap_or_else(|| without_margins(file.model, size)),
        masked: None,
        coding,
        samples: 1,
        bits: if length == 2 * rows { 16 } else { bits },
        chunk,
        places,
        pattern: bayer(colors.try_into().ok()?)?,
        levels,
        colors: file.colors("Nikon", <[f64; 3]>::try_from(balance).ok().map(|[red, blue, green]| [red, green, blue])),
        orientation: file.main.orientation(reader),
    })
}

const fn words(order: Order) -> SensorCoding {
    match order {
        Order::Little => SensorCoding::LittleEndian,
        Order::Big => SensorCoding::Packed,
    }
}

/// Nikon's own directory.
struct Note {
    tiff: Tiff,
    directory: Directory,
}

impl Note {
    /// Opens the note at `at`: a TIFF of its own behind ten bytes.
    fn open(reader: &mut Reader<'_>, at: u64) -> Option<Self> {
        let (tiff, first) = Tiff::open(reader, at.checked_add(10)?)?;
        Some(Self { tiff, directory: tiff.directory(reader, first)? })
    }

    /// Returns the part to be shown.
    fn crop(&self, reader: &mut Reader<'_>, (width, height): (u32, u32)) -> Option<Area> {
        let numbers = self.directory.numbers(reader, CROP, 4);
        let numbers: Vec<u32> = numbers.into_iter().filter_map(|number| u32::try_from(number).ok()).collect();
        let fits = |from: u32, side: u32, end: u32| side > 0 && from.checked_add(side).is_some_and(|to| to <= end);
        match numbers[..] {
            [left, top, across, down] if fits(left, across, width) && fits(top, down, height) => {
                Some(Area { left, top, width: across, height: down })
            }
            _ => None,
        }
    }

    /// Returns the black levels, which are stated for 14 bits.
    #[expect(clippy::cast_possible_truncation, reason = "16 bits fit")]
    fn black(&self, reader: &mut Reader<'_>, bits: u32) -> [f32; 4] {
        let levels = <[f64; 4]>::try_from(self.directory.reals(reader, BLACK, 4)).unwrap_or_default();
        levels.map(|level| (level / f64::from(1_u32 << 14_u32.saturating_sub(bits))) as f32)
    }

    /// Returns the code of differences, and the curve of its samples.
    fn differences(&self, reader: &mut Reader<'_>, bits: u32) -> Option<(SensorCoding, Vec<u16>)> {
        if !matches!(bits, 12 | 14) {
            return None;
        }
        let start = CURVES.into_iter().find_map(|tag| self.directory.place(tag))?.offset;
        let order = self.tiff.order;
        let [version, minor]: [u8; 2] = reader.array(start)?;
        let skipped = if version == 0x49 || minor == 0x58 { BEFORE_CURVE } else { 0 };
        let at = start.checked_add(2 + skipped)?;
        let head: [u8; 10] = reader.array(at)?;
        #[expect(clippy::cast_possible_truncation, reason = "they have 16 bits")]
        let shorts = |bytes: &[u8]| bytes.as_chunks::<2>().0.iter().map(|pair| order.number(pair) as u16).collect();
        let numbers: Vec<u16> = shorts(&head);
        let [a, b, c, d, points] = numbers[..] else { return None };
        let points = usize::from(points);
        let is_lossless = version == 0x46;
        let has_steps = version == 0x44 && matches!(minor, 0x20 | 0x40);
        let (mut linear, mut split) = (Vec::new(), None);
        if !is_lossless && points > 1 {
            if points > MAX_POINTS {
                return None;
            }
            linear = shorts(&reader.bytes(at.checked_add(10)?, 2 * points)?);
            let step = (1 << bits) / (points - 1);
            if has_steps && step > 0 {
                linear = interpolate(&linear, step, 1 << bits);
                let row: [u8; 2] = reader.array(start.checked_add(SPLIT)?)?;
                split = u32::try_from(order.number(&row)).ok().filter(|row| *row > 0);
            }
        }
        let differences = Differences { is_lossless, first: [[a, b], [c, d]], split };
        Some((SensorCoding::Differences(differences), linear))
    }
}

/// Returns the part that has light on a model that does not state it.
fn without_margins(model: &str, (width, height): (u32, u32)) -> Area {
    let model = model.to_uppercase();
    let name = model.split_whitespace().last().unwrap_or_default();
    let known = MARGINS.iter().find(|(names, _)| names.contains(&name)).map(|(_, margins)| *margins);
    let [left, right, below] =
        known.filter(|[left, right, below]| left + right < width && *below < height).unwrap_or_default();
    Area { left, top: 0, width: width - left - right, height: height - below }
}

/// Returns `count` values of a curve of which each `step`th is given.
#[expect(clippy::cast_possible_truncation, reason = "between two values")]
fn interpolate(points: &[u16], step: usize, count: usize) -> Vec<u16> {
    let point = |i: usize| usize::from(points[i.min(points.len() - 1)]);
    let value = |i: usize| {
        let (before, after) = (point(i / step), point(i / step + 1));
        ((before * (step - i % step) + after * (i % step)) / step) as u16
    };
    (0..count).map(value).collect()
}
