//! The facts that the segments up to the first scan state about an image, and the sizes that follow from them.

use crate::scale::Scale;

/// The most components of a frame.
pub(crate) const MAX_COMPONENTS: usize = 4;

/// In which order the image is coded.
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
    /// The QM arithmetic coder of T.81, annex D.
    Arithmetic,
}

/// What the components mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColorModel {
    /// One component: luma.
    Grey,
    /// Luma, and chroma of full range as in JFIF.
    YCbCr,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
    /// The first three of CMYK coded as YCbCr.
    Ycck,
    /// Two components, which nothing defines; the first is best shown as grey.
    TwoComponents,
}

/// One component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// The identifier by which scans name it.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub h: u8,
    /// Vertical sampling factor, 1 to 4.
    pub v: u8,
    /// Which quantisation table, 0 to 3.
    pub quant: u8,
}

/// What a file says about its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width of the picture in px, at least 1.
    pub width: u32,
    /// Height of the picture in px, at least 1.
    pub height: u32,
    /// In which order the image is coded.
    pub process: Process,
    /// How its numbers are coded.
    pub coding: Coding,
    /// Bits of a sample: 8 or 12, from 2 to 16 if lossless.
    pub precision: u8,
    /// One to four components, in the frame's order.
    pub components: Vec<Component>,
    /// What the components mean.
    pub color: ColorModel,
    /// Whether CMYK is stored inverted (0 = full ink): in every JPEG file, since Adobe began to.
    pub inverted: bool,
    /// Whether there is a JFIF marker.
    pub jfif: bool,
    /// The Adobe marker's colour transform, if there is one.
    pub adobe: Option<u8>,
    /// MCUs between two restart markers as of the first scan; 0 = no restart markers.
    pub restart_interval: u16,
}

impl Header {
    /// The largest horizontal and vertical sampling factors.
    #[must_use]
    pub fn sampling_max(&self) -> (u32, u32) {
        let h = self.components.iter().map(|c| c.h).max().unwrap_or(1);
        let v = self.components.iter().map(|c| c.v).max().unwrap_or(1);
        (u32::from(h), u32::from(v))
    }

    /// The real-valued size that the picture covers on a component's own grid at full scale, in samples.
    #[must_use]
    pub fn component_size(&self, index: usize) -> (f64, f64) {
        let (h_max, v_max) = self.sampling_max();
        let c = self.components[index];
        (
            f64::from(self.width) * f64::from(c.h) / f64::from(h_max),
            f64::from(self.height) * f64::from(c.v) / f64::from(v_max),
        )
    }

    /// Width and height of a component at a scale, without padding, in samples.
    pub(crate) fn size_at(&self, component: usize, scale: Scale) -> (usize, usize) {
        let (width, height) = self.component_size(component);
        (scale.reduce(width).ceil() as usize, scale.reduce(height).ceil() as usize)
    }

    /// MCUs of an interleaved scan across and down.
    pub(crate) fn mcus(&self) -> (usize, usize) {
        let (h_max, v_max) = self.sampling_max();
        (self.width.div_ceil(8 * h_max) as usize, self.height.div_ceil(8 * v_max) as usize)
    }

    /// Blocks of a component across and down that carry picture: the MCUs of a scan of its own.
    pub(crate) fn own_blocks(&self, index: usize) -> (usize, usize) {
        let (h_max, v_max) = self.sampling_max();
        let c = self.components[index];
        (
            (self.width * u32::from(c.h)).div_ceil(8 * h_max) as usize,
            (self.height * u32::from(c.v)).div_ceil(8 * v_max) as usize,
        )
    }

    /// Blocks of a component across and down with the padding of interleaved MCUs.
    pub(crate) fn padded_blocks(&self, index: usize) -> (usize, usize) {
        let (x, y) = self.mcus();
        let c = self.components[index];
        (x * usize::from(c.h), y * usize::from(c.v))
    }
}
