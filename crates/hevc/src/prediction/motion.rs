//! The motion of blocks, and its candidates (ITU-T H.265, 8.5.3.2).

/// A displacement in quarters of a luma sample, along and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Vector(pub(crate) i16, pub(crate) i16);

/// The motion of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Motion {
    pub(crate) vector: Vector,
    /// The index of the reference.
    pub(crate) reference: u8,
}

/// A unit of 4 px.
#[derive(Debug, Clone, Copy, Default)]
struct Unit {
    /// `None` in intra blocks.
    motion: Option<Motion>,
    is_skipped: bool,
}

/// The motion of an image.
#[derive(Debug)]
pub(crate) struct Motions {
    columns: usize,
    units: Vec<Unit>,
}

impl Motions {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { columns: width / 4, units: vec![Unit::default(); width / 4 * (height / 4)] }
    }

    /// Estimates the memory, in bytes.
    pub(crate) const fn memory(width: usize, height: usize) -> usize {
        width / 4 * (height / 4) * size_of::<Unit>()
    }

    fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), set: impl Fn(&mut Unit)) {
        for row in self.units.chunks_mut(self.columns).skip(y / 4).take(height / 4) {
            row[x / 4..(x + width) / 4].iter_mut().for_each(&set);
        }
    }

    /// Starts a coding block.
    pub(crate) fn start_block(&mut self, place: (usize, usize), size: usize, is_skipped: bool) {
        self.fill(place, (size, size), |unit| *unit = Unit { motion: None, is_skipped });
    }

    pub(crate) fn set(&mut self, place: (usize, usize), size: (usize, usize), motion: Motion) {
        self.fill(place, size, |unit| unit.motion = Some(motion));
    }

    /// Returns the motion at a place, unless the block there is intra.
    pub(crate) fn at(&self, x: usize, y: usize) -> Option<Motion> {
        self.units[y / 4 * self.columns + x / 4].motion
    }

    pub(crate) fn is_skipped(&self, x: usize, y: usize) -> bool {
        self.units[y / 4 * self.columns + x / 4].is_skipped
    }

    /// Returns whether the motion of two blocks beside an edge differs by a whole sample at least.
    pub(crate) fn differs(&self, one: (usize, usize), other: (usize, usize)) -> bool {
        match (self.at(one.0, one.1), self.at(other.0, other.1)) {
            (Some(one), Some(other)) => {
                let (one, other) = (one.vector, other.vector);
                one.0.abs_diff(other.0) >= 4 || one.1.abs_diff(other.1) >= 4
            }
            _ => false,
        }
    }
}
