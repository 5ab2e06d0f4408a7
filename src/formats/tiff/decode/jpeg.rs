//! Decodes JPEG in TIFF (Adobe's Technical Note 2) with the crate's own decoder. `old_jpeg` completes files after TIFF 6.0, section 22.
//! Each strip or tile becomes a JPEG file with the shared tables in front, is decoded at the scale that serves the targets, and is placed
//! on the working grid. No full frame is held.

use super::coding::Compression;
use super::compressed::Compressed;
use super::layout::Layout;
use super::photometric::Photometric;
use super::rows::Tally;
use crate::container::Input;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged};
use crate::formats::jpeg::grid::{reported_factor, to_grid};
use crate::formats::jpeg::margins::choose_scale;
use crate::formats::sharing::LeftToRead;
use crate::geometry::Size;
use crate::jpeg::{self, ColorModel, Component, Header, Plane, Process, Scale, Workspace};
use crate::pixels::profile::Profile;

/// Most bytes of the tables that strips or tiles share. Eight full tables take less than 2 KiB.
const MAX_TABLES: u64 = 64 << 10;

/// Bytes of a decoded sample, and of its share in the buffers of two lanes.
const SAMPLE: u64 = 4 + 2;

/// Pixels by which a JPEG may exceed the sides of its strip or tile: the blocks at its border.
const BORDER: usize = 64;

/// Most pixels of an image whose strips or tiles begin inside blocks, which Technical Note 2 forbids. It is decoded in
/// full whatever the targets, and takes 12 bytes per pixel.
const MOST_OFF_BLOCKS: u64 = 64 << 20;

/// Decodes onto the coarsest grids that serve `targets`, in stored orientation. Without targets it decodes in full.
pub(super) fn decode(
    input: &mut dyn Input,
    layout: &Layout,
    targets: &[Size],
    workspace: &mut Workspace,
) -> Result<Decoded, DecodeError> {
    let tables = read_tables(input, layout)?;
    let planes = if layout.samples_in_chunk < layout.samples { layout.photometric.colors() } else { 1 };
    let mut canvas: Option<Canvas> = None;
    let mut tally = Tally::default();
    let mut compressed = Compressed::default();
    let mut file = Vec::new();
    let mut left_to_read = LeftToRead::of(input.length());
    for plane in 0..planes {
        for (down, across) in places(layout) {
            tally.chunks += 1;
            let place = (across * layout.chunks.width, down * layout.chunks.height);
            let pixels = pixels_of_chunk(layout, place);
            tally.parts += pixels;
            let length = layout.chunks.place(plane, down, across).map_or(0, |place| place.len);
            if !left_to_read.take(length.min(input.length())) {
                tally.broken += 1;
                continue;
            }
            let header = read_chunk(input, layout, (plane, down, across), &mut compressed)?
                .then(|| complete(layout, &tables, compressed.bytes(), (plane, down), &mut file))
                .and_then(|()| chunk_header(&file, layout));
            let present = match header {
                Some(header) => {
                    let canvas = match &mut canvas {
                        Some(canvas) => canvas,
                        none => none.insert(Canvas::new(layout, &header, planes, targets)?),
                    };
                    canvas.put(&file, &header, planes > 1, plane, place, workspace).unwrap_or(Some(0.0))
                }
                None => Some(0.0),
            };
            tally.broken += u64::from(present.is_some());
            tally.parts_there += share_of(pixels, present.unwrap_or(1.0));
        }
    }
    let canvas = canvas.ok_or_else(|| damaged("none of its JPEG strips or tiles can be read"))?;
    Ok(canvas.finish(layout, &tally))
}

/// Returns the number of image pixels in a strip or tile. Its corner is at `place`.
fn pixels_of_chunk(layout: &Layout, (left, top): (usize, usize)) -> u64 {
    let (width, height) = (layout.size.width as usize, layout.size.height as usize);
    let side = |at: usize, side: usize, end: usize| (at + side).min(end).saturating_sub(at) as u64;
    side(left, layout.chunks.width, width) * side(top, layout.chunks.height, height)
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
fn share_of(pixels: u64, share: f64) -> u64 {
    // A share above 0 counts at least one pixel.
    (pixels as f64 * share).ceil() as u64
}

/// Estimates the memory that decoding takes beside a working grid of this factor. It holds the canvas and one strip or
/// tile. The canvas is finer if no coarser one fits them.
pub(super) fn working_memory(layout: &Layout, factor: u32) -> u64 {
    let (width, height, longest) = (layout.chunks.width, layout.chunks.height, layout.chunks.longest());
    let wanted = 1_usize << factor.min(8).ilog2();
    let fits = |side: usize, count: usize, scale: usize| count == 1 || side.is_multiple_of(scale);
    let chunks = &layout.chunks;
    let lies_on_grid =
        |scale: &usize| fits(chunks.width, chunks.across, *scale) && fits(chunks.height, chunks.down, *scale);
    let scale = [8, 4, 2].into_iter().filter(|scale| *scale <= wanted).find(lies_on_grid).unwrap_or(1) as u64;
    let side = |side: u32| u64::from(side).div_ceil(scale);
    let canvas = side(layout.size.width).saturating_mul(side(layout.size.height));
    let canvas = canvas.saturating_mul((layout.photometric.colors() * size_of::<f32>()) as u64);
    let samples = (width as u64).div_ceil(scale).saturating_mul((height as u64).div_ceil(scale));
    // Its bytes, with the tables in front, and without stuffing.
    canvas
        .saturating_add(longest.saturating_mul(4))
        .saturating_add(samples.saturating_mul(layout.samples_in_chunk as u64 * SAMPLE))
}

fn places(layout: &Layout) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (across, down) = (layout.chunks.across, layout.chunks.down);
    (0..down).flat_map(move |y| (0..across).map(move |x| (y, x)))
}

/// Reads the segments of the tables, without the markers of a file's start and end.
fn read_tables(input: &mut dyn Input, layout: &Layout) -> Result<Vec<u8>, DecodeError> {
    let Some(tables) = layout.jpeg_tables.filter(|_| layout.compression == Compression::Jpeg) else {
        return Ok(Vec::new());
    };
    let mut bytes = vec![0; usize::try_from(tables.len.min(MAX_TABLES)).unwrap_or(0)];
    let count = input.read_at(tables.offset, &mut bytes)?;
    bytes.truncate(count);
    let inside = bytes.strip_prefix(&[0xff, 0xd8]).unwrap_or(&bytes);
    Ok(inside.strip_suffix(&[0xff, 0xd9]).unwrap_or(inside).to_vec())
}

/// Reads all bytes of a chunk. Returns whether it has any.
fn read_chunk(
    input: &mut dyn Input,
    layout: &Layout,
    (plane, down, across): (usize, usize, usize),
    compressed: &mut Compressed,
) -> Result<bool, DecodeError> {
    let Some(place) = layout.chunks.place(plane, down, across) else { return Ok(false) };
    compressed.seek(place, false);
    compressed.fill_whole(input)?;
    Ok(!compressed.bytes().is_empty())
}

/// Builds a JPEG file of the shared segments and a chunk's own.
fn complete(layout: &Layout, tables: &[u8], chunk: &[u8], (plane, down): (usize, usize), file: &mut Vec<u8>) {
    file.clear();
    if layout.compression == Compression::OldJpeg && !layout.old_jpeg.is_empty() {
        let chunks = &layout.chunks;
        let left = (layout.size.height as usize).saturating_sub(down * chunks.height);
        let height = if chunks.are_tiles { chunks.height } else { chunks.height.min(left) };
        layout.old_jpeg.complete(chunk, (chunks.width, height), plane, file);
        return;
    }
    file.extend([0xff, 0xd8]);
    file.extend(tables);
    file.extend(chunk.strip_prefix(&[0xff, 0xd8]).unwrap_or(chunk));
}

/// Reads the header of a chunk. `None` if its size differs from the layout's.
fn chunk_header(file: &[u8], layout: &Layout) -> Option<Header> {
    let header = jpeg::read_header(file).ok()?;
    let (width, height) = (layout.chunks.width, layout.chunks.height);
    let fits = header.width as usize <= width + BORDER && header.height as usize <= height + BORDER;
    let has_enough = layout.samples_in_chunk == 1 || header.components.len() >= layout.photometric.colors();
    (fits && has_enough).then_some(header)
}

/// The working grid during decoding.
struct Canvas {
    /// Header of the image as a single JPEG.
    header: Header,
    scales: [Scale; 4],
    planes: Vec<Plane>,
}

impl Canvas {
    /// Returns a grey canvas for the image that `chunk` is a part of. It consists of `planes` JPEGs of one component
    /// each, or of one with all components.
    fn new(layout: &Layout, chunk: &Header, planes: usize, targets: &[Size]) -> Result<Self, DecodeError> {
        let mut header = chunk.clone();
        (header.width, header.height) = (layout.size.width, layout.size.height);
        if planes > 1 {
            header.components = vec![Component { h: 1, v: 1, ..chunk.components[0] }; planes];
        }
        header.components.truncate(layout.photometric.colors());
        header.inverted = false;
        header.color = match layout.photometric {
            Photometric::BlackIsZero | Photometric::WhiteIsZero | Photometric::Palette(_) => ColorModel::Grey,
            Photometric::YCbCr(_) => ColorModel::YCbCr,
            Photometric::Rgb | Photometric::Lab(_) => ColorModel::Rgb,
            Photometric::Cmyk => ColorModel::Cmyk,
        };
        // A whole file states its own colours. Lossless strips are often labelled YCbCr but declare RGB.
        let is_file = layout.compression == Compression::OldJpeg && layout.old_jpeg.is_empty();
        let says_itself = is_file || chunk.process == Process::Lossless && chunk.adobe == Some(0);
        if says_itself && chunk.components.len() == header.components.len() {
            header.color = chunk.color;
        }
        let mut scales = [Scale::Full; 4];
        for (index, scale) in scales.iter_mut().enumerate().take(header.components.len()) {
            let wanted = if targets.is_empty() { Scale::Full } else { choose_scale(&header, index, targets) };
            let mut fitting = Scale::ALL.into_iter().filter(|scale| *scale <= wanted);
            *scale = fitting.find(|scale| lies_on_grid(layout, &header, index, *scale)).unwrap_or_default();
            if *scale < wanted && layout.size.pixels() > MOST_OFF_BLOCKS {
                let detail = "its JPEG strips do not begin at whole blocks, and it is too large to be decoded in full";
                return Err(DecodeError::Limit(detail.to_string()));
            }
        }
        let plane = |index: usize| {
            let (width, height) = header.component_size(index);
            let (box_width, box_height) = (scales[index].reduce(width), scales[index].reduce(height));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides of less than 2^32")]
            let (width, height) = (box_width.ceil() as usize, box_height.ceil() as usize);
            let mut samples = Vec::new();
            samples.try_reserve_exact(width * height).map_err(|_| damaged("its pixels do not fit in memory"))?;
            samples.resize(width * height, 128.0);
            Ok(Plane { scale: scales[index], width, height, samples, box_width, box_height })
        };
        let planes = (0..header.components.len()).map(plane).collect::<Result<_, DecodeError>>()?;
        Ok(Self { header, scales, planes })
    }

    /// Decodes a chunk and puts it at `place`, its top left pixel. Returns the share of it that could be read, or `None` if
    /// it is whole.
    fn put(
        &mut self,
        file: &[u8],
        header: &Header,
        is_planar: bool,
        first: usize,
        place: (usize, usize),
        workspace: &mut Workspace,
    ) -> Result<Option<f64>, jpeg::Error> {
        let mut options = jpeg::Options { scales: self.scales, ..jpeg::Options::default() };
        if is_planar {
            options.scales[0] = self.scales[first];
        }
        let sampling = |header: &Header| -> Vec<_> { header.components.iter().map(|c| (c.h, c.v)).collect() };
        let is_alike = is_planar || sampling(header).starts_with(&sampling(&self.header));
        if !is_alike {
            return Ok(Some(0.0));
        }
        let picture = jpeg::decode_with(file, &options, workspace)?;
        let (h_max, v_max) = self.header.sampling_max();
        let targets = if is_planar { first..first + 1 } else { 0..self.planes.len() };
        for (index, from) in targets.zip(&picture.planes) {
            let (component, side) = (self.header.components[index], self.scales[index].samples());
            let x = place.0 * usize::from(component.h) * side / (8 * h_max) as usize;
            let y = place.1 * usize::from(component.v) * side / (8 * v_max) as usize;
            let to = &mut self.planes[index];
            let width = from.width.min(to.width.saturating_sub(x));
            let rows = to.samples.chunks_exact_mut(to.width.max(1)).skip(y);
            for (to, from) in rows.zip(from.samples.chunks_exact(from.width.max(1))).take(from.height) {
                to[x..x + width].copy_from_slice(&from[..width]);
            }
        }
        workspace.recycle(picture.planes.into_iter().map(|plane| plane.samples));
        Ok(picture.damage.map(|damage| damage.present))
    }

    fn finish(self, layout: &Layout, tally: &Tally) -> Decoded {
        let factor = reported_factor(self.scales[0]);
        let mut planes = self.planes;
        if layout.chunks.are_tiles {
            planes.iter_mut().for_each(repeat_last);
        }
        if let (Photometric::YCbCr(coding), Compression::OldJpeg) = (&layout.photometric, layout.compression) {
            // Technical Note 2 abolished reference values for JPEG.
            planes.iter_mut().enumerate().for_each(|(index, plane)| coding.widen(index, &mut plane.samples));
        }
        let picture = jpeg::Image { header: self.header, planes, damage: None };
        let (mut grid, _) = to_grid(picture);
        match layout.photometric {
            Photometric::WhiteIsZero => {
                let samples = grid.planes.iter_mut().flat_map(|plane| &mut plane.plane.samples);
                samples.for_each(|sample| *sample = 255.0 - *sample);
            }
            Photometric::Lab(_) => layout.photometric.convert_coded(&mut grid),
            _ => {}
        }
        Decoded { grid, factor, damage: tally.damage(), profile: Profile::Srgb }
    }
}

/// Replaces samples that the image's edge cuts by those before them. Beyond the edge, tiles often have black pixels, of which
/// such a sample is a mean.
fn repeat_last(plane: &mut Plane) {
    let (width, height) = (plane.width, plane.height);
    if plane.box_width.fract() > 0.0 && width > 1 {
        plane.samples.chunks_exact_mut(width).for_each(|row| row[width - 1] = row[width - 2]);
    }
    if plane.box_height.fract() > 0.0 && height > 1 {
        plane.samples.copy_within((height - 2) * width..(height - 1) * width, (height - 1) * width);
    }
}

/// Returns whether every strip or tile begins at a whole sample of a component. The component's plane is scaled by
/// `scale`.
fn lies_on_grid(layout: &Layout, header: &Header, index: usize, scale: Scale) -> bool {
    let (chunks, component) = (&layout.chunks, header.components[index]);
    let (h_max, v_max) = header.sampling_max();
    let fits = |side: usize, sampling: u8, max: u32, count: usize| {
        count == 1 || (side * usize::from(sampling) * scale.samples()).is_multiple_of(8 * max as usize)
    };
    fits(chunks.width, component.h, h_max, chunks.across) && fits(chunks.height, component.v, v_max, chunks.down)
}
