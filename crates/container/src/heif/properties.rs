//! Reads the properties of items (ISO/IEC 23008-12, 6.5).
//!
//! They state size, colour, auxiliary type, and the transformations from the coded to the shown image.

use super::super::boxes::{Fields, Part};
use super::super::input::Reader;
use super::error::HeifError;
use super::image::{Nclx, Window};
use super::raw::{self, Description};
use crate::span::Span;

/// A property, as far as decoding needs it.
#[derive(Clone, Debug)]
pub(super) enum Property {
    Size(u32, u32),
    Icc(Span),
    Nclx(Nclx),
    /// The brightest pixel, in cd/m².
    ContentLight(u16),
    /// The brightest light of the screen that the image was made on, in 1/10000 cd/m².
    DisplayLight(u32),
    /// `hvcC`, `av1C`, `avcC` or `jpgC`.
    Configuration(Span),
    /// The description of uncompressed data.
    Raw(Description),
    /// The meanings of its components.
    Components(Vec<u16>),
    /// The operating point of AV1 to decode (AV1 in HEIF, 2.3.2.1).
    OperatingPoint(u8),
    /// The spatial layer to show (ISO/IEC 23008-12, 6.5.11).
    Layer(u16),
    Alpha,
    Transformation(Transformation),
    /// A property that is not needed or not understood. It is kept because items refer to properties by index.
    Other,
}

/// A step from the coded to the shown image, in the item's order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transformation {
    /// Quarter turns, counter-clockwise (6.5.10).
    Turn(u8),
    /// Top and bottom exchanged (6.5.12, axis 0).
    MirrorVertically,
    /// Left and right exchanged (axis 1).
    MirrorHorizontally,
    /// Width, height, and the offsets of the centre, each a numerator and a denominator (ISO/IEC 14496-12, 12.1.4).
    Crop([(i64, i64); 4]),
}

/// Names of auxiliary items that are alpha (ISO/IEC 23008-12, 6.5.8; 23000-22, 7.3.5.2).
const ALPHA: [&[u8]; 3] =
    [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0", b"urn:mpeg:avc:2015:auxid:1\0"];

/// Reads a property of the `meta` box that begins at `origin` of the file.
pub(super) fn read(reader: &mut Reader<'_>, part: &Part, origin: u64) -> Property {
    read_known(reader, part, origin).unwrap_or(Property::Other)
}

fn read_known(reader: &mut Reader<'_>, part: &Part, origin: u64) -> Option<Property> {
    let place = |from: u64| Span { offset: origin + from, len: part.end.saturating_sub(from) };
    let mut fields = Fields::of(reader, part);
    Some(match &part.name {
        b"ispe" => {
            fields.version()?;
            Property::Size(fields.u32()?, fields.u32()?)
        }
        b"colr" => match &fields.array::<4>()? {
            b"prof" | b"rICC" => Property::Icc(place(fields.at)),
            b"nclx" => Property::Nclx(Nclx {
                primaries: fields.u16()?,
                transfer: fields.u16()?,
                matrix: fields.u16()?,
                is_full_range: fields.u8()? & 0x80 != 0,
            }),
            _ => Property::Other,
        },
        // ISO/IEC 14496-12, 12.1.6 and 12.1.7; 0 means unknown.
        b"clli" => fields.u16().filter(|light| *light > 0).map_or(Property::Other, Property::ContentLight),
        b"mdcv" => {
            // x and y of three primaries and of white.
            fields.array::<16>()?;
            fields.u32().filter(|light| *light > 0).map_or(Property::Other, Property::DisplayLight)
        }
        b"hvcC" | b"av1C" | b"jpgC" | b"avcC" => Property::Configuration(place(part.content)),
        b"uncC" => Property::Raw(Description::read(&mut fields)?),
        b"cmpd" => Property::Components(raw::read_kinds(&mut fields)?),
        b"cmpC" | b"icef" => Property::Raw(Description::Exotic("an uncompressed image inside a general compression")),
        b"a1op" => Property::OperatingPoint(fields.u8()?),
        // 0xffff asks for all layers, each for itself.
        b"lsel" => fields.u16().filter(|layer| *layer != 0xffff).map_or(Property::Other, Property::Layer),
        // The box has another name in tracks.
        b"auxC" | b"auxi" => {
            fields.version()?;
            let at = fields.at;
            let is_alpha = ALPHA.iter().any(|name| {
                at + name.len() as u64 <= part.end
                    && reader.bytes(at, name.len()).is_some_and(|bytes| bytes.as_slice() == *name)
            });
            if is_alpha { Property::Alpha } else { Property::Other }
        }
        b"irot" => Property::Transformation(Transformation::Turn(fields.u8()? & 3)),
        b"imir" => Property::Transformation(match fields.u8()? & 1 {
            0 => Transformation::MirrorVertically,
            _ => Transformation::MirrorHorizontally,
        }),
        b"clap" => {
            let mut fraction = |is_signed: bool| {
                let (n, d) = (fields.u32()?, fields.u32()?);
                let n = if is_signed { i64::from(n.cast_signed()) } else { i64::from(n) };
                (d > 0).then_some((n, i64::from(d)))
            };
            let crop = [fraction(false)?, fraction(false)?, fraction(true)?, fraction(true)?];
            Property::Transformation(Transformation::Crop(crop))
        }
        _ => Property::Other,
    })
}

/// Combines the transformations of a coded image of this size. Returns the part that is shown, and the EXIF orientation
/// of that part.
pub(super) fn combine(size: (u32, u32), steps: &[Transformation]) -> Result<(Window, u16), HeifError> {
    // The sizes before each step, then the window carried back from the last one.
    let mut sizes = Vec::with_capacity(steps.len());
    let mut crops = Vec::with_capacity(steps.len());
    let (mut width, mut height) = size;
    let mut pose = Pose::default();
    for step in steps {
        sizes.push((width, height));
        let mut window = Window { left: 0, top: 0, width, height };
        match step {
            Transformation::Turn(turns) => {
                pose = pose.turned(*turns);
                if turns % 2 == 1 {
                    (width, height) = (height, width);
                }
            }
            Transformation::MirrorVertically => pose = pose.turned(2).mirrored(),
            Transformation::MirrorHorizontally => pose = pose.mirrored(),
            Transformation::Crop([w, h, x, y]) => {
                (window.left, window.width) = cut(width, *w, *x)?;
                (window.top, window.height) = cut(height, *h, *y)?;
                (width, height) = (window.width, window.height);
            }
        }
        crops.push(window);
    }
    let mut window = Window { left: 0, top: 0, width, height };
    for ((step, before), crop) in steps.iter().zip(sizes).zip(crops).rev() {
        window = match step {
            Transformation::Turn(turns) => (0..*turns).fold((window, turned(before, *turns)), back_by_a_quarter).0,
            Transformation::MirrorVertically => Window { top: before.1 - window.top - window.height, ..window },
            Transformation::MirrorHorizontally => Window { left: before.0 - window.left - window.width, ..window },
            Transformation::Crop(_) => Window { left: window.left + crop.left, top: window.top + crop.top, ..window },
        };
    }
    Ok((window, pose.exif()))
}

fn turned((width, height): (u32, u32), turns: u8) -> (u32, u32) {
    if turns % 2 == 1 { (height, width) } else { (width, height) }
}

/// Undoes one counter-clockwise quarter turn of a window. Takes and returns it with the size of its image.
fn back_by_a_quarter((window, (width, height)): (Window, (u32, u32)), _: u8) -> (Window, (u32, u32)) {
    let back = Window {
        left: height - window.top - window.height,
        top: window.left,
        width: window.height,
        height: window.width,
    };
    (back, (height, width))
}

/// Returns first px and length of an aperture along a side of `full` px. It is `length` long, with its centre moved by
/// `offset`; fractions of a px are rounded down.
fn cut(full: u32, length: (i64, i64), offset: (i64, i64)) -> Result<(u32, u32), HeifError> {
    let side = length.0 / length.1;
    // (full - side) / 2 + offset, over the denominator 2 d; each of the numbers has 32 bits.
    let twice = (i128::from(full) - i128::from(side)) * i128::from(offset.1) + 2 * i128::from(offset.0);
    let first = u32::try_from(twice.div_euclid(2 * i128::from(offset.1))).ok();
    let side = u32::try_from(side).ok().filter(|side| *side > 0);
    match first.zip(side) {
        Some((first, side)) if first.checked_add(side).is_some_and(|end| end <= full) => Ok((first, side)),
        _ => Err(HeifError::Damaged("the clean aperture lies outside the image")),
    }
}

/// The pose in which a coded image is shown: mirrored left to right if so marked, then turned clockwise.
#[derive(Clone, Copy, Default)]
struct Pose {
    is_mirrored: bool,
    clockwise: u8,
}

impl Pose {
    fn turned(self, counter_clockwise: u8) -> Self {
        Self { clockwise: (self.clockwise + 4 - counter_clockwise) % 4, ..self }
    }

    /// Mirrors left to right on top: a mirror moved in front of a turn reverses it.
    fn mirrored(self) -> Self {
        Self { is_mirrored: !self.is_mirrored, clockwise: (4 - self.clockwise) % 4 }
    }

    /// Returns the value of EXIF's tag `Orientation` (EXIF 2.32, 4.6.4 A).
    fn exif(self) -> u16 {
        match (self.is_mirrored, self.clockwise) {
            (false, 0) => 1,
            (true, 0) => 2,
            (false, 2) => 3,
            (true, 2) => 4,
            (true, 3) => 5,
            (false, 1) => 6,
            (true, 1) => 7,
            _ => 8,
        }
    }
}
