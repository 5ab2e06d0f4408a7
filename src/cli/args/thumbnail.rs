//! Defines the arguments that shape and encode the thumbnails.

use thumbs::geometry::{Bounds, Enlargement, Fit, Gravity};
use thumbs::options::{Background, Config, Exactness, Exposure, Filter, Light, Options, Profiles, Target, Targets};

use super::typed::Typed;

/// Names the formats that this build writes.
#[cfg(feature = "avif-out")]
macro_rules! formats {
    () => {
        "Format of the thumbnails: same, jpeg, png, webp, gif, tiff, bmp, pnm, qoi, tga, avif (2 s of one core per megapixel) or jxl"
    };
}
#[cfg(not(feature = "avif-out"))]
macro_rules! formats {
    () => {
        "Format of the thumbnails: same, jpeg, png, webp, gif, tiff, bmp, pnm, qoi, tga or jxl"
    };
}

/// Arguments that shape and encode the thumbnails.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Thumbnails")]
pub(super) struct Thumbnail {
    /// Size of the thumbnails in pixels: 800x600, 800 for 800x800, 800x, x600 or 50%
    ///
    /// 800x and x600 give one side, and 50% is of the image. Repeat for several sizes, one subdirectory each
    #[arg(short, long = "size", value_name = "SIZE", default_value = "50x50")]
    pub(super) sizes: Vec<Bounds>,

    /// Widths of the thumbnails in pixels, such as 320,640,1280; same as --size 320x --size 640x …
    #[arg(hide_short_help = true, long, value_name = "WIDTHS", value_delimiter = ',', value_parser = read_width, conflicts_with = "sizes")]
    pub(super) srcset: Vec<Bounds>,

    /// Fit of an image into the size: contain, cover (crop), fill (stretch) or pad
    ///
    /// With contain, all of it is shown within the size; cover crops it to the size; fill stretches it; pad adds margins in the
    /// background colour
    #[arg(long, value_name = "HOW", value_enum, default_value_t, hide_possible_values = true)]
    pub(super) fit: Fit,

    /// The part that a crop keeps, or the side that pad moves the image to; smart keeps the part that people look at
    #[arg(
        hide_short_help = true,
        long,
        value_name = "WHERE",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub(super) gravity: Gravity,

    /// Crop to the size: center, north, northeast, east, …, or smart for the part that people look at
    ///
    /// Same as --fit cover, with --gravity WHERE if given: center, north, northeast, east, southeast, south, southwest,
    /// west, northwest or smart
    #[arg(long, value_name = "WHERE", value_enum, num_args = 0..=1, require_equals = true, hide_possible_values = true, conflicts_with_all = ["fit", "gravity"])]
    pub(super) crop: Option<Option<Gravity>>,

    /// Enlarge images that are smaller than the size
    ///
    /// Drawings are always rendered in the size
    #[arg(hide_short_help = true, long)]
    pub(super) enlarge: bool,

    /// Standard deviation of the Gaussian blur in source pixels; 0 disables it
    ///
    /// An image that is not made smaller is not blurred. From full size down to half of it, the blur fades in
    #[arg(long, value_name = "SIGMA", default_value_t = 2.0, value_parser = read_sigma, allow_negative_numbers = true)]
    pub(super) blur: f64,

    /// Resampling filter
    #[arg(hide_short_help = true, long, value_name = "NAME", value_enum, default_value_t)]
    pub(super) filter: Filter,

    #[arg(long, value_name = "FMT", default_value = "same", value_delimiter = ',', help = formats!(), long_help = concat!(formats!(), "

File suffixes do as well, and several formats with commas between them: every size is made in each, from one decode. With 'same', \
JPEG XL, AVIF and formats that can't be written become JPEG, or PNG if there is transparency. JPEG XL is lossless; AVIF takes \
seconds of a core per megapixel, if this build writes it"))]
    pub(super) format: Vec<Target>,

    /// Quality of lossy formats, 1 to 100
    #[arg(short, long, value_name = "1-100", default_value_t = 80, value_parser = read_quality, allow_negative_numbers = true)]
    pub(super) quality: u8,

    /// Colour behind transparent pixels if the thumbnail's format has no transparency: any opaque CSS colour, such as
    /// black, #ff8800 or 'rgb(255, 136, 0)'
    #[arg(hide_short_help = true, long, value_name = "COLOUR", default_value = "white")]
    pub(super) background: Background,

    /// Embed the image's colour profile and keep its colours, if the format can carry a profile (JPEG, PNG, WebP, TIFF);
    /// by default, thumbnails are sRGB
    #[arg(hide_short_help = true, long)]
    pub(super) keep_profile: bool,

    /// Blur and resize in linear light: fine bright detail keeps its brightness
    #[arg(hide_short_help = true, long)]
    pub(super) linear: bool,

    /// Brightness of scene-linear images, such as OpenEXR and Radiance HDR: as-is shows a sample of 1 as white and clips
    /// brighter light; auto exposes by the mean of the image if any light exceeds white
    #[arg(hide_short_help = true, long, value_name = "HOW", value_enum, default_value_t)]
    pub(super) exposure: Exposure,

    /// Slow reference mode: decode in full and blur with a true Gaussian
    #[arg(hide_short_help = true, long)]
    pub(super) exact: bool,
}

impl Thumbnail {
    /// Sets the values that were typed.
    pub(super) fn apply(&self, config: &mut Config, typed: &Typed) {
        let options = &mut config.options;
        if typed.has("sizes") || typed.has("srcset") {
            options.sizes = self.distinct_sizes(typed);
        }
        if typed.has("fit") {
            options.shape.fit = self.fit;
        }
        if typed.has("gravity") {
            options.shape.gravity = self.gravity;
        }
        if let Some(gravity) = self.crop {
            options.shape.fit = Fit::Cover;
            options.shape.gravity = gravity.unwrap_or(options.shape.gravity);
        }
        if self.enlarge {
            options.shape.enlargement = Enlargement::Allowed;
        }
        if typed.has("blur") {
            options.blur = self.blur;
        }
        if typed.has("filter") {
            options.filter = self.filter;
        }
        if typed.has("format") {
            options.targets = Targets::new(&self.format);
        }
        if typed.has("quality") {
            options.quality = self.quality;
        }
        if typed.has("background") {
            options.background = self.background;
        }
        if typed.has("exposure") {
            options.exposure = self.exposure;
        }
        if self.keep_profile {
            options.profiles = Profiles::Keep;
        }
        if self.linear {
            options.light = Light::Linear;
        }
        if self.exact {
            options.exactness = Exactness::Exact;
        }
    }

    /// Returns a warning if a size would enlarge images, which is not allowed.
    pub(super) fn warning(&self) -> Option<String> {
        let is_larger = |size: &&Bounds| matches!(size, Bounds::Percent { percent } if *percent > 100.0);
        let size = self.sizes.iter().find(is_larger).filter(|_| !self.enlarge && self.srcset.is_empty())?;
        Some(format!("{size} makes thumbnails of 100% only, except of drawings; use --enlarge to enlarge images"))
    }

    fn distinct_sizes(&self, typed: &Typed) -> Vec<Bounds> {
        let mut sizes: Vec<Bounds> = Vec::new();
        let is_srcset = !self.srcset.is_empty() && !typed.is_typed("sizes");
        for size in if !is_srcset { &self.sizes } else { &self.srcset } {
            if !sizes.contains(size) {
                sizes.push(*size);
            }
        }
        sizes
    }
}

/// The largest blur. Beyond it, every thumbnail of a camera's image is a single colour.
const MAX_SIGMA: f64 = Options::MAX_BLUR;

fn read_sigma(text: &str) -> Result<f64, String> {
    let sigma = text.parse().ok().filter(|sigma| (0.0..=MAX_SIGMA).contains(sigma));
    sigma.ok_or_else(|| format!("the blur is a number from 0 to {MAX_SIGMA}"))
}

fn read_width(text: &str) -> Result<Bounds, String> {
    let width = text.trim().parse().ok().map(|width| Bounds::Width { width });
    width.filter(|width| width.is_valid()).ok_or_else(|| "expected widths such as 320,640,1280".to_string())
}

fn read_quality(text: &str) -> Result<u8, String> {
    let quality = text.parse().ok().filter(|quality| (1..=100).contains(quality));
    quality.ok_or_else(|| "quality is a number from 1 to 100".to_string())
}
