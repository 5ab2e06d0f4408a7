//! Tells a gain map from other images behind the main one, and reads its parameters.

use super::parameters::{self, Parameters};
use crate::container;
use crate::jpeg;

/// The marker of the segments with XMP, and of those with ISO 21496-1 and MPF.
pub(super) const APP1: u8 = 0xe1;
pub(super) const APP2: u8 = 0xe2;

/// Identifiers of these segments.
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(super) const ISO: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";

/// The type of Apple's gain maps.
const APPLE: &[u8] = b"urn:com:apple:photo:2020:aux:hdrgainmap";

/// The longest segment of ISO 21496-1: its structure has 142 bytes for three channels.
const LONGEST_ISO: usize = 1024;

/// The parameters of a gain map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GainMap {
    /// Those in XMP.
    pub(super) parameters: Option<Parameters>,
    /// Those of ISO 21496-1, as they were written.
    pub(super) iso: Option<Vec<u8>>,
    /// The curve that turns samples of Apple's kind into those that the parameters describe.
    pub(crate) curve: Option<Box<[u8; 256]>>,
}

/// An image behind the main one.
#[derive(Debug)]
pub(crate) enum Found {
    /// A gain map.
    Map(GainMap),
    /// A gain map without usable parameters, and the reason.
    Unusable(&'static str),
    /// Another image.
    Other,
}

/// Examines an image behind the main one. `read_exif` returns the EXIF of the main image.
pub(crate) fn examine(bytes: &[u8], read_exif: impl FnOnce() -> Option<Vec<u8>>) -> Found {
    let (mut parameters, mut iso, mut apple) = (None, None, None);
    let mut unusable = None;
    for segment in jpeg::segments(bytes) {
        match segment.marker {
            APP1 => {
                let Some(xmp) = container::xmp_of_app1(segment.payload) else { continue };
                match parameters::read(xmp) {
                    Some(Ok(read)) => parameters = Some(read),
                    Some(Err(reason)) => unusable = Some(reason),
                    None if xmp.windows(APPLE.len()).any(|window| window == APPLE) => {
                        apple = Some(parameters::read_apple_headroom(xmp));
                    }
                    None => {}
                }
            }
            APP2 => {
                let own = segment.payload.strip_prefix(ISO).filter(|own| own.len() > 4 && own.len() <= LONGEST_ISO);
                iso = iso.or(own.map(<[u8]>::to_vec));
            }
            _ => {}
        }
    }
    match (parameters, iso, apple, unusable) {
        (None, None, Some(headroom), _) => match headroom.or_else(|| container::read_apple_headroom(&read_exif()?)) {
            Some(headroom) if headroom > 1.0 && headroom.is_finite() => Found::Map(of_apple(headroom)),
            _ => Found::Unusable("the file does not state its brightness"),
        },
        (None, None, None, None) => Found::Other,
        (None, None, None, Some(reason)) => Found::Unusable(reason),
        (parameters, iso, ..) => Found::Map(GainMap { parameters, iso, curve: None }),
    }
}

/// Returns the description of Apple's gain maps in the terms of ISO 21496-1. Theirs multiply light by 1 + (h − 1) · m, where h is the
/// headroom and m the sample in linear light, by the transfer function of BT.709 (Apple, "Applying Apple HDR effect to your
/// photos"). Those of the standard hold logarithms.
fn of_apple(headroom: f32) -> GainMap {
    let stops = headroom.log2();
    let light = |sample: f32| if sample < 0.081 { sample / 4.5 } else { ((sample + 0.099) / 1.099).powf(1.0 / 0.45) };
    let level = |sample: f32| (1.0 + (headroom - 1.0) * light(sample / 255.0)).log2() / stops * 255.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
    let curve = std::array::from_fn(|sample| level(u8::try_from(sample).unwrap_or(255).into()).round() as u8);
    GainMap { parameters: Some(Parameters::of_stops(stops)), iso: None, curve: Some(Box::new(curve)) }
}
