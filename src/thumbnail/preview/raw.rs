//! Chooses among the previews of a RAW file and the sensor's image. The RAW file's own orientation overrides that of the
//! preview's EXIF, since cameras store the preview as the sensor lies.
//!
//! A preview that is large enough is decoded faster, and looks as the camera's maker intended. The sensor's image is decoded if
//! all previews are smaller than the thumbnails and itself, or if no preview can be decoded.

use super::letterbox;
use crate::container::{Input, Preview, Raw};
use crate::error::{Cause, Failure, Step};
use crate::formats::codec::OpenedImage;
use crate::formats::error::DecodeError;
use crate::formats::header::Header;
use crate::formats::raw::{SensorImage, open_preview};
use crate::geometry::{Enlargement, Frame, Orientation, Shape, Size};
use crate::options::{Damaged, Format, Options, Previews};
use crate::outcome::{Damage, DecodedFrom};
use crate::thumbnail::limits::{check_density, check_pixels};
use crate::thumbnail::material::{Selected, plan};
use crate::thumbnail::verdict::{judge, said_of};
use crate::thumbnail::workbench::Workbench;

/// Two images have one aspect if their aspect ratios differ by less than this share: sensors have a margin that is not shown,
/// and previews have sides that are multiples of 8 or 16.
const SAME_ASPECT: f64 = 0.05;

/// Decodes the preview that serves the options best, or the sensor's image.
pub(super) fn decode(
    input: &mut dyn Input,
    raw: &Raw,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Selected, Failure> {
    let length = input.length();
    let sensor = sensor_in_place(input, raw, options).map(|sensor| decode_sensor(input, &sensor, options, bench));
    let of_sensor = match sensor {
        Some(Ok(selected)) if selected.decoded.damage.is_none() => return Ok(selected),
        Some(Err(error)) if matches!(error.cause, Cause::Io(_)) => return Err(error),
        tried => tried,
    };
    let of_preview = decode_previews(input, raw, in_order_of_use(raw, length, options), options, bench);
    match (of_preview, of_sensor) {
        (Ok(selected), _) => Ok(selected),
        (Err(error), _) if matches!(error.cause, Cause::Io(_)) => Err(error),
        (Err(error), of_sensor) => {
            let of_sensor = of_sensor.unwrap_or_else(|| match SensorImage::open(input) {
                Ok(sensor) => decode_sensor(input, &sensor, options, bench),
                Err(_) => Err(error.clone()),
            });
            let is_good = |selected: &Selected| {
                judge(selected.decoded.damage.as_ref(), Format::Raw, options.damaged)
                    .map_err(|cause| cause.in_step(Step::Decode))
            };
            let selected = if raw.previews.is_empty() { of_sensor? } else { of_sensor.map_err(|_| error.clone())? };
            is_good(&selected).map(|()| selected)
        }
    }
}

/// Returns the sensor's image if it is larger than all previews, and no preview is large enough.
fn sensor_in_place(input: &mut dyn Input, raw: &Raw, options: &Options) -> Option<SensorImage> {
    let whole = || raw.previews.iter().filter(|preview| !is_cut(preview, input.length())).map(size_of);
    if whole().any(|size| is_enough(raw, size, options)) {
        return None;
    }
    let largest = whole().map(Size::pixels).max().unwrap_or(0);
    SensorImage::open(input).ok().filter(|sensor| sensor.header().size.pixels() > largest)
}

/// Decodes the sensor's image.
fn decode_sensor(
    input: &mut dyn Input,
    sensor: &SensorImage,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Selected, Failure> {
    let shown = sensor.header().size;
    let header = Header { size: sensor.full_size(), ..sensor.header().clone() };
    // All of it is decoded, however little is shown.
    check_pixels(sensor.stored_size(), options)?;
    check_density(header.format, sensor.stored_size(), input.length())?;
    // Never larger than the decoded image, which has a pixel for each block of the sensor's.
    let frames = header.frames_of(shown, options);
    let decoded = sensor.decode(input, &plan(&Frame::scales(&frames), options), &mut bench.tools());
    let mut decoded = decoded.map_err(|error| error.of(Format::Raw).in_step(Step::Decode))?;
    decoded.stand_for(header.size, shown);
    Ok(Selected { header, frames, decoded, from: DecodedFrom::Main })
}

/// Decodes the first of these previews that will do.
fn decode_previews(
    input: &mut dyn Input,
    raw: &Raw,
    previews: Vec<&Preview>,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Selected, Failure> {
    let mut failure =
        Cause::Unsupported { format: Format::Raw, detail: "it contains no preview".to_string() }.in_step(Step::Probe);
    // The decoded share of the first broken preview, and its failure if no other takes its place.
    let mut broken = None;
    for preview in previews {
        let selected = match decode_preview(input, raw, preview, options, bench) {
            Ok(selected) => selected,
            // It may be readable the next time, but a smaller preview would stay.
            Err(error) if matches!(error.cause, Cause::Io(_)) => return Err(error),
            Err(error) => {
                failure = error;
                continue;
            }
        };
        let damage = selected.decoded.damage.as_ref();
        match (judge(damage, Format::Raw, options.damaged), broken) {
            (Ok(()), None) => return Ok(selected),
            (Ok(()), Some((present, _))) => return Ok(instead_of_broken(selected, present)),
            (Err(cause), _) if options.damaged == Damaged::Fail => return Err(cause.in_step(Step::Decode)),
            (Err(cause), earlier) => {
                let present = damage.map_or(1.0, |damage| damage.present);
                broken = earlier.or(Some((present, cause.in_step(Step::Decode))));
            }
        }
    }
    Err(broken.map_or(failure, |(_, failure)| failure))
}

/// Notes that a better preview is broken, of which the share `present` could be decoded.
fn instead_of_broken(mut selected: Selected, present: f64) -> Selected {
    let detail = format!("{}; made from another of its previews", said_of(present));
    selected.decoded.damage = Some(Damage { detail, present });
    selected
}

/// Returns the previews in the order in which they are tried. Those that the end of the file cuts off come last, however large.
fn in_order_of_use<'a>(raw: &'a Raw, length: u64, options: &Options) -> Vec<&'a Preview> {
    let mut previews: Vec<&Preview> = raw.previews.iter().collect();
    let smallest_first = options.previews == Previews::Used;
    previews.sort_by_key(|preview| {
        let size = size_of(preview);
        let is_enough = is_enough(raw, size, options);
        let larger_first = u64::MAX - size.pixels();
        let order = if smallest_first && is_enough { size.pixels() } else { larger_first };
        (is_cut(preview, length), smallest_first && !is_enough, order)
    });
    previews
}

/// Returns whether a preview of this size has no fewer pixels than any thumbnail.
fn is_enough(raw: &Raw, size: Size, options: &Options) -> bool {
    let orientation = raw_orientation(raw).unwrap_or_default();
    let [image, shown] = [sensor_of(raw).unwrap_or(size), size].map(|size| orientation.apply_to(size));
    let shape = Shape { enlargement: Enlargement::Allowed, ..options.shape };
    let mut frames = options.sizes.iter().map(|bounds| Frame::new(image, shown, *bounds, shape));
    frames.all(|frame| frame.scaled.width <= shown.width || frame.scaled.height <= shown.height)
}

fn is_cut(preview: &Preview, length: u64) -> bool {
    preview.span.end() > length
}

fn size_of(preview: &Preview) -> Size {
    preview.size.map_or(Size::new(0, 0), |(width, height)| Size::new(width, height))
}

fn sensor_of(raw: &Raw) -> Option<Size> {
    raw.size.map(|(width, height)| Size::new(width, height))
}

fn raw_orientation(raw: &Raw) -> Option<Orientation> {
    raw.orientation.and_then(Orientation::from_exif)
}

fn decode_preview(
    input: &mut dyn Input,
    raw: &Raw,
    preview: &Preview,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Selected, Failure> {
    let in_raw = |error: DecodeError| error.in_part("its preview").of(Format::Raw);
    let image = open_preview(input, preview, &mut bench.tools()).map_err(|error| match error {
        DecodeError::Io(_) => in_raw(error).in_step(Step::Read),
        _ => in_raw(error).in_step(Step::Probe),
    })?;
    let own = image.header();
    check_pixels(own.size, options)?;
    check_density(own.format, own.size, input.length())?;
    let in_decode = |error| in_raw(error).in_step(Step::Decode);

    let crop = sensor_of(raw)
        .and_then(|sensor| letterbox::expect(own.size, sensor))
        .filter(|_| own.size.pixels() <= letterbox::BARRED);
    let cropped = crop.map(|crop| -> Result<_, Failure> {
        let mut decoded = image.decode_in_full(input, &mut bench.tools()).map_err(in_decode)?;
        Ok(letterbox::crop(&mut decoded.grid, crop).then_some((decoded, crop.size)))
    });
    let cropped = cropped.transpose()?.flatten();
    let shown = cropped.as_ref().map_or(own.size, |(_, size)| *size);
    let header = main_header(raw, own, shown);
    check_pixels(header.size, options)?;
    // Never larger than the preview, whatever the sensor's size.
    let frames = header.frames_of(shown, options);
    let mut decoded = match cropped {
        Some((decoded, _)) => decoded,
        None => image.decode(input, &plan(&Frame::scales(&frames), options), &mut bench.tools()).map_err(in_decode)?,
    };
    decoded.stand_for(header.size, shown);
    let largest = raw.previews.iter().map(|preview| size_of(preview).pixels()).max();
    if decoded.damage.is_none()
        && (raw.is_cut || largest > Some(size_of(preview).pixels()) && options.previews == Previews::Ignored)
    {
        decoded.damage = Some(Damage::of_whole("truncated; used a smaller preview"));
    }
    Ok(Selected { header, frames, decoded, from: DecodedFrom::RawPreview })
}

/// Returns the header of a RAW file's image. The file's own fields hold if they agree with a preview that shows the image at
/// the size `shown`.
fn main_header(raw: &Raw, own: &Header, shown: Size) -> Header {
    let orientation = raw_orientation(raw).unwrap_or(own.orientation);
    let agrees = |sensor: Size| {
        let ratio = shown.aspect() / sensor.aspect();
        (ratio - 1.0).abs() < SAME_ASPECT
    };
    let (size, orientation) = match sensor_of(raw) {
        Some(sensor) if agrees(sensor) => (sensor, orientation),
        // Some programs store the preview upright already.
        Some(sensor) if orientation.swaps_axes() && agrees(sensor.transposed()) => {
            (sensor.transposed(), Orientation::Upright)
        }
        _ => (shown, orientation),
    };
    Header { format: Format::Raw, size, orientation, has_alpha: false }
}
