//! Defines the properties of an image and the sizes that follow from them.

use crate::scale::Scale;

/// Maximum number of components of a frame.
pub(crate) const MAX_COMPONENTS: usize = 4;

/// The coding process: the order in which the image is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Baseline sequential (SOF0).
    Baseline,
    /// Extended sequential (SOF1, SOF9).
    ExtendedSequential,
    /// Progressive (SOF2, SOF10).
    Progressive,
    /// Lossless: samples predicted from their neighbours (SOF3).
    Lossless,
}

/// The entropy coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Huffman codes.
    Huffman,
    /// The QM coder of T.81, annex D.
    Arithmetic,
}

/// The colour model: the meaning of the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColorModel {
    /// One component: luma.
    Grey,
    /// Luma and full-range chroma, as in JFIF.
    YCbCr,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
    /// CMYK whose first three components are coded as YCbCr.
    Ycck,
    /// Two components, which no standard defines. The first is best shown as grey.
    TwoComponents,
}

/// A component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// Identifier, by which scans name the component.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub h: u8,
    /// Vertical sampling factor, 1 to 4.
    pub v: u8,
    /// Index of the quantisation table, 0 to 3.
    pub quant: u8,
}

/// The properties of an image, as its segments state them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width of the image in px, at least 1.
    pub width: u32,
    /// Height of the image in px, at least 1.
    pub height: u32,
    /// Coding process.
    pub process: Process,
    /// Entropy coding.
    pub coding: Coding,
    /// Bits per sample: 8 or 12, or 2 to 16 if lossless.
    pub precision: u8,
    /// Components, one to four, in the frame's order.
    pub components: Vec<Component>,
    /// Colour model, by the rules of libjpeg.
    pub color: ColorModel,
    /// Whether 0 means full ink. True for all CMYK and YCCK files, following Adobe's convention.
    pub inverted: bool,
    /// Whether the file has a JFIF marker.
    pub jfif: bool,
    /// Colour transform of the Adobe marker; `None` without such a marker.
    pub adobe: Option<u8>,
    /// MCUs between two restart markers in the first scan; 0 = no restart markers.
    pub restart_interval: u16,
}

impl Header {
    /// Returns the largest horizontal and vertical sampling factors.
    #[must_use]
    pub fn sampling_max(&self) -> (u32, u32) {
        let h = self.components.iter().map(|c| c.h).max().unwrap_or(1);
        let v = self.components.iter().map(|c| c.v).max().unwrap_or(1);
        (u32::from(h), u32::from(v))
    }

    /// Returns the exact width and height of a component at full scale, in samples.
    ///
    /// They are fractional if the sampling factors do not divide the image's size.
    ///
    /// # Panics
    /// If there is no component of this index.
    #[must_use]
    pub fn component_size(&self, index: usize) -> (f64, f64) {
        let (h_max, v_max) = self.sampling_max();
        let c = self.components[index];
        (
            f64::from(self.width) * f64::from(c.h) / f64::from(h_max),
            f64::from(self.height) * f64::from(c.v) / f64::from(v_max),
        )
    }

    /// Returns the width and height of a component at a scale in samples, without padding.
    pub(crate) fn size_at(&self, component: usize, scale: Scale) -> (usize, usize) {
        let (width, height) = self.component_size(component);
        (scale.reduce(width).ceil() as usize, scale.reduce(height).ceil() as usize)
    }

    /// Returns the number of MCUs of an interleaved scan, across and down.
    pub(crate) fn mcus(&self) -> (usize, usize) {
        let (h_max, v_max) = self.sampling_max();
        (self.width.div_ceil(8 * h_max) as usize, self.height.div_ceil(8 * v_max) as usize)
    }

    /// Returns a component's blocks across and down, without the padding of interleaved MCUs.
    pub(crate) fn own_blocks(&self, index: usize) -> (usize, usize) {
        let (h_max, v_max) = self.sampling_max();
        let c = self.components[index];
        (
            (self.width * u32::from(c.h)).div_ceil(8 * h_max) as usize,
            (self.height * u32::from(c.v)).div_ceil(8 * v_max) as usize,
        )
    }

    /// Returns a component's blocks across and down, with the padding of interleaved MCUs.
    pub(crate) fn padded_blocks(&self, index: usize) -> (usize, usize) {
        let (x, y) = self.mcus();
        let c = self.components[index];
        (x * usize::from(c.h), y * usize::from(c.v))
    }
}
