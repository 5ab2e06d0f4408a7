//! OpenEXR → working grid, block by block in whatever order the file has them (OpenEXR file layout, "Scan Lines" and
//! "Tiles"): linear light, colours multiplied by their alpha already. The first layer that has colours counts, in the
//! display window; what of it the data do not cover is transparent.

use std::io::Cursor;

use exr::block::reader::ChunksReader;
use exr::error::Error;
use exr::math::Vec2;
use exr::meta::attribute::{Chromaticities, IntegerBounds, SampleType};
use exr::meta::header::Header as Layer;
use exr::prelude::f16;

use super::super::pixels::{GridPlane, Model, Plane, WorkingGrid};
use super::super::probe::Header;
use super::super::profile::Profile;
use super::Decoded;
use crate::error::Cause;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;

/// The largest number of the format's usual samples, which have 16 bits: an infinite one would spread over the picture.
const BRIGHTEST: f32 = 65_504.0;

/// Data may lie outside the window that is shown, up to so many times its pixels and [`HIDDEN_PIXELS`] more.
const HIDDEN_TIMES: u64 = 4;
const HIDDEN_PIXELS: u64 = 64_000_000;

/// What a byte becomes at the most. Deflate writes 258 bytes for 2 bits (RFC 1951, 3.2.5); the other compressions stay below.
const MOST_INFLATED: usize = 1032;

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    let reader = exr::block::read(Cursor::new(bytes), false).map_err(judge)?;
    let (_, layer, channels) = choose_layer(reader.headers())?;
    let block = largest_block(layer);
    if block / MOST_INFLATED > bytes.len() {
        let detail = format!("{} bytes can't hold a block of {block} bytes", bytes.len());
        return Err(Cause::Damaged { format: Format::Exr, detail });
    }
    Ok(Header {
        format: Format::Exr,
        size: View::of(layer).size,
        orientation: Orientation::Upright,
        has_alpha: channels.alpha.is_some(),
    })
}

/// Bytes of a layer's largest block once it is inflated: a crafted width makes it large in a file of any size.
fn largest_block(layer: &Layer) -> usize {
    let whole = layer.channels.bytes_per_pixel.saturating_mul(layer.layer_size.area());
    layer.max_block_byte_size().min(whole)
}

/// What decoding takes beside the file and the working grid: the largest block, compressed, inflated and reordered.
pub(super) fn working_memory(bytes: &[u8]) -> u64 {
    let Ok(reader) = exr::block::read(Cursor::new(bytes), false) else { return 0 };
    let largest = reader.headers().iter().map(|layer| layer.max_block_byte_size() as u64).max().unwrap_or(0);
    largest.saturating_mul(4)
}

/// Decodes onto the working grid; no frame is held.
pub(super) fn decode(bytes: &[u8], header: &Header, factors: Factors) -> Result<Decoded, Cause> {
    let reader = exr::block::read(Cursor::new(bytes), false).map_err(judge)?;
    let (index, layer, channels) = choose_layer(reader.headers())?;
    let (layer, view) = (layer.clone(), View::of(layer));
    if layer.layer_size.area() as u64 > header.size.pixels().saturating_mul(HIDDEN_TIMES).saturating_add(HIDDEN_PIXELS)
    {
        return Err(Cause::Limit("far more data lie outside the image than inside".to_string()));
    }
    let chunks = reader.filter_chunks(false, |_, tile, block| block.layer == index && tile.level_index == Vec2(0, 0));
    let mut blocks = chunks.map_err(judge)?.sequential_decompressor(false);

    let mut sums = Sums::new(&channels, header.size, factors);
    let (mut damage, mut there) = (None, 0);
    while let Some(block) = blocks.decompress_next_block() {
        let block = match block {
            Ok(block) => block,
            // What came before is a picture, too.
            Err(error) if sums.has_samples() => {
                let all = layer.layer_size.area() as u64;
                damage = Some(Damage::of_part(format!("only a part could be read: {}", explain(&error)), there, all));
                break;
            }
            Err(error) => return Err(judge(error)),
        };
        there += block.index.pixel_size.area() as u64;
        for line in block.lines(&layer.channels) {
            let Some(plane) = channels.plane_of(line.location.channel) else { continue };
            let Some((x, y)) = view.place(line.location.position) else { continue };
            match layer.channels.list[line.location.channel].sample_type {
                SampleType::F16 => sums.add(plane, x, y, line.read_samples::<f16>().flatten().map(f16::to_f32)),
                SampleType::F32 => sums.add(plane, x, y, line.read_samples::<f32>().flatten()),
                // Whole numbers are labels of objects, not light.
                SampleType::U32 => {}
            }
        }
    }
    let mut grid = sums.finish(channels.model(), header.size, factors);
    if let (Model::Rgb | Model::RgbAlpha, Some(primaries)) = (grid.model, layer.shared_attributes.chromaticities) {
        convert_primaries(&mut grid, primaries);
    }
    Ok(Decoded { grid, factor: factors.common(), damage, profile: Profile::Linear })
}

/// Where the colours stand among a layer's channels.
#[derive(Debug, Clone, PartialEq)]
struct Channels {
    colors: Vec<usize>,
    alpha: Option<usize>,
}

impl Channels {
    /// Red, green and blue, or luminance; of a part of the layer whose name they share, where they have one.
    fn find(layer: &Layer) -> Option<Self> {
        let names: Vec<String> = layer.channels.list.iter().map(|channel| channel.name.to_string()).collect();
        let prefixes =
            std::iter::once("").chain(names.iter().filter_map(|name| name.rfind('.').map(|dot| &name[..=dot])));
        prefixes.into_iter().find_map(|prefix| {
            let at = |wanted: &str| {
                names
                    .iter()
                    .position(|name| name.strip_prefix(prefix).is_some_and(|name| name.eq_ignore_ascii_case(wanted)))
            };
            let colors = match (at("R"), at("G"), at("B"), at("Y")) {
                (Some(red), Some(green), Some(blue), _) => vec![red, green, blue],
                (.., Some(luminance)) => vec![luminance],
                _ => return None,
            };
            Some(Self { colors, alpha: at("A") })
        })
    }

    fn model(&self) -> Model {
        match (self.colors.len(), self.alpha) {
            (1, None) => Model::Grey,
            (1, Some(_)) => Model::GreyAlpha,
            (_, None) => Model::Rgb,
            (_, Some(_)) => Model::RgbAlpha,
        }
    }

    fn plane_of(&self, channel: usize) -> Option<usize> {
        self.colors.iter().copied().chain(self.alpha).position(|at| at == channel)
    }
}

fn choose_layer(layers: &[Layer]) -> Result<(usize, &Layer, Channels), Cause> {
    let flat = layers.iter().enumerate().filter(|(_, layer)| !layer.deep);
    let mut with_colors = flat.filter_map(|(index, layer)| Some((index, layer, Channels::find(layer)?)));
    with_colors.next().ok_or_else(|| {
        let detail = if layers.iter().any(|layer| layer.deep) { "deep pixels" } else { "no layer has colours" };
        Cause::Unsupported { format: Format::Exr, detail: detail.to_string() }
    })
}

/// The part of the plane that the picture shows.
#[derive(Debug, Clone, Copy)]
struct View {
    size: Size,
    /// From its corner to that of the data.
    shift: (i64, i64),
}

impl View {
    /// The display window; the data window where the two have nothing in common.
    fn of(layer: &Layer) -> Self {
        let data = layer.data_window();
        let shown = layer.shared_attributes.display_window;
        let meet = |at: fn(Vec2<i32>) -> i32, side: fn(Vec2<usize>) -> usize| {
            let end =
                |bounds: IntegerBounds| i64::from(at(bounds.position)) + i64::try_from(side(bounds.size)).unwrap_or(0);
            i64::from(at(data.position)) < end(shown) && i64::from(at(shown.position)) < end(data)
        };
        let window = if meet(Vec2::x, Vec2::width) && meet(Vec2::y, Vec2::height) { shown } else { data };
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Self {
            size: Size::new(side(window.size.width()), side(window.size.height())),
            shift: (
                i64::from(data.position.x()) - i64::from(window.position.x()),
                i64::from(data.position.y()) - i64::from(window.position.y()),
            ),
        }
    }

    /// Where a line of the data starts in the picture; none where it lies above or below.
    fn place(&self, position: Vec2<usize>) -> Option<(i64, usize)> {
        let y = i64::try_from(position.y()).ok()? + self.shift.1;
        let y = usize::try_from(y).ok().filter(|y| *y < self.size.height as usize)?;
        Some((i64::try_from(position.x()).ok()? + self.shift.0, y))
    }
}

/// Sums of the samples in each working pixel.
struct Sums {
    size: Size,
    width: i64,
    /// Source px for each working px, along the rows and down the columns.
    factors: (usize, usize),
    planes: Vec<Vec<f32>>,
    alpha: Option<usize>,
    any: bool,
}

impl Sums {
    fn new(channels: &Channels, source: Size, factors: Factors) -> Self {
        let size = factors.grid(source);
        let room = size.width as usize * size.height as usize;
        Self {
            size,
            width: i64::from(source.width),
            factors: (factors.across.get() as usize, factors.down.get() as usize),
            planes: (0..channels.model().planes()).map(|_| vec![0.0; room]).collect(),
            alpha: channels.alpha.map(|_| channels.colors.len()),
            any: false,
        }
    }

    fn has_samples(&self) -> bool {
        self.any
    }

    fn add(&mut self, plane: usize, x: i64, y: usize, samples: impl Iterator<Item = f32>) {
        self.any = true;
        let brightest = if self.alpha == Some(plane) { 1.0 } else { BRIGHTEST };
        let (across, down) = self.factors;
        let row = &mut self.planes[plane][y / down * self.size.width as usize..][..self.size.width as usize];
        for (x, sample) in (x..self.width).zip(samples) {
            let Ok(x) = usize::try_from(x) else { continue };
            if sample.is_finite() || sample == f32::INFINITY {
                row[x / across] += sample.clamp(-BRIGHTEST, brightest);
            }
        }
    }

    /// The means, 255 being 1.0 in the file.
    fn finish(self, model: Model, source: Size, factors: Factors) -> WorkingGrid {
        let (across, down) = self.factors;
        let cells = |side: u32, at: usize, factor: usize| factor.min(side as usize - at * factor);
        let size = self.size;
        let planes = self.planes.into_iter().map(|mut samples| {
            for (y, row) in samples.chunks_exact_mut(size.width as usize).enumerate() {
                for (x, sample) in row.iter_mut().enumerate() {
                    #[expect(clippy::cast_precision_loss, reason = "a block of 2^24 px is larger than any picture")]
                    let count = (cells(source.width, x, across) * cells(source.height, y, down)) as f32;
                    *sample *= 255.0 / count;
                }
            }
            GridPlane::of_means(Plane { size, samples }, source, factors)
        });
        WorkingGrid { model, planes: planes.collect() }
    }
}

/// Converts to the primaries of sRGB; white stays white, whatever its colour.
fn convert_primaries(grid: &mut WorkingGrid, from: Chromaticities) {
    let xy = |at: Vec2<f32>| [f64::from(at.x()), f64::from(at.y())];
    let from = [from.red, from.green, from.blue, from.white].map(xy);
    const SRGB: [[f64; 2]; 4] = [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06], [0.3127, 0.3290]];
    let (Some(to_xyz), Some(back)) = (rgb_to_xyz(from), rgb_to_xyz(SRGB).and_then(invert)) else { return };
    let matrix = multiply(back, multiply(scale_white(from[3], SRGB[3]), to_xyz));
    #[expect(clippy::cast_possible_truncation, reason = "samples are f32")]
    let matrix = matrix.map(|row| row.map(|term| term as f32));
    let [red, green, blue, ..] = &mut grid.planes[..] else { return };
    let (red, green, blue) = (&mut red.plane.samples, &mut green.plane.samples, &mut blue.plane.samples);
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        let [r, g, b] = matrix.map(|[x, y, z]| x * *red + y * *green + z * *blue);
        (*red, *green, *blue) = (r, g, b);
    }
}

type Matrix = [[f64; 3]; 3];

/// SMPTE RP 177, 3.3; none where the primaries lie on one line.
fn rgb_to_xyz([red, green, blue, white]: [[f64; 2]; 4]) -> Option<Matrix> {
    let xyz = |[x, y]: [f64; 2]| [x, y, 1.0 - x - y];
    let [r, g, b] = [red, green, blue].map(xyz);
    let columns: Matrix = std::array::from_fn(|row| [r[row], g[row], b[row]]);
    let inverse = invert(columns)?;
    let white = xyz(white).map(|part| part / white[1]);
    let gains = inverse.map(|row| row.iter().zip(white).map(|(a, b)| a * b).sum::<f64>());
    let matrix = columns.map(|row| std::array::from_fn(|at| row[at] * gains[at]));
    matrix.iter().flatten().all(|term: &f64| term.is_finite()).then_some(matrix)
}

/// From one white to another, each axis by itself: the whites of pictures lie close together.
fn scale_white(from: [f64; 2], to: [f64; 2]) -> Matrix {
    let xyz = |[x, y]: [f64; 2]| [x / y, 1.0, (1.0 - x - y) / y];
    let (from, to) = (xyz(from), xyz(to));
    std::array::from_fn(|row| std::array::from_fn(|column| if row == column { to[row] / from[row] } else { 0.0 }))
}

fn multiply(a: Matrix, b: Matrix) -> Matrix {
    a.map(|row| std::array::from_fn(|column| (0..3).map(|at| row[at] * b[at][column]).sum()))
}

fn invert(m: Matrix) -> Option<Matrix> {
    let minor = |row: usize, column: usize| {
        let at = |r: usize, c: usize| m[(row + r) % 3][(column + c) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * minor(0, column)).sum();
    (determinant.abs() > 1e-9)
        .then(|| std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant)))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn judge(error: Error) -> Cause {
    let format = Format::Exr;
    match error {
        Error::NotSupported(_) => Cause::Unsupported { format, detail: explain(&error).to_string() },
        _ => Cause::Damaged { format, detail: explain(&error).to_string() },
    }
}

/// Returns the meaning of the crate's words to people.
fn explain(error: &Error) -> &'static str {
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    match error {
        Error::NotSupported(text) if text.contains("deep") => "deep pixels",
        Error::NotSupported(text) if text.contains("version") => "a newer version of the format",
        Error::NotSupported(_) => "a variant that can't be decoded",
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "the file ends too early",
        Error::Invalid(text) if has(text, &["not enough data", "missing bytes", "truncated"]) => {
            "the file ends too early"
        }
        Error::Invalid(text) if has(text, &["header", "attribute", "identifier", "flags", "window", "table"]) => {
            "the image header is invalid"
        }
        _ => "the compressed data are corrupt",
    }
}

#[cfg(test)]
mod tests;
