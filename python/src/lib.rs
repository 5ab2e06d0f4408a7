//! The Python module `thumbs._thumbs`: calls of the library `thumbs`, without Python's lock.
//!
//! | module | task |
//! |---|---|
//! | `options` | reads options from the words of a command line |
//! | `failure` | turns errors into exceptions |
//! | `bench` | makes thumbnails one by one, with buffers that are kept |
//! | `single` | makes the thumbnails of one image |
//! | `pixels` | makes thumbnails as pixels, and of pixels |
//! | `many` | makes the thumbnails of a list of images, on all cores |
//! | `batch` | runs over files and folders, record by record |
//! | `command` | runs the command line |

#![deny(unsafe_code)]
#![allow(clippy::needless_pass_by_value, reason = "arguments from Python are values")]

mod batch;
mod bench;
// The same command line as that of the program.
#[allow(dead_code, unused_imports, reason = "the program starts it in another way")]
#[path = "../../src/cli/mod.rs"]
mod cli;
mod command;
mod failure;
mod many;
mod options;
mod pixels;
mod single;

use pyo3::pymodule;

#[pymodule]
mod _thumbs {
    #[pymodule_export]
    use super::batch::run;
    #[pymodule_export]
    use super::bench::Thumbnailer;
    #[pymodule_export]
    use super::command::command;
    #[pymodule_export]
    use super::failure::{DamagedImageError, ImageError, LimitError, UnsupportedImageError};
    #[pymodule_export]
    use super::many::thumbnail_many;
    #[pymodule_export]
    use super::options::Options;
    #[pymodule_export]
    use super::pixels::{PyPixels, pixels, thumbnail_of_pixels};
    #[pymodule_export]
    use super::single::thumbnail;
}
