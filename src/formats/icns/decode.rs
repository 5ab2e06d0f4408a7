//! Decodes one image of an icon: the smallest that suffices for the thumbnails. It is a PNG, a JPEG 2000, or packed samples.

use super::packed::unpack;
use crate::formats::codec::Plan;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::whole::WholeImage;
use crate::formats::{jp2, png};
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// Most images tried if some are corrupt.
const MOST_TRIED: usize = 8;

/// Most images read. Icons have up to fifteen.
const MOST_ENTRIES: usize = 64;

/// Most bytes of a pixel while an image of the icon is decoded.
const OF_PIXEL: u64 = 64;

/// An image of the icon.
#[derive(Debug)]
struct Entry {
    size: Size,
    picture: Picture,
}

/// The offset and the end of an image, or of its parts.
type Part = (usize, usize);

#[derive(Debug)]
enum Picture {
    Png(Part),
    Jp2(Part),
    /// Red, green and blue, and the bytes of opacity of each pixel elsewhere.
    Packed {
        colors: Part,
        mask: Option<Part>,
    },
    /// Alpha, red, green and blue.
    PackedWithAlpha(Part),
}

/// An opened icon.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    /// The images, the largest one first.
    entries: Vec<Entry>,
    is_cut: bool,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (parts, is_cut) = list_parts(bytes);
        let mut entries: Vec<Entry> = parts.iter().filter_map(|part| read_entry(bytes, part, &parts)).collect();
        entries.retain(|entry| entry.size.pixels() > 0);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.size.pixels()));
        let Some(Entry { size, .. }) = entries.first() else {
            return Err(match (is_cut, parts.is_empty()) {
                (true, _) => damaged(ENDS_TOO_EARLY),
                (false, true) => damaged("it contains no image"),
                (false, false) => unsupported("images of at most 256 colours"),
            });
        };
        let header = Header { format: Format::Icns, size: *size, orientation: Orientation::default(), has_alpha: true };
        Ok(Self { header, entries, is_cut })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, factors: Factors) -> u64 {
        // A smaller substitute may take more memory than the largest image.
        let pixels = self.header.size.pixels();
        factors.grid(self.header.size).pixels().saturating_mul(4).min(pixels).saturating_mul(OF_PIXEL)
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let mut failure = None;
        for entry in self.in_order(plan.targets).into_iter().take(MOST_TRIED) {
            match entry.decode(bytes, plan) {
                Ok(mut decoded) => {
                    decoded.stand_for(self.header.size, entry.size);
                    let flaw = match (failure.is_some(), self.is_cut) {
                        (true, _) => Some("the image of the best size is corrupt"),
                        (false, true) => Some(ENDS_TOO_EARLY),
                        (false, false) => None,
                    };
                    decoded.damage = decoded.damage.or(flaw.map(Damage::of_whole));
                    return Ok(decoded);
                }
                Err(cause) => failure = failure.or(Some(cause)),
            }
        }
        Err(failure.unwrap_or_else(|| damaged("it contains no image")))
    }
}

impl Opened {
    /// Returns the images that suffice for the targets, the smallest first, and then the others, the largest first.
    fn in_order(&self, targets: &[Size]) -> Vec<&Entry> {
        let suffices = |entry: &&Entry| targets.iter().all(|target| target.is_within(entry.size));
        let (mut enough, others): (Vec<&Entry>, Vec<&Entry>) = self.entries.iter().partition(suffices);
        enough.reverse();
        enough.extend(others);
        enough
    }
}

/// Lists the parts of an icon by their names, and returns whether the file ends too early.
fn list_parts(bytes: &[u8]) -> (Vec<([u8; 4], Part)>, bool) {
    let mut parts = Vec::new();
    let told = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk::<4>()?) as usize);
    let end = told(4).unwrap_or(0);
    let mut at = 8;
    while at < end.min(bytes.len()) && parts.len() < MOST_ENTRIES {
        let (Some(name), Some(length)) = (bytes[at..].first_chunk::<4>(), told(at + 4)) else { break };
        let Some(next) = at.checked_add(length).filter(|_| length >= 8) else { break };
        if next > bytes.len() {
            break;
        }
        parts.push((*name, (at + 8, next)));
        at = next;
    }
    (parts, end > bytes.len())
}

fn read_entry(bytes: &[u8], (name, part): &([u8; 4], Part), parts: &[([u8; 4], Part)]) -> Option<Entry> {
    let content = bytes.get(part.0..part.1)?;
    let square = |side: u32| Size::new(side, side);
    let packed = |side: u32, mask: &[u8; 4], skipped: usize| {
        let mask = parts.iter().find(|(name, _)| name == mask).map(|(_, part)| *part);
        let colors = (part.0 + skipped.min(content.len()), part.1);
        Some(Entry { size: square(side), picture: Picture::Packed { colors, mask } })
    };
    match name {
        b"is32" => return packed(16, b"s8mk", 0),
        b"il32" => return packed(32, b"l8mk", 0),
        b"ih32" => return packed(48, b"h8mk", 0),
        // Four zeros come first.
        b"it32" => return packed(128, b"t8mk", 4),
        _ => {}
    }
    if content.starts_with(b"\x89PNG") {
        let Header { size, .. } = png::read_header(&mut { content }).ok()?;
        return Some(Entry { size, picture: Picture::Png(*part) });
    }
    if jp2::sniff(content, content.len() as u64).is_some() {
        let size = jp2::Opened::read(content).ok()?.header().size;
        return Some(Entry { size, picture: Picture::Jp2(*part) });
    }
    let side = match name {
        b"ic04" | b"icp4" => 16,
        b"icsb" => 18,
        b"sb24" => 24,
        b"ic05" | b"icp5" => 32,
        b"icsB" => 36,
        b"SB24" => 48,
        _ => return None,
    };
    content
        .starts_with(b"ARGB")
        .then_some(Entry { size: square(side), picture: Picture::PackedWithAlpha((part.0 + 4, part.1)) })
}

impl Entry {
    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let of = |part: Part| bytes.get(part.0..part.1).unwrap_or_default();
        let factors = plan.factors(self.size);
        let pixels = usize::try_from(self.size.pixels()).unwrap_or(0);
        let (rgba, there, channels) = match self.picture {
            Picture::Png(part) => return png::decode(&mut { of(part) }, self.size, factors),
            Picture::Jp2(part) => return jp2::Opened::read(of(part))?.decode(of(part), plan),
            Picture::Packed { colors, mask } => {
                let mut rgba = vec![[0, 0, 0, 255]; pixels];
                let there = unpack(of(colors), &[0, 1, 2], &mut rgba);
                let mask = mask.map_or(&[][..], of);
                rgba.iter_mut().zip(mask).for_each(|(pixel, opacity)| pixel[3] = *opacity);
                (rgba, there, 3)
            }
            Picture::PackedWithAlpha(part) => {
                let mut rgba = vec![[0; 4]; pixels];
                let there = unpack(of(part), &[3, 0, 1, 2], &mut rgba);
                (rgba, there, 4)
            }
        };
        if there < channels {
            return Err(damaged("the packed samples end too early"));
        }
        let mut reducer = BoxReducer::new(self.size, Model::RgbAlpha, factors);
        rgba.chunks_exact(self.size.width as usize).for_each(|row| reducer.push_bytes(row.as_flattened()));
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage: None, profile: Profile::Srgb })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tests::{decode_as, header_of};

    fn icon(parts: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, content) in parts {
            body.extend(*name);
            body.extend((content.len() as u32 + 8).to_be_bytes());
            body.extend(content);
        }
        [b"icns", &(body.len() as u32 + 8).to_be_bytes()[..], &body].concat()
    }

    /// Returns runs that fill the channels of a square, each with one value.
    fn packed(side: usize, values: &[u8]) -> Vec<u8> {
        let runs = |value: &u8| [0xff, *value].repeat((side * side).div_ceil(130));
        // The last run of a channel may not reach into the next one.
        let exact = |value: &u8| {
            let mut runs = runs(value);
            let rest = side * side % 130;
            if rest >= 3 {
                let last = runs.len() - 2;
                runs[last] = (rest + 125) as u8;
            }
            runs
        };
        values.iter().flat_map(exact).collect()
    }

    fn pixel(decoded: &Decoded) -> Vec<f32> {
        decoded.grid.planes.iter().map(|plane| plane.plane.samples[0].round()).collect()
    }

    #[test]
    fn packed_colours_take_their_opacity_from_the_mask_beside_them() {
        let parts = [
            (b"il32", packed(32, &[200, 100, 50])),
            (b"l8mk", vec![255; 1024]),
            (b"is32", packed(16, &[1, 2, 3])),
            (b"ic04", [b"ARGB".to_vec(), packed(16, &[255, 9, 8, 7])].concat()),
        ];
        let file = icon(&parts);
        assert_eq!(header_of(super::super::CODEC, &file).unwrap().size, Size::new(32, 32));
        let decode = |side: u32| decode_as(super::super::CODEC, &file, &[Size::new(side, side)]).unwrap();
        assert_eq!(pixel(&decode(30)), [200.0, 100.0, 50.0, 255.0]);
        assert_eq!(pixel(&decode(16)), [9.0, 8.0, 7.0, 255.0], "the last one of that size");
    }

    #[test]
    fn a_smaller_image_stands_in_for_a_corrupt_one_and_is_named() {
        let parts = [(b"it32", vec![0; 9]), (b"is32", packed(16, &[1, 2, 3]))];
        let decoded = decode_as(super::super::CODEC, &icon(&parts), &[Size::new(16, 16)]).unwrap();
        assert_eq!(pixel(&decoded), [1.0, 2.0, 3.0, 255.0]);
        let broken = [(b"is32", vec![5; 4]), (b"il32", packed(32, &[1, 2, 3]))];
        let decoded = decode_as(super::super::CODEC, &icon(&broken), &[Size::new(16, 16)]).unwrap();
        assert_eq!(decoded.damage.unwrap().detail, "the image of the best size is corrupt");
    }

    #[test]
    fn an_icon_of_few_colours_alone_is_unsupported_and_an_empty_one_corrupt() {
        let refused = |file: &[u8]| header_of(super::super::CODEC, file).unwrap_err().to_string();
        assert_eq!(refused(&icon(&[(b"icl8", vec![0; 1024])])), "images of at most 256 colours");
        assert_eq!(refused(&icon(&[])), "it contains no image");
        assert_eq!(refused(&icon(&[(b"il32", packed(32, &[1, 2, 3]))])[..60]), ENDS_TOO_EARLY);
    }
}
