//! Encodes JPEG from samples as they are laid out for it.

use crate::color::{Layout, Samples};
use crate::formats::codec::{Encoder, Settings};
use crate::formats::picture::MISMATCH;
use crate::geometry::Size;
use crate::jpeg::{self, Channel, Channels};

/// The encoder of JPEG.
#[derive(Debug)]
pub(crate) struct Jpeg;

impl Encoder for Jpeg {
    fn encode(&self, samples: Samples, settings: &Settings<'_>) -> Result<Vec<u8>, String> {
        let channels = channels_of(&samples).ok_or(MISMATCH)?;
        jpeg::encode(channels, settings.quality, settings.profile).map_err(|error| error.to_string())
    }
}

/// Returns the channels of samples. `None` if they have a layout that is not a JPEG's.
fn channels_of(samples: &Samples) -> Option<Channels<'_>> {
    let mut left = samples.bytes.as_slice();
    let mut planes = samples.layout.planes(samples.size).map(|(channels, Size { width, height })| {
        let (width, height) = (width as usize, height as usize);
        let samples = left.split_off(..width * height * channels).unwrap_or_default();
        Channel { samples, width, height }
    });
    match (samples.layout, [planes.next(), planes.next(), planes.next()]) {
        (Layout::Grey, [Some(grey), ..]) => Some(Channels::Grey(grey)),
        (Layout::YCbCr(_), [Some(luma), Some(blue), Some(red)]) => Some(Channels::YCbCr([luma, blue, red])),
        _ => None,
    }
}
