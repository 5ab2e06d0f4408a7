//! Decodes the flattened image of a PSD or PSB row by row; its layers are not read. Where it was saved without one, its
//! thumbnail stands in.
//!
//! | file | purpose |
//! |---|---|
//! | `layout` | reads the sections of a file |
//! | `resources` | reads the blocks beside the image: thumbnail, profile, EXIF |
//! | `channels` | reads the rows of all channels, which lie one after the other |
//! | `deflated` | inflates channels that are one stream |
//! | `pixels` | joins the channels' samples to pixels |

mod channels;
mod deflated;
mod layout;
mod pixels;
mod resources;

use crate::container::{Input, Preview, Span, read_piece};
use crate::formats::codec::{Access, Codec, Embedded, OpenedImage, Plan, Receiver, Reduced, Strip, Tools};
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ends_too_early, unsupported};
use crate::formats::header::Header;
use crate::formats::inside::open_inside;
use crate::formats::jpeg;
use crate::formats::lab::convert_lab;
use crate::formats::metadata::Packets;
use crate::formats::reduction::{onto_grid, reduce};
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::scene;
use crate::pixels::shrink::BoxReducer;
use channels::Channels;
use layout::{Colors, Depth, Layout, Storage};
use pixels::Pixels;
use resources::Flattened;

/// Most bytes of a profile. The largest, of presses, have about 3 MB.
const LONGEST_PROFILE: u64 = 16 << 20;

/// Longest metadata read.
const LONGEST_PACKET: u64 = 1 << 20;

/// The reduction of the first rows that are compared with the thumbnail.
const OF_STRIP: u32 = 8;

/// The codec of Photoshop's files.
#[derive(Debug)]
pub(crate) struct Photoshop;

/// An opened file.
#[derive(Debug)]
struct Opened {
    header: Header,
    layout: Layout,
    /// The thumbnail in place of a flattened image that is not there.
    stand_in: Option<Box<dyn OpenedImage>>,
}

impl Codec for Photoshop {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let layout = layout::read(input)?;
        let orientation = layout.resources.orientation.and_then(Orientation::from_exif).unwrap_or_default();
        let is_blank = layout.resources.flattened == Flattened::Blank;
        let lack = is_blank.then_some("it was saved without a flattened image");
        let stand_in = match (lack, layout.resources.thumbnails.first()) {
            (Some(lack), None) => return Err(unsupported(lack)),
            (Some(_), Some(thumbnail)) => Some(open_thumbnail(input, thumbnail, tools)?),
            (None, _) => None,
        };
        let size = stand_in.as_ref().map_or(layout.size, |image| image.header().size);
        let has_alpha = stand_in.is_none() && layout.model().has_alpha();
        let header = Header { format: Format::Psd, size, orientation, has_alpha };
        Ok(Box::new(Opened { header, layout, stand_in }))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        let resources = layout::read(input)?.resources;
        let mut read = |span: Option<Span>| {
            let span = span.filter(|span| span.len <= LONGEST_PACKET)?;
            read_piece(input, span).ok()
        };
        Ok(Packets { exif: read(resources.exif), xmp: read(resources.xmp) })
    }
}

fn open_thumbnail(
    input: &mut dyn Input,
    thumbnail: &Preview,
    tools: &mut Tools<'_>,
) -> Result<Box<dyn OpenedImage>, DecodeError> {
    let there = thumbnail.span.within(input.length());
    open_inside(jpeg::CODEC, read_piece(input, there)?, tools)
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, input: &mut dyn Input, factors: Factors) -> u64 {
        let profile = self.layout.resources.icc.map_or(0, |icc| icc.len.min(LONGEST_PROFILE));
        match &self.stand_in {
            Some(image) => image.memory(input, factors),
            None => Channels::memory(&self.layout).saturating_add(profile),
        }
    }

    fn is_light(&self) -> bool {
        self.stand_in.is_none() && self.layout.depth == Depth::Float && self.layout.resources.icc.is_none()
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        if let Some(image) = &self.stand_in {
            let decoded = image.decode(input, plan, tools)?;
            let damage = decoded.damage.or_else(|| Some(Damage::of_whole("only its thumbnail can be decoded")));
            return Ok(Decoded { damage, ..decoded });
        }
        if self.is_direct() {
            return onto_grid(plan, self.layout.size, |receiver| self.reduce_rows(input, receiver));
        }
        let factors = plan.factors(self.layout.size);
        let mut reducer = match self.is_light() {
            true => BoxReducer::of_scene(self.layout.size, self.layout.model(), factors, plan.exposure),
            false => BoxReducer::new(self.layout.size, self.layout.model(), factors),
        };
        let damage = push_rows(input, &self.layout, self.layout.size.height, &mut reducer)?;
        let mut grid = reducer.finish();
        if self.layout.colors == Colors::Lab {
            convert_lab(&mut grid);
        }
        let profile = if self.is_light() { scene::profile_of(plan.exposure) } else { Profile::Srgb };
        Ok(Decoded { grid, factor: factors.common(), damage, profile })
    }

    fn decode_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        _: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        (self.stand_in.is_none() && self.is_direct()).then(|| self.reduce_rows(input, receiver))
    }

    fn decode_top(&self, input: &mut dyn Input, rows: u32, _: &mut Tools<'_>) -> Option<Strip> {
        let Size { width, height } = self.layout.size;
        let rows = rows.next_multiple_of(OF_STRIP).min(height);
        let of_strip = std::num::NonZeroU32::new(OF_STRIP)?;
        let factors = Factors { across: of_strip, down: of_strip };
        // Of a stream, the top is all of it.
        if !self.is_direct() || matches!(self.layout.storage, Storage::Deflated { .. }) {
            return None;
        }
        let mut reducer = BoxReducer::new(Size::new(width, rows), self.layout.model(), factors);
        let damage = push_rows(input, &self.layout, rows, &mut reducer).ok()?;
        damage.is_none().then(|| Strip { grid: reducer.finish(), height: rows })
    }

    fn embedded(&self) -> Embedded<'_> {
        match self.stand_in {
            Some(_) => Embedded::None,
            None => Embedded::Unproven(&self.layout.resources.thumbnails),
        }
    }
}

impl Opened {
    /// Returns whether reduced rows need no conversion that takes a working grid.
    fn is_direct(&self) -> bool {
        self.layout.colors != Colors::Lab && !self.is_light()
    }

    /// Decodes straight into the thumbnails of `receiver`.
    fn reduce_rows(&self, input: &mut dyn Input, receiver: &mut dyn Receiver) -> Result<Reduced, DecodeError> {
        let layout = &self.layout;
        // A truncated profile is ignored.
        let icc = layout.resources.icc.filter(|icc| icc.len <= LONGEST_PROFILE);
        let profile = icc.and_then(|icc| read_piece(input, icc).ok()).map_or(Profile::Srgb, Profile::Icc);
        reduce(receiver, layout.size, (layout.model(), profile), &mut |reducer| {
            push_rows(input, layout, layout.size.height, reducer)
        })
    }
}

/// Pushes this many rows. Those that lack a channel are black and reported as damage.
fn push_rows(
    input: &mut dyn Input,
    layout: &Layout,
    rows: u32,
    reducer: &mut BoxReducer<'_>,
) -> Result<Option<Damage>, DecodeError> {
    let mut channels = Channels::find(input, layout)?;
    let mut pixels = Pixels::default();
    let mut there = 0;
    for _ in 0..rows {
        if channels.read_next(input)? {
            there += 1;
        } else {
            channels.blank();
        }
        pixels.push(layout, channels.rows(), reducer);
    }
    if there == 0 {
        return Err(ends_too_early());
    }
    Ok(of_missing_rows(there, rows as usize))
}

#[cfg(test)]
mod tests;
