//! Decodes the sensor's image of a DNG at half its size: each block of the mosaic, which holds all colours, becomes a pixel.
//!
//! Rows go to the working grid as they are read, so that the memory is that of a few rows. White is the camera's white level,
//! brightened as the file states it. Corrections of the lens (opcode lists) and tables of hues are left out.
//!
//! | file | purpose |
//! |---|---|
//! | `rows` | joins the rows of strips and of tiles side by side |
//! | `chunk` | decodes a strip or tile row by row |
//! | `packed` | unpacks samples of 8 to 16 bits |
//! | `blocks` | sums the samples of each block by colour |
//! | `rendering` | converts the camera's colours to sRGB |
//! | `matrix` | multiplies and inverts matrices of colours |

mod blocks;
mod chunk;
mod matrix;
mod packed;
mod rendering;
mod rows;

use crate::container::{self, Input, Sensor};
use crate::formats::codec::{OpenedImage, Plan, Receiver, Reduced, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::reduction::{onto_grid, reduce};
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use blocks::Blocks;
use rendering::Rendering;
use rows::Rows;

/// Limit of the memory for tiles side by side. The widest images take a tenth of it.
const MAX_MEMORY: usize = 128 << 20;

/// An opened sensor's image.
#[derive(Debug)]
pub(crate) struct SensorImage {
    /// That of the image with a pixel for each block.
    header: Header,
    /// The size of the image to be shown.
    full_size: Size,
    sensor: Sensor,
    blocks: Blocks,
}

impl SensorImage {
    /// Opens the sensor's image of a file.
    pub(crate) fn open(input: &mut dyn Input) -> Result<Self, DecodeError> {
        let sensor = container::read_sensor(input)?.ok_or_else(|| unsupported("its sensor data can't be decoded"))?;
        if rows::memory(&sensor) > MAX_MEMORY {
            return Err(DecodeError::Limit("its sensor data have too many tiles side by side".to_string()));
        }
        let blocks = Blocks::of(&sensor).ok_or_else(|| damaged("its sensor's image has no pixels"))?;
        let orientation = sensor.orientation.and_then(Orientation::from_exif).unwrap_or_default();
        let header = Header { format: Format::Raw, size: blocks.size(), orientation, has_alpha: false };
        let full_size = Size::new(sensor.crop.width, sensor.crop.height);
        Ok(Self { header, full_size, sensor, blocks })
    }

    /// Returns the size of the image to be shown, before turning.
    pub(crate) const fn full_size(&self) -> Size {
        self.full_size
    }

    /// Returns the size of the stored image, of which the margins are not shown.
    pub(crate) const fn stored_size(&self) -> Size {
        Size::new(self.sensor.size.0, self.sensor.size.1)
    }

    /// Pushes the pixels of all blocks, and returns the damage.
    fn push_rows(&self, input: &mut dyn Input, reducer: &mut BoxReducer<'_>) -> Result<Option<Damage>, DecodeError> {
        let sensor = &self.sensor;
        let rendering = Rendering::new(sensor, &self.blocks);
        let mut rows = Rows::new(sensor);
        let mut row = vec![0; sensor.size.0 as usize * sensor.samples as usize];
        let mut sums = vec![[0; 3]; self.header.size.width as usize];
        let mut pixels = vec![[0; 3]; sums.len()];
        for y in 0..self.blocks.end() {
            rows.next(input, &mut row)?;
            let Some(line) = self.blocks.line(y) else { continue };
            linearize(&mut row, &sensor.levels.linear);
            self.blocks.add(line, &row, &mut sums);
            if self.blocks.is_last(line) {
                rendering.convert(&sums, &mut pixels);
                reducer.push_words(pixels.as_flattened());
                sums.fill([0; 3]);
            }
        }
        if rows.tally.parts_there == 0 {
            return Err(damaged("none of its sensor data can be read"));
        }
        Ok(rows.tally.damage())
    }

    fn reduce_rows(&self, input: &mut dyn Input, receiver: &mut dyn Receiver) -> Result<Reduced, DecodeError> {
        let colors = (Model::Rgb, Profile::Srgb);
        reduce(receiver, self.header.size, colors, &mut |reducer| self.push_rows(input, reducer))
    }
}

impl OpenedImage for SensorImage {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        let row = self.sensor.size.0 as usize * self.sensor.samples as usize * size_of::<u16>();
        let pixels = self.header.size.width as usize * (size_of::<[u32; 3]>() + size_of::<[u16; 3]>());
        (rows::memory(&self.sensor) + row + pixels + rendering::MEMORY) as u64
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        onto_grid(plan, self.header.size, |receiver| self.reduce_rows(input, receiver))
    }
}

/// Replaces stored samples by linear ones. The last value holds for all samples beyond the table.
fn linearize(row: &mut [u16], table: &[u16]) {
    let Some(last) = table.last() else { return };
    row.iter_mut().for_each(|sample| *sample = *table.get(usize::from(*sample)).unwrap_or(last));
}

#[cfg(test)]
mod tests;
