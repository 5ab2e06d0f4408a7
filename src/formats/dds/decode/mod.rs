//! Decodes DDS some rows at a time: block-compressed (BC1 to BC7), packed and plain surfaces. It takes the largest
//! level of a texture, the first face of a cube, and the first image of an array or a volume.

mod masked;
mod surface;

use dds::header::ParseOptions;
use dds::{
    Channels, ColorFormat, Decoder, DecodingError, Format as Coding, HeaderError, ImageViewMut, LayoutError, Offset,
    PixelInfo, Precision,
};

use crate::formats::codec::Plan;
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exposure, Format};
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;
use masked::Masked;
use surface::{Blocks, Surface};

/// Rows decoded together: whole blocks, whatever their height.
const BAND: u32 = 60;

/// Largest floating-point number of 16 bits. An infinite one would spread over the image.
const BRIGHTEST: f32 = 65_504.0;

/// An opened DDS.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    stored: Stored,
}

/// The storage of the pixels.
#[derive(Debug)]
enum Stored {
    Masked(Masked),
    Coded(Coded),
}

/// A surface that the crate supports.
#[derive(Debug)]
struct Coded {
    header: dds::header::Header,
    blocks: Blocks,
    /// The offset of the pixels.
    data: usize,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (size, has_alpha, stored) = match Masked::read(bytes) {
            Some(masked) => {
                let has_alpha = matches!(masked.model(), Model::GreyAlpha | Model::RgbAlpha);
                (masked.size, has_alpha, Stored::Masked(masked))
            }
            None => {
                let (coded, size, channels) = Coded::read(bytes)?;
                (size, matches!(channels, Channels::Alpha | Channels::Rgba), Stored::Coded(coded))
            }
        };
        Ok(Self { header: Header { format: Format::Dds, size, orientation: Orientation::Upright, has_alpha }, stored })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: Factors) -> u64 {
        // A band of pixels of four floats.
        u64::from(self.header.size.width) * u64::from(BAND) * 16
    }

    fn is_light(&self) -> bool {
        true
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        self.decode_rows_there(bytes, plan.factors(self.header.size), plan.exposure)
    }
}

impl Opened {
    /// Decodes the rows that are present onto the working grid.
    fn decode_rows_there(&self, bytes: &[u8], factors: Factors, exposure: Exposure) -> Result<Decoded, DecodeError> {
        let height = self.header.size.height;
        let (reducer, profile, there) = match &self.stored {
            Stored::Masked(masked) => {
                let mut reducer = BoxReducer::new(self.header.size, masked.model(), factors);
                let there = u32::try_from(masked.push_rows(bytes, &mut reducer)).unwrap_or(height);
                (reducer, Profile::Srgb, there)
            }
            Stored::Coded(coded) => coded.decode(bytes, &self.header, factors, exposure)?,
        };
        if there == 0 {
            return Err(ends_too_early());
        }
        let damage = of_missing_rows(there as usize, height as usize);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile })
    }
}

impl Coded {
    /// Reads the header, and returns the size and the channels with it.
    fn read(bytes: &[u8]) -> Result<(Self, Size, Channels), DecodeError> {
        let mut surface = Surface::new(bytes).ok_or_else(ends_too_early)?;
        let data = bytes.len() - surface.data().len();
        let decoder = Decoder::new_with_options(&mut surface, &ParseOptions::new_permissive(None)).map_err(judge)?;
        let is_behind_alpha = matches!(
            decoder.format(),
            Coding::BC2_UNORM
                | Coding::BC2_UNORM_PREMULTIPLIED_ALPHA
                | Coding::BC3_UNORM
                | Coding::BC3_UNORM_PREMULTIPLIED_ALPHA
                | Coding::BC3_UNORM_RXGB
                | Coding::BC3_UNORM_NORMAL
        );
        let blocks = if is_behind_alpha { Blocks::FourColours } else { Blocks::AsStored };
        let size = Size::new(decoder.main_size().width, decoder.main_size().height);
        Ok((Self { header: decoder.header().clone(), blocks, data }, size, decoder.native_color().channels))
    }

    /// Decodes the rows that are present, and returns their number.
    fn decode(
        &self,
        bytes: &[u8],
        header: &Header,
        factors: Factors,
        exposure: Exposure,
    ) -> Result<(BoxReducer<'static>, Profile, u32), DecodeError> {
        let data = bytes.get(self.data..).unwrap_or_default();
        let surface = Surface::of_pixels(data, self.blocks);
        let decoder = Decoder::from_header(surface, self.header.clone()).map_err(judge)?;
        decode_surface(decoder, data, header, factors, exposure)
    }
}

/// Decodes surfaces that the crate supports, and returns the number of rows present.
fn decode_surface(
    mut decoder: Decoder<Surface<'_>>,
    data: &[u8],
    header: &Header,
    factors: Factors,
    exposure: Exposure,
) -> Result<(BoxReducer<'static>, Profile, u32), DecodeError> {
    let there = rows_there(&decoder, data, header.size)?;
    let native = decoder.native_color();
    let (channels, model) = match native.channels {
        Channels::Grayscale => (Channels::Grayscale, Model::Grey),
        Channels::Rgb => (Channels::Rgb, Model::Rgb),
        Channels::Alpha | Channels::Rgba => (Channels::Rgba, Model::RgbAlpha),
    };
    // Samples of 32 bits, or floats of 16, are light. All others are meant for a screen.
    let is_light = native.precision == Precision::F32;
    let profile = if is_light { scene::profile_of(exposure) } else { Profile::Srgb };
    let precision = if native.precision == Precision::U8 { Precision::U8 } else { Precision::F32 };
    let color = ColorFormat::new(channels, precision);

    let mut reducer = match is_light {
        true => BoxReducer::of_scene(header.size, model, factors, exposure),
        false => BoxReducer::new(header.size, model, factors),
    };
    let width = header.size.width as usize;
    let mut row = vec![0.0_f32; width * model.planes()];
    let row_bytes = width * usize::from(color.bytes_per_pixel());
    let mut band = vec![0; row_bytes * BAND.min(there) as usize];
    for top in (0..there).step_by(BAND as usize) {
        let rows = BAND.min(there - top);
        let band = &mut band[..row_bytes * rows as usize];
        let view = ImageViewMut::new(band, dds::Size::new(header.size.width, rows), color)
            .ok_or_else(|| damaged("its rows have no length".to_string()))?;
        decoder.read_surface_rect(view, Offset::new(0, top)).map_err(judge)?;
        decoder.rewind_to_previous_surface().map_err(judge)?;
        for stored in band.chunks_exact(row_bytes) {
            if precision == Precision::U8 {
                reducer.push_bytes(stored);
                continue;
            }
            row.iter_mut().zip(stored.as_chunks::<4>().0).for_each(|(to, from)| {
                let sample = f32::from_ne_bytes(*from);
                *to = if sample.is_nan() { 0.0 } else { sample.clamp(-BRIGHTEST, BRIGHTEST) * 255.0 };
            });
            reducer.push_row(&mut row);
        }
    }
    Ok((reducer, profile, there))
}

/// Returns the number of rows present in the file, or `Err` for 0. Buffers have the size in the header, so a file
/// without rows fails before.
fn rows_there(decoder: &Decoder<Surface<'_>>, data: &[u8], size: Size) -> Result<u32, DecodeError> {
    let needed = decoder.surface_info().ok_or_else(ends_too_early)?.data_len();
    let there = data.len() as u64;
    if there >= needed {
        return Ok(size.height);
    }
    let step = match decoder.layout().pixel_info() {
        PixelInfo::Block(block) => u32::from(block.size().1),
        PixelInfo::Fixed { .. } => 1,
        // Its colours follow all of its luma.
        PixelInfo::BiPlanar(_) => return Err(ends_too_early()),
    };
    let bands = u64::from(size.height.div_ceil(step));
    let whole = u64::try_from(u128::from(there) * u128::from(bands) / u128::from(needed.max(1))).unwrap_or(bands);
    match u32::try_from(whole).unwrap_or(u32::MAX).saturating_mul(step).min(size.height) {
        0 => Err(ends_too_early()),
        there => Ok(there),
    }
}

fn judge(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::Io(error) | DecodingError::Header(HeaderError::Io(error))
            if error.kind() == std::io::ErrorKind::UnexpectedEof =>
        {
            ends_too_early()
        }
        DecodingError::Format(_) => unsupported("a pixel format that can't be decoded"),
        DecodingError::Layout(LayoutError::ZeroDimension) => damaged("a side is 0 px long".to_string()),
        DecodingError::Layout(_) | DecodingError::Header(_) => damaged("the image header is invalid".to_string()),
        DecodingError::MemoryLimitExceeded => {
            damaged("it needs more memory than an image of its size should".to_string())
        }
        _ => damaged("the pixel data are corrupt".to_string()),
    }
}

#[cfg(test)]
mod tests;
