//! Describes the image of the sensor in DNGs: its places, its coding, and the meaning of its samples (DNG 1.7, chapters 4 and 6).

mod colors;
mod description;
mod read;

pub use colors::SensorColors;
pub use description::{Area, Levels, Pattern, Sensor, SensorCoding};
pub use read::read_sensor;
