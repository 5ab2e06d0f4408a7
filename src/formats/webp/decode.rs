//! Decodes WebP onto a working grid. A lossy image is reduced plane by plane during the decoding of its rows of
//! macroblocks, and its chroma is never upsampled. With alpha, samples are weighted by their opacity. A lossless image
//! is decoded whole. Images without a reduction, and animations, go through `raster`.

use std::num::NonZeroU32;

use crate::container::{bare_exif, read_exif, read_xmp_orientation};
use crate::formats::animation::detect::is_animated_webp;
use crate::formats::codec::Plan;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::raster;
use crate::formats::span::Span;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::booked_variance;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Axes, GridPlane, Matrix, Model, Plane, WorkingGrid};
use crate::webp::{self, Band, Coding, Frame, Stop};

/// An opened WebP.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    stored: Stored,
    icc: Option<Span>,
    is_animated: bool,
    /// Bytes of the file.
    length: u64,
}

/// The coded image by its place, as [`Coding`].
#[derive(Debug)]
enum Stored {
    Lossy { frame: Span, alpha: Option<Span> },
    Lossless(Span),
    Animation,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let container = webp::read_container(bytes).map_err(judge)?;
        // JPEG's identifier does not belong here, but some programs write it.
        let of_exif = container.exif.and_then(|exif| read_exif(bare_exif(exif)).orientation);
        let orientation =
            of_exif.or_else(|| container.xmp.and_then(read_xmp_orientation)).and_then(Orientation::from_exif);
        let header = Header {
            format: Format::WebP,
            size: Size::new(container.size.0, container.size.1),
            orientation: orientation.unwrap_or_default(),
            has_alpha: container.has_alpha,
        };
        let place = |part: &[u8]| Span::of(part, bytes);
        let stored = match container.coding {
            Coding::Lossy { frame, alpha } => Stored::Lossy { frame: place(frame), alpha: alpha.map(place) },
            Coding::Lossless(stream) => Stored::Lossless(place(stream)),
            Coding::Animation => Stored::Animation,
        };
        let (icc, is_animated) = (container.icc.map(place), is_animated_webp(bytes));
        Ok(Self { header, stored, icc, is_animated, length: bytes.len() as u64 })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn is_animated(&self) -> bool {
        self.is_animated
    }

    fn packets(bytes: &[u8]) -> Packets {
        let Ok(container) = webp::read_container(bytes) else { return Packets::default() };
        let exif = container.exif.map(|exif| bare_exif(exif).to_vec());
        Packets { exif, xmp: container.xmp.map(<[u8]>::to_vec) }
    }

    fn memory(&self, factors: Factors) -> u64 {
        self.working_memory(factors.common().get())
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        self.decode_image(bytes, plan.factors(self.header.size))
    }
}

impl Opened {
    /// Estimates the memory of decoding beside the file and the working grid of this factor.
    fn working_memory(&self, factor: u32) -> u64 {
        let pixels = self.header.size.pixels();
        let needed = match self.stored {
            Stored::Lossy { alpha: None, .. } if factor > 1 => 0,
            Stored::Lossy { alpha: Some(alpha), .. } if factor > 1 => {
                pixels.saturating_add(webp::lossless_memory(alpha.len, pixels))
            }
            Stored::Lossless(stream) => webp::lossless_memory(stream.len, pixels),
            // The crate's frames are of RGBA, with planes beside them.
            Stored::Lossy { .. } => pixels.saturating_mul(8),
            Stored::Animation => pixels.saturating_mul(16),
        };
        needed.saturating_add(self.length)
    }

    /// Decodes the image, or the first frame of an animation on its canvas.
    fn decode_image(&self, bytes: &[u8], factors: Factors) -> Result<Decoded, DecodeError> {
        let header = &self.header;
        let is_reduced = factors.common() > NonZeroU32::MIN;
        let mut decoded = match self.stored {
            Stored::Lossless(stream) => decode_lossless(stream.slice(bytes), header.size, header.has_alpha, factors)?,
            Stored::Lossy { frame, alpha: None } if is_reduced => {
                decode_opaque(frame.slice(bytes), header.size, factors)?
            }
            Stored::Lossy { frame, alpha: Some(alpha) } if is_reduced => {
                let frame = frame.slice(bytes);
                decode_transparent(frame, alpha.slice(bytes), header.size, factors)
                    .or_else(|cause| decode_without_alpha(frame, header.size, factors, cause))?
            }
            // This decoder applies the loop filter. A truncated file, which it refuses, is decoded without it.
            Stored::Lossy { frame, alpha } => raster::decode(bytes, header, factors).or_else(|cause| match alpha {
                None => decode_opaque(frame.slice(bytes), header.size, factors).map_err(|_| cause),
                Some(_) => decode_without_alpha(frame.slice(bytes), header.size, factors, cause),
            })?,
            Stored::Animation => raster::decode(bytes, header, factors)?,
        };
        decoded.profile = self.icc.map_or(Profile::Srgb, |icc| Profile::Icc(icc.slice(bytes).to_vec()));
        Ok(decoded)
    }
}

fn decode_lossless(stream: &[u8], size: Size, has_alpha: bool, factors: Factors) -> Result<Decoded, DecodeError> {
    let model = if has_alpha { Model::RgbAlpha } else { Model::Rgb };
    let mut reducer = BoxReducer::new(size, model, factors);
    let mut samples = Vec::new();
    let stop = webp::decode_lossless(stream, &mut |row: &[u32]| {
        samples.clear();
        let pixels = row.iter().map(|pixel| pixel.to_be_bytes());
        if has_alpha {
            samples.extend(pixels.flat_map(|[a, r, g, b]| [r, g, b, a]));
        } else {
            samples.extend(pixels.flat_map(|[_, r, g, b]| [r, g, b]));
        }
        reducer.push_bytes(&samples);
    });
    let damage = damage_of(stop.map_err(judge)?, size);
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
}

fn decode_opaque(frame: &[u8], size: Size, factors: Factors) -> Result<Decoded, DecodeError> {
    let chroma_factors = factors.halves();
    let half = half_of(size);
    let mut luma = BoxReducer::new(size, Model::Grey, factors);
    let mut chroma = [(); 2].map(|()| BoxReducer::new(half, Model::Grey, chroma_factors));
    let frame = Frame::read(frame).map_err(judge)?;
    let stop = frame.decode(&mut |band: Band<'_>| {
        luma_rows(&band, size).for_each(|row| luma.push_bytes(row));
        for (plane, reducer) in chroma.iter_mut().enumerate() {
            chroma_rows(&band, plane, half).for_each(|row| reducer.push_bytes(row));
        }
    });
    let luma = widen_luma(luma.finish());
    let [blue, red] = chroma.map(|plane| widen_chroma(plane.finish(), size, chroma_factors));
    let model = Model::YCbCr(Matrix::Bt601);
    let planes = luma.into_iter().chain(blue).chain(red).collect();
    Ok(Decoded {
        grid: WorkingGrid { model, planes },
        factor: factors.common(),
        damage: damage_of(stop, size),
        profile: Profile::Srgb,
    })
}

/// Decodes a lossy image with alpha. Both reductions cover the same pixels, since the factors are even, so that colours
/// can be computed on the working grid.
fn decode_transparent(frame: &[u8], alpha: &[u8], size: Size, factors: Factors) -> Result<Decoded, DecodeError> {
    let chroma_factors = factors.halves();
    let factors = chroma_factors.doubled();
    let half = half_of(size);
    let frame = Frame::read(frame).map_err(judge)?;
    let alpha = webp::decode_alpha(alpha, size.width, size.height).map_err(judge)?;
    let mut luma = BoxReducer::new(size, Model::GreyAlpha, factors);
    let mut chroma = [(); 2].map(|()| BoxReducer::new(half, Model::GreyAlpha, chroma_factors));
    let mut opacity = alpha.chunks_exact(size.width as usize);
    let mut pairs = vec![[0_u8; 2]; size.width as usize];
    let mut halves = vec![0_u8; half.width as usize];
    let stop = frame.decode(&mut |band: Band<'_>| {
        let mut lines = luma_rows(&band, size);
        for y in 0.. {
            // Opacity is requested only where there is luma, so that no row of the next band is lost.
            let Some(first) = lines.next() else { break };
            let Some(top) = opacity.next() else { break };
            luma.push_bytes(interleave(&mut pairs, first, top));
            // An image of odd height ends with half a sample of chroma.
            let mut bottom = top;
            if let Some(second) = lines.next()
                && let Some(next) = opacity.next()
            {
                luma.push_bytes(interleave(&mut pairs, second, next));
                bottom = next;
            }
            halve(&mut halves, top, bottom);
            for (plane, reducer) in chroma.iter_mut().enumerate() {
                let row = chroma_rows(&band, plane, half).nth(y).unwrap_or_default();
                reducer.push_bytes(interleave(&mut pairs, row, &halves));
            }
        }
    });
    let planes = to_rgb(luma.finish(), chroma.map(BoxReducer::finish));
    let grid = WorkingGrid { model: Model::RgbAlpha, planes };
    Ok(Decoded { grid, factor: factors.common(), damage: damage_of(stop, size), profile: Profile::Srgb })
}

/// Decodes the image without the alpha that `cause` made unreadable.
fn decode_without_alpha(
    frame: &[u8],
    size: Size,
    factors: Factors,
    cause: DecodeError,
) -> Result<Decoded, DecodeError> {
    let Ok(mut decoded) = decode_opaque(frame, size, factors) else { return Err(cause) };
    let (rows, present) = decoded.damage.map_or((String::new(), 1.0), |damage| (format!(", {damage}"), damage.present));
    decoded.damage = Some(Damage { detail: format!("ignored invalid transparency ({cause}){rows}"), present });
    Ok(decoded)
}

fn half_of(size: Size) -> Size {
    Size::new(size.width.div_ceil(2), size.height.div_ceil(2))
}

fn luma_rows<'a>(band: &Band<'a>, size: Size) -> impl Iterator<Item = &'a [u8]> {
    band.luma.chunks(band.luma_stride).map(move |row| &row[..size.width as usize])
}

fn chroma_rows<'a>(band: &Band<'a>, plane: usize, half: Size) -> impl Iterator<Item = &'a [u8]> {
    band.chroma[plane].chunks(band.chroma_stride).map(move |row| &row[..half.width as usize])
}

/// Interleaves samples with their opacity.
fn interleave<'a>(pairs: &'a mut [[u8; 2]], samples: &[u8], opacity: &[u8]) -> &'a [u8] {
    let pairs = &mut pairs[..samples.len()];
    pairs.iter_mut().zip(samples.iter().zip(opacity)).for_each(|(pair, (sample, alpha))| *pair = [*sample, *alpha]);
    pairs.as_flattened()
}

/// Averages the opacity of 2 by 2 pixels each.
fn halve(halves: &mut [u8], top: &[u8], bottom: &[u8]) {
    for (half, (top, bottom)) in halves.iter_mut().zip(top.chunks(2).zip(bottom.chunks(2))) {
        let sum: u16 = top.iter().chain(bottom).map(|alpha| u16::from(*alpha)).sum();
        let count = if top.len() == 2 { 4 } else { 2 };
        *half = u8::try_from((sum + count / 2) / count).expect("a mean of bytes");
    }
}

/// Limited range to full range (ITU-R BT.601, 2.5.3): luma from 16 to 235, chroma 112 on either side of 128.
const LUMA_SCALE: f32 = 255.0 / 219.0;
const CHROMA_SCALE: f32 = 255.0 / 224.0;

fn widen_luma(mut grid: WorkingGrid) -> Option<GridPlane> {
    let mut plane = grid.planes.pop()?;
    plane.plane.samples.iter_mut().for_each(|sample| *sample = (*sample - 16.0) * LUMA_SCALE);
    Some(plane)
}

/// Scales a plane of chroma, half the image's size, to the image's measures.
fn widen_chroma(mut grid: WorkingGrid, size: Size, factors: Factors) -> Option<GridPlane> {
    let mut plane = grid.planes.pop()?.plane;
    plane.samples.iter_mut().for_each(|sample| *sample = (*sample - 128.0) * CHROMA_SCALE + 128.0);
    let (x, y) = (f64::from(factors.across.get()), f64::from(factors.down.get()));
    Some(GridPlane {
        plane,
        covered: Axes { x: f64::from(size.width) / (2.0 * x), y: f64::from(size.height) / (2.0 * y) },
        pitch: Axes { x: 2.0 * x, y: 2.0 * y },
        // The variance of a smooth upsampling, as other decoders do it, which is the expected result.
        blurred: Axes { x: booked_variance(x, 2.0), y: booked_variance(y, 2.0) },
    })
}

/// Converts luma and chroma, multiplied by opacity, to red, green, blue and alpha.
fn to_rgb(luma: WorkingGrid, chroma: [WorkingGrid; 2]) -> Vec<GridPlane> {
    let mut planes = luma.planes;
    let (red, blue) = Matrix::Bt601.weights();
    let [cb, cr] = chroma.map(|grid| grid.planes);
    let mut colors = [(); 3].map(|()| Vec::with_capacity(planes[0].plane.samples.len()));
    for i in 0..planes[0].plane.samples.len() {
        let alpha = planes[1].plane.samples[i] * (1.0 / 255.0);
        let y = (planes[0].plane.samples[i] - 16.0 * alpha) * LUMA_SCALE;
        let difference = |chroma: &[GridPlane]| {
            let [sample, alpha] = [0, 1].map(|plane| chroma[plane].plane.samples[i]);
            (sample - 128.0 * (1.0 / 255.0) * alpha) * CHROMA_SCALE
        };
        let b = 2.0 * (1.0 - blue) * difference(&cb);
        let r = 2.0 * (1.0 - red) * difference(&cr);
        let g = -(blue * b + red * r) / (1.0 - red - blue);
        colors.iter_mut().zip([r, g, b]).for_each(|(plane, offset)| plane.push(y + offset));
    }
    let alpha = planes.pop();
    let like = planes.pop();
    let colors = colors.into_iter().zip(like.iter().cycle()).map(|(samples, like)| GridPlane {
        plane: Plane { size: like.plane.size, samples },
        covered: like.covered,
        pitch: like.pitch,
        blurred: like.blurred,
    });
    colors.chain(alpha).collect()
}

fn damage_of(stop: Option<Stop>, size: Size) -> Option<Damage> {
    stop.map(|Stop { rows }| {
        let detail = format!("the file is cut off, {rows} of {} rows are there", size.height);
        Damage::of_part(detail, u64::from(rows), size.height.into())
    })
}

fn judge(error: webp::Error) -> DecodeError {
    damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Exactness, Options, Target};
    use crate::thumbnail::{Workbench, make};

    /// Encodes an image of smooth waves, 403 by 301 px, opaque or fading out downwards.
    fn scene(is_opaque: bool) -> Vec<u8> {
        let (width, height) = (403_u32, 301_u32);
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let wave = |a: u32, b: u32| ((f64::from(x * a + y * b) / 900.0).sin() * 110.0 + 128.0) as u8;
                let alpha = if is_opaque { 255 } else { 255 - (y * 200 / height) as u8 };
                pixels.extend([wave(9, 4), wave(5, 11), wave(14, 7), alpha]);
            }
        }
        ::webp::Encoder::from_rgba(&pixels, width, height).encode(90.0).to_vec()
    }

    fn thumbnail(file: &[u8], exactness: Exactness) -> (u32, image::RgbaImage) {
        let sizes = vec![Size::new(40, 40).into()];
        let options = Options { sizes, targets: Target::Always(Format::Png).into(), exactness, ..Options::default() };
        let made = make(file, Format::WebP, &options, &mut Workbench::default()).unwrap();
        let pixels = image::load_from_memory(&made.thumbnails[0].bytes).unwrap().to_rgba8();
        (made.factor.get(), pixels)
    }

    #[test]
    fn the_reduced_picture_is_the_full_one_made_small() {
        for is_opaque in [true, false] {
            let file = scene(is_opaque);
            assert_eq!(Opened::read(&file).unwrap().header.has_alpha, !is_opaque);
            let (factor, fast) = thumbnail(&file, Exactness::Fast);
            let (_, exact) = thumbnail(&file, Exactness::Exact);
            assert!(factor > 1, "{factor}");
            let mut squares = 0.0;
            for (fast, exact) in fast.pixels().zip(exact.pixels()) {
                for (fast, exact) in fast.0.iter().zip(exact.0) {
                    squares += f64::from(fast.abs_diff(exact)).powi(2);
                }
            }
            let mean = squares / f64::from(fast.width() * fast.height() * 4);
            // 45 dB.
            assert!(mean < 2.06, "{mean}, opaque {is_opaque}");
        }
    }

    #[test]
    fn a_file_that_is_cut_off_is_told_and_shown_as_far_as_it_goes() {
        let file = scene(true);
        let cut = &file[..file.len() * 2 / 3];
        let opened = Opened::read(cut).unwrap();
        for factor in [1, 4] {
            let decoded = opened.decode_image(cut, Factors::square(factor)).unwrap();
            assert!(decoded.damage.unwrap().detail.contains("cut off"));
        }
    }

    #[test]
    fn a_picture_whose_alpha_is_damaged_is_shown_without_it() {
        let mut file = scene(false);
        let chunk = file.windows(4).position(|name| name == b"ALPH").unwrap();
        // An undefined compression method.
        file[chunk + 8] |= 3;
        let opened = Opened::read(&file).unwrap();
        for factor in [1, 4] {
            let decoded = opened.decode_image(&file, Factors::square(factor)).unwrap();
            assert!(decoded.damage.unwrap().detail.contains("ignored invalid transparency"));
            assert_eq!(decoded.grid.model, Model::YCbCr(Matrix::Bt601));
        }
    }
}
