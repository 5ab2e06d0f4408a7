//! Makes thumbnails of an opened image.

use std::time::{Duration, Instant};

use super::arrange::arrange;
use super::develop::develop_all;
#[cfg(feature = "batch")]
use super::encode::Encoded;
use super::limits::{check_bytes, check_density, check_header};
use super::material::{self, Material, Pixels, Selected};
#[cfg(feature = "placeholder")]
use super::placeholder;
use super::preview;
use super::product::Product;
use super::salvage;
use super::sink::{Developed, Recipe};
use super::thumbnails::Thumbnails;
use super::workbench::Workbench;
use crate::color::Samples;
use crate::container::Input;
use crate::error::{Failure, Step};
use crate::formats::codec::OpenedImage;
use crate::formats::metadata::Packets;
use crate::formats::{self, open};
use crate::geometry::Frame;
use crate::options::{Format, Options};
use crate::outcome::{Animated, Damage, DecodedFrom, KeptGainMap, Times};

/// Makes the thumbnails of the image in `bytes` for each size and format of `options`, from one decode.
///
/// # Errors
/// The bytes are no image of `format`, are damaged, or exceed a limit of the options.
#[cfg(feature = "batch")]
pub fn make(mut bytes: &[u8], format: Format, options: &Options, bench: &mut Workbench) -> Result<Thumbnails, Failure> {
    make_as::<Encoded>(&mut bytes, format, options, bench)
}

/// Makes the thumbnails of an image for each size and format of `options`, from one decode, as encoded files or as pixels.
pub(super) fn make_as<P: Product>(
    input: &mut dyn Input,
    format: Format,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Thumbnails<P>, Failure> {
    let mut times = Times::default();
    check_bytes(input.length(), options)?;
    let opened = timed(&mut times, Step::Decode, || open(input, format, &mut bench.tools()));
    let opened = opened.map_err(|cause| cause.in_step(Step::Probe))?;
    let preview = timed(&mut times, Step::Decode, || preview::find(input, opened.as_ref(), options, bench))?;
    match preview {
        Some(selected) => {
            let packets = formats::packets(input, format, &options.keep);
            finish(selected.into_material(), &packets, options, bench, times)
        }
        None => make_of_main(input, opened.as_ref(), options, bench, times),
    }
}

/// Makes the thumbnails of an opened image, or of a preview if the image is broken.
pub(super) fn make_of_main<P: Product>(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
    mut times: Times,
) -> Result<Thumbnails<P>, Failure> {
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
    let mut made = finish::<P>(selected, &packets, options, bench, times)?;
    if made.decoded_from == DecodedFrom::Main {
        P::complete(&mut made, input, opened, &packets, options, bench);
    }
    Ok(made)
}

/// Makes thumbnails of a decoded image, with these metadata.
pub(super) fn finish<P: Product>(
    selected: Selected<Material>,
    packets: &Packets,
    options: &Options,
    bench: &mut Workbench,
    mut times: Times,
) -> Result<Thumbnails<P>, Failure> {
    let Selected { header, frames, decoded: Material { pixels, factor, damage }, from } = selected;
    let recipes = Recipe::all(&header, &frames, options);
    let developed = match pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => {
            timed(&mut times, Step::Resize, || develop_all(grid, &profile, &recipes, bench))?
        }
    };
    let (mut thumbnails, mut damage) = (Vec::with_capacity(developed.len() * frames.len()), damage);
    #[cfg_attr(not(feature = "placeholder"), expect(unused_mut, reason = "there is none then"))]
    let mut placeholder = None;
    for (recipe, Developed { samples, embedded, flaw, .. }) in recipes.iter().zip(developed) {
        let format = recipe.format;
        let arrange = |(samples, frame): (_, &Frame)| arrange(samples, frame.arrangement, format, options);
        let samples: Vec<Samples> =
            timed(&mut times, Step::Resize, || samples.into_iter().zip(&frames).map(arrange).collect());
        #[cfg(feature = "placeholder")]
        if let (None, Some(kind)) = (&placeholder, options.placeholder) {
            placeholder = timed(&mut times, Step::Resize, || placeholder::find(&samples, kind, options.background));
        }
        let product = |samples| P::of(samples, format, embedded.as_deref(), packets, options);
        let products =
            timed(&mut times, Step::Encode, || samples.into_iter().map(product).collect::<Result<Vec<_>, _>>())?;
        thumbnails.extend(products);
        damage = damage.or(flaw.map(Damage::of_whole));
    }
    let animation = Animated::Still;
    Ok(Thumbnails {
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
