//! Decodes WebP for thumbnails. A lossy image is reduced plane by plane during the decoding of its rows of macroblocks, and
//! its chroma is never upsampled. With alpha, samples are weighted by their opacity. Lossy images without a reduction, and
//! animations, go through `raster`.
//!
//! | file | purpose |
//! |---|---|
//! | `lossless` | reduces lossless images |
//! | `opaque`, `transparent` | reduce lossy images without and with alpha |
//! | `band` | places the rows of luma and chroma, and knows their range |
//! | `damage` | describes what is missing |

mod band;
mod damage;
mod lossless;
mod opaque;
mod transparent;

use std::num::NonZeroU32;

use crate::container::{Span, bare_exif, read_exif, read_xmp_orientation};
use crate::formats::animation::detect::is_animated_webp;
use crate::formats::codec::{Plan, Receiver, Reduced};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::raster;
use crate::formats::reduction::onto_grid;
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exactness, Format};
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::webp::{self, Coding};
use damage::judge;

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
        let Self { header, .. } = self;
        let factors = plan.factors(header.size);
        let by_other = || raster::decode(bytes, header, factors).map(|decoded| self.with_profile(decoded, bytes));
        match self.stored {
            // This decoder applies the loop filter. A truncated file, which it refuses, is decoded without it.
            Stored::Lossy { frame, alpha } if factors.common() == NonZeroU32::MIN => by_other().or_else(|cause| {
                onto_grid(plan, header.size, |receiver| match alpha {
                    None => opaque::reduce(frame.slice(bytes), header.size, self.profile(bytes), receiver)
                        .map_err(|_| cause),
                    Some(_) => self.reduce_without_alpha(frame.slice(bytes), bytes, receiver, cause),
                })
            }),
            Stored::Animation => by_other(),
            Stored::Lossy { .. } | Stored::Lossless(_) => {
                onto_grid(plan, header.size, |receiver| self.reduce(bytes, receiver))
            }
        }
    }

    fn decode_rows(&self, bytes: &[u8], receiver: &mut dyn Receiver) -> Option<Result<Reduced, DecodeError>> {
        let factors = Plan::new(&receiver.targets(), Exactness::Fast).factors(self.header.size);
        let is_reduced = factors.common() > NonZeroU32::MIN;
        match self.stored {
            Stored::Lossy { .. } if !is_reduced => None,
            Stored::Animation => None,
            Stored::Lossy { .. } | Stored::Lossless(_) => Some(self.reduce(bytes, receiver)),
        }
    }
}

impl Opened {
    /// Estimates the memory of decoding beside the file and the working grid of this factor.
    fn working_memory(&self, factor: u32) -> u64 {
        let pixels = self.header.size.pixels();
        let needed = match self.stored {
            Stored::Lossy { alpha: None, .. } if factor > 1 => webp::lossy_memory(self.header.size.width),
            Stored::Lossy { alpha: Some(alpha), .. } if factor > 1 => {
                let opacity = pixels.saturating_add(webp::lossless_memory(alpha.len, pixels));
                opacity.saturating_add(webp::lossy_memory(self.header.size.width))
            }
            Stored::Lossless(stream) => webp::lossless_memory(stream.len, pixels),
            // The crate's frames are of RGBA, with planes beside them.
            Stored::Lossy { .. } => pixels.saturating_mul(8),
            Stored::Animation => pixels.saturating_mul(16),
        };
        needed.saturating_add(self.length)
    }

    /// Decodes for the thumbnails of `receiver`, without the loop filter.
    fn reduce(&self, bytes: &[u8], receiver: &mut dyn Receiver) -> Result<Reduced, DecodeError> {
        let (size, profile) = (self.header.size, self.profile(bytes));
        match self.stored {
            Stored::Lossless(stream) => {
                lossless::reduce(stream.slice(bytes), size, self.header.has_alpha, profile, receiver)
            }
            Stored::Lossy { frame, alpha: None } => opaque::reduce(frame.slice(bytes), size, profile, receiver),
            Stored::Lossy { frame, alpha: Some(alpha) } => {
                let frame = frame.slice(bytes);
                match webp::decode_alpha(alpha.slice(bytes), size.width, size.height) {
                    Ok(opacity) => transparent::reduce(frame, &opacity, size, profile, receiver),
                    Err(cause) => self.reduce_without_alpha(frame, bytes, receiver, judge(cause)),
                }
            }
            Stored::Animation => Err(damaged("its frames are decoded whole")),
        }
    }

    /// Decodes the image without the alpha that `cause` made unreadable.
    fn reduce_without_alpha(
        &self,
        frame: &[u8],
        bytes: &[u8],
        receiver: &mut dyn Receiver,
        cause: DecodeError,
    ) -> Result<Reduced, DecodeError> {
        let Ok(mut reduced) = opaque::reduce(frame, self.header.size, self.profile(bytes), receiver) else {
            return Err(cause);
        };
        let (rows, present) =
            reduced.damage.map_or((String::new(), 1.0), |damage| (format!(", {damage}"), damage.present));
        reduced.damage = Some(Damage { detail: format!("ignored invalid transparency ({cause}){rows}"), present });
        Ok(reduced)
    }

    fn profile(&self, bytes: &[u8]) -> Profile {
        self.icc.map_or(Profile::Srgb, |icc| Profile::Icc(icc.slice(bytes).to_vec()))
    }

    fn with_profile(&self, decoded: Decoded, bytes: &[u8]) -> Decoded {
        Decoded { profile: self.profile(bytes), ..decoded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Options, Target};
    use crate::pixels::{Matrix, Model};
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
        for targets in [&[][..], &[Size::new(50, 37)]] {
            let decoded = opened.decode(cut, &Plan::new(targets, Exactness::Fast)).unwrap();
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
        for targets in [&[][..], &[Size::new(50, 37)]] {
            let decoded = opened.decode(&file, &Plan::new(targets, Exactness::Fast)).unwrap();
            assert!(decoded.damage.unwrap().detail.contains("ignored invalid transparency"));
            assert_eq!(decoded.grid.model, Model::YCbCr(Matrix::Bt601));
        }
    }
}
