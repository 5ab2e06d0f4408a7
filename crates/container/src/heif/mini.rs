//! Reads the minimised image box (ISO/IEC 23008-12, annex O), which describes a single image in a few bytes.

use super::super::boxes::{list_boxes, next_box};
use super::super::input::Reader;
use super::error::HeifError;
use super::image::{Alpha, Codec, CodedItem, Heif, HeifImage, Nclx, StatedLight, Window};
use crate::span::Span;

/// Limit of boxes read at the top of a file.
const MAX_TOP: usize = 8;

/// Limit of the bytes of fields: all sizes in full and all metadata of light.
const MAX_FIELDS: usize = 256;

/// Reads the box. `None` if the file has none.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Result<Heif, HeifError>> {
    let length = reader.length();
    let kind = next_box(reader, 0, length).filter(|part| part.name == *b"ftyp")?;
    // The version of the brand names the kind of its item.
    let [_, _, _, _, named @ ..]: [u8; 8] = reader.array(kind.content)?;
    let part = list_boxes(reader, 0, length, MAX_TOP).into_iter().find(|part| part.name == *b"mini")?;
    let fields = reader.up_to(part.content, MAX_FIELDS)?;
    Some(match Mini::parse(&mut Bits { bytes: &fields, at: 0 }, named) {
        Some(mini) => mini.resolve(part.content),
        None => Err(HeifError::Damaged("the description of its image ends too early")),
    })
}

/// The fields that decoding needs.
#[derive(Debug, Default)]
struct Mini {
    kind: [u8; 4],
    size: (u32, u32),
    orientation: u16,
    nclx: Option<Nclx>,
    light: StatedLight,
    has_alpha: bool,
    is_premultiplied: bool,
    /// Lengths of the chunks that follow, in their order.
    configuration: u64,
    alpha_configuration: u64,
    other_configuration: u64,
    icc: u64,
    other_metadata: u64,
    alpha: u64,
    other_data: u64,
    main: u64,
    /// Offset of the chunks in the box's content.
    chunks_at: u64,
}

/// A gain map.
#[derive(Debug, Default)]
struct GainMap {
    has_icc: bool,
}

impl Mini {
    fn parse(bits: &mut Bits<'_>, named: [u8; 4]) -> Option<Self> {
        let mut mini = Self { kind: named, ..Self::default() };
        bits.take(2)?;
        let [has_types, is_float, is_full_range, has_alpha, has_cicp, is_hdr, has_icc, has_exif, has_xmp] =
            bits.flags()?;
        let sampling = bits.take(2)?;
        mini.orientation = u16::try_from(bits.take(3)?).ok()? + 1;
        let side_bits = if bits.flag()? { 15 } else { 7 };
        mini.size = (bits.take(side_bits)? + 1, bits.take(side_bits)? + 1);
        bits.skip_samples(sampling, is_float)?;
        mini.has_alpha = has_alpha;
        mini.is_premultiplied = has_alpha && bits.flag()?;
        let code = |bits: &mut Bits<'_>| bits.take(8).and_then(|code| u16::try_from(code).ok());
        let (primaries, transfer, matrix) = match (has_cicp, has_icc) {
            (true, _) => (code(bits)?, code(bits)?, code(bits)?),
            // An ICC profile names the space; without chroma there is no matrix.
            (false, true) => (2, 2, if sampling == 0 { 2 } else { 6 }),
            (false, false) => (1, 13, if sampling == 0 { 2 } else { 6 }),
        };
        mini.nclx = Some(Nclx { primaries, transfer, matrix, is_full_range });
        if has_types {
            mini.kind = bits.take(32)?.to_be_bytes();
            bits.take(32)?;
        }
        let (light, gain_map) = if is_hdr { bits.read_hdr(side_bits)? } else { Default::default() };
        mini.light = light;
        mini.read_lengths(bits, gain_map.as_ref(), [has_icc, has_exif, has_xmp])?;
        mini.chunks_at = (bits.at as u64).div_ceil(8);
        Some(mini)
    }

    fn read_lengths(
        &mut self,
        bits: &mut Bits<'_>,
        gain_map: Option<&GainMap>,
        [has_icc, has_exif, has_xmp]: [bool; 3],
    ) -> Option<()> {
        let has_metadata = has_icc || has_exif || has_xmp || gain_map.is_some();
        let metadata_bits = if has_metadata && bits.flag()? { 20 } else { 10 };
        let configuration_bits = if bits.flag()? { 12 } else { 3 };
        let data_bits = if bits.flag()? { 28 } else { 15 };
        if has_icc {
            self.icc = u64::from(bits.take(metadata_bits)?) + 1;
        }
        if let Some(gain_map) = gain_map {
            if gain_map.has_icc {
                self.other_metadata = u64::from(bits.take(metadata_bits)?) + 1;
            }
            self.other_metadata += u64::from(bits.take(metadata_bits)?);
            self.other_data = bits.take(data_bits)?.into();
            if self.other_data > 0 {
                self.other_configuration = bits.take(configuration_bits)?.into();
            }
        }
        self.configuration = bits.take(configuration_bits)?.into();
        self.main = u64::from(bits.take(data_bits)?) + 1;
        if self.has_alpha {
            self.alpha = bits.take(data_bits)?.into();
            if self.alpha > 0 {
                self.alpha_configuration = bits.take(configuration_bits)?.into();
            }
        }
        if has_exif || has_xmp {
            bits.flag()?;
        }
        for _ in 0..usize::from(has_exif) + usize::from(has_xmp) {
            bits.take(metadata_bits)?;
        }
        Some(())
    }

    /// Resolves the image, given the offset of the box's content.
    fn resolve(&self, content: u64) -> Result<Heif, HeifError> {
        let codec = match &self.kind {
            b"hvc1" | b"heic" | b"heix" => Codec::Hevc,
            b"av01" | b"avif" => Codec::Av1,
            _ => return Err(HeifError::Unsupported("a minimised file of an unknown codec".to_string())),
        };
        let mut at = content + self.chunks_at;
        let mut next = |length: u64| {
            let place = Span { offset: at, len: length };
            at += length;
            place
        };
        let configuration = next(self.configuration);
        let own = next(self.alpha_configuration);
        next(self.other_configuration);
        let icc = Some(next(self.icc)).filter(|place| place.len > 0);
        next(self.other_metadata);
        let alpha = next(self.alpha);
        next(self.other_data);
        let main = next(self.main);
        let image = |configuration, data, icc, nclx| HeifImage {
            tiles: vec![CodedItem {
                codec: codec.clone(),
                configuration,
                data: vec![data],
                size: self.size,
                predicted_from: None,
                operating_point: 0,
                layer: None,
            }],
            columns: 1,
            size: self.size,
            window: Window { left: 0, top: 0, width: self.size.0, height: self.size.1 },
            orientation: self.orientation,
            icc,
            nclx,
            light: self.light,
            overlay: None,
        };
        // Alpha that needs no configuration of its own shares the main one.
        let alpha_configuration = if own.len > 0 { own } else { configuration };
        let alpha = match alpha.len {
            0 => Alpha::None,
            _ => Alpha::Item(image(alpha_configuration, alpha, None, None)),
        };
        Ok(Heif {
            primary: image(configuration, main, icc, self.nclx),
            alpha,
            is_premultiplied: self.is_premultiplied,
            thumbnails: Vec::new(),
        })
    }
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// Reads the next `count` bits, 32 at most.
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    fn flags<const N: usize>(&mut self) -> Option<[bool; N]> {
        let mut flags = [false; N];
        for flag in &mut flags {
            *flag = self.flag()?;
        }
        Some(flags)
    }

    fn skip(&mut self, bits: u32) -> Option<()> {
        self.at += bits as usize;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// Skips the siting of chroma and the bits per sample. The coded data state them too.
    fn skip_samples(&mut self, sampling: u32, is_float: bool) -> Option<()> {
        // 4:2:0 has a place along both axes, 4:2:2 along one.
        self.skip(match sampling {
            1 => 2,
            2 => 1,
            _ => 0,
        })?;
        if is_float {
            self.skip(2)
        } else if self.flag()? {
            self.skip(3)
        } else {
            Some(())
        }
    }

    /// Reads the image's metadata of light, and its gain map's description if there is one.
    fn read_hdr(&mut self, side_bits: u32) -> Option<(StatedLight, Option<GainMap>)> {
        if !self.flag()? {
            return Some((self.read_light()?, None));
        }
        if !self.flag()? {
            self.skip(2 * side_bits)?;
        }
        self.skip(8 + 1)?;
        let sampling = self.take(2)?;
        // The siting of its chroma comes before the flag for floating-point samples.
        self.skip(match sampling {
            1 => 2,
            2 => 1,
            _ => 0,
        })?;
        let is_float = self.flag()?;
        self.skip_samples(0, is_float)?;
        let has_icc = self.flag()?;
        if self.flag()? {
            self.skip(3 * 8 + 1)?;
        }
        // The light of the image, then that of the image with the gain map applied.
        let light = self.read_light()?;
        self.read_light()?;
        Some((light, Some(GainMap { has_icc })))
    }

    /// Reads the content light level and the mastering display. Skips the content colour volume, the ambient and
    /// reference viewing environment, and diffuse white.
    fn read_light(&mut self) -> Option<StatedLight> {
        let mut light = StatedLight::default();
        let [has_level, has_display, has_volume, has_ambient, has_reference, has_white] = self.flags()?;
        let bytes = |is_there: bool, bytes: u32| if is_there { 8 * bytes } else { 0 };
        if has_level {
            light.content = u16::try_from(self.take(16)?).ok().filter(|level| *level > 0);
            self.skip(16)?;
        }
        if has_display {
            self.skip(8 * 16)?;
            light.display = Some(self.take(32)?).filter(|luminance| *luminance > 0);
            self.skip(32)?;
        }
        if has_volume {
            self.skip(2)?;
            let [has_primaries, has_least, has_most, has_mean] = self.flags()?;
            self.skip(2 + bytes(has_primaries, 24) + bytes(has_least, 4) + bytes(has_most, 4) + bytes(has_mean, 4))?;
        }
        self.skip(bytes(has_ambient, 8) + bytes(has_reference, 16) + bytes(has_white, 4))?;
        Some(light)
    }
}
