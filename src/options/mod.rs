//! Defines the options of a run: its inputs, how thumbnails are made, and the number of workers. The command line or a
//! library user fills them in; no code below reads the environment again.

mod amount;
mod desktop;
mod encoding;
mod memory;
mod metadata;
mod output;
mod placeholder;
mod selection;
mod shard;
mod sheet;
mod target;
mod template;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub use crate::format::Format;
use crate::geometry::{Bounds, Shape, Size};
use crate::previous_run::PreviousRun;
pub use amount::{read_bytes, read_duration, read_pixels};
pub use desktop::{DesktopSize, desktop_cache};
pub use encoding::{Effort, Encoding, Hdr, Loss, Motion, Scans};
pub use memory::Memory;
pub use metadata::{Kept, Metadata};
pub use output::{Bookkeeping, Effect, Existing, Foreign, Gallery, Layout, Orphans};
pub use placeholder::PlaceholderKind;
pub use selection::{Hidden, Pattern, Selection, read_time};
pub use shard::{Shard, ShardedBy};
pub use sheet::{ContactSheet, SheetForm};
pub use target::{Target, Targets};
pub use template::Template;

/// The configuration of one run over files and folders.
#[derive(Debug, Clone)]
pub struct Config {
    /// Files and folders to read. Folders are walked recursively.
    pub inputs: Vec<PathBuf>,
    /// Files from a list. One that does not exist fails by itself. Each keeps the directories that it is named with.
    /// Default: none.
    pub listed: Vec<PathBuf>,
    /// The files of the input directories that are taken. Default: all that are not hidden.
    pub selection: Selection,
    /// The directory that relative paths start from, as named in reports. Default: the current one.
    pub directory: PathBuf,
    /// The folder for the thumbnails, which keeps the structure of each input folder. Default: `thumbs`.
    pub output: PathBuf,
    /// The options for each image.
    pub options: Options,
    /// Number of workers; each processes one file at a time. Default: the number of cores that the process may use.
    pub workers: NonZeroUsize,
    /// The treatment of thumbnails that exist already. Default: [`Existing::Replace`].
    pub existing: Existing,
    /// The treatment of files that would be replaced but aren't our thumbnails. Default: [`Foreign::Refuse`].
    pub foreign: Foreign,
    /// The treatment of thumbnails whose source is gone. Default: [`Orphans::Keep`].
    pub orphans: Orphans,
    /// Whether anything is written. Default: [`Effect::Write`].
    pub effect: Effect,
    /// Whether the ledger is written. Default: [`Bookkeeping::On`].
    #[doc(hidden)]
    pub bookkeeping: Bookkeeping,
    /// Whether pages that show the thumbnails are written. Default: [`Gallery::Off`].
    pub gallery: Gallery,
    /// The contact sheet, for all thumbnails that the ledger names. Builds without the feature `contact-sheet` write none. Default:
    /// none.
    pub contact_sheet: Option<ContactSheet>,
    /// The paths of thumbnails below the output directory. Default: [`Layout::Mirror`].
    pub layout: Layout,
    /// The template for the paths of thumbnails, in place of their sources' names. Default: none.
    pub template: Option<Template>,
    /// The report of an earlier run. Default: empty.
    pub previous_run: PreviousRun,
    /// The symbolic links that are followed. Default: [`Links::WithinTree`].
    pub links: Links,
    /// Memory budget of the files in progress. Default: half of the free memory.
    pub memory: Memory,
    /// Maximum time of a read before its file fails; `None` for no limit. Decoding has 10 times as long, multiplied by
    /// the number of workers per core. A [rendering process](Self::renderer) has 2 s of processor time, more for large
    /// images or if this exceeds its default. Default: 60 s.
    pub timeout: Option<Duration>,
    /// The program whose processes render vector images, so that no image can end the run. It is started with
    /// [`SERVE_WORD`](crate::thumbnail::SERVE_WORD). If `None`, they are rendered in this process. Default: `None`; the
    /// command line uses its own program.
    pub renderer: Option<PathBuf>,
}

impl Config {
    /// Returns the defaults of the command line for these inputs.
    #[must_use]
    pub fn new(inputs: Vec<PathBuf>) -> Self {
        Self {
            inputs,
            listed: Vec::new(),
            selection: Selection::default(),
            directory: std::env::current_dir().unwrap_or_default(),
            output: PathBuf::from("thumbs"),
            options: Options::default(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            existing: Existing::default(),
            foreign: Foreign::default(),
            orphans: Orphans::default(),
            effect: Effect::default(),
            bookkeeping: Bookkeeping::default(),
            gallery: Gallery::default(),
            contact_sheet: None,
            layout: Layout::default(),
            template: None,
            previous_run: PreviousRun::default(),
            links: Links::default(),
            memory: Memory::default(),
            timeout: Some(Duration::from_secs(60)),
            renderer: None,
        }
    }
}

/// The options for each image, whichever folder it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The sizes of thumbnails. Each gets one, and all share one decode. Default: 50x50.
    pub sizes: Vec<Bounds>,
    /// The shape of thumbnails within the requested size. Default: the whole image in its aspect, never enlarged.
    pub shape: Shape,
    /// Standard deviation σ of the Gaussian blur in source px, 0 for none. It applies from a reduction of r = 2; below
    /// that, it is σ · (r − 1), so that an image that is not made smaller is not blurred. r is the square root of source
    /// pixels per thumbnail pixel. Default: 2, as in Pillow's `GaussianBlur()`.
    pub blur: f64,
    /// Resampling filter. Default: [`Filter::CatmullRom`].
    pub filter: Filter,
    /// Formats of the thumbnails. Each size is made in each. Default: [`Target::Same`].
    pub targets: Targets,
    /// Quality from 1 to 100 for lossy formats. Default: 80.
    pub quality: u8,
    /// The choices that encoders leave. Default: [`Encoding::default`].
    pub encoding: Encoding,
    /// The colour behind transparent pixels if the thumbnail's format has no alpha. Default: white.
    pub background: Background,
    /// The treatment of an image's colour profile. Default: [`Profiles::Convert`].
    pub profiles: Profiles,
    /// The metadata that thumbnails keep, if their format carries it: JPEG, PNG and WebP. Default: none.
    pub keep: Kept,
    /// The sample values that are blurred and resized. Default: [`Light::Encoded`].
    pub light: Light,
    /// Brightness of scene-linear images. Default: [`Exposure::AsIs`].
    pub exposure: Exposure,
    /// Whether decoding may shrink the image. Default: [`Exactness::Fast`].
    pub exactness: Exactness,
    /// Whether an embedded preview may replace the image. Default: [`Previews::Ignored`].
    pub previews: Previews,
    /// Maximum number of pixels; larger images fail. Default: 500 million.
    pub max_pixels: u64,
    /// Maximum size of a file in bytes; larger files fail. Default: 4 GiB.
    pub max_file_size: u64,
    /// The treatment of images that could be decoded only in part. Default: [`Damaged::Auto`].
    pub damaged: Damaged,
    /// The kind of placeholder that reports and pages have for an image. Default: none.
    pub placeholder: Option<PlaceholderKind>,
    /// The treatment of animated images. Default: [`Motion::FirstFrame`].
    pub motion: Motion,
    /// The treatment of gain maps. Default: [`Hdr::Sdr`].
    pub hdr: Hdr,
}

impl Options {
    /// The largest blur, in source px. Beyond it, every thumbnail of a camera's image is a single colour.
    pub const MAX_BLUR: f64 = 1000.0;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sizes: vec![Size::new(50, 50).into()],
            shape: Shape::default(),
            blur: 2.0,
            filter: Filter::default(),
            targets: Targets::default(),
            quality: 80,
            encoding: Encoding::default(),
            background: Background::WHITE,
            profiles: Profiles::default(),
            keep: Kept::new(),
            light: Light::default(),
            exposure: Exposure::default(),
            exactness: Exactness::default(),
            previews: Previews::default(),
            max_pixels: 500_000_000,
            max_file_size: 4 << 30,
            damaged: Damaged::default(),
            placeholder: None,
            motion: Motion::default(),
            hdr: Hdr::default(),
        }
    }
}

/// Resampling filter. Each is stretched by the reduction, so that it removes frequencies that would alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// Bicubic with a = −0.5, support 2 px; that of Pillow's thumbnails.
    #[default]
    CatmullRom,
    /// Windowed sinc, support 3 px; the sharpest, with some ringing.
    Lanczos3,
    /// Bicubic with B = C = 1/3, support 2 px; softer, with almost no ringing.
    Mitchell,
    /// Triangle, support 1 px.
    Bilinear,
    /// Plain mean, support 1/2 px.
    Box,
}

/// The treatment of an image's colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profiles {
    /// Colours are converted to sRGB. Thumbnails carry no profile.
    #[default]
    Convert,
    /// Thumbnails carry the image's ICC profile, and colours stay unconverted. They are converted if the format can't
    /// carry the profile: if it is none of JPEG, PNG, WebP and TIFF, or if the profile is of inks.
    Keep,
}

/// The sample values that are blurred and resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Light {
    /// Encoded samples, as in most programs.
    #[default]
    Encoded,
    /// Linear light, in which fine bright detail keeps its brightness. A decoder that shrinks still averages encoded
    /// samples, unless with [`Exactness::Exact`].
    Linear,
}

/// Brightness of scene-linear images: OpenEXR, Radiance HDR, and floating-point samples in TIFF, DDS and JPEG XL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// As the file says: a sample of 1 is white, and brighter light is clipped.
    #[default]
    AsIs,
    /// If any light exceeds white, by the mean of the image, with highlights compressed.
    Auto,
}

/// The trade-off between speed and fidelity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exactness {
    /// Decodes onto the working grid, and counts the grid's blur towards the Gaussian.
    #[default]
    Fast,
    /// Decodes in full and applies a true Gaussian: the slow reference for the fast mode.
    Exact,
}

/// Whether an embedded preview may replace the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Previews {
    /// The main image is decoded, or the largest preview of a RAW file.
    #[default]
    Ignored,
    /// A preview is used if it is large enough, has the main image's aspect ratio, and matches its first rows. Of a RAW
    /// file, it is the smallest one that is large enough. Not with [`Exactness::Exact`].
    Used,
}

/// The treatment of an image that could be decoded only in part, because it is truncated or corrupt. If nothing could be
/// decoded, it always fails, unless a preview replaces it.
///
/// Intact previews in the same file are the EXIF thumbnail or MPF preview of a JPEG, the thumbnail item of a HEIF or AVIF
/// file, and other previews of a RAW file. The thumbnail is then no larger than the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Damaged {
    /// Kept with a warning if at least half of it is readable, else made from an intact preview, else a failure.
    #[default]
    Auto,
    /// Kept with a warning, however little is readable. If nothing is, handled like auto.
    Keep,
    /// A failure.
    Fail,
}

/// The symbolic links that are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Links {
    /// Links to files that lie under one of the inputs.
    #[default]
    WithinTree,
    /// All links, also to folders and out of the inputs. A loop is reported and skipped.
    All,
}

/// An sRGB colour with 8 bits per channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// The red, green and blue components.
    pub rgb: [u8; 3],
}

impl Background {
    /// White, the default.
    pub const WHITE: Self = Self { rgb: [255; 3] };
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.rgb;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl FromStr for Background {
    type Err = String;

    /// Parses an opaque CSS colour: a name, `#f80`, `#ff8800`, `rgb(255, 136, 0)` or `hsl(32, 100%, 50%)`. The `#` is
    /// optional.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = matches!(text.len(), 3 | 4 | 6 | 8) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let color = match text {
            _ if is_hex => format!("#{text}").parse(),
            // CSS Color 4 added this name to those of SVG.
            _ if text.eq_ignore_ascii_case("rebeccapurple") => "#663399".parse(),
            _ => text.parse::<svgtypes::Color>(),
        };
        match color {
            Ok(svgtypes::Color { red, green, blue, alpha: 255 }) => Ok(Self { rgb: [red, green, blue] }),
            Ok(_) => Err("the background can't be transparent".to_string()),
            Err(_) => Err("expected a CSS colour such as white, #ff8800 or rgb(255, 136, 0)".to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_opaque_css_colour_is_read() {
        let orange = Ok(Background { rgb: [255, 136, 0] });
        for text in [
            "#f80",
            "#FF8800",
            "ff8800",
            "#ff8800ff",
            "#f80f",
            "rgb(255, 136, 0)",
            "rgb(255 136 0)",
            "rgba(255,136,0,1)",
            "rgb(100%, 53.3%, 0%)",
            "hsl(32, 100%, 50%)",
            "hsl(32deg 100% 50%)",
        ] {
            assert_eq!(text.parse(), orange, "{text}");
        }
        assert_eq!("White".parse(), Ok(Background::WHITE));
        assert_eq!("rebeccapurple".parse(), Ok(Background { rgb: [0x66, 0x33, 0x99] }));
        for wrong in ["", "#ff", "red-ish", "#gggggg", "12 px"] {
            assert!(wrong.parse::<Background>().unwrap_err().contains("CSS colour"), "{wrong}");
        }
        for transparent in ["transparent", "#ff00ff00", "#f808", "rgba(255, 136, 0, 0.5)"] {
            assert!(transparent.parse::<Background>().unwrap_err().contains("transparent"), "{transparent}");
        }
    }

    #[test]
    fn a_background_is_written_as_it_can_be_read() {
        let background = Background { rgb: [1, 0xab, 255] };
        assert_eq!(background.to_string().parse(), Ok(background));
    }
}
