//! Makes thumbnails from the rows of a working grid, while a decoder pushes them.
//!
//! Each plane goes through a reducer of its own, at the pace that its rows arrive at. Rows of a thumbnail wait until all planes
//! have them, then become 8-bit samples at once, so that no image is ever held in `f32`.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::reduce::{PlaneReducer, PlaneTarget};
use crate::color::LoneLines;
use crate::color::orient;
use crate::color::{Blocks, Conversion, Finisher, Form, Samples, Subsampling, round_into};
use crate::formats::header::Header;
use crate::geometry::{Arrangement, Frame};
use crate::jpeg::Rows;
use crate::options::{Format, Options};
use crate::pixels::blur::sigma_for;
use crate::pixels::{Model, Picture, Plane, PlaneShape, WorkingGrid};

/// The thumbnails to make of an image in one format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe<'a> {
    /// The header of the main image.
    pub(super) header: &'a Header,
    /// The geometry of the thumbnails before turning.
    pub(super) frames: &'a [Frame],
    pub(super) options: &'a Options,
    /// The format of the thumbnails.
    pub(super) format: Format,
}

impl<'a> Recipe<'a> {
    /// Returns the recipes of all formats of the thumbnails.
    pub(super) fn all(header: &'a Header, frames: &'a [Frame], options: &'a Options) -> Vec<Self> {
        let formats = options.targets.for_source(header.format, header.has_alpha);
        formats.into_iter().map(|format| Self { header, frames, options, format }).collect()
    }

    /// Returns the form of the thumbnails' samples.
    pub(super) fn form(&self) -> Form {
        let Options { quality, background, encoding, .. } = *self.options;
        // Margins and crops at odd pixels would part the pairs that share chroma.
        let is_arranged = self.frames.iter().any(|frame| frame.arrangement != Arrangement::AsIs);
        let subsampling =
            if is_arranged { Subsampling::Full } else { Subsampling::of_samples(quality, encoding.effort) };
        Form { format: self.format, subsampling, background, orientation: self.header.orientation }
    }

    /// Returns the standard deviation of each thumbnail's blur, in px of the main image.
    pub(super) fn sigmas(&self) -> Vec<f64> {
        let sigma = |frame: &Frame| sigma_for(self.options.blur, self.header.size, frame.scaled);
        self.frames.iter().map(sigma).collect()
    }
}

/// Thumbnails ready to be encoded.
#[derive(Debug)]
pub(super) struct Developed {
    /// One for each target, upright.
    pub(super) samples: Vec<Samples>,
    /// The ICC profile to embed.
    pub(super) embedded: Option<Vec<u8>>,
    /// The flaw of the image's own profile, which was taken for sRGB.
    pub(super) flaw: Option<String>,
    /// The time spent on making them from rows.
    pub(super) took: Duration,
}

/// A receiver of the rows of an image's planes.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    reducers: Vec<PlaneReducer>,
    thumbnails: Thumbnails<'a>,
}

/// The thumbnails while they are made.
#[derive(Debug)]
struct Thumbnails<'a> {
    recipe: Recipe<'a>,
    parts: RefCell<Vec<Part<'a>>>,
    /// Time spent below the decoder.
    took: Cell<Duration>,
}

/// One thumbnail while it is made, by the treatment of its rows.
#[derive(Debug)]
enum Part<'a> {
    /// Rows are rounded, each plane by itself; with the offset of the next row, by plane.
    AsIs(Samples, Vec<usize>),
    /// Rows are converted block by block, where chroma has half of luma's size.
    ByBlock(Blocks),
    /// Rows are converted as soon as all planes have them; with those that wait, by plane.
    ByRow(Finisher, Vec<Vec<f32>>),
    /// Rows are converted once all are there.
    Whole(&'a Conversion, Form, Picture),
}

/// A receiver of the rows of one plane.
#[derive(Debug)]
pub(super) struct PlaneSink<'s, 'a> {
    plane: usize,
    reducer: &'s mut PlaneReducer,
    thumbnails: &'s Thumbnails<'a>,
}

impl<'a> Sink<'a> {
    /// Prepares for planes of these shapes; `conversion` converts their samples to the thumbnails' colours.
    pub(super) fn new(model: Model, shapes: &[PlaneShape], conversion: &'a Conversion, recipe: Recipe<'a>) -> Self {
        let form = recipe.form();
        let layout = conversion.layout_as_is(model, form);
        let filter = recipe.options.filter;
        let chroma = conversion.chroma(model, form);
        let reducer = |(plane, shape): (usize, &PlaneShape)| {
            let is_halved = plane > 0 && chroma == Subsampling::Halved;
            let target = |(frame, sigma): (&Frame, f64)| match is_halved {
                true => PlaneTarget::halved(frame, sigma, LoneLines::of(form.orientation)),
                false => PlaneTarget::of(frame, sigma),
            };
            let targets: Vec<PlaneTarget> = recipe.frames.iter().zip(recipe.sigmas()).map(target).collect();
            PlaneReducer::new(shape, &targets, filter)
        };
        let reducers = shapes.iter().enumerate().map(reducer).collect();
        let part = |&Frame { size, .. }: &Frame| match layout {
            Some(layout) => {
                let planes = layout.planes(size).map(|(_, size)| size.width as usize * size.height as usize);
                let begin = |at: &mut usize, length: usize| Some(std::mem::replace(at, *at + length));
                let nexts = planes.scan(0, begin).collect();
                Part::AsIs(Samples { size, layout, bytes: vec![0; layout.bytes(size)] }, nexts)
            }
            None if conversion.needs_whole() => {
                let plane = |_: &PlaneShape| Plane { size, samples: Vec::new() };
                Part::Whole(conversion, form, Picture { model, size, planes: shapes.iter().map(plane).collect() })
            }
            None => match conversion.blocks(model, size, form) {
                Some(blocks) => Part::ByBlock(blocks),
                None => Part::ByRow(conversion.finisher(model, size, form), vec![Vec::new(); shapes.len()]),
            },
        };
        let parts = RefCell::new(recipe.frames.iter().map(part).collect());
        Self { reducers, thumbnails: Thumbnails { recipe, parts, took: Cell::default() } }
    }

    /// Returns the sinks of the planes.
    pub(super) fn planes(&mut self) -> impl Iterator<Item = PlaneSink<'_, 'a>> {
        let thumbnails = &self.thumbnails;
        self.reducers.iter_mut().enumerate().map(move |(plane, reducer)| PlaneSink { plane, reducer, thumbnails })
    }

    /// Pushes all rows of a grid.
    pub(super) fn push_grid(&mut self, grid: &WorkingGrid) {
        for (mut sink, plane) in self.planes().zip(&grid.planes) {
            (0..plane.plane.size.height as usize).for_each(|y| sink.push(plane.plane.row(y)));
        }
    }

    /// Returns the thumbnails, upright, and the time that making them took. Rows that never came are grey.
    pub(super) fn finish(mut self) -> (Vec<Samples>, Duration) {
        self.planes().for_each(PlaneSink::finish);
        let started = Instant::now();
        let orientation = self.thumbnails.recipe.header.orientation;
        let upright = |part: Part<'_>| orient::turn(part.finish(), orientation);
        let samples = self.thumbnails.parts.into_inner().into_iter().map(upright).collect();
        (samples, self.thumbnails.took.get() + started.elapsed())
    }
}

impl Part<'_> {
    /// Takes the next rows of a plane.
    fn push(&mut self, plane: usize, rows: &[f32]) {
        match self {
            Part::AsIs(samples, nexts) => {
                let next = &mut nexts[plane];
                round_into(rows, &mut samples.bytes[*next..][..rows.len()]);
                *next += rows.len();
            }
            Part::Whole(_, _, picture) => picture.planes[plane].samples.extend_from_slice(rows),
            Part::ByBlock(blocks) => blocks.push(plane, rows),
            Part::ByRow(finisher, waiting) => {
                waiting[plane].extend_from_slice(rows);
                let there = waiting.iter().map(Vec::len).min().unwrap_or(0);
                if there > 0 {
                    let planes: Vec<&[f32]> = waiting.iter().map(|rows| &rows[..there]).collect();
                    finisher.push(&planes);
                    waiting.iter_mut().for_each(|rows| drop(rows.drain(..there)));
                }
            }
        }
    }

    /// Returns the samples, once all rows have come.
    fn finish(self) -> Samples {
        match self {
            Part::AsIs(samples, _) => samples,
            Part::ByBlock(blocks) => blocks.finish(),
            Part::ByRow(finisher, _) => finisher.finish(),
            Part::Whole(conversion, form, picture) => conversion.finish(&picture, form),
        }
    }
}

impl Thumbnails<'_> {
    fn take(&self, index: usize, plane: usize, rows: &[f32]) {
        self.parts.borrow_mut()[index].push(plane, rows);
    }

    /// Runs `work` and counts its time.
    fn time(&self, work: impl FnOnce()) {
        let started = Instant::now();
        work();
        self.took.set(self.took.get() + started.elapsed());
    }
}

impl PlaneSink<'_, '_> {
    fn finish(self) {
        let Self { plane, reducer, thumbnails } = self;
        thumbnails.time(|| reducer.finish(&mut |index, rows| thumbnails.take(index, plane, rows)));
    }
}

impl Rows for PlaneSink<'_, '_> {
    fn push(&mut self, row: &[f32]) {
        let Self { plane, reducer, thumbnails } = self;
        thumbnails.time(|| reducer.push(row, &mut |index, rows| thumbnails.take(index, *plane, rows)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::Decision;
    use crate::color::Lone;
    use crate::geometry::{Factors, Orientation, Size};
    use crate::options::{Profiles, Target};
    use crate::pixels::profile::Profile;
    use crate::pixels::{GridPlane, Matrix};

    const SOURCE: Size = Size::new(61, 47);

    /// Returns a grid by a function of plane, column and row. Columns and rows count from 0 to 1.
    fn grid(size: Size, value: impl Fn(usize, f64, f64) -> f64) -> WorkingGrid {
        let at = |n: u32, of: u32| (f64::from(n) + 0.5) / f64::from(of);
        let plane = |index: usize| {
            let sample = |i: u32| value(index, at(i % size.width, size.width), at(i / size.width, size.height)) as f32;
            let samples = (0..size.width * size.height).map(sample).collect();
            GridPlane::of_means(Plane { size, samples }, size, Factors::ONE)
        };
        WorkingGrid { model: Model::YCbCr(Matrix::Bt601), planes: (0..3).map(plane).collect() }
    }

    fn waves(plane: usize, x: f64, y: f64) -> f64 {
        128.0 + 90.0 * ((plane as f64 + 3.0) * 2.1 * x + 1.7 * y).sin() * (4.0 * y - x).cos()
    }

    /// Makes the samples of thumbnails in `format`; `push` hands rows to the sink.
    fn thumbnails(
        (size, orientation): (Size, Orientation),
        grid: &WorkingGrid,
        format: Format,
        push: impl FnOnce(&mut Sink<'_>),
    ) -> Vec<Samples> {
        let options = Options { targets: Target::Always(format).into(), blur: 0.0, ..Options::default() };
        let header = Header { format: Format::Jpeg, size, orientation, has_alpha: false };
        let frames = [Size::new(21, 15), Size::new(9, 7)].map(|size| Frame::whole(size).stored(orientation));
        let recipe = Recipe { header: &header, frames: &frames, options: &options, format };
        let Decision { conversion, .. } = Conversion::choose(
            Profile::Srgb,
            grid.model,
            || false,
            format,
            Profiles::default(),
            &mut crate::color::Cache::default(),
        );
        let shapes: Vec<PlaneShape> = grid.planes.iter().map(GridPlane::shape).collect();
        let mut sink = Sink::new(grid.model, &shapes, &conversion, recipe);
        push(&mut sink);
        sink.finish().0
    }

    #[test]
    fn planes_give_the_same_thumbnails_in_whatever_order_their_rows_come() {
        let grid = grid(SOURCE, waves);
        for format in [Format::Jpeg, Format::Png] {
            let image = (SOURCE, Orientation::Upright);
            let one_by_one = thumbnails(image, &grid, format, |sink| sink.push_grid(&grid));
            let side_by_side = thumbnails(image, &grid, format, |sink| {
                let mut sinks: Vec<_> = sink.planes().collect();
                for y in 0..SOURCE.height as usize {
                    for (sink, plane) in sinks.iter_mut().zip(&grid.planes).rev() {
                        if y < plane.plane.size.height as usize {
                            sink.push(plane.plane.row(y));
                        }
                    }
                }
            });
            assert_eq!(one_by_one.len(), 2);
            assert!(one_by_one == side_by_side, "{format:?}");
            assert!(one_by_one[0].bytes.iter().any(|byte| *byte != one_by_one[0].bytes[0]));
        }
    }

    #[test]
    fn rows_that_never_come_are_grey() {
        let grid = grid(SOURCE, |_, _, _| 40.0);
        let cut = thumbnails((SOURCE, Orientation::Upright), &grid, Format::Jpeg, |sink| {
            let luma = grid.planes[0].plane.row(0);
            let mut first = sink.planes().next().expect("a plane of luma");
            (0..24).for_each(|_| first.push(luma));
        });
        let luma = &cut[0].bytes[..21 * 15];
        assert_eq!((luma[0], luma[luma.len() - 1]), (40, 128));
        assert!(cut[0].bytes[21 * 15..].iter().all(|chroma| *chroma == 128));
    }

    #[test]
    fn chroma_of_a_turned_image_is_halved_as_that_of_the_upright_one() {
        let upright = grid(SOURCE, waves);
        let wanted =
            thumbnails((SOURCE, Orientation::Upright), &upright, Format::Jpeg, |sink| sink.push_grid(&upright));
        for orientation in Orientation::ALL {
            let LoneLines { column, row } = LoneLines::of(orientation);
            let mirror = |at: f64, lone| if lone == Lone::First { 1.0 - at } else { at };
            let stored = grid(orientation.apply_to(SOURCE), |plane, x, y| {
                let (x, y) = (mirror(x, column), mirror(y, row));
                if orientation.swaps_axes() { waves(plane, y, x) } else { waves(plane, x, y) }
            });
            let image = (orientation.apply_to(SOURCE), orientation);
            let turned = thumbnails(image, &stored, Format::Jpeg, |sink| sink.push_grid(&stored));
            for (turned, wanted) in turned.iter().zip(&wanted) {
                assert_eq!(turned.size, wanted.size);
                let off = turned.bytes.iter().zip(&wanted.bytes).map(|(one, other)| one.abs_diff(*other)).max();
                assert!(off <= Some(1), "{orientation:?}: {off:?}");
            }
        }
    }
}
