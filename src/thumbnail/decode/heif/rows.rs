//! Tiles → working grid, row by row of whole pixels: what pictures with alpha need, whose colours weigh as much as they
//! are opaque. One row of tiles stands in memory, of colour and of alpha.

use super::super::super::pixels::{Model, WorkingGrid};
use super::super::super::shrink::BoxReducer;
use super::coded::{CodedPicture, Decoder};
use super::coding::{Channels, Coding, Levels};
use crate::container::HeifPicture;
use crate::error::Cause;
use crate::geometry::{Factors, Size};

/// How the colours of a picture with alpha are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colors {
    Straight,
    /// Multiplied by opacity.
    Premultiplied,
}

/// Decodes a picture with alpha. Alpha is of the same extent whatever its own size.
pub(super) fn decode(
    decoder: &mut Decoder<'_>,
    picture: &HeifPicture,
    alpha: &HeifPicture,
    colors: Colors,
    factors: Factors,
    coding_of: &mut dyn FnMut(&CodedPicture) -> Result<Coding, Cause>,
) -> Result<WorkingGrid, Cause> {
    let mut opacity = Rows::new(alpha);
    reduce(decoder, picture, factors, coding_of, &mut |decoder, y, row, channels| {
        let y = scale(y, picture.size.1, alpha.size.1);
        opacity.go_to(decoder, y, &mut |_| Ok(Coding::OPACITY))?;
        for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
            let x = scale(picture.window.left as usize + x, picture.size.0, alpha.size.0);
            let a = opacity.sample(0, x).clamp(0.0, 255.0);
            let (color, last) = pixel.split_at_mut(channels - 1);
            last[0] = a;
            if colors == Colors::Premultiplied {
                let straight = if a > 0.0 { 255.0 / a } else { 0.0 };
                color.iter_mut().for_each(|sample| *sample *= straight);
            }
        }
        Ok(())
    })
}

/// Decodes a picture without alpha.
pub(super) fn decode_opaque(
    decoder: &mut Decoder<'_>,
    picture: &HeifPicture,
    factors: Factors,
    coding_of: &mut dyn FnMut(&CodedPicture) -> Result<Coding, Cause>,
) -> Result<WorkingGrid, Cause> {
    let mut grid = reduce(decoder, picture, factors, coding_of, &mut |_, _, row, channels| {
        row.chunks_exact_mut(channels).for_each(|pixel| pixel[channels - 1] = 255.0);
        Ok(())
    })?;
    grid.planes.pop();
    grid.model = if grid.model == Model::GreyAlpha { Model::Grey } else { Model::Rgb };
    Ok(grid)
}

/// What writes the opacity of row `y` into the last of so many channels.
type SetAlpha<'a> = dyn FnMut(&mut Decoder<'_>, usize, &mut [f32], usize) -> Result<(), Cause> + 'a;

fn reduce(
    decoder: &mut Decoder<'_>,
    picture: &HeifPicture,
    factors: Factors,
    coding_of: &mut dyn FnMut(&CodedPicture) -> Result<Coding, Cause>,
    set_alpha: &mut SetAlpha<'_>,
) -> Result<WorkingGrid, Cause> {
    let window = picture.window;
    let (width, left, top) = (window.width as usize, window.left as usize, window.top as usize);
    let mut rows = Rows::new(picture);
    rows.go_to(decoder, top, coding_of)?;
    let is_grey = rows.channels == Channels::Grey;
    let model = if is_grey { Model::GreyAlpha } else { Model::RgbAlpha };
    let channels = model.planes();
    let mut reducer = BoxReducer::new(Size::new(window.width, window.height), model, factors);
    let mut row = vec![0.0; width * channels];
    for y in top..top + window.height as usize {
        rows.go_to(decoder, y, coding_of)?;
        for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
            let at = |plane| rows.sample(plane, left + x);
            if is_grey {
                pixel[0] = at(0);
            } else {
                pixel[..3].copy_from_slice(&rows.channels.rgb([at(0), at(1), at(2)]));
            }
        }
        set_alpha(decoder, y, &mut row, channels)?;
        reducer.push_row(&mut row);
    }
    Ok(reducer.finish())
}

/// `number` of `full` px as one of `other` px.
fn scale(number: usize, full: u32, other: u32) -> usize {
    if full == other { number } else { number * other as usize / full.max(1) as usize }
}

/// The rows of a picture, one after the other.
struct Rows<'p> {
    picture: &'p HeifPicture,
    channels: Channels,
    /// The row of tiles that was decoded last.
    band: Option<(usize, Vec<CodedPicture>)>,
    ratio: (u32, u32),
    levels: Vec<Levels>,
    /// The samples of the row, of each plane.
    lines: Vec<Vec<i32>>,
}

impl<'p> Rows<'p> {
    fn new(picture: &'p HeifPicture) -> Self {
        Self { picture, channels: Channels::Grey, band: None, ratio: (1, 1), levels: Vec::new(), lines: Vec::new() }
    }

    /// Makes row `y` the current one.
    fn go_to(
        &mut self,
        decoder: &mut Decoder<'_>,
        y: usize,
        coding_of: &mut dyn FnMut(&CodedPicture) -> Result<Coding, Cause>,
    ) -> Result<(), Cause> {
        let tile = self.picture.tiles[0].size;
        let (tile_width, tile_height) = (tile.0 as usize, tile.1 as usize);
        let wanted = y / tile_height;
        if self.band.as_ref().is_none_or(|(band, _)| *band != wanted) {
            // The last one makes room first.
            self.band = None;
            let columns = self.picture.columns as usize;
            let items = self.picture.tiles.chunks(columns).nth(wanted).unwrap_or_default();
            let tiles = items.iter().map(|item| decoder.decode(item)).collect::<Result<Vec<_>, _>>()?;
            let first = tiles.first().ok_or_else(|| super::damaged(decoder.format, "a row of tiles is missing"))?;
            let same = |tile: &CodedPicture| tile.ratio == first.ratio && tile.planes.len() == first.planes.len();
            if !tiles.iter().all(same) || self.lines.len() > first.planes.len() {
                return Err(super::damaged(decoder.format, "tiles are coded in different ways"));
            }
            let coding = coding_of(first)?;
            self.channels = coding.channels;
            self.ratio = first.ratio;
            self.levels = first.planes.iter().enumerate().map(|(i, plane)| coding.levels(i, plane)).collect();
            self.lines.resize(first.planes.len(), Vec::new());
            self.band = Some((wanted, tiles));
        }
        let Some((_, tiles)) = &self.band else { return Ok(()) };
        for (index, line) in self.lines.iter_mut().enumerate() {
            let (across, down) = if index == 0 { (1, 1) } else { (self.ratio.0 as usize, self.ratio.1 as usize) };
            line.clear();
            line.resize((self.picture.size.0 as usize).div_ceil(across), 0);
            for (column, tile) in tiles.iter().enumerate() {
                let from = (column * tile_width).div_ceil(across).min(line.len());
                let to = ((column + 1) * tile_width).div_ceil(across).min(line.len());
                tile.planes[index].add_row(y % tile_height / down, 0, &mut line[from..to]);
            }
        }
        Ok(())
    }

    /// The sample of a plane at the luma sample `x`, levelled.
    fn sample(&self, plane: usize, x: usize) -> f32 {
        let across = if plane == 0 { 1 } else { self.ratio.0 as usize };
        #[expect(clippy::cast_precision_loss, reason = "a sample has 16 bits")]
        let sample = self.lines[plane][x / across] as f32;
        self.levels[plane].apply(sample)
    }
}
