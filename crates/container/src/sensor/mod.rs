//! Describes the image of the sensor in RAW files: its places, its coding, and the meaning of its samples.
//!
//! | file | content | source |
//! |---|---|---|
//! | `description` | the description of a sensor's image | |
//! | `read` | DNG | DNG 1.7, chapters 4 and 6 |
//! | `colors` | the colours that a DNG states | DNG 1.7, chapter 6 |
//! | `chunks` | the places of strips and tiles | TIFF 6.0 |
//! | `maker` | tells whose file it is | |
//! | `file` | the entries of all makers' files, and the facts about their camera | |
//! | `canon`, `nikon`, `sony` | CR2, NEF, ARW | ExifTool's tag tables, and what is published of dcraw |
//! | `encrypted` | Sony's encrypted directory | ExifTool's tag tables |
//! | `cameras` | colours and white levels by model | Adobe's DNG converter |

mod cameras;
mod canon;
mod chunks;
mod colors;
mod description;
mod encrypted;
mod file;
mod maker;
mod nikon;
mod read;
mod sony;

pub use colors::SensorColors;
pub use description::{Area, Differences, Levels, Pattern, Sensor, SensorCoding, Slices};
pub use read::read_sensor;
