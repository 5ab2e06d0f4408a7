//! Decodes a frame of a video: the first one near a tenth of it that is not black, of those that stand alone.

use crate::container::{HeifError, HeifImage, Input, Video, read_video};
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::heif::{decode_frame, memory_of_frame};
use crate::formats::start::Start;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::WorkingGrid;

/// The mean sample, from 0 to 255, from which on a frame is not black.
const DARKEST: f64 = 12.0;

/// The codec of videos.
#[derive(Debug)]
pub(crate) struct VideoCodec;

/// An opened video.
#[derive(Debug)]
struct Opened {
    header: Header,
    video: Video,
}

impl Codec for VideoCodec {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let start = Start::read(input)?;
        let video = read_video(&mut start.before(input))?.map_err(|error| match error {
            HeifError::Damaged(detail) => damaged(detail),
            HeifError::Unsupported(detail) => unsupported(detail),
        })?;
        let orientation = video.frames.first().map_or(1, |frame| frame.orientation);
        let header = Header {
            format: Format::Video,
            size: Size::new(video.shown.0, video.shown.1),
            orientation: Orientation::from_exif(orientation).unwrap_or_default(),
            has_alpha: false,
        };
        Ok(Box::new(Opened { header, video }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, input: &mut dyn Input, factors: Factors) -> u64 {
        let needs = self.video.frames.iter().map(|frame| memory_of_frame(input, frame, factors));
        // Two frames are compared.
        let grid = factors.grid(self.header.size).pixels().saturating_mul(3 * size_of::<f32>() as u64);
        needs.max().unwrap_or(0).saturating_add(grid)
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        let mut brightest: Option<(f64, Decoded)> = None;
        let mut failure = None;
        let length = input.length();
        let (whole, cut): (Vec<&HeifImage>, Vec<&HeifImage>) =
            self.video.frames.iter().partition(|frame| missing_of(frame, length) == 0);
        for frame in whole.into_iter().chain(cut) {
            let stored = Size::new(frame.window.width, frame.window.height);
            let mut decoded = match decode_frame(input, frame, plan.factors(stored)) {
                Ok(decoded) => decoded,
                Err(error @ DecodeError::Io(_)) => return Err(error),
                Err(error) => {
                    failure = failure.or(Some(error));
                    continue;
                }
            };
            decoded.stand_for(self.header.size, stored);
            let missing = missing_of(frame, length);
            if missing > 0 && decoded.damage.is_none() {
                let all = bytes_of(frame);
                decoded.damage = Some(Damage::of_part(ENDS_TOO_EARLY, all - missing, all));
            }
            let light = mean_of(&decoded.grid);
            if brightest.as_ref().is_none_or(|(other, _)| light > *other) {
                brightest = Some((light, decoded));
            }
            if light >= DARKEST {
                break;
            }
        }
        let found = brightest.map(|(_, decoded)| decoded);
        found.ok_or_else(|| failure.unwrap_or_else(|| damaged("it contains no frame")))
    }
}

/// Returns the bytes of a frame.
fn bytes_of(frame: &HeifImage) -> u64 {
    let places = frame.tiles.iter().flat_map(|tile| &tile.data);
    places.fold(0, |bytes, place| bytes.saturating_add(place.len))
}

/// Returns the bytes of a frame that a file of this length lacks.
fn missing_of(frame: &HeifImage, length: u64) -> u64 {
    let places = frame.tiles.iter().flat_map(|tile| &tile.data);
    places.fold(0, |missing, place| missing.saturating_add(place.len - place.within(length).len))
}

/// Returns the mean of the first plane, which is luma's or as dark as that.
fn mean_of(grid: &WorkingGrid) -> f64 {
    let samples = grid.planes.first().map_or(&[][..], |plane| &plane.plane.samples);
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample)).sum();
    sum / f64::from(u32::try_from(samples.len()).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests;
