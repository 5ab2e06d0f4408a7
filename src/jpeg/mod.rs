//! Decodes JPEGs (T.81) only as far as a smaller image needs, and encodes baseline ones. A file's bytes become a [`Header`], or the
//! rows of one plane of `f32` samples a component, at as many eighths of its size as its [`Scale`] says, with no upsampling and no
//! colour conversion. Knows nothing of the rest of the crate.
//!
//! Data flow: `marker` walks the segments, `header` and `frame` read what the picture is, `decode` goes through the
//! scans; `unstuff` takes a scan's bytes out of the file, `scan` knows their order of blocks. Sequential scans are read by
//! `sequential`, with two `lanes` of the state `machine`, and `render` makes samples of them; progressive ones by
//! `progressive` into a `store`, with the tables of `huffman` and `values`; those with arithmetic codes by `arithmetic`. `idct`
//! turns coefficients into samples, `plane` holds them, `depth` brings those of 12 bits to 8. Lossless images have
//! nothing of this but the bits: `lossless` reads them. `detail` decodes nothing: it estimates from samples what a coarser scale
//! would lose. The other way, `encode` writes baseline files from planes of 8 bits.

mod arithmetic;
mod bits;
mod damage;
mod decode;
mod depth;
mod detail;
mod encode;
mod error;
mod frame;
mod header;
mod huffman;
mod idct;
mod lanes;
mod lossless;
mod machine;
mod marker;
mod plane;
mod progressive;
mod render;
mod scan;
mod sequential;
mod store;
mod tables;
mod turn;
mod unstuff;
mod values;
mod workspace;

pub use damage::{Damage, DamageKind};
pub use decode::{decode, decode_rows, decode_with};
pub use detail::{Spectrum, sample_spectra};
pub use encode::{Channel, Channels, EncodeError, MAX_SIDE, encode};
pub use error::{Error, Limit, Unsupported};
pub use header::{Coding, ColorModel, Component, Header, Process, read_header};
pub use marker::{Segment, Segments, segments};
pub use plane::{Plane, Rows};
pub use workspace::Workspace;

/// The most components of a frame.
const MAX_COMPONENTS: usize = 4;

/// How much smaller than its component's grid a plane is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// Every sample.
    #[default]
    Full,
    /// 6×6 samples of a block.
    SixEighths,
    /// 5×5 samples of a block.
    FiveEighths,
    /// Means of 2×2 samples.
    Half,
    /// 3×3 samples of a block.
    ThreeEighths,
    /// Means of 4×4 samples.
    Quarter,
    /// Means of 8×8 samples, which is a block: no AC coefficient is decoded.
    Eighth,
}

impl Scale {
    /// All scales, the coarsest first.
    pub const ALL: [Self; 7] =
        [Self::Eighth, Self::Quarter, Self::ThreeEighths, Self::Half, Self::FiveEighths, Self::SixEighths, Self::Full];

    /// Returns the samples along one side of a block: the number of eighths.
    #[must_use]
    pub const fn samples(self) -> usize {
        match self {
            Self::Full => 8,
            Self::SixEighths => 6,
            Self::FiveEighths => 5,
            Self::Half => 4,
            Self::ThreeEighths => 3,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }

    /// Returns the source samples per sample, along one axis: 1 to 8.
    #[must_use]
    pub fn ratio(self) -> f64 {
        8.0 / self.samples() as f64
    }

    /// Returns a length in source samples as one in samples of this scale, exactly where it is whole.
    #[must_use]
    pub fn reduce(self, length: f64) -> f64 {
        length * self.samples() as f64 / 8.0
    }

    /// How many coefficients from the front of the zigzag order hold all that this scale uses.
    const fn kept(self) -> usize {
        match self {
            Self::Full => 64,
            Self::SixEighths => 52,
            Self::FiveEighths => 40,
            Self::Half => 25,
            Self::ThreeEighths => 13,
            Self::Quarter => 5,
            Self::Eighth => 1,
        }
    }
}

/// What to decode, and what not to exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The scale of each component, in the frame's order; what exceeds the number of components is ignored.
    /// Default: all [`Scale::Full`].
    pub scales: [Scale; 4],
    /// Scans that may be decoded for one picture; scans that are skipped do not count. Default: 500.
    pub max_scans: u32,
    /// Bytes that may be allocated ([`Header::peak_memory`]). Default: 4 GiB.
    pub max_memory: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { scales: [Scale::Full; 4], max_scans: 500, max_memory: 4 << 30 }
    }
}

impl Options {
    /// The defaults, with all components at one scale.
    #[must_use]
    pub fn at(scale: Scale) -> Self {
        Self { scales: [scale; 4], ..Self::default() }
    }
}

/// A decoded picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// What the file says about it.
    pub header: Header,
    /// One plane a component, in the frame's order.
    pub planes: Vec<Plane>,
    /// What is wrong with it, if anything.
    pub damage: Option<Damage>,
}
