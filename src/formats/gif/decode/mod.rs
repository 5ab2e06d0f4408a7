//! Decodes the first frame of a GIF (CompuServe, 89a, 1990) on its canvas.
//!
//! The canvas is the screen, enlarged if the frame exceeds it, as in other programs. The area outside the frame is
//! transparent if the frame has a transparent colour, and else of the first colour, whatever background the file declares.
//! Pillow does the same, and libvips if the first colour is black. Indices are buffered for interlaced frames only.

mod blocks;
mod indices;

use std::ops::Range;

use crate::formats::animation::detect::has_second_frame;
use crate::formats::codec::{Plan, Receiver, Reduced};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged};
use crate::formats::header::Header;
use crate::formats::lzw::{self, Stop};
use crate::formats::reduction::{self, onto_grid};
use crate::formats::whole::WholeImage;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use blocks::{Frame, Order, Start, SubBlocks};
use indices::Indices;

/// An opened GIF.
#[derive(Debug)]
pub(crate) struct Opened {
    header: Header,
    start: Start,
    is_animated: bool,
}

impl WholeImage for Opened {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let start = blocks::read(bytes)?;
        let header =
            Header { format: Format::Gif, size: canvas(&start), orientation: Orientation::default(), has_alpha: true };
        let is_animated = has_second_frame(bytes, start.data);
        Ok(Self { header, start, is_animated })
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn is_animated(&self) -> bool {
        self.is_animated
    }

    fn memory(&self, _: Factors) -> u64 {
        working_memory(&self.start)
    }

    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError> {
        onto_grid(plan, self.header.size, |receiver| self.reduce::<4>(bytes, receiver))
    }

    fn decode_rows(&self, bytes: &[u8], receiver: &mut dyn Receiver) -> Option<Result<Reduced, DecodeError>> {
        if !is_opaque(&self.start) {
            return Some(self.reduce::<4>(bytes, receiver));
        }
        // Missing pixels are transparent.
        self.reduce::<3>(bytes, receiver).ok().filter(|reduced| reduced.damage.is_none()).map(Ok)
    }
}

impl Opened {
    /// Decodes pixels of red, green and blue, and of alpha if they have four samples.
    fn reduce<const SAMPLES: usize>(&self, bytes: &[u8], receiver: &mut dyn Receiver) -> Result<Reduced, DecodeError> {
        let profile = self.start.icc.clone().map_or(Profile::Srgb, Profile::Icc);
        let model = if SAMPLES == 3 { Model::Rgb } else { Model::RgbAlpha };
        reduction::reduce(receiver, self.header.size, (model, profile), &mut |reducer| {
            self.push_rows_there::<SAMPLES>(bytes, reducer)
        })
    }

    /// Pushes the rows that are present.
    fn push_rows_there<const SAMPLES: usize>(
        &self,
        bytes: &[u8],
        reducer: &mut BoxReducer<'_>,
    ) -> Result<Option<Damage>, DecodeError> {
        let Self { header, start, .. } = self;
        let colors = Colors::new(start);
        let data = SubBlocks::new(bytes.get(start.data..).unwrap_or_default());
        let pixels = Indices::new(start.index_bits, data).ok_or_else(|| damaged("the compressed data are corrupt"))?;
        let mut canvas = Canvas::<SAMPLES> {
            reducer,
            bare: if start.frame.transparent.is_none() { colors.0[0] } else { [0; SAMPLES] },
            colors,
            columns: start.frame.left..start.frame.left + start.frame.width,
            line: Vec::new(),
            row: Vec::new(),
        };
        canvas.row = vec![canvas.bare; header.size.width as usize];
        (0..start.frame.top).for_each(|_| canvas.push(&[]));
        let damage = match start.frame.order {
            Order::TopDown => push_rows(pixels, &start.frame, &mut canvas)?,
            Order::Interlaced => push_passes(pixels, &start.frame, &mut canvas)?,
        };
        if damage.is_none() {
            (start.frame.top + start.frame.height..header.size.height as usize).for_each(|_| canvas.push(&[]));
        }
        Ok(damage)
    }
}

/// Returns the size of the screen, enlarged to hold the whole first frame.
fn canvas(Start { screen, frame, .. }: &Start) -> Size {
    let side = |screen: u32, end: usize| screen.max(u32::try_from(end).unwrap_or(u32::MAX));
    Size::new(side(screen.width, frame.left + frame.width), side(screen.height, frame.top + frame.height))
}

/// Estimates the bytes that decoding takes beside the file and the working grid. These are strings, the profile that is
/// handed on, and for an interlaced frame an index per pixel.
fn working_memory(Start { frame, icc, .. }: &Start) -> u64 {
    let pixels = frame.width as u64 * frame.height as u64;
    let profile = icc.as_ref().map_or(0, |icc| 2 * icc.len() as u64);
    lzw::working_memory(pixels) + profile + if frame.order == Order::Interlaced { pixels } else { 0 }
}

/// Colours by index. An index without a colour is transparent.
struct Colors<const SAMPLES: usize>([[u8; SAMPLES]; 256]);

impl<const SAMPLES: usize> Colors<SAMPLES> {
    fn new(start: &Start) -> Self {
        let mut colors = [[0; SAMPLES]; 256];
        for (index, color) in (0_u8..=255).zip(&mut colors) {
            let shown = match &start.palette {
                Some(palette) => palette.get(usize::from(index)).copied(),
                None => Some([default_grey(index, start.index_bits); 3]),
            };
            if let (Some([r, g, b]), true) = (shown, start.frame.transparent != Some(index)) {
                color.copy_from_slice(&[r, g, b, 255][..SAMPLES]);
            }
        }
        Self(colors)
    }
}

/// Returns whether every index has a colour.
fn is_opaque(Start { frame, palette, index_bits, .. }: &Start) -> bool {
    let has_all = |palette: &[[u8; 3]]| palette.len() >= 1 << (*index_bits).min(8);
    frame.transparent.is_none() && palette.as_deref().is_none_or(has_all)
}

/// Returns the grey of an index in a file without palettes. With up to 2 bits, black and white come first (GIF89a, 21).
/// With more, each index has a level of its own, as in Pillow.
fn default_grey(index: u8, bits: u8) -> u8 {
    let most = if bits <= 2 { 1 } else { (1_u16 << bits.min(8)) - 1 };
    u8::try_from(u16::from(index) * 255 / most).unwrap_or(u8::MAX)
}

/// The rows of the screen.
struct Canvas<'c, 'r, const SAMPLES: usize> {
    reducer: &'c mut BoxReducer<'r>,
    colors: Colors<SAMPLES>,
    /// The colour outside the frame.
    bare: [u8; SAMPLES],
    /// The frame's columns.
    columns: Range<usize>,
    /// The indices of the last row, and its pixels.
    line: Vec<u8>,
    row: Vec<[u8; SAMPLES]>,
}

impl<const SAMPLES: usize> Canvas<'_, '_, SAMPLES> {
    /// Adds a row of the frame, transparent after the last index of `line`. An empty `line` gives a bare row.
    fn push(&mut self, line: &[u8]) {
        // Consecutive rows are often equal.
        if line != self.line {
            self.line.clear();
            self.line.extend_from_slice(line);
            self.row.fill(self.bare);
            let places = &mut self.row[self.columns.clone()];
            if !line.is_empty() {
                places.fill([0; SAMPLES]);
            }
            places.iter_mut().zip(line).for_each(|(pixel, index)| *pixel = self.colors.0[usize::from(*index)]);
        }
        self.reducer.push_bytes(self.row.as_flattened());
    }
}

fn push_rows<const SAMPLES: usize>(
    mut pixels: Indices<'_>,
    frame: &Frame,
    canvas: &mut Canvas<'_, '_, SAMPLES>,
) -> Result<Option<Damage>, DecodeError> {
    let mut line = vec![0; frame.width];
    for y in 0..frame.height {
        let there = pixels.fill(&mut line);
        if there > 0 {
            canvas.push(&line[..there]);
        }
        if there < line.len() {
            let total = y * frame.width + there;
            return damage_of(pixels.stop(), y, (total, frame.width * frame.height)).map(Some);
        }
    }
    Ok(None)
}

/// Adds the rows of an interlaced frame. A missing row repeats the next one above it of an earlier pass.
fn push_passes<const SAMPLES: usize>(
    mut pixels: Indices<'_>,
    frame: &Frame,
    canvas: &mut Canvas<'_, '_, SAMPLES>,
) -> Result<Option<Damage>, DecodeError> {
    let room = frame.width * frame.height;
    let held = read_indices(&mut pixels, room)?;
    let there = held.len();
    let whole_rows = there.checked_div(frame.width).unwrap_or(0);
    let places = places_of_rows(frame.height);
    for y in 0..frame.height {
        let coarser = [y, y & !1, y & !3, y & !7].map(|row| places[row]);
        let place = coarser.into_iter().find(|place| *place < whole_rows).unwrap_or(coarser[3]);
        let row = held.get(place * frame.width..).unwrap_or_default();
        if row.is_empty() {
            break;
        }
        canvas.push(&row[..row.len().min(frame.width)]);
    }
    if there == room {
        return Ok(None);
    }
    // The first pass is the whole image at low resolution.
    damage_of(pixels.stop(), whole_rows, ((there * 8).min(room), room)).map(Some)
}

/// Returns the indices that are present, up to `room` of them. The buffer grows with the data, so that a header alone
/// allocates nothing.
fn read_indices(pixels: &mut Indices<'_>, room: usize) -> Result<Vec<u8>, DecodeError> {
    let mut held = Vec::new();
    while held.len() < room {
        let (at, step) = (held.len(), READ_AT_ONCE.min(room - held.len()));
        held.try_reserve(step).map_err(|_| damaged("its frame does not fit in memory"))?;
        held.resize(at + step, 0);
        let there = pixels.fill(&mut held[at..]);
        if there < step {
            held.truncate(at + there);
            break;
        }
    }
    Ok(held)
}

/// Indices of an interlaced frame read at a time.
const READ_AT_ONCE: usize = 1 << 20;

/// Returns the position of each row of an interlaced frame in the file (GIF89a, appendix E).
fn places_of_rows(height: usize) -> Vec<usize> {
    let mut places = vec![0; height];
    let passes = [(0, 8), (4, 8), (2, 4), (1, 2)].into_iter();
    let rows = passes.flat_map(|(first, step)| (first..height).step_by(step));
    rows.enumerate().for_each(|(place, row)| places[row] = place);
    places
}

/// Returns the damage of an incomplete frame, or `Err` if no pixel is present.
fn damage_of(stop: Stop, rows: usize, (there, all): (usize, usize)) -> Result<Damage, DecodeError> {
    let detail = match stop {
        Stop::AtEnd => "its pixels end too early",
        Stop::FileEnds => ENDS_TOO_EARLY,
        Stop::Corrupt => "the compressed data are corrupt",
    };
    if there == 0 {
        return Err(damaged(detail));
    }
    Ok(Damage::of_part(format!("{detail}, after {rows} rows"), there as u64, all as u64))
}

#[cfg(test)]
mod tests;
