//! Decodes tiles to whole pixels, row by row. Images with alpha need them, since their colours are weighted by opacity,
//! and so do images whose tiles are coded in different ways. One row of tiles is in memory, of colour and of alpha.

use super::coded::{CodedPicture, Shape};
use super::coding::{Channels, Coding, Levels};
use super::decoder::Decoder;
use super::losses::Losses;
use crate::container::{CodedItem, HeifImage};
use crate::formats::error::{DecodeError, damaged};
use crate::geometry::{Factors, Size};
use crate::outcome::Damage;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Model, WorkingGrid};

/// The coding of colours in an image with alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colors {
    Straight,
    /// Multiplied by opacity.
    Premultiplied,
}

/// The opacity of an image.
#[derive(Clone, Copy, Debug)]
pub(super) enum Opacity<'p> {
    Full,
    /// Given by another image of the same extent, whatever its own size.
    Of(&'p HeifImage, Colors),
}

/// A callback for the coding of the samples in a part of the image.
pub(super) type CodingOf<'a> = dyn FnMut(&Shape) -> Result<Coding, DecodeError> + 'a;

/// Decodes an image with alpha.
pub(super) fn decode(
    decoder: &mut Decoder<'_>,
    picture: &HeifImage,
    opacity: Opacity<'_>,
    factors: Factors,
    coding_of: &mut CodingOf<'_>,
) -> Result<(WorkingGrid, Option<Damage>), DecodeError> {
    let mut reducer: Option<BoxReducer<'_>> = None;
    let size = Size::new(picture.window.width, picture.window.height);
    let losses = walk(decoder, picture, opacity, None, coding_of, &mut |model, _, row| {
        reducer.get_or_insert_with(|| BoxReducer::new(size, model, factors)).push_row(row);
    })?;
    let damage = losses.finish(picture.tiles.len())?;
    let reducer = reducer.ok_or_else(|| damaged("no tile lies in the image"))?;
    Ok((reducer.finish(), damage))
}

/// Decodes an image without alpha.
pub(super) fn decode_opaque(
    decoder: &mut Decoder<'_>,
    picture: &HeifImage,
    factors: Factors,
    coding_of: &mut CodingOf<'_>,
) -> Result<(WorkingGrid, Option<Damage>), DecodeError> {
    let (mut grid, damage) = decode(decoder, picture, Opacity::Full, factors, coding_of)?;
    grid.planes.pop();
    grid.model = if grid.model == Model::GreyAlpha { Model::Grey } else { Model::Rgb };
    Ok((grid, damage))
}

/// Pushes the rows of the image's window, with their model and number: pixels of straight colours and opacity.
pub(super) fn walk(
    decoder: &mut Decoder<'_>,
    picture: &HeifImage,
    opacity: Opacity<'_>,
    wanted: Option<Model>,
    coding_of: &mut CodingOf<'_>,
    push: &mut dyn FnMut(Model, usize, &mut [f32]),
) -> Result<Losses, DecodeError> {
    let window = picture.window;
    let (width, left, top) = (window.width as usize, window.left as usize, window.top as usize);
    let mut rows = Rows::new(picture, GREY);
    rows.go_to(decoder, top, coding_of)?;
    let model = wanted.unwrap_or_else(|| rows.model());
    let channels = model.planes();
    let mut row = vec![0.0; width * channels];
    let mut alpha = match opacity {
        Opacity::Full => None,
        Opacity::Of(alpha, colors) => Some((Rows::new(alpha, OPAQUE), colors)),
    };
    for y in 0..window.height as usize {
        rows.go_to(decoder, top + y, coding_of)?;
        let pixels = &rows.line[left..left + width];
        for (pixel, color) in row.chunks_exact_mut(channels).zip(pixels) {
            let (colors, last) = pixel.split_at_mut(channels - 1);
            colors.copy_from_slice(&color[..channels - 1]);
            last[0] = 255.0;
        }
        if let Some((alpha, colors)) = &mut alpha {
            alpha.go_to(decoder, scale(top + y, picture.size.1, alpha.picture.size.1), &mut |_| Ok(Coding::OPACITY))?;
            for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                let x = scale(left + x, picture.size.0, alpha.picture.size.0);
                set_opacity(pixel, alpha.line[x][0].clamp(0.0, 255.0), *colors);
            }
        }
        push(model, y, &mut row);
    }
    let mut losses = rows.losses;
    if let Some((alpha, _)) = alpha {
        losses.note(alpha.losses.finish(1).map_or_else(
            |error| Some(format!("its opacity is missing: {error}")),
            |damage| damage.map(|damage| format!("its opacity is damaged: {damage}")),
        ));
    }
    Ok(losses)
}

fn set_opacity(pixel: &mut [f32], opacity: f32, colors: Colors) {
    let Some((last, color)) = pixel.split_last_mut() else { return };
    *last = opacity;
    if colors == Colors::Premultiplied {
        let straight = if opacity > 0.0 { 255.0 / opacity } else { 0.0 };
        color.iter_mut().for_each(|sample| *sample *= straight);
    }
}

/// Converts a coordinate from `full` px to `other` px.
fn scale(number: usize, full: u32, other: u32) -> usize {
    if full == other { number } else { number * other as usize / full.max(1) as usize }
}

/// Bytes of a pixel in a row.
pub(super) const PIXEL: u64 = size_of::<[f32; 3]>() as u64;

/// Replacement for missing pixels: grey, and full opacity.
const GREY: [f32; 3] = [128.0; 3];
const OPAQUE: [f32; 3] = [255.0; 3];

/// The rows of an image, in order.
struct Rows<'p> {
    picture: &'p HeifImage,
    /// The row of tiles that was decoded last; `None` for missing ones.
    band: Option<(usize, Vec<Option<Tile>>)>,
    /// The pixels of the row.
    line: Vec<[f32; 3]>,
    /// The samples of one tile's part of the row.
    samples: [Vec<i32>; 3],
    losses: Losses,
    /// The replacement for a missing pixel.
    missing: [f32; 3],
}

/// A decoded tile.
struct Tile {
    coded: CodedPicture,
    coding: Coding,
    levels: Vec<Levels>,
}

impl<'p> Rows<'p> {
    fn new(picture: &'p HeifImage, missing: [f32; 3]) -> Self {
        let line = vec![missing; picture.size.0 as usize];
        Self { picture, band: None, line, samples: [const { Vec::new() }; 3], losses: Losses::default(), missing }
    }

    /// Returns grey for a single grey tile. With several tiles, others may have colours.
    fn model(&self) -> Model {
        let tiles = self.band.as_ref().map_or(&[][..], |(_, tiles)| tiles);
        match tiles {
            [Some(tile)] if tile.coding.channels == Channels::Grey && self.picture.tiles.len() == 1 => Model::GreyAlpha,
            _ => Model::RgbAlpha,
        }
    }

    /// Makes row `y` the current one.
    fn go_to(&mut self, decoder: &mut Decoder<'_>, y: usize, coding_of: &mut CodingOf<'_>) -> Result<(), DecodeError> {
        let Some(tile) = self.picture.tiles.first().map(|tile| tile.size) else {
            return Err(damaged("no tile lies in the image"));
        };
        let (tile_width, tile_height) = (tile.0 as usize, tile.1 as usize);
        let wanted = y / tile_height;
        if self.band.as_ref().is_none_or(|(band, _)| *band != wanted) {
            // The previous row is dropped first to free its memory.
            self.band = None;
            let columns = self.picture.columns as usize;
            let items = self.picture.tiles.chunks(columns).nth(wanted).unwrap_or_default();
            let tiles = items.iter().map(|item| self.decode(decoder, item, coding_of)).collect::<Result<_, _>>()?;
            self.band = Some((wanted, tiles));
        }
        let Some((_, tiles)) = &self.band else { return Ok(()) };
        for (pixels, tile) in self.line.chunks_mut(tile_width).zip(tiles) {
            match tile {
                Some(tile) => tile.write(y % tile_height, &mut self.samples, pixels),
                None => pixels.fill(self.missing),
            }
        }
        Ok(())
    }

    fn decode(
        &mut self,
        decoder: &mut Decoder<'_>,
        item: &CodedItem,
        coding_of: &mut CodingOf<'_>,
    ) -> Result<Option<Tile>, DecodeError> {
        let coded = decoder.decode(item).and_then(|coded| Ok((coding_of(&coded.shape)?, coded)));
        let Some((coding, coded)) = self.losses.count(item, coded)? else { return Ok(None) };
        self.losses.add_damage(item, coded.damage.as_ref());
        let levels = coded.shape.depths.iter().enumerate().map(|(index, depth)| coding.levels(index, *depth)).collect();
        Ok(Some(Tile { coded, coding, levels }))
    }
}

impl Tile {
    /// Writes the pixels of row `y`.
    fn write(&self, y: usize, samples: &mut [Vec<i32>; 3], pixels: &mut [[f32; 3]]) {
        let ratio = |index: usize| if index == 0 { (1, 1) } else { self.coded.shape.ratio };
        for (index, (plane, line)) in self.coded.planes.iter().zip(samples.iter_mut()).enumerate() {
            let (across, down) = ratio(index);
            line.clear();
            line.resize(pixels.len().div_ceil(across as usize), 0);
            plane.rows().add_row(y / down as usize, 0, line);
        }
        #[expect(clippy::cast_precision_loss, reason = "a sample has 16 bits")]
        let sample = |index: usize, x: usize| {
            let at = x / ratio(index).0 as usize;
            self.levels[index].apply(samples[index][at] as f32)
        };
        let channels = self.coding.channels;
        for (x, pixel) in pixels.iter_mut().enumerate() {
            *pixel = match channels {
                Channels::Grey => [sample(0, x); 3],
                _ => channels.rgb([sample(0, x), sample(1, x), sample(2, x)]),
            };
        }
    }
}
