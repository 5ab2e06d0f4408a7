//! Chooses an embedded preview in place of the main image, by its reliability.
//!
//! | file | task |
//! |---|---|
//! | `unproven` | tries previews that may be stale |
//! | `own` | chooses among previews that are sure to show the image |
//! | `raw` | chooses among the previews of a RAW file |
//! | `order` | sorts previews that may replace a broken image |
//! | `similarity` | compares a preview with the first rows of the image |
//! | `letterbox` | detects and crops bars round a preview |

mod letterbox;
mod order;
mod own;
mod raw;
mod similarity;
mod unproven;

use super::material::Selected;
use super::workbench::Workbench;
use crate::container::Input;
use crate::error::Failure;
use crate::formats::codec::{Embedded, OpenedImage};
use crate::options::{Exactness, Options, Previews};
use own::Kind;

/// Decodes the preview that stands in for the image; `None` if the image itself is to be decoded.
pub(super) fn find(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Option<Selected>, Failure> {
    // An error in a preview is no error of the image, unless the preview is all that the file has.
    Ok(match (opened.embedded(), options.previews, options.exactness) {
        (Embedded::Only(raw), ..) => Some(raw::decode(input, raw, options, bench)?),
        (Embedded::Unproven(previews), Previews::Used, Exactness::Fast) => {
            unproven::stand_in(input, opened, previews, options, bench)
        }
        (Embedded::Own(previews), _, Exactness::Fast) => {
            own::stand_in(input, opened.header(), &previews, Kind::Thumbnail, options, bench)
        }
        (Embedded::Overviews(previews, margin), _, Exactness::Fast) => {
            own::stand_in(input, opened.header(), &previews, Kind::Overview { margin }, options, bench)
        }
        _ => None,
    })
}

/// Decodes a whole preview in place of a main image that is broken.
pub(super) fn salvage(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
) -> Option<Selected> {
    match opened.embedded() {
        Embedded::Unproven(previews) => unproven::salvage(input, opened.header(), previews, options, bench),
        Embedded::Own(previews) | Embedded::Spare(previews) => {
            own::salvage(input, opened.header(), &previews, Kind::Thumbnail, options, bench)
        }
        Embedded::Overviews(previews, margin) => {
            own::salvage(input, opened.header(), &previews, Kind::Overview { margin }, options, bench)
        }
        Embedded::Only(_) | Embedded::None => None,
    }
}
