//! Makes thumbnails of an opened image.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use super::animate::animate;
use super::arrange::arrange;
use super::develop::develop_all;
use super::encode::{self, Encoded};
use super::gain_map;
use super::limits::{check_bytes, check_density, check_header};
use super::material::{self, Material, Pixels, Selected};
use super::placeholder;
use super::preview;
use super::salvage;
use super::sink::{Developed, Recipe};
use super::workbench::Workbench;
use crate::color::Samples;
use crate::container::Input;
use crate::error::{Failure, Step};
use crate::formats::codec::{OpenedImage, Settings};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::{self, open};
use crate::geometry::Frame;
use crate::options::{Format, Options};
use crate::outcome::{Animated, Damage, DecodedFrom, KeptGainMap, Placeholder, Thumbnail, Times, Written};

/// The thumbnails of one image.
#[derive(Debug)]
pub struct Made {
    /// The header of the image.
    pub header: Header,
    /// Source px for each working-grid px.
    pub factor: NonZeroU32,
    /// The image in the file that was decoded.
    pub decoded_from: DecodedFrom,
    /// The damage of the image, if any.
    pub damage: Option<Damage>,
    /// One thumbnail for each size of the options, in their order: first of one format, then of the next.
    pub thumbnails: Vec<Encoded>,
    /// The placeholder of the image, if the options ask for one.
    pub placeholder: Option<Placeholder>,
    /// The treatment of the image's animation, if it has one.
    pub animation: Animated,
    /// The treatment of the image's gain map.
    pub gain_map: KeptGainMap,
    /// The time that each step took; nothing was stored.
    pub times: Times,
}

impl Made {
    /// Returns the outcome of a source of this format and length in bytes, whose thumbnails were stored.
    #[must_use]
    pub fn into_written(self, format: Format, bytes: u64, thumbnails: Vec<Thumbnail>) -> Written {
        Written {
            format,
            size: self.header.size,
            orientation: self.header.orientation,
            bytes,
            factor: self.factor.get(),
            decoded_from: self.decoded_from,
            damage: self.damage,
            thumbnails,
            placeholder: self.placeholder,
            animation: self.animation,
            gain_map: self.gain_map,
            times: self.times,
        }
    }

    /// Adds the times of steps before those of making.
    pub(super) fn with_times(mut self, times: &Times) -> Self {
        for (step, took) in times.by_step() {
            self.times.add(step, took);
        }
        self
    }
}

/// Makes the thumbnails of the image in `bytes` for each size and format of `options`, from one decode.
///
/// # Errors
/// The bytes are no image of `format`, are damaged, or exceed a limit of the options.
pub fn make(mut bytes: &[u8], format: Format, options: &Options, bench: &mut Workbench) -> Result<Made, Failure> {
    let mut times = Times::default();
    check_bytes(bytes.len() as u64, options)?;
    let opened = timed(&mut times, Step::Decode, || open(&mut bytes, format, &mut bench.tools()));
    let opened = opened.map_err(|cause| cause.in_step(Step::Probe))?;
    let preview = timed(&mut times, Step::Decode, || preview::find(&mut bytes, opened.as_ref(), options, bench))?;
    match preview {
        Some(selected) => {
            let packets = formats::packets(&mut bytes, format, &options.keep);
            finish(selected.into_material(), &packets, options, bench, times)
        }
        None => make_of_main(&mut bytes, opened.as_ref(), options, bench, times),
    }
}

/// Makes the thumbnails of an opened image, or of a preview if the image is broken.
pub(super) fn make_of_main(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
    mut times: Times,
) -> Result<Made, Failure> {
    let header = opened.header();
    check_header(header, options)?;
    check_density(header.format, header.size, input.length())?;
    let frames = header.frames(options);
    let recipes = Recipe::all(header, &frames, options);
    let started = Instant::now();
    let decoded = material::decode(input, opened, &recipes, bench);
    let reducing = decoded.as_ref().map_or(Duration::ZERO, Material::reducing);
    times.add(Step::Decode, started.elapsed().saturating_sub(reducing));
    times.add(Step::Resize, reducing);
    let selected = timed(&mut times, Step::Decode, || salvage::choose(input, opened, frames, decoded, options, bench));
    let selected = selected.map_err(|cause| cause.in_step(Step::Decode))?;
    let packets = formats::packets(input, header.format, &options.keep);
    let mut made = finish(selected, &packets, options, bench, times)?;
    if made.decoded_from == DecodedFrom::Main {
        let started = Instant::now();
        let (animation, flaw) = animate(input, opened, &packets, options, bench, &mut made.thumbnails);
        made.times.add(Step::Resize, started.elapsed());
        made.animation = animation;
        let attach = || gain_map::attach(input, opened, options, bench, &mut made.thumbnails);
        made.gain_map = timed(&mut made.times, Step::Encode, attach);
        made.damage = made.damage.or(flaw.map(Damage::of_whole));
    }
    Ok(made)
}

/// Makes thumbnails of a decoded image, with these metadata.
pub(super) fn finish(
    selected: Selected<Material>,
    packets: &Packets,
    options: &Options,
    bench: &mut Workbench,
    mut times: Times,
) -> Result<Made, Failure> {
    let Selected { header, frames, decoded: Material { pixels, factor, damage }, from } = selected;
    let recipes = Recipe::all(&header, &frames, options);
    let developed = match pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => {
            timed(&mut times, Step::Resize, || develop_all(grid, &profile, &recipes, bench))?
        }
    };
    let (mut thumbnails, mut damage) = (Vec::with_capacity(developed.len() * frames.len()), damage);
    let mut placeholder = None;
    for (recipe, Developed { samples, embedded, flaw, .. }) in recipes.iter().zip(developed) {
        let format = recipe.format;
        let arrange = |(samples, frame): (_, &Frame)| arrange(samples, frame.arrangement, format, options);
        let samples: Vec<Samples> =
            timed(&mut times, Step::Resize, || samples.into_iter().zip(&frames).map(arrange).collect());
        if let (None, Some(kind)) = (&placeholder, options.placeholder) {
            placeholder = timed(&mut times, Step::Resize, || placeholder::find(&samples, kind, options.background));
        }
        let settings = Settings::new(options, embedded.as_deref(), packets);
        let encode = |samples| encode::encode(samples, format, &settings);
        let encoded =
            timed(&mut times, Step::Encode, || samples.into_iter().map(encode).collect::<Result<Vec<_>, _>>())?;
        thumbnails.extend(encoded);
        damage = damage.or(flaw.map(Damage::of_whole));
    }
    let animation = Animated::Still;
    Ok(Made {
        header,
        factor,
        decoded_from: from,
        damage,
        thumbnails,
        placeholder,
        animation,
        gain_map: KeptGainMap::None,
        times,
    })
}

/// Runs `work` and adds its time to that of a step.
pub(super) fn timed<T>(times: &mut Times, step: Step, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    times.add(step, started.elapsed());
    result
}
