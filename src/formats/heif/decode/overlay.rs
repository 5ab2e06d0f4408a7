//! Composes overlays: decodes each layer, turns it upright, and draws it on a canvas of whole pixels.

use super::coded::Shape;
use super::coding::{self, Coding};
use super::decoder::Decoder;
use super::losses::Losses;
use super::rows::{self, Colors, Opacity};
use crate::container::{Alpha, HeifImage, Layer, Overlay};
use crate::formats::error::{DecodeError, damaged};
use crate::geometry::{Factors, Size};
use crate::outcome::Damage;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Model, WorkingGrid};

/// Red, green, blue and opacity.
const CHANNELS: usize = 4;

/// Bytes of a pixel of the canvas.
pub(super) const PIXEL: u64 = (CHANNELS * size_of::<f32>()) as u64;

/// Decodes an overlay. `note` receives the coding of each layer.
pub(super) fn decode(
    decoder: &mut Decoder<'_>,
    picture: &HeifImage,
    overlay: &Overlay,
    factors: Factors,
    note: &mut dyn FnMut(Coding),
) -> Result<(WorkingGrid, Option<Damage>), DecodeError> {
    let mut canvas = Canvas::new(picture.size, overlay.background)
        .ok_or_else(|| damaged("its canvas needs more memory than is available"))?;
    let mut losses = Losses::default();
    let mut tiles = 0;
    for layer in &overlay.layers {
        let mut coding_of = |shape: &Shape| {
            let stated = coding::state(layer.image.nclx, shape)?;
            note(stated);
            Ok(stated)
        };
        let place = Upright::of(layer);
        let drawn = rows::walk(
            decoder,
            &layer.image,
            opacity_of(&layer.alpha, layer.is_premultiplied),
            Some(Model::RgbAlpha),
            &mut coding_of,
            &mut |_, y, row| {
                for (x, pixel) in row.chunks_exact(CHANNELS).enumerate() {
                    canvas.lay(place.at(x, y), pixel);
                }
            },
        )?;
        losses.add(drawn);
        tiles += layer.image.tiles.len();
    }
    let damage = losses.finish(tiles)?;
    Ok((canvas.reduce(picture, overlay.background[3] == u16::MAX, factors), damage))
}

/// Returns the opacity of an image.
pub(super) const fn opacity_of(alpha: &Alpha, is_premultiplied: bool) -> Opacity<'_> {
    match alpha {
        Alpha::Item(alpha) if is_premultiplied => Opacity::Of(alpha, Colors::Premultiplied),
        Alpha::Item(alpha) => Opacity::Of(alpha, Colors::Straight),
        Alpha::None | Alpha::Unreadable => Opacity::Full,
    }
}

/// The position of a layer's window on the canvas.
struct Upright {
    size: (i64, i64),
    orientation: u16,
    at: (i64, i64),
}

impl Upright {
    fn of(layer: &Layer) -> Self {
        let window = layer.image.window;
        Self {
            size: (window.width.into(), window.height.into()),
            orientation: layer.image.orientation,
            at: (layer.at.0.into(), layer.at.1.into()),
        }
    }

    /// Returns a pixel's place on the canvas (EXIF 2.32, 4.6.4 A).
    #[expect(clippy::cast_possible_wrap, reason = "a side has 32 bits")]
    fn at(&self, x: usize, y: usize) -> (i64, i64) {
        let (x, y) = (x as i64, y as i64);
        let (from_right, from_bottom) = (self.size.0 - 1 - x, self.size.1 - 1 - y);
        let (x, y) = match self.orientation {
            2 => (from_right, y),
            3 => (from_right, from_bottom),
            4 => (x, from_bottom),
            5 => (y, x),
            6 => (from_bottom, x),
            7 => (from_bottom, from_right),
            8 => (y, from_right),
            _ => (x, y),
        };
        (x + self.at.0, y + self.at.1)
    }
}

/// Straight colours and opacity.
struct Canvas {
    size: (u32, u32),
    pixels: Vec<f32>,
}

impl Canvas {
    fn new(size: (u32, u32), background: [u16; 4]) -> Option<Self> {
        let count = (size.0 as usize).checked_mul(size.1 as usize)?.checked_mul(CHANNELS)?;
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(count).ok()?;
        let background = background.map(|sample| f32::from(sample) / 257.0);
        pixels.extend(background.iter().copied().cycle().take(count));
        Some(Self { size, pixels })
    }

    /// Draws a pixel over the canvas. Pixels outside it are dropped.
    fn lay(&mut self, at: (i64, i64), pixel: &[f32]) {
        let (Ok(x), Ok(y)) = (u32::try_from(at.0), u32::try_from(at.1)) else { return };
        if x >= self.size.0 || y >= self.size.1 {
            return;
        }
        let from = (y as usize * self.size.0 as usize + x as usize) * CHANNELS;
        let below = &mut self.pixels[from..from + CHANNELS];
        let (over, under) = (pixel[3] / 255.0, below[3] / 255.0 * (1.0 - pixel[3] / 255.0));
        let whole = over + under;
        if whole > 0.0 {
            for (below, above) in below.iter_mut().zip(pixel).take(3) {
                *below = (*above * over + *below * under) / whole;
            }
        }
        below[3] = whole * 255.0;
    }

    /// Reduces the visible window of the canvas.
    fn reduce(mut self, picture: &HeifImage, is_opaque: bool, factors: Factors) -> WorkingGrid {
        let window = picture.window;
        let mut reducer = BoxReducer::new(Size::new(window.width, window.height), Model::RgbAlpha, factors);
        let width = self.size.0 as usize * CHANNELS;
        let rows = self.pixels.chunks_exact_mut(width).skip(window.top as usize).take(window.height as usize);
        for row in rows {
            let left = window.left as usize * CHANNELS;
            reducer.push_row(&mut row[left..left + window.width as usize * CHANNELS]);
        }
        let mut grid = reducer.finish();
        if is_opaque {
            grid.planes.pop();
            grid.model = Model::Rgb;
        }
        grid
    }
}
