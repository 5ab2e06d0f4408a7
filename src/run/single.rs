//! Makes the thumbnail of one image, without a plan or a ledger.

use std::path::Path;

use crate::error::{Cause, Failure, FileError, Step};
use crate::execute::free_memory;
use crate::execute::watchdog::Watch;
use crate::options::Config;
use crate::outcome::SkipReason;
use crate::thumbnail::{self, FromFile, JobContext, Renderer, Thumbnails, Workbench};

/// An image that is named by itself.
#[derive(Debug, Clone, Copy)]
pub enum Single<'a> {
    /// A file.
    File(&'a Path),
    /// A file in memory, and the name that errors have for it.
    Bytes(&'a [u8], &'a Path),
}

impl Single<'_> {
    const fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Bytes(_, path) => path,
        }
    }
}

/// Makes the thumbnails of one image with the options, the renderer and the limits of `config`. Its memory budget is all that is
/// free. Stores nothing.
///
/// # Errors
/// The image can't be read, is damaged or none, or exceeds a limit.
pub fn make_single(image: Single<'_>, config: &Config) -> Result<Thumbnails, FileError> {
    let renderer = config.renderer.as_ref().map(|program| Renderer::apart(program, config.timeout)).unwrap_or_default();
    let mut bench = Workbench::default();
    bench.share_renderer(&renderer);
    let made = make_single_with(image, config, &mut bench);
    renderer.close();
    made
}

/// Does the same with a workbench that is kept from image to image, and has a renderer.
///
/// # Errors
/// Those of [`make_single`].
pub fn make_single_with(image: Single<'_>, config: &Config, bench: &mut Workbench) -> Result<Thumbnails, FileError> {
    make(image, config, bench).map_err(|failure| failure.at(image.path()))
}

fn make(image: Single<'_>, config: &Config, bench: &mut Workbench) -> Result<Thumbnails, Failure> {
    let options = &config.options;
    options.check().map_err(|error| Cause::from(error).in_step(Step::Probe))?;
    match image {
        Single::File(path) => {
            let free = free_memory();
            let admit = |needed| if needed > free { Err(Cause::TooMuchMemory { needed, free }) } else { Ok(()) };
            let context = JobContext { admit: &admit, watch: &Watch::default(), archives: None };
            match thumbnail::make_file(path, options, context, bench)? {
                FromFile::Image(thumbnails) => Ok(thumbnails.made),
                FromFile::Other(reason) => Err(Cause::NoThumbnail(reason).in_step(Step::Probe)),
            }
        }
        Single::Bytes(bytes, _) => {
            let format = thumbnail::sniff_format(bytes)
                .ok_or_else(|| Cause::NoThumbnail(SkipReason::NotAnImage(None)).in_step(Step::Probe))?;
            thumbnail::make(bytes, format, options, bench)
        }
    }
}
