//! Decodes AV1 through the crate `re_rav1d`, on the calling thread only.

use std::num::NonZeroU32;

use re_rav1d::dav1d::{Decoder, Error, InloopFilterType, PixelLayout, PlanarImageComponent, Settings};

use super::coded::{CodedPicture, CodedPlane, Meaning, Samples, Shape, check_size};
use super::sequence;
use super::sequence::Extent;
use crate::container::CodedItem;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::Factors;
use crate::outcome::Damage;

/// Requests for the image: one for the data, one for pending data, and two to spare.
const ATTEMPTS: usize = 4;

/// Decodes the first frame that is shown, or one of its layers.
pub(super) fn decode(data: Vec<u8>, item: &CodedItem, factors: Factors) -> Result<CodedPicture, DecodeError> {
    let header = sequence::read(&data).ok_or_else(|| damaged("no sequence header"))?;
    // A layer may have a half or a quarter of each side.
    let (wider, told) = (if item.layer.is_some() { 4 } else { 1 }, item.size);
    check_size(header.size, (told.0.saturating_mul(wider), told.1.saturating_mul(wider)))?;
    let (data, extent) = sequence::keep_layers(data, item.layer);
    let judge = |error: Error| match error {
        Error::UnsupportedBitstream => unsupported("a variant of AV1 that can't be decoded"),
        Error::NotEnoughMemory => DecodeError::Limit("the decoder is out of memory".to_string()),
        _ => damaged("the compressed data are corrupt"),
    };
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    // The last of several layers is the image.
    settings.set_all_layers(false);
    settings.set_operating_point(u32::from(item.operating_point));
    settings.set_frame_size_limit(u32::try_from(header.size.0 * header.size.1).unwrap_or(u32::MAX));
    // Grain is noise of single px, which a mean removes.
    settings.set_apply_grain(factors.common() == NonZeroU32::MIN);
    settings.set_inloop_filters(filters_for(&data, factors));
    let mut decoder = Decoder::with_settings(&settings).map_err(judge)?;
    let mut sent = decoder.send_data(data, None, None, None);
    for _ in 0..ATTEMPTS {
        match sent {
            Ok(()) | Err(Error::Again) => {}
            Err(error) => return Err(judge(error)),
        }
        match decoder.get_picture() {
            Ok(picture) => {
                let taken = take_apart(&picture, &header).ok_or_else(|| damaged("unknown layout"))?;
                let damage =
                    (extent == Extent::Cut).then(|| Damage::of_whole("the file is cut off, its details are missing"));
                return Ok(CodedPicture { damage, ..taken });
            }
            Err(Error::Again) => sent = decoder.send_pending_data(),
            Err(error) => return Err(judge(error)),
        }
    }
    Err(damaged("the data end before the image"))
}

/// Returns the in-loop filters that a grid reduced by `factors` needs. Prediction inside a frame reads unfiltered samples (AV1
/// bitstream specification, 7.11.2 and 7.14.1), so only the next frame would notice their absence.
fn filters_for(data: &[u8], factors: Factors) -> InloopFilterType {
    let is_reduced = factors.common() > NonZeroU32::MIN;
    if is_reduced && sequence::count_frames(data) == 1 { InloopFilterType::empty() } else { InloopFilterType::all() }
}

fn take_apart(picture: &re_rav1d::dav1d::Picture, header: &sequence::Header) -> Option<CodedPicture> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (ratio, count) = match picture.pixel_layout() {
        PixelLayout::I400 => ((1, 1), 1),
        PixelLayout::I420 => ((2, 2), 3),
        PixelLayout::I422 => ((2, 1), 3),
        PixelLayout::I444 => ((1, 1), 3),
    };
    let depth = u32::try_from(picture.bits_per_component()?.0).ok()?;
    let plane = |index: usize| {
        let component = PlanarImageComponent::from(index);
        let (across, down) = if index == 0 { (1, 1) } else { ratio };
        let stride = picture.stride(component) as usize;
        let samples = Box::new(picture.plane(component));
        CodedPlane {
            width: width.div_ceil(across as usize),
            height: height.div_ceil(down as usize),
            stride: if depth == 8 { stride } else { stride / 2 },
            samples: if depth == 8 { Samples::Bytes(samples) } else { Samples::Pairs(samples) },
        }
    };
    let shape = Shape {
        size: (width, height),
        depths: vec![depth; count],
        ratio,
        nclx: Some(header.nclx),
        meaning: Meaning::Stated,
    };
    Some(CodedPicture { shape, planes: (0..count).map(plane).collect(), damage: None })
}
