//! Decodes the slices of an image, in order, and passes finished bands on.

use crate::cabac::ContextModels;
use crate::canvas::Canvas;
use crate::coded::Coded;
use crate::error::Error;
use crate::filtering::Filtering;
use crate::filters::Filters;
use crate::marks::Marks;
use crate::nal::{self, Unit};
use crate::plane::Plane;
use crate::prediction::{Motions, Reference};
use crate::sample::Sample;
use crate::slice::{Segment, Slice};
use crate::surroundings::Surroundings;
use crate::tree::{State, Tree};
use crate::walk::Walk;

/// Receives planes, the place of the first row in them, and the luma rows from and to.
pub(crate) type Emit<'a, T> = dyn FnMut(&[Plane<T>], Rows) + 'a;

/// Rows of planes. The first one's place and both numbers count luma rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    /// Rows of each plane before the first one, beside those of `first`.
    pub(crate) skipped: usize,
    /// The first row's place among the luma rows of the planes.
    pub(crate) first: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// An image that is being decoded.
struct Picture<'a, 's, T> {
    image: &'a Coded<'s>,
    canvas: Canvas<T>,
    reference: Option<Reference<T>>,
    filters: Option<Filters<'a, T>>,
    walk: Walk<'a>,
    /// The state at the end of the last segment, for a dependent one.
    state: Option<State>,
    /// The models of a row's second block, for the next row of a wavefront.
    models: Option<ContextModels>,
    last: Surroundings,
}

/// Decodes the image of an image. Rows that are finished before an error are passed on.
pub(crate) fn decode<T: Sample>(image: &Coded<'_>, filtering: Filtering, emit: &mut Emit<'_, T>) -> Result<(), Error> {
    let (sequence, borders) = (&image.sequence, &image.borders);
    let band = borders.band_rows(sequence.log2_ctb);
    let is_filtered = filtering == Filtering::All;
    let marks = is_filtered.then(|| Marks::new(sequence));
    let reference = image.reference.as_deref().map(decode_reference).transpose()?;
    let mut canvas = Canvas::new(sequence, band, marks);
    canvas.motions = reference.is_some().then(|| Motions::new(sequence.width, sequence.height));
    let mut picture = Picture {
        image,
        canvas,
        reference,
        filters: is_filtered.then(|| Filters::new((sequence, &image.picture, borders), band)),
        walk: Walk::new(borders),
        state: None,
        models: None,
        last: Surroundings::default(),
    };
    let mut slice: Option<Slice> = None;
    for unit in &image.units {
        if !nal::SLICES.contains(&unit.kind) || picture.walk.is_done() {
            continue;
        }
        slice = Some(picture.decode_segment(unit, slice.as_ref(), emit)?);
    }
    if picture.walk.is_done() { Ok(()) } else { Err(Error::Truncated("the picture")) }
}

/// Decodes an image as a whole, for another one that is predicted from it.
fn decode_reference<T: Sample>(image: &Coded<'_>) -> Result<Reference<T>, Error> {
    let sequence = &image.sequence;
    let planes = (0..sequence.planes()).map(|index| {
        let (across, down) = sequence.shifts(index);
        let (stride, rows) = (sequence.width >> across, sequence.height >> down);
        Plane { samples: vec![T::default(); stride * rows], stride, shifts: (across, down) }
    });
    let mut whole: Vec<Plane<T>> = planes.collect();
    decode::<T>(image, Filtering::All, &mut |planes, rows| {
        for (whole, plane) in whole.iter_mut().zip(planes) {
            let (stride, down) = (plane.stride, plane.shifts.1);
            let (from, to) = ((rows.from >> down) * stride, (rows.to >> down) * stride);
            let first = (rows.skipped + (rows.first >> down)) * stride;
            whole.samples[from..to].copy_from_slice(&plane.samples[first..first + to - from]);
        }
    })?;
    Ok(Reference { planes: whole, depths: [0, 1, 2].map(|plane| sequence.depth(plane)) })
}

impl<T: Sample> Picture<'_, '_, T> {
    /// Decodes a segment, and returns its slice's header.
    fn decode_segment(
        &mut self,
        unit: &Unit<'_>,
        previous: Option<&Slice>,
        emit: &mut Emit<'_, T>,
    ) -> Result<Slice, Error> {
        let payload = unit.unescape();
        let (sequence, parameters) = (&self.image.sequence, &self.image.picture);
        let segment = Segment::read(unit.kind, &payload, sequence, parameters, previous)?;
        if segment.slice.prediction.is_some() && self.reference.is_none() {
            return Err(Error::Unsupported("prediction from another picture"));
        }
        let (columns, _) = sequence.ctbs();
        let (x, y) = self.walk.place();
        if segment.address != y * columns + x {
            return Err(Error::Truncated("the picture"));
        }
        let state = self.state.take().filter(|_| segment.is_dependent && !self.walk.is_tile_start());
        if !segment.is_dependent {
            self.canvas.slices.push(segment.slice.filters());
        }
        let number = self.canvas.slices.len() as u32;
        let mut tree = Tree::new(
            (sequence, parameters, &segment.slice),
            (&mut self.canvas, self.reference.as_ref()),
            (&payload, segment.data_at),
            state.as_ref(),
        );
        let mut is_start = true;
        loop {
            let (x, y) = self.walk.place();
            tree.canvas.slice_numbers[y * columns + x] = number;
            let block = surroundings(self.image, tree.canvas, &self.walk, &self.last);
            if self.walk.is_tile_start() && !is_start {
                tree.restart(None);
            } else if parameters.has_wavefronts && self.walk.is_row_start() && (!is_start || segment.is_dependent) {
                tree.restart(self.models.as_ref().filter(|_| block.has_beyond));
            }
            is_start = false;
            let decoded = tree.decode(block);
            self.last = tree.last_block().clone();
            decoded?;
            if parameters.has_wavefronts && self.walk.is_second() {
                self.models = Some(*tree.models());
            }
            let is_end = tree.read_end();
            let bottom = self.walk.go_on();
            if let Some(bottom) = bottom {
                let bottom = (bottom << sequence.log2_ctb).min(sequence.height);
                finish_band(tree.canvas, self.filters.as_mut(), bottom, bottom == sequence.height, emit);
            }
            if is_end || self.walk.is_done() {
                break;
            }
            if self.walk.is_tile_start() || (parameters.has_wavefronts && self.walk.is_row_start()) {
                if !tree.read_end() {
                    return Err(Error::Invalid("a slice"));
                }
                tree.start_next_part();
            }
        }
        self.state = Some(tree.state());
        Ok(segment.slice)
    }
}

/// Finds out which blocks beside the current one are decoded, in the same slice and tile.
fn surroundings<T>(image: &Coded<'_>, canvas: &Canvas<T>, walk: &Walk<'_>, last: &Surroundings) -> Surroundings {
    let (columns, _) = image.sequence.ctbs();
    let (x, y) = walk.place();
    let log2 = image.sequence.log2_ctb;
    let number = |x: usize, y: usize| canvas.slice_numbers[y * columns + x];
    let here = number(x, y);
    let (tile_left, tile_right, tile_top) = walk.tile();
    let is_same = |x: usize, y: usize| number(x, y) == here;
    let (is_inside_left, is_inside_above) = (x > tile_left, y > tile_top);
    let has_left = is_inside_left && is_same(x - 1, y);
    let has_above = is_inside_above && is_same(x, y - 1);
    // Across borders of slices and of tiles, each if its flag allows.
    let across_slices = canvas.slices.last().is_some_and(|slice| slice.is_filtered_across);
    let crosses = |is_inside: bool, is_same: bool| {
        (is_same || across_slices) && (is_inside || image.picture.is_filtered_across_tiles)
    };
    Surroundings {
        x: x << log2,
        y: y << log2,
        has_left,
        has_above,
        has_corner: is_inside_left && is_inside_above && is_same(x - 1, y - 1),
        has_beyond: is_inside_above && x + 1 < tile_right && is_same(x + 1, y - 1),
        is_filtered_left: x > 0 && crosses(is_inside_left, is_same(x - 1, y)),
        is_filtered_above: y > 0 && crosses(is_inside_above, is_same(x, y - 1)),
        ..last.clone()
    }
}

/// Passes a decoded band on, through the filters if they are applied.
fn finish_band<T: Sample>(
    canvas: &mut Canvas<T>,
    filters: Option<&mut Filters<'_, T>>,
    bottom: usize,
    is_last: bool,
    emit: &mut Emit<'_, T>,
) {
    let top = canvas.top;
    match filters {
        None => emit(&canvas.planes, Rows { skipped: 1, first: 0, from: top, to: bottom }),
        Some(filters) => filters.add_band(canvas, bottom, is_last, &mut |planes, first, (from, to)| {
            emit(planes, Rows { skipped: 0, first, from, to });
        }),
    }
    canvas.next_band(bottom - top);
}
