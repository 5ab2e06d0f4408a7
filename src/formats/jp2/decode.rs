//! Decodes JPEG 2000 through the crate `hayro-jpeg2000`. Of its pyramid, the coarsest level that holds the fidelity is decoded.

use hayro_jpeg2000::{ColorSpace, DecodeError as CrateError, DecodeSettings, DecoderContext, Image};

use super::extent::damage_of;
use crate::formats::codec::Plan;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// Bytes that decoding holds for each sample: coefficients, samples, and copies of both (measured).
const OF_SAMPLE: u64 = 10;

/// The least ratio of the sides of a level to those of the working grid. A level is no mean of pixels, so the rest of the
/// reduction is. Measured on three photographs at 50 px: with 4 the mean PSNR against a full decode is 50.5 dB and the worst
/// 47.5, with 8 they are 56.0 and 52.2, for twice the time.
const MARGIN: u32 = 8;

/// An opened JPEG 2000.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    model: Model,
    is_indexed: bool,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let image = open(bytes, None)?;
        let model = model_of(&image)?;
        let size = Size::new(image.width(), image.height());
        let header =
            Header { format: Format::Jp2, size, orientation: Orientation::default(), has_alpha: model.has_alpha() };
        // A palette's box, which only a file with indices has.
        let start = &bytes[..bytes.len().min(1 << 16)];
        let is_indexed = start.windows(4).any(|name| name == b"pclr");
        Ok(Self { header, model, is_indexed })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, factors: Factors) -> u64 {
        let level = if self.is_indexed { 0 } else { level_for(factors) };
        let Size { width, height } = self.header.size;
        let pixels = Size::new((width >> level) + 1, (height >> level) + 1).pixels();
        pixels.saturating_mul(self.model.planes() as u64 * OF_SAMPLE)
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let full = self.header.size;
        let factors = plan.factors(full);
        let level = level_for(factors);
        let target = (level > 0).then(|| ((full.width >> level).max(1), (full.height >> level).max(1)));
        let image = open(bytes, target)?;
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(judge)?;
        let size = Size::new(image.width(), image.height());
        let planes: Vec<(&[f32], f32)> = decoded
            .components()
            .iter()
            .map(|component| (component.samples(), scale_of(component.bit_depth())))
            .collect();
        let pixels = usize::try_from(size.pixels()).unwrap_or(usize::MAX);
        if planes.len() < self.model.planes() || planes.iter().any(|(samples, _)| samples.len() < pixels) {
            return Err(damaged("it has fewer samples than pixels"));
        }
        let rest = rest_of(factors, full, size);
        let mut reducer = BoxReducer::new(size, self.model, rest);
        let width = size.width as usize;
        let mut row = vec![0.0; width * self.model.planes()];
        for y in 0..size.height as usize {
            for (channel, (samples, scale)) in planes.iter().take(self.model.planes()).enumerate() {
                let places = row.iter_mut().skip(channel).step_by(self.model.planes());
                let samples = &samples[y * width..][..width];
                places.zip(samples).for_each(|(place, sample)| *place = (*sample * scale).clamp(0.0, 255.0));
            }
            reducer.push_row(&mut row);
        }
        let profile = match image.color_space() {
            ColorSpace::Icc { profile, .. } => Profile::Icc(profile.clone()),
            _ => Profile::Srgb,
        };
        let mut decoded = Decoded { grid: reducer.finish(), factor: rest.common(), damage: damage_of(bytes), profile };
        decoded.stand_for(full, size);
        Ok(decoded)
    }
}

fn open<'b>(bytes: &'b [u8], target_resolution: Option<(u32, u32)>) -> Result<Image<'b>, DecodeError> {
    Image::new(bytes, &DecodeSettings { target_resolution, ..DecodeSettings::default() }).map_err(judge)
}

/// Returns how often the sides are halved before the rest of the reduction.
fn level_for(factors: Factors) -> u32 {
    (factors.common().get() / MARGIN).checked_ilog2().unwrap_or(0)
}

/// Returns the reduction that is left for an image of the size `full`, of which a level of this size was decoded.
fn rest_of(factors: Factors, full: Size, level: Size) -> Factors {
    let (mut rest, mut width) = (factors, full.width);
    while width > level.width && width.div_ceil(2) >= level.width {
        width = width.div_ceil(2);
        rest = rest.halves();
    }
    rest
}

#[expect(clippy::cast_precision_loss, reason = "more bits do not matter")]
fn scale_of(bits: u8) -> f32 {
    255.0 / ((1_u64 << bits.clamp(1, 38)) - 1) as f32
}

fn model_of(image: &Image<'_>) -> Result<Model, DecodeError> {
    let space = image.color_space();
    if matches!(space, ColorSpace::Icc { profile, .. } if profile.get(16..20) == Some(b"Lab ")) {
        return Err(unsupported("L*a*b* by a profile"));
    }
    match (space.num_channels(), image.has_alpha()) {
        (1, false) => Ok(Model::Grey),
        (3, false) => Ok(Model::Rgb),
        (3, true) => Ok(Model::RgbAlpha),
        (4, _) => Ok(Model::Cmyk),
        // Two channels are opacity without a description.
        (1, true) | (2, false) => Ok(Model::GreyAlpha),
        (channels, _) => Err(unsupported(format!("{channels} channels"))),
    }
}

fn judge(error: CrateError) -> DecodeError {
    use hayro_jpeg2000::{FormatError, MarkerError};
    match error {
        CrateError::Format(FormatError::Unsupported) | CrateError::Marker(MarkerError::Unsupported) => {
            unsupported("a variant that can't be decoded")
        }
        CrateError::Format(FormatError::MissingCodestream) => damaged("it contains no image"),
        CrateError::Format(_) | CrateError::Marker(_) | CrateError::Validation(_) => {
            damaged("the image header is invalid")
        }
        _ => damaged("the compressed data are corrupt"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::jp2::CODEC;
    use crate::formats::tests::{decode_as, header_of};

    fn sample(name: &str) -> Vec<u8> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples/jp2");
        std::fs::read(folder.join(name)).unwrap()
    }

    /// Each sample with its model and the mean of each channel, as OpenJPEG decodes it.
    const SAMPLES: [(&str, Model, &[f32]); 5] = [
        ("lossless.jp2", Model::Rgb, &[125.4, 119.0, 91.6]),
        ("tiles.jp2", Model::Rgb, &[125.4, 119.0, 91.6]),
        ("lossy.j2k", Model::Rgb, &[125.6, 118.1, 93.3]),
        ("grey-16-bits.jp2", Model::Grey, &[117.8]),
        ("alpha.jp2", Model::RgbAlpha, &[]),
    ];

    #[test]
    fn samples_have_the_means_that_openjpeg_decodes() {
        for (name, model, wanted) in SAMPLES {
            let file = sample(name);
            assert_eq!(header_of(CODEC, &file).unwrap().size, Size::new(27, 19), "{name}");
            let decoded = decode_as(CODEC, &file, &[]).unwrap();
            assert_eq!((decoded.grid.model, decoded.damage), (model, None), "{name}");
            for (plane, wanted) in decoded.grid.planes.iter().zip(wanted) {
                let mean = plane.plane.samples.iter().sum::<f32>() / (27.0 * 19.0);
                assert!((mean - wanted).abs() < 0.3, "{name}: {mean}, not {wanted}");
            }
        }
    }

    #[test]
    fn a_level_of_the_pyramid_leaves_the_rest_of_the_reduction() {
        let factors = Factors::square(40);
        assert_eq!(level_for(factors), 2);
        assert_eq!(rest_of(factors, Size::new(4001, 3000), Size::new(1001, 750)), Factors::square(10));
        assert_eq!(rest_of(factors, Size::new(4001, 3000), Size::new(4001, 3000)), factors, "it has one level");
        assert_eq!(level_for(Factors::square(15)), 0);
    }

    #[test]
    fn a_truncated_file_is_damaged() {
        let file = sample("lossless.jp2");
        let decoded = decode_as(CODEC, &file[..file.len() - 400], &[]).unwrap();
        let damage = decoded.damage.unwrap();
        assert!(damage.present < 0.8 && damage.detail == "the file ends too early", "{damage:?}");
    }
}
