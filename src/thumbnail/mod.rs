//! Makes the thumbnails of one source, on one thread. The modules, in the order of the steps:
//!
//! | module | from | to |
//! |---|---|---|
//! | `source`, `blocks` | a path, or the URL of an object | bytes, if the content is an image's |
//! | `file` | a path | thumbnails: the list of steps |
//! | `cost` | an opened image | the memory that the rest needs |
//! | `limits` | lengths and sizes | whether the run allows them |
//! | `preview` | an opened image | a preview that stands in for it, decoded |
//! | `salvage`, `verdict` | an image that was decoded in part, or not at all | the same image, a preview in its place, or a failure |
//! | `material`, `receiver` | an opened image | pixels on the working grid, or thumbnails made from rows during decoding |
//! | `sink`, `reduce`, `weights` | rows of the working grid | rows of the thumbnails, and their samples: the rest of the Gaussian and the resize in one |
//! | `make`, `thumbnails` | an opened image | thumbnails |
//! | `product`, `rows` | samples | an encoded file, or pixels |
//! | `develop` | pixels on the working grid | samples of thumbnails; `--exact` blurs and then resizes, which is slower |
//! | `animate` | frames of an animation | animated thumbnails |
//! | `arrange`, `attention` | upright samples | the same between margins, or cropped to what people look at |
//! | `glance` | a path | the size and the date of an image, for a page |
//! | `pixels` | a path | the pixels of a thumbnail, for a contact sheet |
//! | `gain_map` | a JPEG's gain map | the same in its thumbnails |
//! | `placeholder` | samples | a hash or a colour that stands for the image |
//! | `thumbnailer` | bytes, a path or a reader | thumbnails, without a run around them |
//! | `dynamic` (feature) | an image of the crate `image` | thumbnails, and pixels back to it |
//! | `encode` | samples | bytes of a file |
//!
//! Geometry is decided from the header alone. The target box is swapped there, so that only the thumbnail's own pixels are ever
//! turned.

#[cfg(feature = "animation")]
mod animate;
mod arrange;
mod attention;
mod blocks;
mod cost;
mod develop;
#[cfg(feature = "image")]
mod dynamic;
mod encode;
#[cfg_attr(not(feature = "batch"), allow(dead_code, reason = "a single image has no ledger"))]
mod file;
#[cfg(feature = "metadata")]
mod gain_map;
#[cfg(feature = "batch")]
mod glance;
mod limits;
mod make;
mod material;
#[cfg(feature = "contact-sheet")]
mod pixels;
#[cfg(feature = "placeholder")]
mod placeholder;
mod preview;
mod product;
mod receiver;
mod reduce;
mod rows;
mod salvage;
mod scratch;
mod sink;
mod source;
mod thumbnailer;
mod thumbnails;
mod verdict;
mod weights;
#[cfg_attr(not(feature = "batch"), allow(dead_code, reason = "a single image has no budget"))]
mod workbench;

pub use crate::formats::header::Header;
pub use crate::formats::serve_renderings;
#[cfg(feature = "batch")]
pub use crate::formats::sniff_format;
#[cfg(feature = "batch")]
pub use crate::formats::svg::renderer::Renderer;
pub use crate::formats::svg::renderer::SERVE_WORD;
pub use encode::Encoded;
#[cfg(feature = "batch")]
pub use file::{FileThumbnails, FromFile, JobContext, digest_file, make_file, probe_file, sniff_among, sniff_file};
#[cfg(feature = "batch")]
pub use glance::{read_size, read_taken};
#[cfg(feature = "batch")]
pub use make::make;
#[cfg(feature = "contact-sheet")]
pub(crate) use pixels::read_pixels;
pub use rows::{PixelLayout, Pixels};
pub use thumbnailer::{Thumbnailer, probe, thumbnail, thumbnail_file, thumbnail_reader};
pub use thumbnails::Thumbnails;
#[cfg(feature = "batch")]
pub use workbench::Workbench;

#[cfg(test)]
mod tests;
