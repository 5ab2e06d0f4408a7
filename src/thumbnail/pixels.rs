//! Reads the pixels of a thumbnail, for a contact sheet.

use std::path::Path;

use super::develop::develop_all;
use super::limits::check_header;
use super::material::{self, Pixels};
use super::sink::Recipe;
use super::source::Source;
use super::workbench::Workbench;
use crate::color::Samples;
use crate::container::Input;
use crate::error::{Failure, Step};
use crate::execute::watchdog::Watch;
use crate::formats::codec::OpenedImage;
use crate::formats::open;
use crate::geometry::Size;
use crate::options::{Format, Options, Target};

/// Returns the pixels of the image in a file, at most as large as `size`. `None` if it can't be read.
pub(crate) fn read_pixels(path: &Path, format: Format, size: Size, bench: &mut Workbench) -> Option<Samples> {
    let options = Options {
        sizes: vec![size.into()],
        targets: Target::Always(Format::Png).into(),
        blur: 0.0,
        ..Options::default()
    };
    let watch = Watch::default();
    let mut source = Source::open(path, bench.scratch.take_file(), &watch).ok()?;
    let opened = open(&mut source, format, &mut bench.tools()).ok();
    let pixels = opened.and_then(|opened| make(&mut source, opened.as_ref(), &options, bench).ok());
    bench.scratch.give_file(source.into_room());
    pixels?.into_iter().next()
}

/// Makes the samples of the thumbnails of an opened image in the first format of `options`, not yet encoded.
fn make(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Vec<Samples>, Failure> {
    let header = opened.header();
    check_header(header, options)?;
    let frames = header.frames(options);
    let recipes = Recipe::all(header, &frames, options);
    let decoded = material::decode(input, opened, &recipes, bench).map_err(|cause| cause.in_step(Step::Decode))?;
    let developed = match decoded.pixels {
        Pixels::Thumbnails(developed) => developed,
        Pixels::Grid(grid, profile) => develop_all(grid, &profile, &recipes, bench)?,
    };
    Ok(developed.into_iter().next().map(|developed| developed.samples).unwrap_or_default())
}
