//! Makes thumbnails of single images, in memory or in files, without a run around them.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::encode::Encoded;
use super::file::{FromFile, JobContext, thumbnails_of_file};
use super::make::make_as;
use super::product::Product;
use super::rows::Pixels;
use super::thumbnails::Thumbnails;
use super::workbench::Workbench;
use crate::error::{Cause, Failure, ImageError, Step, panic_message};
use crate::execute::free_memory;
use crate::execute::watchdog::Watch;
use crate::formats::header::Header;
use crate::formats::unsupported::name_unsupported;
use crate::formats::{open, sniff_format};
use crate::options::{Format, Hdr, Kept, Motion, Options, Target};
use crate::outcome::SkipReason;

/// A maker of thumbnails for one thread, which keeps its buffers from image to image.
///
/// It is [`Send`], so that each thread of a pool can have its own.
///
/// # Examples
///
/// ```
/// use thumbs::{Options, Thumbnailer};
///
/// # let bytes = include_bytes!("../../thumbs/chart.png");
/// let mut thumbnailer = Thumbnailer::new(Options::builder().size(32).build()?);
/// let made = thumbnailer.thumbnail(bytes)?;
/// assert_eq!(made.thumbnails[0].size.width, 32);
/// let pixels = thumbnailer.pixels(bytes)?;
/// assert_eq!(pixels.thumbnails[0].rows().len(), pixels.thumbnails[0].size().height as usize);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// All images below a directory, on all cores, by the crates `walkdir` and `rayon`:
///
/// ```no_run
/// use rayon::iter::{IntoParallelIterator, ParallelIterator};
/// use thumbs::{ImageError, Options, Thumbnailer, Thumbnails};
/// use walkdir::WalkDir;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let options = Options::builder().size(256).build()?;
/// let files: Vec<_> = WalkDir::new("images").into_iter().collect::<Result<_, _>>()?;
/// let made: Vec<Result<Thumbnails, ImageError>> = files
///     .into_par_iter()
///     .filter(|entry| entry.file_type().is_file())
///     .map_init(|| Thumbnailer::new(options.clone()), |thumbnailer, entry| thumbnailer.thumbnail_file(entry.path()))
///     .collect();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Thumbnailer {
    options: Options,
    /// The same for pixels: in a format that holds all of them, without the rest of a file.
    options_of_pixels: Options,
    bench: Workbench,
}

/// The memory that is always there. Whether more is free takes a look at the system.
const ALWAYS_FREE: u64 = 64 << 20;

impl Thumbnailer {
    /// Creates a maker of thumbnails with these options. Invalid ones are an error of every image.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let options_of_pixels = of_pixels(&options);
        Self { options, options_of_pixels, bench: Workbench::default() }
    }

    /// Returns the options.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Makes the thumbnails of an image in memory, one for each size and format of the options.
    ///
    /// # Errors
    /// The bytes are no image, are damaged, or exceed a limit of the options.
    pub fn thumbnail(&mut self, bytes: &[u8]) -> Result<Thumbnails, ImageError> {
        make::<Encoded>(bytes, &self.options, &mut self.bench)
    }

    /// Makes the thumbnails of an image file. Often only a part of it is read.
    ///
    /// # Errors
    /// The file can't be read, or as [`thumbnail`](Self::thumbnail).
    pub fn thumbnail_file(&mut self, path: impl AsRef<Path>) -> Result<Thumbnails, ImageError> {
        make_of_file::<Encoded>(path.as_ref(), &self.options, &mut self.bench)
    }

    /// Makes the thumbnails of the image that a reader delivers up to its end.
    ///
    /// # Errors
    /// The reader fails, or as [`thumbnail`](Self::thumbnail).
    pub fn thumbnail_reader(&mut self, reader: impl Read) -> Result<Thumbnails, ImageError> {
        make_of_reader(reader, &self.options, &mut self.bench)
    }

    /// Makes the thumbnails of an image in memory, one for each size, as pixels. Nothing is encoded, so formats, quality, metadata,
    /// animation and gain maps have no effect. Transparency stays.
    ///
    /// # Errors
    /// As [`thumbnail`](Self::thumbnail).
    pub fn pixels(&mut self, bytes: &[u8]) -> Result<Thumbnails<Pixels>, ImageError> {
        self.options.check()?;
        make(bytes, &self.options_of_pixels, &mut self.bench)
    }

    /// Makes the thumbnails of an image file as [`pixels`](Self::pixels).
    ///
    /// # Errors
    /// As [`thumbnail_file`](Self::thumbnail_file).
    pub fn pixels_file(&mut self, path: impl AsRef<Path>) -> Result<Thumbnails<Pixels>, ImageError> {
        self.options.check()?;
        make_of_file(path.as_ref(), &self.options_of_pixels, &mut self.bench)
    }

    /// Makes the thumbnails of an image that is decoded already. [`Target::Same`] is PNG then.
    ///
    /// # Errors
    /// The image has no pixels or exceeds a limit of the options.
    #[cfg(feature = "image")]
    pub fn thumbnail_image(&mut self, image: &image::DynamicImage) -> Result<Thumbnails, ImageError> {
        make_of_image::<Encoded>(image, &self.options, &mut self.bench)
    }

    /// Makes the thumbnails of an image that is decoded already as [`pixels`](Self::pixels).
    ///
    /// # Errors
    /// As [`thumbnail_image`](Self::thumbnail_image).
    #[cfg(feature = "image")]
    pub fn pixels_image(&mut self, image: &image::DynamicImage) -> Result<Thumbnails<Pixels>, ImageError> {
        self.options.check()?;
        make_of_image(image, &self.options_of_pixels, &mut self.bench)
    }
}

/// Makes the thumbnails of one image in memory, one for each size and format of `options`.
///
/// For many images, a [`Thumbnailer`] keeps its buffers.
///
/// # Errors
/// The options are invalid, or the bytes are no image, are damaged, or exceed a limit of the options.
pub fn thumbnail(bytes: &[u8], options: &Options) -> Result<Thumbnails, ImageError> {
    make::<Encoded>(bytes, options, &mut Workbench::default())
}

/// Makes the thumbnails of one image file, one for each size and format of `options`.
///
/// # Errors
/// The file can't be read, or as [`thumbnail`].
pub fn thumbnail_file(path: impl AsRef<Path>, options: &Options) -> Result<Thumbnails, ImageError> {
    make_of_file::<Encoded>(path.as_ref(), options, &mut Workbench::default())
}

/// Makes the thumbnails of the image that a reader delivers up to its end.
///
/// # Errors
/// The reader fails, or as [`thumbnail`].
pub fn thumbnail_reader(reader: impl Read, options: &Options) -> Result<Thumbnails, ImageError> {
    make_of_reader(reader, options, &mut Workbench::default())
}

/// Reads the header of an image in memory: its format, size and orientation. Decodes nothing.
///
/// # Examples
///
/// ```
/// # let bytes = include_bytes!("../../thumbs/chart.png");
/// let header = thumbs::probe(bytes)?;
/// assert_eq!(header.format, thumbs::Format::Png);
/// # Ok::<(), thumbs::ImageError>(())
/// ```
///
/// # Errors
/// The bytes are no image, or their header is damaged.
pub fn probe(bytes: &[u8]) -> Result<Header, ImageError> {
    let format = sniff(bytes)?;
    let mut input = bytes;
    catch(&mut Workbench::default(), |bench| {
        let opened = open(&mut input, format, &mut bench.tools());
        opened.map(|opened| opened.header().clone()).map_err(|cause| cause.in_step(Step::Probe).into())
    })
}

/// Returns the options for pixels.
fn of_pixels(options: &Options) -> Options {
    Options {
        targets: Target::Always(Format::Png).into(),
        keep: Kept::new(),
        motion: Motion::FirstFrame,
        hdr: Hdr::Sdr,
        ..options.clone()
    }
}

fn sniff(bytes: &[u8]) -> Result<Format, ImageError> {
    let other = || name_unsupported(bytes).map_or(ImageError::NotAnImage, ImageError::UnsupportedFormat);
    match sniff_format(bytes) {
        Some(format) if !format.is_built_in() => Err(ImageError::UnsupportedFormat(format.label())),
        format => format.ok_or_else(other),
    }
}

fn make<P: Product>(mut bytes: &[u8], options: &Options, bench: &mut Workbench) -> Result<Thumbnails<P>, ImageError> {
    options.check()?;
    let format = sniff(bytes)?;
    catch(bench, |bench| Ok(make_as(&mut bytes, format, options, bench)?))
}

fn make_of_file<P: Product>(
    path: &Path,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Thumbnails<P>, ImageError> {
    options.check()?;
    let admit = |needed| match needed {
        ..=ALWAYS_FREE => Ok(()),
        _ => match free_memory() {
            free if needed > free => Err(Cause::TooMuchMemory { needed, free }),
            _ => Ok(()),
        },
    };
    let watch = &Watch::default();
    let context = JobContext {
        admit: &admit,
        watch,
        #[cfg(feature = "batch")]
        archives: None,
    };
    match catch(bench, |bench| Ok(thumbnails_of_file(path, options, context, bench)?))? {
        FromFile::Image(made) => Ok(made),
        FromFile::Other(SkipReason::Foreign(name)) => Err(ImageError::UnsupportedFormat(name)),
        FromFile::Other(SkipReason::NotBuiltIn(format)) => Err(ImageError::UnsupportedFormat(format.label())),
        FromFile::Other(_) => Err(ImageError::NotAnImage),
    }
}

fn make_of_reader(reader: impl Read, options: &Options, bench: &mut Workbench) -> Result<Thumbnails, ImageError> {
    let mut bytes = bench.scratch.take_file();
    bytes.clear();
    // One byte more shows that there are too many.
    let read = reader.take(options.max_file_size.saturating_add(1)).read_to_end(&mut bytes);
    let made = match read {
        Ok(_) => make(&bytes, options, bench),
        Err(error) => Err(Cause::from(error).in_step(Step::Read).into()),
    };
    bench.scratch.give_file(bytes);
    made
}

#[cfg(feature = "image")]
fn make_of_image<P: Product>(
    image: &image::DynamicImage,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Thumbnails<P>, ImageError> {
    options.check()?;
    Ok(super::dynamic::make(image, options, bench)?)
}

/// Runs `work`, and turns a panic of a decoder into an error. The buffers may be in any state then, so they are dropped.
fn catch<T>(
    bench: &mut Workbench,
    work: impl FnOnce(&mut Workbench) -> Result<T, ImageError>,
) -> Result<T, ImageError> {
    catch_unwind(AssertUnwindSafe(|| work(bench))).unwrap_or_else(|payload| {
        *bench = Workbench::default();
        Err(Failure { step: Step::Decode, cause: Cause::Panic(panic_message(&*payload)) }.into())
    })
}
