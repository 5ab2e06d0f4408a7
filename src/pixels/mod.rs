//! Holds the pixels between decoder and encoder in planes of `f32`, one for each channel.
//!
//! Samples are nominally 0 to 255, and neither rounded nor clamped before the very end.

#[cfg_attr(not(feature = "exact"), allow(dead_code, reason = "the fast mode takes its strength alone"))]
pub(crate) mod blur;
pub(crate) mod profile;
#[cfg(feature = "exact")]
pub(crate) mod resize;
pub(crate) mod scene;
pub(crate) mod shrink;

use crate::geometry::{Factors, Size};

/// One channel of an image, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    /// Samples in a row, rows.
    pub(crate) size: Size,
    /// `size.pixels()` samples.
    pub(crate) samples: Vec<f32>,
}

impl Plane {
    /// Returns the samples of row `y`.
    pub(crate) fn row(&self, y: usize) -> &[f32] {
        let width = self.size.width as usize;
        &self.samples[y * width..][..width]
    }
}

/// Two numbers of one kind, along the rows and down the columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axes {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// The geometry of one channel on the working grid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlaneShape {
    /// Samples in a row, rows.
    pub(crate) size: Size,
    /// As [`GridPlane::covered`].
    pub(crate) covered: Axes,
    /// As [`GridPlane::pitch`].
    pub(crate) pitch: Axes,
    /// As [`GridPlane::blurred`].
    pub(crate) blurred: Axes,
}

/// One channel on the working grid.
#[derive(Debug, Clone)]
pub(crate) struct GridPlane {
    pub(crate) plane: Plane,
    /// The part that the image covers, in working px from the top left corner. The rest is padding, or belongs to a
    /// working pixel that the image fills only in part.
    pub(crate) covered: Axes,
    /// Source px for each working px.
    pub(crate) pitch: Axes,
    /// Variance of the blur by the reduction to this grid, in working px².
    pub(crate) blurred: Axes,
}

impl PlaneShape {
    /// Returns the geometry of the means of blocks of `factors` pixels. The image's size is `source`.
    pub(crate) fn of_means(source: Size, factors: Factors) -> Self {
        let (x, y) = (f64::from(factors.across.get()), f64::from(factors.down.get()));
        Self {
            size: factors.grid(source),
            covered: Axes { x: f64::from(source.width) / x, y: f64::from(source.height) / y },
            pitch: Axes { x, y },
            blurred: Axes { x: box_variance(x), y: box_variance(y) },
        }
    }

    /// Returns the plane of this shape with these samples.
    pub(crate) fn with(self, samples: Vec<f32>) -> GridPlane {
        let Self { size, covered, pitch, blurred } = self;
        GridPlane { plane: Plane { size, samples }, covered, pitch, blurred }
    }
}

impl GridPlane {
    /// Returns the geometry of the plane.
    pub(crate) const fn shape(&self) -> PlaneShape {
        PlaneShape { size: self.plane.size, covered: self.covered, pitch: self.pitch, blurred: self.blurred }
    }

    /// Returns a plane of means of blocks of `factors` pixels. The image's size is `source`.
    #[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats collect whole planes"))]
    pub(crate) fn of_means(plane: Plane, source: Size, factors: Factors) -> Self {
        let PlaneShape { covered, pitch, blurred, .. } = PlaneShape::of_means(source, factors);
        Self { plane, covered, pitch, blurred }
    }
}

/// Returns the variance, in working px², of the mean over `f` source pixels: (f² − 1) / 12 source px².
pub(crate) fn box_variance(f: f64) -> f64 {
    (f * f - 1.0) / (12.0 * f * f)
}

/// Variance of libjpeg's triangular upsampling by 2, in source px²: taps of 3/8 at ±1/2 and of 1/8 at ±3/2. A full
/// decode blurs by it too, so that it is not booked as blur of the reduction.
const FANCY_UPSAMPLING: f64 = 0.75;

/// Returns the variance, in working px², of a plane of box means over `f` samples. Each sample is `ratio` source px
/// wide. The variance that a full decode would have added by smooth upsampling is subtracted.
pub(crate) fn booked_variance(f: f64, ratio: f64) -> f64 {
    let reduced = ratio * ratio * (f * f - 1.0) / 12.0;
    let upsampled = if ratio == 2.0 { FANCY_UPSAMPLING } else { (ratio * ratio - 1.0) / 12.0 };
    (reduced - upsampled) / (ratio * f).powi(2)
}

/// The meaning of an image's planes. With alpha, the colours are premultiplied and alpha is the last plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    Grey,
    GreyAlpha,
    Rgb,
    RgbAlpha,
    /// Full range, as in JFIF.
    YCbCr(Matrix),
    /// 255 is full ink.
    Cmyk,
    /// 0 is full ink, as Adobe stores it.
    CmykInverted,
    /// CMYK whose first three were coded as YCbCr.
    Ycck,
    YcckInverted,
}

/// The weights of red and blue in luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "heic", feature = "avif")), expect(dead_code, reason = "only HEIF says which"))]
pub(crate) enum Matrix {
    /// ITU-R BT.601: JFIF's.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
    /// Weights in ten-thousandths.
    Other { red: u16, blue: u16 },
}

#[cfg_attr(not(any(feature = "heic", feature = "avif")), allow(dead_code, reason = "only HEIF says which"))]
impl Matrix {
    /// The FCC's of 1953.
    pub(crate) const FCC: Self = Self::Other { red: 3000, blue: 1100 };

    /// SMPTE ST 240.
    pub(crate) const SMPTE_240: Self = Self::Other { red: 2120, blue: 870 };

    /// Returns the weights of red and blue (ITU-T H.273, table 4).
    pub(crate) const fn weights(self) -> (f32, f32) {
        match self {
            Self::Bt601 => (0.299, 0.114),
            Self::Bt709 => (0.2126, 0.0722),
            Self::Bt2020 => (0.2627, 0.0593),
            Self::Other { red, blue } => (red as f32 / 10_000.0, blue as f32 / 10_000.0),
        }
    }
}

impl Model {
    /// Returns whether the last plane is alpha.
    pub(crate) const fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::RgbAlpha)
    }

    pub(crate) const fn planes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb | Self::YCbCr(_) => 3,
            Self::RgbAlpha | Self::Cmyk | Self::CmykInverted | Self::Ycck | Self::YcckInverted => 4,
        }
    }
}

/// An image on its working grid; every plane has a grid of its own.
#[derive(Debug, Clone)]
pub(crate) struct WorkingGrid {
    pub(crate) model: Model,
    pub(crate) planes: Vec<GridPlane>,
}

/// An image whose planes are all of one size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) model: Model,
    pub(crate) size: Size,
    pub(crate) planes: Vec<Plane>,
}
