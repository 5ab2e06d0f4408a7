//! Describes the sensor's image in ARW: Sony's blocks of 16 samples, or words without compression, and Sony's entries about
//! them, of which some are encrypted.

use super::chunks::{Chunks, chunks};
use super::description::{Area, Sensor, SensorCoding};
use super::encrypted::{Private, read_private};
use super::file::{File, Stated, bayer};
use crate::input::Reader;
use crate::page::size_of_page;
use crate::tag::{BITS, CFA_PATTERN, COMPRESSION, EXIF_HEIGHT, EXIF_WIDTH};
use crate::tiff::{Directory, Order};

/// Sony's compression.
const BLOCKS: u64 = 32767;

// Tags of the directory of the sensor's image (ExifTool, "Sony").
const CURVE: u16 = 0x7010;
const CROP_ORIGIN: u16 = 0x74c7;
const CROP_SIZE: u16 = 0x74c8;

/// Bits of the samples that the curve yields, and of words.
const SENSOR_BITS: u32 = 14;

/// The black level of samples of 14 bits, if none is stated. All models since 2008 have it.
const BLACK: f32 = 512.0;

/// Values of a block's samples.
const STORED: usize = 1 << 11;

pub(super) fn read(reader: &mut Reader<'_>, file: File<'_>) -> Option<Sensor> {
    let directory = file.mosaic(reader)?;
    let size = size_of_page(reader, &directory)?;
    let Chunks { size: chunk, places } = chunks(reader, file.tiff, &directory, size)?;
    let length = places.first()?.len;
    let rows = u64::from(size.0) * u64::from(chunk.1.min(size.1));
    let bits = directory.number(reader, BITS)?;
    let (coding, linear) = match directory.number(reader, COMPRESSION).unwrap_or(1) {
        BLOCKS if bits == 8 && length == rows => (SensorCoding::Blocks, curve(reader, &directory)),
        1 if file.tiff.order == Order::Little && length == 2 * rows => (SensorCoding::LittleEndian, Vec::new()),
        _ => return None,
    };
    let Private { balance, black, white } = read_private(reader, file.tiff, file.main).unwrap_or_default();
    let stated = Stated { black: black.unwrap_or([BLACK; 4]), white, linear };
    let colors: Vec<u8> =
        directory.numbers(reader, CFA_PATTERN, 4).into_iter().filter_map(|color| u8::try_from(color).ok()).collect();
    Some(Sensor {
        size,
        crop: crop(reader, file, &directory, size),
        masked: None,
        coding,
        samples: 1,
        bits: if coding == SensorCoding::Blocks { 8 } else { 16 },
        chunk,
        places,
        pattern: bayer(colors.try_into().ok()?)?,
        levels: file.levels("Sony", SENSOR_BITS, stated)?,
        colors: file.colors("Sony", balance),
        orientation: file.main.orientation(reader),
    })
}

/// Returns the linear values of blocks' samples: steps of 2, which double at each of four points.
fn curve(reader: &mut Reader<'_>, directory: &Directory) -> Vec<u16> {
    let points = directory.numbers(reader, CURVE, 4);
    // Each point counts quarters.
    let bends: Vec<usize> = points.into_iter().filter_map(|point| usize::try_from(point >> 2 & 0xfff).ok()).collect();
    let mut values = vec![0_u16; 2 * STORED];
    for i in 1..values.len() {
        let step = 1 << bends.iter().filter(|bend| **bend < i).count();
        values[i] = values[i - 1].saturating_add(step);
    }
    values.into_iter().step_by(2).collect()
}

/// Returns the part to be shown. If it is not stated, its size is that of EXIF, and its margins to the left and at the top are the
/// same.
fn crop(reader: &mut Reader<'_>, file: File<'_>, directory: &Directory, (width, height): (u32, u32)) -> Area {
    let whole = Area { left: 0, top: 0, width, height };
    let inside = |area: &Area| {
        let ends = (area.left.checked_add(area.width), area.top.checked_add(area.height));
        let fits = ends.0.is_some_and(|end| end <= width) && ends.1.is_some_and(|end| end <= height);
        fits && area.width > 0 && area.height > 0
    };
    let pair = |numbers: Vec<u64>| match numbers[..] {
        [first, second] => u32::try_from(first).ok().zip(u32::try_from(second).ok()),
        _ => None,
    };
    let [origin, size] = [CROP_ORIGIN, CROP_SIZE].map(|tag| pair(directory.numbers(reader, tag, 2)));
    let stated = origin.zip(size).map(|((left, top), (width, height))| Area { left, top, width, height });
    let by_exif = file.exif(reader).and_then(|exif| {
        let [across, down] = [EXIF_WIDTH, EXIF_HEIGHT].map(|tag| exif.number(reader, tag));
        let (across, down) = (u32::try_from(across?).ok()?, u32::try_from(down?).ok()?);
        let top = height.checked_sub(down)? / 2;
        let left = (width.checked_sub(across)? / 2).min(top);
        // A JPEG of another size says nothing of the sensor's.
        let is_near = width - across <= width / 16 && height - down <= height / 16;
        is_near.then_some(Area { left, top, width: across, height: down })
    });
    [stated, by_exif].into_iter().flatten().find(inside).unwrap_or(whole)
}
