//! Reads the description of a sensor's image.

use std::io;

use super::chunks::{Chunks, chunks};
use super::colors::read_colors;
use super::description::{Area, Levels, Pattern, Sensor, SensorCoding};
use super::maker;
use crate::directories::visit;
use crate::input::{Input, Reader};
use crate::page::size_of_page;
use crate::tag::{
    BITS, CFA_PATTERN, CFA_REPEAT, COMPRESSION, DNG_VERSION, MOSAIC, NEW_SUBFILE_TYPE, PHOTOMETRIC, SAMPLES,
};
use crate::tiff::{Directory, Order, Tiff};

// Tags of TIFF 6.0 and DNG.
const PLANAR: u16 = 284;
const CFA_COLORS: u16 = 50710;
const CFA_LAYOUT: u16 = 50711;
const LINEARIZATION: u16 = 50712;
const BLACK_REPEAT: u16 = 50713;
const BLACK: u16 = 50714;
const WHITE: u16 = 50717;
const CROP_ORIGIN: u16 = 50719;
const CROP_SIZE: u16 = 50720;
const ACTIVE_AREA: u16 = 50829;

/// A value of the photometric interpretation (DNG 1.7, chapter 4).
const LINEAR_RAW: u64 = 34892;

/// Limit of the sides of patterns.
const MAX_REPEAT: u32 = 8;

/// Reads the description of the sensor's image in a DNG, CR2, NEF or ARW. `None` unless it is complete and of a known kind.
///
/// # Errors
/// The system refused to read.
pub fn read_sensor(input: &mut dyn Input) -> io::Result<Option<Sensor>> {
    let mut reader = Reader::new(input);
    let sensor = Tiff::open(&mut reader, 0).and_then(|(tiff, first)| {
        let main = tiff.directory(&mut reader, first)?;
        if !main.has(DNG_VERSION) {
            return maker::read(&mut reader, tiff, first, &main);
        }
        let mut sensors = Vec::new();
        visit(&mut reader, tiff, first, &mut |reader, directory, _| {
            sensors.extend(read(reader, tiff, directory, &main));
        });
        let pixels = |sensor: &Sensor| u64::from(sensor.crop.width) * u64::from(sensor.crop.height);
        sensors.into_iter().max_by_key(pixels)
    });
    reader.finish(sensor)
}

/// Reads a directory; `main` is the file's first, which has the colours.
fn read(reader: &mut Reader<'_>, tiff: Tiff, directory: &Directory, main: &Directory) -> Option<Sensor> {
    if directory.number(reader, NEW_SUBFILE_TYPE).unwrap_or(0) != 0 {
        return None;
    }
    let photometric = directory.number(reader, PHOTOMETRIC)?;
    let samples = u32::try_from(directory.number(reader, SAMPLES).unwrap_or(1)).ok()?;
    match (photometric, samples) {
        (MOSAIC, 1) | (LINEAR_RAW, 3) => {}
        _ => return None,
    }
    if samples > 1 && directory.number(reader, PLANAR).unwrap_or(1) != 1 {
        return None;
    }
    let size = size_of_page(reader, directory)?;
    let bits = u32::try_from(directory.number(reader, BITS)?).ok().filter(|bits| (8..=16).contains(bits))?;
    let coding = match (directory.number(reader, COMPRESSION).unwrap_or(1), bits, tiff.order) {
        (1, 16, Order::Little) => SensorCoding::LittleEndian,
        (1, ..) => SensorCoding::Packed,
        (7, ..) => SensorCoding::LosslessJpeg,
        _ => return None,
    };
    let Chunks { size: chunk, places } = chunks(reader, tiff, directory, size)?;
    let active = active_area(reader, directory, size);
    let crop = crop(reader, directory, active)?;
    let pattern = pattern(reader, directory, (active.left, active.top), samples)?;
    let levels = levels(reader, directory, samples, bits)?;
    let colors = read_colors(reader, main);
    let orientation = main.orientation(reader);
    let masked = None;
    Some(Sensor { size, crop, masked, coding, samples, bits, chunk, places, pattern, levels, colors, orientation })
}

/// Returns the part of the sensor that holds light.
fn active_area(reader: &mut Reader<'_>, directory: &Directory, (width, height): (u32, u32)) -> Area {
    let whole = Area { left: 0, top: 0, width, height };
    let [top, left, bottom, right] = directory.numbers(reader, ACTIVE_AREA, 4)[..] else { return whole };
    let side = |number: u64, end: u32| u32::try_from(number).ok().filter(|number| *number <= end);
    let area = || {
        let (top, left) = (side(top, height)?, side(left, width)?);
        let (bottom, right) = (side(bottom, height)?, side(right, width)?);
        Some(Area { left, top, width: right.checked_sub(left)?, height: bottom.checked_sub(top)? })
    };
    area().filter(|area| area.width > 0 && area.height > 0).unwrap_or(whole)
}

/// Returns the part to be shown. One that exceeds the active area is cut.
fn crop(reader: &mut Reader<'_>, directory: &Directory, active: Area) -> Option<Area> {
    let mut pair = |tag: u16| <[f64; 2]>::try_from(directory.reals(reader, tag, 2)).ok();
    let [x, y] = pair(CROP_ORIGIN).unwrap_or([0.0; 2]);
    let [width, height] = pair(CROP_SIZE).unwrap_or([active.width.into(), active.height.into()]);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let whole = |number: f64, most: u32| (number.round() as u32).min(most);
    let (x, y) = (whole(x, active.width), whole(y, active.height));
    let (width, height) = (whole(width, active.width - x), whole(height, active.height - y));
    (width > 0 && height > 0).then_some(Area { left: active.left + x, top: active.top + y, width, height })
}

fn pattern(reader: &mut Reader<'_>, directory: &Directory, origin: (u32, u32), samples: u32) -> Option<Pattern> {
    if samples > 1 {
        return Some(Pattern { size: (1, 1), origin, colors: Vec::new() });
    }
    // Other layouts are staggered.
    if directory.number(reader, CFA_LAYOUT).unwrap_or(1) != 1 {
        return None;
    }
    let (width, height) = repeat(reader, directory, CFA_REPEAT)?;
    let planes = directory.numbers(reader, CFA_COLORS, 4);
    if !planes.is_empty() && planes[..] != [0, 1, 2] {
        return None;
    }
    let count = (width * height) as usize;
    let colors: Vec<u8> = directory
        .numbers(reader, CFA_PATTERN, count)
        .into_iter()
        .filter_map(|color| u8::try_from(color).ok())
        .collect();
    let is_whole =
        colors.len() == count && (0..3).all(|color| colors.contains(&color)) && colors.iter().all(|c| *c < 3);
    is_whole.then_some(Pattern { size: (width, height), origin, colors })
}

/// Returns columns and rows of a repeating pattern, which are stored the other way round.
fn repeat(reader: &mut Reader<'_>, directory: &Directory, tag: u16) -> Option<(u32, u32)> {
    let side = |number: u64| u32::try_from(number).ok().filter(|side| (1..=MAX_REPEAT).contains(side));
    let [rows, columns] = directory.numbers(reader, tag, 2)[..] else { return None };
    Some((side(columns)?, side(rows)?))
}

fn levels(reader: &mut Reader<'_>, directory: &Directory, samples: u32, bits: u32) -> Option<Levels> {
    let linear = directory.numbers(reader, LINEARIZATION, 1 << 16);
    let linear = linear.into_iter().map(|value| u16::try_from(value).unwrap_or(u16::MAX)).collect();
    let repeat = repeat(reader, directory, BLACK_REPEAT).unwrap_or((1, 1));
    let count = (repeat.0 * repeat.1 * samples) as usize;
    let one_for_all = |mut values: Vec<f32>, count: usize, otherwise: f32| {
        let last = *values.last().unwrap_or(&otherwise);
        values.resize(count, last);
        values
    };
    let black = one_for_all(finite(directory.reals(reader, BLACK, count)), count, 0.0);
    let brightest = f32::from(u16::MAX >> (16 - bits));
    let white = one_for_all(finite(directory.reals(reader, WHITE, samples as usize)), samples as usize, brightest);
    let darkest = black.iter().copied().fold(0.0, f32::max);
    white.iter().all(|white| *white > darkest).then_some(Levels { linear, repeat, black, white })
}

#[expect(clippy::cast_possible_truncation, reason = "24 bits are more than samples have")]
fn finite(values: Vec<f64>) -> Vec<f32> {
    values.into_iter().map(|value| value as f32).filter(|value| value.is_finite()).collect()
}
