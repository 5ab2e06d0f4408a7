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

/// The type of Apple's gain maps, whose parameters are in a maker note of the main image.
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

/// Examines an image behind the main one.
pub(crate) fn examine(bytes: &[u8]) -> Found {
    let (mut parameters, mut iso) = (None, None);
    let mut unusable = None;
    for segment in jpeg::segments(bytes) {
        match segment.marker {
            APP1 => {
                let Some(xmp) = container::xmp_of_app1(segment.payload) else { continue };
                match parameters::read(xmp) {
                    Some(Ok(read)) => parameters = Some(read),
                    Some(Err(reason)) => unusable = Some(reason),
                    None if xmp.windows(APPLE.len()).any(|window| window == APPLE) => {
                        unusable = Some("Apple's gain maps have their parameters in a maker note");
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
    match (parameters, iso, unusable) {
        (None, None, None) => Found::Other,
        (None, None, Some(reason)) => Found::Unusable(reason),
        (parameters, iso, _) => Found::Map(GainMap { parameters, iso }),
    }
}
