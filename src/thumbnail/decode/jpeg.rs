//! Decodes JPEGs, each component at its own scale, its own blur booked, none upsampled or converted: the main image straight into its
//! thumbnails, previews onto a working grid.

use std::num::NonZeroU32;

use super::super::color::{Conversion, Decision};
use super::super::pixels::{Axes, GridPlane, Matrix, Model, Plane, PlaneShape, WorkingGrid};
use super::super::probe::Header;
use super::super::scratch::Scratch;
use super::super::sink::{Developed, Recipe, Sink};
use super::jpeg_profile::read_profile;
use super::jpeg_scale::{Target, choose_scales};
use super::{Decoded, Material, Pixels, raster};
use crate::container;
use crate::error::Cause;
use crate::geometry::{Factors, MARGIN, Orientation, Size};
use crate::jpeg::{self, Coding, ColorModel, Damage, DamageKind, Process, Rows, Scale, Workspace};
use crate::options::Format;

/// The margin of chroma components that have fewer samples than luma. Measured on 30 photographs at 50 to 800 px: with
/// 1.4 the worst mean is 55.7 dB and the worst single 49.8, with 1.0 the latter falls to 44.
const CHROMA_MARGIN: f64 = 1.4;

/// Variance of libjpeg's triangular upsampling by 2, in source px²: taps of 3/8 at ±1/2 and of 1/8 at ±3/2. What is
/// blurred by it anyway is not to be blurred again.
const FANCY_UPSAMPLING: f64 = 0.75;

const APP1: u8 = 0xe1;

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    let header = jpeg::read_header(bytes).map_err(|error| judge(&error))?;
    Ok(Header {
        format: Format::Jpeg,
        size: Size::new(header.width, header.height),
        orientation: read_orientation(bytes),
        has_alpha: false,
    })
}

/// The first orientation that EXIF states, else the first that XMP does, else that of Sony's header; upright where there is
/// none.
fn read_orientation(bytes: &[u8]) -> Orientation {
    let payloads = || jpeg::segments(bytes).filter(|segment| segment.marker == APP1).map(|segment| segment.payload);
    let of_exif = |exif| container::read_exif(exif).orientation;
    let stated = payloads()
        .filter_map(container::exif_of_app1)
        .find_map(of_exif)
        .or_else(|| payloads().filter_map(container::xmp_of_app1).find_map(container::read_xmp_orientation));
    stated.and_then(Orientation::from_exif).or_else(|| read_pmp_orientation(bytes)).unwrap_or_default()
}

/// What stands before the JPEG in a PMP of Sony's first digital camera: 124 bytes, the number itself among them, and by how
/// many quarters the image is turned (ExifTool's table of its tags).
fn read_pmp_orientation(bytes: &[u8]) -> Option<Orientation> {
    let is_pmp = bytes.get(8..12) == Some(&[0, 0, 0, 124]) && bytes.get(124..127) == Some(b"\xff\xd8\xff");
    let value = match (is_pmp, bytes.get(27)?) {
        (true, 1) => 8,
        (true, 2) => 3,
        (true, 3) => 6,
        _ => return None,
    };
    Orientation::from_exif(value)
}

/// Decodes onto the coarsest grids that serve `targets`, sizes as stored.
pub(super) fn decode(bytes: &[u8], targets: &[Size], workspace: &mut Workspace) -> Result<Decoded, Cause> {
    let header = jpeg::read_header(bytes).map_err(|error| judge(&error))?;
    let targets: Vec<Target> = targets.iter().map(|size| Target::whole(*size, 0.0)).collect();
    decode_at(bytes, &options_for(bytes, &header, &targets), workspace)
}

/// Decodes at the coarsest scales that serve the targets, and makes the thumbnails of the rows meanwhile.
pub(super) fn reduce(bytes: &[u8], recipe: Recipe<'_>, scratch: &mut Scratch) -> Result<Material, Cause> {
    let header = jpeg::read_header(bytes).map_err(|error| judge(&error))?;
    let model = model_of(&header);
    let choice = Conversion::choose(
        read_profile(bytes),
        model,
        || false,
        recipe.format(),
        recipe.options.profiles,
        &mut scratch.profiles,
    );
    let Decision { conversion, flaw } = choice;
    let chroma = conversion.chroma(model, recipe.form());
    let targets = recipe.targets.iter().zip(recipe.sigmas());
    let targets: Vec<Target> =
        targets.map(|(size, sigma)| Target { size: *size, chroma: chroma.chroma(*size), sigma }).collect();
    let options = options_for(bytes, &header, &targets);
    let shapes: Vec<PlaneShape> = (0..model.planes()).map(|i| shape_of(&header, i, options.scales[i])).collect();
    let mut sink = Sink::new(model, &shapes, &conversion, recipe);
    let damage = {
        let mut planes: Vec<_> = sink.planes().collect();
        let mut rows: Vec<&mut dyn Rows> = planes.iter_mut().map(|plane| plane as &mut dyn Rows).collect();
        jpeg::decode_rows(bytes, &header, &options, &mut scratch.jpeg, &mut rows).map_err(|error| judge(&error))?
    };
    let (samples, took) = sink.finish();
    let developed = Developed { samples, embedded: conversion.into_embedded(), flaw, took };
    Ok(Material {
        pixels: Pixels::Thumbnails(developed),
        factor: reported_factor(options.scales[0]),
        damage: damage.map(|damage| damage_of(&damage)),
    })
}

fn options_for(bytes: &[u8], header: &jpeg::Header, targets: &[Target]) -> jpeg::Options {
    jpeg::Options { scales: choose_scales(bytes, header, targets), ..jpeg::Options::default() }
}

fn damage_of(damage: &Damage) -> crate::outcome::Damage {
    crate::outcome::Damage { detail: damage.to_string(), present: damage.present }
}

/// Decodes in full, components unupsampled.
pub(in super::super) fn decode_in_full(bytes: &[u8], workspace: &mut Workspace) -> Result<Decoded, Cause> {
    decode_at(bytes, &jpeg::Options::default(), workspace)
}

/// Decodes in full through another decoder, for comparison with this one, which has the word on what is wrong with a
/// picture: the other one keeps silent of damage. That one also makes red, green and blue of inks by itself, past their
/// profile, so they stay with this one, as what it refuses does and the codings that are rare.
pub(super) fn decode_exactly(bytes: &[u8], header: &Header, workspace: &mut Workspace) -> Result<Decoded, Cause> {
    let own = decode_in_full(bytes, workspace)?;
    let is_ink = matches!(own.grid.model, Model::Cmyk | Model::CmykInverted | Model::Ycck | Model::YcckInverted);
    let is_common = jpeg::read_header(bytes).is_ok_and(|header| {
        header.coding == Coding::Huffman && header.process != Process::Lossless && header.precision == 8
    });
    if own.damage.is_some() || is_ink || !is_common {
        return Ok(own);
    }
    // Two whole pictures at a time are one too many.
    drop(own);
    match raster::decode(bytes, header, Factors::ONE) {
        Ok(other) => Ok(Decoded { profile: read_profile(bytes), ..other }),
        Err(_) => decode_in_full(bytes, workspace),
    }
}

/// The first rows of a picture.
#[derive(Debug)]
pub(in super::super) struct Strip {
    pub(in super::super) grid: WorkingGrid,
    /// How many rows of the picture they are.
    pub(in super::super) height: u32,
}

/// Decodes the first rows, at the least so many, at 1/8, from the start of a file; none where they are not there whole.
///
/// The height in the frame header is changed to what is wanted, so that the work is that of the rows and no more.
pub(in super::super) fn decode_first_rows(start: &mut [u8], rows: u32, workspace: &mut Workspace) -> Option<Strip> {
    let header = jpeg::read_header(start).ok()?;
    let rows_of_mcu = 8 * header.sampling_max().1;
    // One row of MCUs may be all border.
    let height = rows.div_ceil(rows_of_mcu).max(2).checked_mul(rows_of_mcu)?.min(header.height);
    let frame = jpeg::segments(start).find(|segment| matches!(segment.marker, 0xc0..=0xc3 | 0xc9 | 0xca))?.offset;
    start.get_mut(frame + 1..frame + 3)?.copy_from_slice(&u16::try_from(height).ok()?.to_be_bytes());
    let picture = jpeg::decode_with(start, &jpeg::Options::at(Scale::Eighth), workspace).ok()?;
    // A progressive file lacks the last bits then.
    let is_whole = picture.damage.is_none_or(|damage| damage.kind == DamageKind::Truncated && damage.fraction == 1.0);
    is_whole.then(|| Strip { grid: to_grid(picture).0, height })
}

fn decode_at(bytes: &[u8], options: &jpeg::Options, workspace: &mut Workspace) -> Result<Decoded, Cause> {
    let picture = jpeg::decode_with(bytes, options, workspace).map_err(|error| judge(&error))?;
    let (grid, damage) = to_grid(picture);
    Ok(Decoded {
        grid,
        factor: reported_factor(options.scales[0]),
        damage: damage.map(|damage| damage_of(&damage)),
        profile: read_profile(bytes),
    })
}

/// The planes with what they mean, and what is wrong with them.
pub(super) fn to_grid(picture: jpeg::Picture) -> (WorkingGrid, Option<Damage>) {
    let model = model_of(&picture.header);
    let grid = |(index, plane): (usize, jpeg::Plane)| {
        let PlaneShape { size, covered, pitch, blurred } = shape_of(&picture.header, index, plane.scale);
        GridPlane { plane: Plane { size, samples: plane.samples }, covered, pitch, blurred }
    };
    let planes = picture.planes.into_iter().take(model.planes()).enumerate().map(grid).collect();
    (WorkingGrid { model, planes }, picture.damage)
}

fn model_of(header: &jpeg::Header) -> Model {
    match header.color {
        ColorModel::YCbCr => Model::YCbCr(Matrix::Bt601),
        ColorModel::Rgb => Model::Rgb,
        ColorModel::Cmyk if header.inverted => Model::CmykInverted,
        ColorModel::Cmyk => Model::Cmyk,
        ColorModel::Ycck if header.inverted => Model::YcckInverted,
        ColorModel::Ycck => Model::Ycck,
        // What a second component beside grey means, nothing defines.
        _ => Model::Grey,
    }
}

/// Returns the geometry of a component's plane at a scale.
fn shape_of(header: &jpeg::Header, index: usize, scale: Scale) -> PlaneShape {
    let component = header.components[index];
    let (h_max, v_max) = header.sampling_max();
    let ratio = Axes { x: f64::from(h_max) / f64::from(component.h), y: f64::from(v_max) / f64::from(component.v) };
    let f = scale.ratio();
    let (width, height) = header.component_size(index);
    let covered = Axes { x: scale.reduce(width), y: scale.reduce(height) };
    PlaneShape {
        size: Size::new(whole(covered.x), whole(covered.y)),
        covered,
        pitch: Axes { x: ratio.x * f, y: ratio.y * f },
        blurred: Axes { x: booked_variance(f, ratio.x), y: booked_variance(f, ratio.y) },
    }
}

/// Returns the samples that cover a length.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a JPEG's sides have 16 bits")]
fn whole(length: f64) -> u32 {
    length.ceil() as u32
}

/// Returns the finest scale that a component may be decoded at for these targets. Memory is estimated by it.
///
/// It is the one of the fixed margins; in a progressive file the next finer one, since there the low frequencies of a whole image
/// come before the rest, and the scans that a coarse scale leaves out are hardly worth their saving.
pub(in super::super) fn finest_scale(header: &jpeg::Header, component: usize, targets: &[Size]) -> Scale {
    let scale = choose_scale(header, component, targets);
    match header.process {
        Process::Progressive => Scale::ALL.into_iter().find(|finer| *finer < scale).unwrap_or(scale),
        _ => scale,
    }
}

/// The largest scale that leaves the component its margin for every target, on both axes.
pub(in super::super) fn choose_scale(header: &jpeg::Header, component: usize, targets: &[Size]) -> Scale {
    let (width, height) = header.component_size(component);
    let is_subsampled = width < f64::from(header.width) || height < f64::from(header.height);
    let margin = if component > 0 && is_subsampled { CHROMA_MARGIN } else { MARGIN };
    let serves = |scale: &Scale| {
        let (width, height) = (scale.reduce(width), scale.reduce(height));
        targets
            .iter()
            .all(|target| width >= margin * f64::from(target.width) && height >= margin * f64::from(target.height))
    };
    Scale::ALL.into_iter().find(serves).unwrap_or(Scale::Full)
}

/// Returns the source px per px of the grid, rounded.
pub(super) fn reported_factor(scale: Scale) -> NonZeroU32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 8")]
    NonZeroU32::new(scale.ratio().round() as u32).unwrap_or(NonZeroU32::MIN)
}

/// Variance, in working px², that a plane of box means over `f` samples has already, each sample being `ratio` source px
/// wide; less what a full decode would have added by upsampling it.
pub(super) fn booked_variance(f: f64, ratio: f64) -> f64 {
    let reduced = ratio * ratio * (f * f - 1.0) / 12.0;
    let upsampled = if ratio == 2.0 { FANCY_UPSAMPLING } else { (ratio * ratio - 1.0) / 12.0 };
    (reduced - upsampled) / (ratio * f).powi(2)
}

fn judge(error: &jpeg::Error) -> Cause {
    let format = Format::Jpeg;
    match error {
        jpeg::Error::Unsupported(what) => Cause::Unsupported { format, detail: what.to_string() },
        jpeg::Error::Malformed { what, offset } => {
            Cause::Damaged { format, detail: format!("{what} (at byte {offset})") }
        }
        jpeg::Error::NotJpeg => Cause::Damaged { format, detail: "the signature is wrong".to_string() },
        jpeg::Error::Limit { .. } => Cause::Limit(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pmp_is_turned_as_its_header_says() {
        let jpeg = b"\xff\xd8\xff\xdb\0\x02\xff\xc0\0\x0b\x08\0\x08\0\x10\x01\x01\x11\0";
        let turned = |value: u8| {
            let mut file = vec![0; 124];
            (file[11], file[27]) = (124, value);
            file.extend(jpeg);
            read_header(&file).expect("a frame header").orientation
        };
        let expected = [1, 8, 3, 6].map(|value| Orientation::from_exif(value).expect("from 1 to 8"));
        assert_eq!([0, 1, 2, 3].map(turned), expected);
        let mut other = vec![3; 124];
        other.extend(jpeg);
        assert_eq!(read_header(&other).expect("a frame header").orientation, Orientation::Upright);
    }
}
