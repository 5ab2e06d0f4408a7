//! Makes animated thumbnails of an animated image, frame by frame, in place of those of its first frame.

use std::num::NonZeroU32;

use super::arrange::arrange;
use super::attention;
use super::develop::develop_all;
use super::encode::Encoded;
use super::material;
use super::sink::{Developed, Recipe};
use super::workbench::Workbench;
use crate::color::{Samples, canvas};
use crate::container::Input;
use crate::formats::animation::{self, Picture, Sequence};
use crate::formats::codec::{OpenedImage, Settings};
use crate::formats::error::DecodeError;
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::raster;
use crate::geometry::{Arrangement, Factors, Frame};
use crate::options::{Motion, Options};
use crate::outcome::Animated;
use crate::pixels::profile::Profile;

/// The most frames of an animation.
const MOST_FRAMES: u32 = 10_000;

/// The most pixels of a canvas, those of 8K video: the decoder holds several frames.
const LARGEST_CANVAS: u64 = 1 << 25;

/// The most bytes of an animated thumbnail, by those of its image, and what even the smallest file may give.
const GROWTH: u64 = 4;
const SMALLEST: u64 = 1 << 20;

/// Bytes for each pixel: of the canvas, for the frames of the decoder, and of a thumbnail, for its frames while they are compared.
const BYTES_OF_CANVAS: u64 = 24;
const BYTES_OF_THUMBNAIL: u64 = 24;

/// Returns the most bytes that an animated thumbnail of an image of this many bytes may have.
const fn longest(file_bytes: u64) -> u64 {
    file_bytes.saturating_mul(GROWTH).saturating_add(SMALLEST)
}

/// Estimates the memory of animated thumbnails of an opened image, beside that of still ones.
pub(super) fn memory(opened: &dyn OpenedImage, file_bytes: u64, options: &Options) -> u64 {
    let is_too_large = opened.header().size.pixels() > LARGEST_CANVAS;
    if options.motion == Motion::FirstFrame || !opened.is_animated() || is_too_large {
        return 0;
    }
    let header = opened.header();
    let formats = options.targets.for_source(header.format, header.has_alpha);
    let count = formats.iter().filter(|format| animation::is_for(**format)).count() as u64;
    let of_thumbnails = header.frames(options).into_iter().map(|frame| {
        frame
            .thumbnail()
            .pixels()
            .saturating_mul(BYTES_OF_THUMBNAIL)
            .saturating_add(longest(file_bytes).saturating_mul(2))
    });
    let of_thumbnails = of_thumbnails.fold(0, u64::saturating_add).saturating_mul(count);
    header.size.pixels().saturating_mul(BYTES_OF_CANVAS).saturating_add(of_thumbnails).saturating_add(file_bytes)
}

/// Replaces the thumbnails of an animated image by animated ones, where their format allows it and the options ask for it. Returns
/// the treatment, and a flaw of the animation.
pub(super) fn animate(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    packets: &Packets,
    options: &Options,
    bench: &mut Workbench,
    thumbnails: &mut [Encoded],
) -> (Animated, Option<String>) {
    if !opened.is_animated() {
        return (Animated::Still, None);
    }
    if options.motion == Motion::FirstFrame {
        return (Animated::FirstFrame, None);
    }
    let Some(first) = thumbnails.first() else { return (Animated::FirstFrame, None) };
    if !thumbnails.iter().any(|thumbnail| animation::is_for(thumbnail.format)) {
        return (Animated::NotKept(format!("{} thumbnails are not animated", first.format.label())), None);
    }
    match make(input, opened, packets, options, bench) {
        Ok(Reel { thumbnails: animated, frames, flaw }) if frames > 1 => {
            put(animated, thumbnails);
            (Animated::Kept(frames), flaw)
        }
        Ok(_) => (Animated::NotKept("it has one frame".to_string()), None),
        Err(reason) => (Animated::NotKept(reason), None),
    }
}

fn make(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    packets: &Packets,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Reel, String> {
    let header = opened.header();
    if header.size.pixels() > LARGEST_CANVAS {
        return Err(format!("frames of {} are too large", header.size));
    }
    let frames = header.frames(options);
    let mut recipes = Recipe::all(header, &frames, options);
    recipes.retain(|recipe| animation::is_for(recipe.format));
    let (profile, factors) = profile_of(input, opened, &frames, options, bench)?;
    let bytes = input.whole().map_err(|error| error.to_string())?;
    Studio { header, recipes: &recipes, packets, profile, factors }.make(bytes, options, bench)
}

/// Puts animated thumbnails in the place of those of the same size and format.
fn put(animated: Vec<Encoded>, thumbnails: &mut [Encoded]) {
    let mut places = thumbnails.iter_mut().filter(|place| animation::is_for(place.format));
    for thumbnail in animated {
        if let Some(place) = places.next() {
            *place = thumbnail;
        }
    }
}

/// Returns the meaning of the image's colours, and the reduction to its working grid.
fn profile_of(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    frames: &[Frame],
    options: &Options,
    bench: &mut Workbench,
) -> Result<(Profile, Factors), String> {
    let scales = Frame::scales(frames);
    let plan = material::plan(&scales, options);
    let decoded = opened.decode(input, &plan, &mut bench.tools());
    let decoded = decoded.map_err(|error| error.to_string())?;
    Ok((decoded.profile, plan.factors(opened.header().size)))
}

/// The circumstances of all frames.
struct Studio<'a> {
    header: &'a Header,
    recipes: &'a [Recipe<'a>],
    packets: &'a Packets,
    profile: Profile,
    factors: Factors,
}

/// Animated thumbnails.
struct Reel {
    /// Those of all sizes in one format, then in the next.
    thumbnails: Vec<Encoded>,
    frames: u32,
    /// The reason why there are not more frames.
    flaw: Option<String>,
}

/// The animated thumbnails of all sizes in one format while they are made.
struct Set<'a> {
    recipe: Recipe<'a>,
    settings: Settings<'a>,
    plays: Option<NonZeroU32>,
    sequences: Vec<Sequence<'a>>,
    /// The place of each crop, which is that of the first frame.
    crops: Vec<Option<(u32, u32)>>,
}

impl Studio<'_> {
    fn make(&self, bytes: &[u8], options: &Options, bench: &mut Workbench) -> Result<Reel, String> {
        let size = self.header.size;
        let text = |error: DecodeError| error.to_string();
        let source = animation::open(bytes, self.header.format, size).map_err(text)?;
        let mut source = source.ok_or("its frames can't be decoded")?;
        let most = u64::from(MOST_FRAMES).min(options.max_pixels / size.pixels().max(1));
        let longest = longest(bytes.len() as u64);
        let first = source.next().ok_or("it has no frame")?.map_err(text)?;
        let delay = first.delay;
        let developed = self.develop(first, bench)?;
        let profiles: Vec<Option<Vec<u8>>> = developed.iter().map(|developed| developed.embedded.clone()).collect();
        let mut sets: Vec<Set<'_>> = Vec::with_capacity(profiles.len());
        for (recipe, profile) in self.recipes.iter().zip(&profiles) {
            let settings = Settings::new(options, profile.as_deref(), self.packets);
            let crops = vec![None; recipe.frames.len()];
            sets.push(Set { recipe: *recipe, settings, plays: source.plays, sequences: Vec::new(), crops });
        }
        add(&mut sets, developed, delay)?;
        let (mut frames, mut flaw) = (1, None);
        for next in source {
            let picture = match next {
                Ok(picture) => picture,
                Err(error) if frames > 1 => {
                    flaw = Some(format!("{error}; the first {frames} frames are kept"));
                    break;
                }
                Err(error) => return Err(error.to_string()),
            };
            if u64::from(frames) >= most {
                return Err(format!("it has more than {frames} frames of {size}"));
            }
            let delay = picture.delay;
            add(&mut sets, self.develop(picture, bench)?, delay)?;
            if sets.iter().flat_map(|set| &set.sequences).any(|sequence| sequence.length() as u64 > longest) {
                return Err(format!("a thumbnail would have more than {longest} bytes"));
            }
            frames += 1;
        }
        let thumbnails = sets.into_iter().map(Set::finish).collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Reel { thumbnails, frames, flaw })
    }

    /// Makes the samples of a frame in each format.
    fn develop(&self, Picture { size, rgba, .. }: Picture, bench: &mut Workbench) -> Result<Vec<Developed>, String> {
        if size != self.header.size {
            return Err(format!("its canvas is {size} and its first frame {}", self.header.size));
        }
        let grid = raster::reduce_rgba(&rgba, self.header, self.factors).map_err(|error| error.to_string())?;
        develop_all(grid, &self.profile, self.recipes, bench).map_err(|failure| failure.cause.to_string())
    }
}

/// Adds a frame to the thumbnails of all formats.
fn add(sets: &mut [Set<'_>], developed: Vec<Developed>, delay: u32) -> Result<(), String> {
    sets.iter_mut().zip(developed).try_for_each(|(set, developed)| set.add(developed.samples, delay))
}

impl Set<'_> {
    fn add(&mut self, samples: Vec<Samples>, delay: u32) -> Result<(), String> {
        let Recipe { frames, options, format, .. } = self.recipe;
        for (index, (samples, frame)) in samples.into_iter().zip(frames).enumerate() {
            let arranged = match frame.arrangement {
                Arrangement::Cropped(size) => {
                    let at = *self.crops[index].get_or_insert_with(|| attention::find(&samples, size));
                    canvas::crop(&samples, at, size)
                }
                arrangement => arrange(samples, arrangement, format, options),
            };
            if self.sequences.len() == index {
                let sequence = Sequence::new(format, arranged.size, self.settings, self.plays);
                self.sequences
                    .push(sequence.ok_or_else(|| format!("{} is too large for {}", arranged.size, format.label()))?);
            }
            self.sequences[index].push(arranged, delay)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Encoded>, String> {
        let format = self.recipe.format;
        let finish = |sequence: Sequence<'_>| {
            let size = sequence.size();
            sequence.finish().map(|bytes| Encoded { size, format, bytes })
        };
        self.sequences.into_iter().map(finish).collect()
    }
}
