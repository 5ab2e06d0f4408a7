//! Decodes the sensor's image of a DNG, CR2, NEF or ARW at half its size: each block of the mosaic, which holds all colours, becomes a pixel.
//!
//! Rows go to the working grid as they are read, so that the memory is that of a few rows; only the image of a CR2, whose first row
//! ends where its data end, is held as blocks. White is the camera's white level,
//! brightened as the file states it. Corrections of the lens (opcode lists) and tables of hues are left out.
//!
//! | file | purpose |
//! |---|---|
//! | `rows` | joins the rows of strips and of tiles side by side |
//! | `chunk` | decodes a strip or tile row by row |
//! | `source` | reads the bytes of a strip or tile |
//! | `packed` | unpacks samples of 8 to 16 bits, and Sony's blocks |
//! | `differences` | decodes Nikon's differences |
//! | `held` | holds the blocks of an image in Canon's slices |
//! | `blocks` | sums the samples of each block by colour |
//! | `rendering` | converts the camera's colours to sRGB |
//! | `matrix` | multiplies and inverts matrices of colours |

mod blocks;
mod chunk;
mod differences;
mod held;
mod matrix;
mod packed;
mod rendering;
mod rows;
mod source;

use crate::container::{self, Input, Sensor, SensorCoding, Slices};
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
use held::Held;
use rendering::Rendering;
use rows::{Rows, Tally};

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
        if let SensorCoding::Sliced(slices) = sensor.coding {
            return self.push_slices(input, slices, reducer);
        }
        let rendering = Rendering::new(sensor, &self.blocks, None);
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
        judge(rows.tally)
    }

    /// Reads all slices, then pushes the pixels of all blocks.
    fn push_slices(
        &self,
        input: &mut dyn Input,
        slices: Slices,
        reducer: &mut BoxReducer<'_>,
    ) -> Result<Option<Damage>, DecodeError> {
        let held = Held::read(input, &self.sensor, &self.blocks, slices)?;
        let damage = judge(held.tally)?;
        let rendering = Rendering::new(&self.sensor, &self.blocks, held.black);
        let width = self.header.size.width as usize;
        let (mut sums, mut pixels) = (vec![[0; 3]; width], vec![[0; 3]; width]);
        for row in held.sums.chunks_exact(width) {
            sums.iter_mut().zip(row).for_each(|(to, sums)| *to = sums.map(u32::from));
            rendering.convert(&sums, &mut pixels);
            reducer.push_words(pixels.as_flattened());
        }
        Ok(damage)
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
        let held = match self.sensor.coding {
            SensorCoding::Sliced(_) => held::memory(&self.blocks),
            _ => 0,
        };
        (rows::memory(&self.sensor) + row + pixels + held + rendering::MEMORY) as u64
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        onto_grid(plan, self.header.size, |receiver| self.reduce_rows(input, receiver))
    }
}

/// Returns the damage of an image of which these rows could be read.
fn judge(tally: Tally) -> Result<Option<Damage>, DecodeError> {
    if tally.parts_there == 0 {
        return Err(damaged("none of its sensor data can be read"));
    }
    Ok(tally.damage())
}

/// Replaces stored samples by linear ones. The last value holds for all samples beyond the table.
fn linearize(row: &mut [u16], table: &[u16]) {
    let Some(last) = table.last() else { return };
    row.iter_mut().for_each(|sample| *sample = *table.get(usize::from(*sample)).unwrap_or(last));
}

#[cfg(test)]
mod tests;
