//! Decodes items that are no video: JPEG, and uncompressed samples (ISO/IEC 23001-17).

use super::coded::{CodedPicture, CodedPlane, Meaning, Samples, Shape, check_size};
use crate::container::{ALPHA, Interleave, LUMA, Nclx, Part, RED, RawComponent, RawLayout};
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::jpeg::{self, ColorModel};
use crate::outcome::Damage;

/// Decodes a JPEG item.
pub(super) fn decode_jpeg(bytes: &[u8], told: (u32, u32)) -> Result<CodedPicture, DecodeError> {
    let judge = |error: jpeg::Error| {
        if error.is_unsupported() {
            return unsupported("a variant of JPEG that can't be decoded");
        }
        damaged("the JPEG data are corrupt")
    };
    let header = jpeg::read_header(bytes).map_err(judge)?;
    check_size((header.width.into(), header.height.into()), told)?;
    let meaning = match header.color {
        ColorModel::YCbCr | ColorModel::Grey => Meaning::Jfif,
        ColorModel::Rgb => Meaning::Gbr,
        _ => return Err(unsupported("an item that is a JPEG of inks")),
    };
    let (h_max, v_max) = header.sampling_max();
    let chroma = header.components.last().map_or((1, 1), |component| (component.h.into(), component.v.into()));
    let luma = header.components.first().map_or((1, 1), |component| (component.h.into(), component.v.into()));
    let ratio: (u32, u32) = (h_max / u32::max(chroma.0, 1), v_max / u32::max(chroma.1, 1));
    let fits = |component: &jpeg::Component| {
        (u32::from(component.h), u32::from(component.v)) == chroma && h_max.is_multiple_of(chroma.0)
    };
    if luma != (h_max, v_max) || !header.components.iter().skip(1).all(fits) || !v_max.is_multiple_of(chroma.1) {
        return Err(unsupported("a JPEG item of unusual sampling"));
    }
    let picture = jpeg::decode(bytes, &jpeg::Options::default()).map_err(judge)?;
    let mut planes: Vec<CodedPlane> = picture.planes.iter().map(of_floats).collect();
    if meaning == Meaning::Gbr && planes.len() == 3 {
        planes.rotate_left(1);
    }
    let damage = picture.damage.map(|damage| Damage { detail: damage.to_string(), present: damage.present });
    let size = planes.first().map_or((0, 0), |plane| (plane.width, plane.height));
    let shape = Shape { size, depths: vec![8; planes.len()], ratio, nclx: None, meaning };
    Ok(CodedPicture { shape, planes, damage })
}

fn of_floats(plane: &jpeg::Plane) -> CodedPlane {
    #[expect(clippy::cast_possible_truncation, reason = "a sample of 8 bits")]
    let samples = plane.samples.iter().map(|sample| sample.round().clamp(0.0, 255.0) as i32).collect();
    CodedPlane { width: plane.width, height: plane.height, stride: plane.width, samples: Samples::Numbers(samples) }
}

/// Decodes an uncompressed image.
pub(super) fn decode_raw(data: &[u8], layout: &RawLayout, size: (u32, u32)) -> Result<CodedPicture, DecodeError> {
    let (columns, rows) = layout.tiles;
    if !size.0.is_multiple_of(columns) || !size.1.is_multiple_of(rows) {
        return Err(damaged("the tiles of an uncompressed image don't cover it"));
    }
    let tile = (size.0 / columns, size.1 / rows);
    // Each component has one bit at least, so an image of many components without bits never gets here.
    let pixels = u64::from(size.0) * u64::from(size.1);
    if pixels > 8 * (data.len() as u64).saturating_mul(4) {
        return Err(ends_too_early());
    }
    let mut planes: Vec<RawPlane> =
        layout.components.iter().map(|component| RawPlane::new(*component, layout, size)).collect();
    let mut reader = SampleReader { data, bit: 0, is_little_endian: layout.is_little_endian };
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column * tile.0, row * tile.1)));
    match layout.interleave {
        Interleave::TileComponent => {
            for plane in &mut planes {
                for at in places.clone() {
                    read_rows(&mut reader, layout, std::slice::from_mut(plane), at, tile);
                    reader.align(layout.tile_align);
                }
            }
        }
        _ => {
            for at in places {
                read_tile(&mut reader, layout, &mut planes, at, tile);
                reader.align(layout.tile_align);
            }
        }
    }
    let (there, wanted) = (data.len() as u64, reader.bit.div_ceil(8));
    let damage = (there < wanted).then(|| Damage::of_part("the file is cut off", there, wanted));
    to_picture(planes, layout, damage).ok_or_else(|| damaged("an uncompressed image without its components"))
}

/// Reads one tile of all components.
fn read_tile(
    reader: &mut SampleReader<'_>,
    layout: &RawLayout,
    planes: &mut [RawPlane],
    at: (u32, u32),
    tile: (u32, u32),
) {
    match layout.interleave {
        Interleave::Component | Interleave::TileComponent => {
            for plane in planes {
                read_rows(reader, layout, std::slice::from_mut(plane), at, tile);
            }
        }
        Interleave::Mixed => {
            // Two chroma planes side by side are interleaved.
            for planes in planes.chunk_by_mut(|a, b| a.is_chroma() && b.is_chroma()) {
                read_rows(reader, layout, planes, at, tile);
            }
        }
        Interleave::Row => {
            for y in 0..tile.1 {
                for plane in &mut *planes {
                    read_row(reader, layout, std::slice::from_mut(plane), (at.0, at.1 + y), tile.0);
                }
            }
        }
        Interleave::Pixel => read_rows(reader, layout, planes, at, tile),
    }
}

/// Reads the rows of planes of one size with interleaved samples.
fn read_rows(
    reader: &mut SampleReader<'_>,
    layout: &RawLayout,
    planes: &mut [RawPlane],
    at: (u32, u32),
    tile: (u32, u32),
) {
    let down = planes.first().map_or(1, |plane| plane.ratio.1);
    for y in 0..tile.1 / down {
        read_row(reader, layout, planes, (at.0, at.1 + y * down), tile.0);
    }
}

fn read_row(
    reader: &mut SampleReader<'_>,
    layout: &RawLayout,
    planes: &mut [RawPlane],
    (left, top): (u32, u32),
    width: u32,
) {
    let (across, down) = planes.first().map_or((1, 1), |plane| plane.ratio);
    let start = reader.bit;
    for x in 0..width / across {
        let pixel = reader.bit;
        for plane in &mut *planes {
            let sample = reader.next(plane.component);
            plane.put((left / across + x) as usize, (top / down) as usize, sample);
        }
        if layout.interleave == Interleave::Pixel && layout.pixel_size > 0 && pixel < FAR {
            reader.bit = reader.bit.max(pixel + 8 * u64::from(layout.pixel_size));
        }
    }
    reader.align(1);
    reader.align_from(start, layout.row_align);
}

/// The samples of one component.
struct RawPlane {
    component: RawComponent,
    ratio: (u32, u32),
    width: usize,
    samples: Vec<i32>,
}

impl RawPlane {
    fn new(component: RawComponent, layout: &RawLayout, size: (u32, u32)) -> Self {
        let ratio = if is_chroma(component) { layout.ratio } else { (1, 1) };
        let (width, height) = (size.0.div_ceil(ratio.0) as usize, size.1.div_ceil(ratio.1) as usize);
        Self { component, ratio, width, samples: vec![0; width * height] }
    }

    fn is_chroma(&self) -> bool {
        is_chroma(self.component)
    }

    fn put(&mut self, x: usize, y: usize, sample: i32) {
        if let Some(place) = self.samples.get_mut(y * self.width + x) {
            *place = sample;
        }
    }
}

fn is_chroma(component: RawComponent) -> bool {
    component.kind == LUMA + 1 || component.kind == LUMA + 2
}

/// A position beyond all padding: no file is as long, and sums of paddings stay in range.
const FAR: u64 = 1 << 60;

/// A reader of samples of any number of bits. Zeros follow the end.
struct SampleReader<'a> {
    data: &'a [u8],
    bit: u64,
    is_little_endian: bool,
}

impl SampleReader<'_> {
    fn next(&mut self, component: RawComponent) -> i32 {
        if component.align > 0 {
            self.align(1);
        }
        let is_whole = component.align > 0 || component.bits.is_multiple_of(8);
        if is_whole && self.bit.is_multiple_of(8) {
            let bytes = u64::from(component.align).max(u64::from(component.bits.div_ceil(8)));
            let at = self.bit / 8;
            self.bit += 8 * bytes;
            let mut value = 0;
            for index in 0..bytes {
                let place = if self.is_little_endian { at + bytes - 1 - index } else { at + index };
                value = value << 8 | self.byte(place);
            }
            return value & ((1 << component.bits) - 1);
        }
        let mut value = 0;
        for _ in 0..component.bits {
            value = value << 1 | self.byte(self.bit / 8) >> (7 - self.bit % 8) & 1;
            self.bit += 1;
        }
        value
    }

    fn byte(&self, at: u64) -> i32 {
        usize::try_from(at).ok().and_then(|at| self.data.get(at)).copied().unwrap_or(0).into()
    }

    /// Advances to a multiple of this many bytes; 0 is no alignment.
    fn align(&mut self, bytes: u32) {
        self.align_from(0, bytes);
    }

    fn align_from(&mut self, start: u64, bytes: u32) {
        if bytes > 0 && self.bit < FAR {
            self.bit = start + (self.bit - start).next_multiple_of(8 * u64::from(bytes));
        }
    }
}

/// Sorts the planes into the order of mixing, or selects the one of opacity.
fn to_picture(planes: Vec<RawPlane>, layout: &RawLayout, damage: Option<Damage>) -> Option<CodedPicture> {
    let is_color = planes.iter().any(|plane| plane.component.kind == RED);
    let has_chroma = planes.iter().any(RawPlane::is_chroma);
    let (kinds, meaning): (&[u16], _) = match (layout.part, is_color) {
        (Part::Opacity, _) => (&[ALPHA], Meaning::Stated),
        (_, true) => (&[RED + 1, RED + 2, RED], Meaning::Gbr),
        _ if has_chroma => (&[LUMA, LUMA + 1, LUMA + 2], Meaning::Stated),
        // Monochrome is the component before luma.
        _ => (&[LUMA - 1, LUMA], Meaning::Stated),
    };
    let mut found: Vec<Option<RawPlane>> = planes.into_iter().map(Some).collect();
    let mut take = |kind: u16| {
        let place = found.iter_mut().find(|plane| plane.as_ref().is_some_and(|plane| plane.component.kind == kind));
        place.and_then(Option::take)
    };
    let planes: Vec<RawPlane> = kinds.iter().filter_map(|kind| take(*kind)).collect();
    let depths: Vec<u32> = planes.iter().map(|plane| plane.component.bits.into()).collect();
    let planes: Vec<CodedPlane> = planes
        .into_iter()
        .map(|plane| CodedPlane {
            width: plane.width,
            height: plane.samples.len() / plane.width.max(1),
            stride: plane.width,
            samples: Samples::Numbers(plane.samples),
        })
        .collect();
    let ratio = if has_chroma && layout.part == Part::Colors { layout.ratio } else { (1, 1) };
    // The container may state another range.
    let nclx = Some(Nclx { primaries: 2, transfer: 2, matrix: 2, is_full_range: true });
    let size = planes.first().map_or((0, 0), |plane| (plane.width, plane.height));
    let shape = Shape { size, depths, ratio, nclx, meaning };
    matches!(planes.len(), 1 | 3).then_some(CodedPicture { shape, planes, damage })
}
