//! Defines the 8-bit samples of a thumbnail and their order, by its format.

use pulp::{Arch, NullaryFnOnce};

use crate::geometry::Size;
use crate::options::{Effort, Format};
use crate::pixels::{Matrix, Model};

/// A thumbnail's samples, 8 bits each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Samples {
    pub(crate) size: Size,
    pub(crate) layout: Layout,
    /// The samples; [`Layout::bytes`] is their number.
    pub(crate) bytes: Vec<u8>,
}

/// The order of a thumbnail's samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Grey,
    /// Interleaved; alpha is not multiplied in.
    GreyAlpha,
    /// Interleaved.
    Rgb,
    /// Interleaved; alpha is not multiplied in.
    RgbAlpha,
    /// Three planes one after the other: full-range BT.601 luma, Cb and Cr, for JPEGs alone.
    ///
    /// A halved chroma sample is the mean of two by two pixels of the upright thumbnail, from its top left corner; a last column
    /// or row of an odd number stands for itself. As stored, the lone column or row may be the first one
    /// ([`LoneLines`](super::LoneLines)).
    YCbCr(Subsampling),
}

/// The resolution of chroma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subsampling {
    /// That of luma: 4:4:4.
    Full,
    /// Half of luma's along both axes, rounded up: 4:2:0.
    Halved,
}

/// The quality from which a JPEG's chroma is kept in full, as by libvips and ImageMagick.
const FULL_CHROMA: u8 = 90;

impl Subsampling {
    /// Returns the resolution of chroma in a JPEG of this quality.
    pub(crate) const fn of_quality(quality: u8) -> Self {
        if quality < FULL_CHROMA { Self::Halved } else { Self::Full }
    }

    /// Returns the resolution of chroma in the samples of such a JPEG. The encoder of small files halves chroma itself.
    pub(crate) const fn of_samples(quality: u8, effort: Effort) -> Self {
        match effort {
            Effort::Small => Self::Full,
            Effort::Fast | Effort::Default => Self::of_quality(quality),
        }
    }

    /// Returns the size of the chroma planes of a thumbnail.
    pub(crate) const fn chroma(self, size: Size) -> Size {
        match self {
            Self::Full => size,
            Self::Halved => Size::new(size.width.div_ceil(2), size.height.div_ceil(2)),
        }
    }
}

impl Layout {
    /// Returns the layout of a thumbnail of this model. A JPEG takes luma and chroma; grey stays grey; grey laid on a colour is
    /// a colour.
    pub(super) const fn new(model: Model, format: Format, subsampling: Subsampling) -> Self {
        match model {
            Model::Grey => Self::Grey,
            Model::GreyAlpha if format.carries_alpha() => Self::GreyAlpha,
            Model::RgbAlpha if format.carries_alpha() => Self::RgbAlpha,
            _ if matches!(format, Format::Jpeg) => Self::YCbCr(subsampling),
            _ => Self::Rgb,
        }
    }

    /// Returns the resolution of chroma.
    pub(crate) const fn subsampling(self) -> Subsampling {
        match self {
            Self::YCbCr(subsampling) => subsampling,
            _ => Subsampling::Full,
        }
    }

    /// Returns the bytes of a pixel and the size of each plane.
    pub(crate) fn planes(self, size: Size) -> impl Iterator<Item = (usize, Size)> {
        let (channels, chroma) = match self {
            Self::Grey => (1, None),
            Self::GreyAlpha => (2, None),
            Self::Rgb => (3, None),
            Self::RgbAlpha => (4, None),
            Self::YCbCr(subsampling) => (1, Some(subsampling.chroma(size))),
        };
        [Some((channels, size)), chroma.map(|size| (1, size)), chroma.map(|size| (1, size))].into_iter().flatten()
    }

    /// Returns the number of bytes of all samples.
    pub(crate) fn bytes(self, size: Size) -> usize {
        self.planes(size).map(|(channels, size)| channels * size.width as usize * size.height as usize).sum()
    }
}

/// Returns whether luma and chroma go into a JPEG as they are.
pub(super) const fn is_jpegs(model: Model, layout: Layout) -> bool {
    matches!((model, layout), (Model::YCbCr(Matrix::Bt601), Layout::YCbCr(_)))
}

/// Writes samples to as many `bytes`, rounded and clamped.
pub(crate) fn round_into(samples: &[f32], bytes: &mut [u8]) {
    struct Round<'a>(&'a [f32], &'a mut [u8]);

    impl NullaryFnOnce for Round<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            self.1.iter_mut().zip(self.0).for_each(|(byte, sample)| *byte = round(*sample));
        }
    }

    Arch::new().dispatch(Round(samples, bytes));
}

/// Appends samples, rounded and clamped.
#[inline(always)]
pub(crate) fn append_rounded(samples: &[f32], bytes: &mut Vec<u8>) {
    bytes.extend(samples.iter().map(|sample| round(*sample)));
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` clamps to 0 and 255, as wanted")]
pub(super) fn round(sample: f32) -> u8 {
    (sample + 0.5) as u8
}
