//! The decided values of a run: what to read, what to make of each picture, with how many workers. Filled in by the
//! command line or by a library user; nothing behind this page asks the environment again.

mod amount;
mod memory;
mod output;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::earlier::Earlier;
pub use crate::format::Format;
use crate::geometry::Size;
pub use amount::{read_bytes, read_duration, read_pixels};
pub use memory::Memory;
pub use output::{Bookkeeping, Effect, Existing, Foreign, Layout, Orphans};

/// One run over files and folders.
#[derive(Debug, Clone)]
pub struct Config {
    /// Files and folders to read; folders are walked recursively.
    pub inputs: Vec<PathBuf>,
    /// The directory that relative paths start from, which reports name. Default: the current one.
    pub directory: PathBuf,
    /// The folder that thumbnails go to; the tree under each input folder is mirrored in it. Default: `thumbs`.
    pub output: PathBuf,
    /// What becomes of each picture.
    pub options: Options,
    /// Files under way at once, one worker each. Default: as many as the process may use cores.
    pub workers: NonZeroUsize,
    /// What happens to a thumbnail that is already there. Default: [`Existing::Replace`].
    pub existing: Existing,
    /// What becomes of a file in a thumbnail's place that is not ours. Default: [`Foreign::Refuse`].
    pub foreign: Foreign,
    /// What becomes of thumbnails whose source is gone. Default: [`Orphans::Keep`].
    pub orphans: Orphans,
    /// Whether anything is written. Default: [`Effect::Write`].
    pub effect: Effect,
    /// Whether the ledger is written. Default: [`Bookkeeping::On`].
    #[doc(hidden)]
    pub bookkeeping: Bookkeeping,
    /// Where thumbnails lie below the output directory. Default: [`Layout::Mirror`].
    pub layout: Layout,
    /// What the report of an earlier run says. Default: nothing is known.
    pub earlier: Earlier,
    /// Which symbolic links are followed. Default: [`Links::WithinTree`].
    pub links: Links,
    /// Memory that the files under way share. Default: half of what is free.
    pub memory: Memory,
    /// How long a read may hang before its file fails; none for as long as it likes. Decoding has 10 times as long,
    /// again as many times as there are workers to a core, and a [process that renders](Self::renderer) 2 s of processor
    /// time, more for large pictures and where this is more than its default. Default: 60 s.
    pub timeout: Option<Duration>,
    /// The program whose processes render vector pictures, so that none can end the run: it is started with
    /// [`SERVE_WORD`](crate::thumbnail::SERVE_WORD). Without one they are rendered in this process. Default: none; the
    /// command line names itself.
    pub renderer: Option<PathBuf>,
}

impl Config {
    /// The defaults of the command line for these inputs.
    #[must_use]
    pub fn new(inputs: Vec<PathBuf>) -> Self {
        Self {
            inputs,
            directory: std::env::current_dir().unwrap_or_default(),
            output: PathBuf::from("thumbs"),
            options: Options::default(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            existing: Existing::default(),
            foreign: Foreign::default(),
            orphans: Orphans::default(),
            effect: Effect::default(),
            bookkeeping: Bookkeeping::default(),
            layout: Layout::default(),
            earlier: Earlier::default(),
            links: Links::default(),
            memory: Memory::default(),
            timeout: Some(Duration::from_secs(60)),
            renderer: None,
        }
    }
}

/// What becomes of a picture, whatever folder it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The boxes to fit into, one thumbnail each, all from one decode. Default: 50x50.
    pub sizes: Vec<Size>,
    /// Standard deviation σ of the Gaussian in source px, 0 for none. It holds from a reduction of r = 2 on; below, it is
    /// σ · (r − 1), so that a picture that is not made smaller is not blurred at all. r is the root of source pixels by
    /// thumbnail pixels. Default: 2, as Pillow's `GaussianBlur()`.
    pub blur: f64,
    /// Kernel of the resize. Default: [`Filter::CatmullRom`].
    pub filter: Filter,
    /// Format of the thumbnails. Default: [`Target::Same`].
    pub target: Target,
    /// Quality from 1 to 100 for lossy formats. Default: 80.
    pub quality: u8,
    /// What transparent pixels are laid on where the thumbnail's format has no alpha. Default: white.
    pub background: Background,
    /// What becomes of a picture's colour profile. Default: [`Profiles::Convert`].
    pub profiles: Profiles,
    /// What is blurred and resized. Default: [`Light::Encoded`].
    pub light: Light,
    /// How bright scene-linear light is shown. Default: [`Exposure::AsIs`].
    pub exposure: Exposure,
    /// Whether decoding may shrink. Default: [`Exactness::Fast`].
    pub exactness: Exactness,
    /// Whether a picture's own preview may stand in for it. Default: [`Previews::Ignored`].
    pub previews: Previews,
    /// Pictures of more pixels than this fail. Default: 500 million.
    pub max_pixels: u64,
    /// Files of more bytes than this fail. Default: 4 GiB.
    pub max_file_size: u64,
    /// What becomes of a picture that could be decoded only in part. Default: [`Damaged::Auto`].
    pub damaged: Damaged,
}

impl Options {
    /// The largest blur, in source px: beyond it every thumbnail of a camera's image is one colour.
    pub const MAX_BLUR: f64 = 1000.0;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sizes: vec![Size::new(50, 50)],
            blur: 2.0,
            filter: Filter::default(),
            target: Target::default(),
            quality: 80,
            background: Background::WHITE,
            profiles: Profiles::default(),
            light: Light::default(),
            exposure: Exposure::default(),
            exactness: Exactness::default(),
            previews: Previews::default(),
            max_pixels: 500_000_000,
            max_file_size: 4 << 30,
            damaged: Damaged::default(),
        }
    }
}

/// Kernel of the resize; all are stretched by the reduction, so that they filter what would alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// Bicubic with a = −0.5, support 2 px; as Pillow's thumbnails.
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

/// What becomes of a picture's colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profiles {
    /// Colours are converted to sRGB, and thumbnails carry no profile.
    #[default]
    Convert,
    /// Thumbnails carry the picture's ICC profile, and colours stay as they are. Where the format can't carry it (it is
    /// none of JPEG, PNG, WebP and TIFF, or the profile is of inks), they are converted.
    Keep,
}

/// What is blurred and resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Light {
    /// The samples as they are coded, as most programs do.
    #[default]
    Encoded,
    /// Light itself: fine bright detail keeps its brightness. A decoder that shrinks still takes means of coded samples,
    /// unless with [`Exactness::Exact`].
    Linear,
}

/// How bright scene-linear light is shown: that of OpenEXR and Radiance HDR, and of samples with a point in TIFF, DDS and
/// JPEG XL.
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

/// Whether speed may cost a trace of fidelity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exactness {
    /// Decode onto the working grid, and count its blur towards the Gaussian.
    #[default]
    Fast,
    /// Full decode and a true Gaussian on the full picture: the slow truth that the fast path is held to.
    Exact,
}

/// Whether a picture's own preview may stand in for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Previews {
    /// The main picture is decoded; of a RAW file, its largest preview.
    #[default]
    Ignored,
    /// A preview stands in where it is large enough, has the main picture's aspect, and agrees with its first rows; of a
    /// RAW file, the smallest that is large enough. Not with [`Exactness::Exact`].
    Used,
}

/// What becomes of a picture that could be decoded only in part: cut off, or with broken data inside. One of which nothing
/// could be decoded always fails, unless a preview stands in.
///
/// An intact preview in the same file stands in: the EXIF thumbnail or MPF preview of a JPEG, the thumbnail item of a HEIF or
/// AVIF file, another preview of a RAW file. The thumbnail is then no larger than the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Damaged {
    /// Kept with a warning if at least half of it is there, else made from an intact preview, else a failure.
    #[default]
    Auto,
    /// Kept with a warning, however little of it is there; of nothing, as with auto.
    Keep,
    /// A failure.
    Fail,
}

/// Which symbolic links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Links {
    /// Links to files that lie under one of the inputs.
    #[default]
    WithinTree,
    /// All of them, folders and other trees too; a loop is told and left.
    All,
}

/// Format of the thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// The source's own format; where it can't be written, JPEG, or PNG for a picture with alpha.
    #[default]
    Same,
    /// This one for all.
    Always(Format),
}

impl Target {
    /// The format of the thumbnail of a picture in `source` format.
    #[must_use]
    pub const fn for_source(self, source: Format, has_alpha: bool) -> Format {
        match self {
            Self::Always(format) => format,
            Self::Same if source.is_writable() => source,
            Self::Same if has_alpha => Format::Png,
            Self::Same => Format::Jpeg,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Always(format) => f.write_str(format.name()),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    /// Reads `same`, or a format by its name or by any of its file suffixes, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("same") {
            return Ok(Self::Same);
        }
        let writable = || {
            let names = Format::ALL.into_iter().filter(|format| format.is_writable()).map(Format::name);
            ["same"].into_iter().chain(names).collect::<Vec<_>>().join(", ")
        };
        match Format::of_suffix(text.strip_prefix('.').unwrap_or(text)) {
            Some(format) if format.is_writable() => Ok(Self::Always(format)),
            Some(format) => Err(format!("{} can't be written; choose one of {}", format.label(), writable())),
            None => Err(format!("unknown format; choose one of {}", writable())),
        }
    }
}

/// A colour, 8 bits a channel, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// Red, green, blue.
    pub rgb: [u8; 3],
}

impl Background {
    /// The default.
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

    /// Reads a CSS colour by its name or as `#f80`, `#ff8800`, `rgb(255, 136, 0)` or `hsl(32, 100%, 50%)`. The `#` may be
    /// left out. The colour must be opaque.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = matches!(text.len(), 3 | 4 | 6 | 8) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let color = match text {
            _ if is_hex => format!("#{text}").parse(),
            // CSS Color 4 added it to the names of SVG.
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
    fn a_format_that_cannot_be_written_becomes_jpeg_or_png_with_alpha() {
        assert_eq!(Target::Same.for_source(Format::Gif, true), Format::Gif);
        assert_eq!(Target::Same.for_source(Format::Ico, false), Format::Jpeg);
        assert_eq!(Target::Same.for_source(Format::Ico, true), Format::Png);
        assert_eq!(Target::Same.for_source(Format::Raw, false), Format::Jpeg);
        assert_eq!(Target::Always(Format::WebP).for_source(Format::Ico, true), Format::WebP);
    }

    #[test]
    fn every_writable_format_is_chosen_by_its_name() {
        for format in Format::ALL {
            for name in [format.name().to_string(), format.name().to_uppercase()] {
                assert_eq!(name.parse::<Target>().is_ok(), format.is_writable(), "{name}");
            }
        }
    }

    #[test]
    fn a_format_is_chosen_by_any_of_its_suffixes_in_either_case() {
        for (text, wanted) in [
            ("JPG", Format::Jpeg),
            ("Jpeg", Format::Jpeg),
            (".jpe", Format::Jpeg),
            ("tif", Format::Tiff),
            ("TIFF", Format::Tiff),
            ("ppm", Format::Pnm),
            ("pgm", Format::Pnm),
            ("pbm", Format::Pnm),
            ("dib", Format::Bmp),
        ] {
            let wanted = if wanted.is_writable() { Ok(Target::Always(wanted)) } else { continue };
            assert_eq!(text.parse(), wanted, "{text}");
        }
        assert_eq!("SAME".parse(), Ok(Target::Same));
        assert!("bitmap".parse::<Target>().unwrap_err().starts_with("unknown format; choose one of same, jpeg, png"));
        assert!("heif".parse::<Target>().unwrap_err().starts_with("HEIC can't be written; choose one of same, jpeg"));
    }

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
