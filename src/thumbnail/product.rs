//! Makes of samples what a caller wants: an encoded file, or the pixels themselves.

#[cfg(any(feature = "animation", feature = "metadata"))]
use std::time::Instant;

#[cfg(feature = "animation")]
use super::animate::animate;
use super::encode::{self, Encoded};
#[cfg(feature = "metadata")]
use super::gain_map;
use super::rows::Pixels;
use super::thumbnails::Thumbnails;
use super::workbench::Workbench;
use crate::color::Samples;
use crate::container::Input;
use crate::error::{Cause, Failure, Step};
use crate::formats::codec::{OpenedImage, Settings};
use crate::formats::metadata::Packets;
use crate::options::{Format, Options};
use crate::outcome::Animated;
#[cfg(feature = "animation")]
use crate::outcome::Damage;

/// A form of thumbnails.
pub(super) trait Product: Sized {
    /// Makes one thumbnail of its samples, with the profile to embed.
    fn of(
        samples: Samples,
        format: Format,
        embedded: Option<&[u8]>,
        packets: &Packets,
        options: &Options,
    ) -> Result<Self, Failure>;

    /// Adds the parts that come from elsewhere in the file of the main image: animation and gain map.
    fn complete(
        made: &mut Thumbnails<Self>,
        input: &mut dyn Input,
        opened: &dyn OpenedImage,
        packets: &Packets,
        options: &Options,
        bench: &mut Workbench,
    );
}

impl Product for Encoded {
    fn of(
        samples: Samples,
        format: Format,
        embedded: Option<&[u8]>,
        packets: &Packets,
        options: &Options,
    ) -> Result<Self, Failure> {
        encode::encode(samples, format, &Settings::new(options, embedded, packets))
    }

    #[cfg_attr(not(feature = "cli"), allow(unused_variables, reason = "either part may be missing"))]
    fn complete(
        made: &mut Thumbnails<Self>,
        input: &mut dyn Input,
        opened: &dyn OpenedImage,
        packets: &Packets,
        options: &Options,
        bench: &mut Workbench,
    ) {
        made.animation = first_frame_of(opened);
        #[cfg(feature = "animation")]
        {
            let started = Instant::now();
            let (animation, flaw) = animate(input, opened, packets, options, bench, &mut made.thumbnails);
            made.times.add(Step::Resize, started.elapsed());
            made.animation = animation;
            made.damage = made.damage.take().or(flaw.map(Damage::of_whole));
        }
        #[cfg(feature = "metadata")]
        {
            let started = Instant::now();
            made.gain_map = gain_map::attach(input, opened, options, bench, &mut made.thumbnails);
            made.times.add(Step::Encode, started.elapsed());
        }
    }
}

impl Product for Pixels {
    fn of(
        samples: Samples,
        format: Format,
        embedded: Option<&[u8]>,
        _: &Packets,
        _: &Options,
    ) -> Result<Self, Failure> {
        let failed = || Cause::Encode { format, detail: "its samples are no pixels".to_string() };
        Self::of_samples(samples, embedded).ok_or_else(|| failed().in_step(Step::Encode))
    }

    fn complete(
        made: &mut Thumbnails<Self>,
        _: &mut dyn Input,
        opened: &dyn OpenedImage,
        _: &Packets,
        _: &Options,
        _: &mut Workbench,
    ) {
        made.animation = first_frame_of(opened);
    }
}

/// Returns the treatment of an animation of which the first frame alone is shown.
fn first_frame_of(opened: &dyn OpenedImage) -> Animated {
    if opened.is_animated() { Animated::FirstFrame } else { Animated::Still }
}
