//! What a JPEG says about itself (T.81, B.2.2; colour rules of JFIF and Adobe as libjpeg reads them).
//! In: the segments up to the first scan. Out: a [`Header`], from which all sizes follow.

use super::error::{Error, Unsupported};
use super::frame::{is_frame, read_frame};
use super::marker::{APP0, APP14, DHP, DNL, DRI, EOI, EXP, SOS, Walker};
use super::{Scale, lossless, sequential, unstuff};

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

    /// Returns the bytes of all planes at these scales.
    #[must_use]
    pub fn plane_memory(&self, scales: &[Scale; 4]) -> u64 {
        let plane = |(i, scale): (usize, &Scale)| {
            let (width, height) = self.size_at(i, *scale);
            4 * width as u64 * height as u64
        };
        scales[..self.components.len()].iter().enumerate().map(plane).sum()
    }

    /// Returns the most memory that decoding rows at these scales allocates, in bytes, the file itself and planes not counted.
    #[must_use]
    pub fn peak_memory(&self, scales: &[Scale; 4], file_bytes: usize) -> u64 {
        // Tables, and the data of a stretch, which may be the whole file and takes twice the room while it grows.
        let whole = 2 * file_bytes as u64;
        let used = &scales[..self.components.len()];
        let finest = used.iter().min().copied().unwrap_or_default();
        let mut sum = 640 * 1024;
        sum += match (self.process, self.coding) {
            (Process::Progressive | Process::Lossless, _) | (_, Coding::Arithmetic) => whole,
            _ => sequential::memory(finest, file_bytes),
        };
        if self.process == Process::Lossless {
            sum += lossless::memory_of_rows(self) + self.plane_memory(scales);
        }
        for (i, scale) in used.iter().enumerate() {
            let (x, y) = self.padded_blocks(i);
            let side = scale.samples() as u64;
            let window = x as u64 * u64::from(self.components[i].v) * side * side * 4;
            sum += window;
            if self.process == Process::Progressive {
                let blocks = x as u64 * y as u64;
                sum += blocks * (2 * scale.kept() as u64 + if *scale == Scale::Eighth { 0 } else { 8 });
            }
        }
        sum
    }
}

/// Reads the header of the first picture in a file: markers only, no entropy-coded data (save where the height
/// is given after the first scan, by DNL).
///
/// # Errors
/// If the bytes are no JPEG, or one of an unsupported process, or end before the frame header.
pub fn read_header(bytes: &[u8]) -> Result<Header, Error> {
    let mut walker = Walker::new(bytes).ok_or(Error::NotJpeg)?;
    let mut frame: Option<Header> = None;
    let (mut jfif, mut adobe, mut restart_interval) = (false, None, 0);
    while let Some(segment) = walker.next() {
        let p = segment.payload;
        match segment.marker {
            APP0 if p.len() >= 14 && p.starts_with(b"JFIF\0") => jfif = true,
            APP14 if p.len() >= 12 && p.starts_with(b"Adobe") => adobe = Some(p[11]),
            DRI if p.len() >= 2 => restart_interval = u16::from_be_bytes([p[0], p[1]]),
            DHP | EXP => return Err(Error::Unsupported(Unsupported::Hierarchical)),
            SOS | EOI => break,
            marker if is_frame(marker) && frame.is_none() => frame = Some(read_frame(&segment)?),
            _ => {}
        }
    }
    let missing = Error::Malformed { what: "no frame header", offset: walker.at() };
    let mut header = frame.ok_or(missing)?;
    header.jfif = jfif;
    header.adobe = adobe;
    header.restart_interval = restart_interval;
    header.color = color_model(&header, jfif, adobe);
    header.inverted = matches!(header.color, ColorModel::Cmyk | ColorModel::Ycck);
    if header.height == 0 {
        header.height = late_height(bytes, &mut walker)?;
    }
    Ok(header)
}

/// libjpeg's rules: JFIF wins over Adobe, Adobe over the component identifiers. A lossless image without any of them has no
/// reason to be anything but RGB.
fn color_model(header: &Header, jfif: bool, adobe: Option<u8>) -> ColorModel {
    let rgb_ids = || header.components.iter().map(|c| c.id).eq(*b"RGB") || header.process == Process::Lossless;
    match (header.components.len(), adobe) {
        (1, _) => ColorModel::Grey,
        (2, _) => ColorModel::TwoComponents,
        (3, _) if jfif => ColorModel::YCbCr,
        (3, Some(0)) => ColorModel::Rgb,
        (3, None) if rgb_ids() => ColorModel::Rgb,
        (3, _) => ColorModel::YCbCr,
        (_, None | Some(0)) => ColorModel::Cmyk,
        _ => ColorModel::Ycck,
    }
}

/// The height from the DNL segment that must follow the first scan if the frame header gave none (B.2.5).
fn late_height(bytes: &[u8], walker: &mut Walker<'_>) -> Result<u32, Error> {
    walker.jump(unstuff::skip(bytes, walker.at()));
    if let Some(segment) = walker.next()
        && let (DNL, &[high, low, ..]) = (segment.marker, segment.payload)
        && (high, low) != (0, 0)
    {
        return Ok(u32::from(u16::from_be_bytes([high, low])));
    }
    Err(Error::Malformed { what: "height of 0", offset: walker.at() })
}
