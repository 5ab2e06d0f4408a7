//! Decodes one image of an icon or a cursor (Microsoft, "Icons in Win32", 1995). It is the smallest that suffices for
//! the thumbnails. Each is a PNG or a bitmap without a file header. Its size is taken from its own header, which is
//! more reliable than the directory.

mod bitmap;

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged, ends_too_early};
use crate::formats::header::Header;
use crate::formats::png;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use bitmap::Bitmap;

/// Bytes of the header, and of each entry of the directory.
const HEADER: usize = 6;
const ENTRY: usize = 16;

/// Bytes that the parsed header of an image takes, with its palette.
const ENTRY_MEMORY: u64 = (size_of::<Entry>() + size_of::<Bitmap>() + 1024) as u64;

/// Most images tried if some are corrupt.
const MOST_TRIED: usize = 8;

/// An image of the icon.
#[derive(Debug)]
struct Entry {
    size: Size,
    orientation: Orientation,
    /// Bits per pixel.
    depth: u32,
    picture: Picture,
}

#[derive(Debug)]
enum Picture {
    /// A PNG from this offset on, and any bytes after it. The crate `png` reads its header once more to decode it: holding
    /// the start of each would multiply the memory of a directory that names one PNG thousands of times.
    Png(usize),
    Bitmap(Box<Bitmap>),
}

/// The codec of icons and cursors.
#[derive(Debug)]
pub(crate) struct Ico;

/// An opened icon.
#[derive(Debug)]
struct Opened {
    header: Header,
    /// The images, the best one first.
    entries: Vec<Entry>,
}

impl Codec for Ico {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        Ok(Box::new(Opened::read(input.whole()?)?))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, factors: Factors) -> u64 {
        // A smaller substitute may take more memory than the largest image.
        let pixels = self.header.size.pixels();
        let decoding = factors.grid(self.header.size).pixels().saturating_mul(4).min(pixels).saturating_mul(16);
        decoding.saturating_add(self.entries.len() as u64 * ENTRY_MEMORY)
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.decode_best(input.whole()?, plan)
    }
}

impl Opened {
    /// Reads the headers of all images. The largest is the icon's.
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let entries = read_entries(bytes)?;
        let Entry { size, orientation, .. } = entries[0];
        // An opaque format would lose the surroundings of icons that are not square.
        Ok(Self { header: Header { format: Format::Ico, size, orientation, has_alpha: true }, entries })
    }

    /// Decodes the smallest image that is no smaller than any target.
    fn decode_best(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        let mut failure = None;
        for entry in in_order(&self.entries, plan.targets).into_iter().take(MOST_TRIED) {
            match entry.decode(bytes, plan.factors(entry.size)) {
                Ok(mut decoded) => {
                    decoded.stand_for(self.header.size, entry.size);
                    if failure.is_some() && decoded.damage.is_none() {
                        decoded.damage = Some(Damage::of_whole("the image of the best size is corrupt"));
                    }
                    return Ok(decoded);
                }
                Err(cause) => failure = failure.or(Some(cause)),
            }
        }
        Err(failure.unwrap_or_else(|| damaged("it contains no image")))
    }
}

/// Returns the images that suffice for the targets, the smallest first. They have the same shape as the first of all and
/// at least its bits per pixel.
fn in_order<'a>(entries: &'a [Entry], targets: &[Size]) -> Vec<&'a Entry> {
    let main = &entries[0];
    let suffices = |entry: &&Entry| {
        let Size { width, height } = entry.size;
        let is_enough = targets.iter().all(|target| target.width <= width && target.height <= height);
        let is_alike = u64::from(width) * u64::from(main.size.height) == u64::from(height) * u64::from(main.size.width);
        is_enough && is_alike && entry.depth >= main.depth && entry.orientation == main.orientation
    };
    let mut chosen: Vec<_> = entries.iter().filter(suffices).collect();
    chosen.sort_by_key(|entry| entry.size.pixels());
    chosen
}

/// Reads the headers of all images, the best one first. It is the largest, then that with most bits per pixel, then the
/// first.
fn read_entries(bytes: &[u8]) -> Result<Vec<Entry>, DecodeError> {
    let Some([0, 0, 1 | 2, 0, low, high]) = bytes.first_chunk::<HEADER>() else {
        return Err(damaged("the image header is invalid"));
    };
    let count = usize::from(u16::from_le_bytes([*low, *high]));
    let directory = bytes[HEADER..].as_chunks::<ENTRY>().0;
    let mut failure = None;
    let mut entries = Vec::new();
    for entry in directory.iter().take(count) {
        match Entry::read(bytes, entry) {
            Ok(entry) if entry.size.pixels() > 0 => entries.push(entry),
            Ok(entry) => failure = failure.or(Some(DecodeError::Empty(entry.size))),
            Err(cause) => failure = failure.or(Some(cause)),
        }
    }
    if entries.is_empty() {
        let early = if directory.len() < count { ENDS_TOO_EARLY } else { "it contains no image" };
        return Err(failure.unwrap_or_else(|| damaged(early)));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.size.pixels(), entry.depth)));
    Ok(entries)
}

impl Entry {
    fn read(bytes: &[u8], entry: &[u8; ENTRY]) -> Result<Self, DecodeError> {
        let [.., l0, l1, l2, l3, o0, o1, o2, o3] = *entry;
        let [length, offset] = [[l0, l1, l2, l3], [o0, o1, o2, o3]]
            .map(|four| usize::try_from(u32::from_le_bytes(four)).unwrap_or(usize::MAX));
        let rest = bytes.get(offset..).filter(|rest| !rest.is_empty());
        let rest = rest.ok_or_else(ends_too_early)?;
        if rest.starts_with(b"\x89PNG") {
            let Header { size, orientation, .. } = png::read_header(&mut { rest })?;
            return Ok(Self { size, orientation, depth: depth_of_png(rest), picture: Picture::Png(offset) });
        }
        let bitmap = Bitmap::read(bytes, offset, length)?;
        let (size, depth) = (bitmap.size(), bitmap.depth());
        Ok(Self { size, orientation: Orientation::default(), depth, picture: Picture::Bitmap(Box::new(bitmap)) })
    }

    fn decode(&self, bytes: &[u8], factors: Factors) -> Result<Decoded, DecodeError> {
        match &self.picture {
            Picture::Bitmap(bitmap) => bitmap.decode(bytes, factors),
            Picture::Png(offset) => png::decode(&mut bytes.get(*offset..).unwrap_or_default(), self.size, factors),
        }
    }
}

/// Returns the bits per pixel from the header of a PNG (third edition, 11.2.1).
fn depth_of_png(bytes: &[u8]) -> u32 {
    let Some([bits, color]) = bytes.get(24..26).and_then(|two| two.first_chunk()) else { return 0 };
    let channels = match color {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    u32::from(*bits) * channels
}

#[cfg(test)]
mod tests;
