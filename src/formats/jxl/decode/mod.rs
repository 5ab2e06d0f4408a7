//! Decodes JPEG XL (ISO/IEC 18181) onto a working grid, through the crate `jxl`. The file is a bare codestream or a
//! container; of an animation, the first frame is decoded. The pixels come as stored, and the header states their
//! orientation.
//!
//! Images that are a single frame of transformed blocks, as most lossy ones are, are decoded at a reduced size instead
//! ([`reduced`]). Whatever that can't decode, damaged files among them, is decoded in full.

mod decoder;
mod full;
mod marks;
mod profile;
mod reduced;
mod samples;
mod stream;

use std::fmt;

use jxl::api::JxlBasicInfo;

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Receiver, Reduced, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::DecodeError;
use crate::formats::header::Header;
use crate::geometry::Factors;
use crate::pixels::profile::Profile;

use decoder::{begin, count_samples, header_of, layout, pixel_format};
use profile::{primaries_of, profile_of};
use reduced::Picture;
use samples::Samples;

/// Memory that the crate holds for an image of any size: tables, and buffers for groups of up to 1024 by 1024 px
/// (measured).
const TABLES: u64 = 12 << 20;

/// The codec of JPEG XL.
#[derive(Debug)]
pub(crate) struct Jxl;

/// An opened JPEG XL.
struct Opened {
    header: Header,
    info: JxlBasicInfo,
    /// As [`count_samples`].
    samples: Result<(usize, usize), DecodeError>,
    is_light: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Codec for Jxl {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        Ok(Box::new(Opened::of(input.whole()?)?))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        self.memory()
    }

    fn is_light(&self) -> bool {
        self.is_light
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        full::decode(
            input.whole()?,
            self.header.size,
            self.samples.clone()?,
            plan.factors(self.header.size),
            plan.exposure,
        )
    }

    fn decode_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        _: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        let bytes = input.whole().ok()?;
        reduced::reduce(bytes, self.picture(bytes)?, receiver).map(Ok)
    }
}

impl Opened {
    fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (decoder, info, _) = begin(bytes, None)?;
        let header = header_of(&info)?;
        let is_light = decoder.output_color_profile().map(profile_of) == Some(Profile::Linear);
        Ok(Self { header, samples: count_samples(bytes, &info), info, is_light })
    }

    /// Estimates the memory of the returned frame and of the crate's own, in which a lossless image takes 32 bits per
    /// sample.
    fn memory(&self) -> u64 {
        let Ok((own, largest)) = self.samples else { return 0 };
        let of_sample = Samples::of_depth(&self.info.bit_depth).bytes() as u64;
        let (own, largest) = (own as u64, largest as u64);
        own.saturating_mul(of_sample).saturating_add(largest.saturating_mul(4)).saturating_add(TABLES)
    }

    /// Returns the image as it is decoded at a reduced size. `None` if it has samples of light.
    fn picture(&self, bytes: &[u8]) -> Option<Picture> {
        let (mut decoder, info, _) = begin(bytes, None).ok()?;
        let (color, model) = layout(&decoder, &info);
        let samples = Samples::of_depth(&info.bit_depth);
        if matches!(samples, Samples::Floats) {
            return None;
        }
        decoder.set_pixel_format(pixel_format(color, samples, &info)).ok()?;
        let profile = decoder.output_color_profile()?;
        let primaries = primaries_of(profile);
        Some(Picture { size: self.header.size, model, profile: profile_of(profile), primaries })
    }
}

#[cfg(test)]
mod tests;
