//! The headers of a coded image, and the units that hold it.

use crate::error::Error;
use crate::nal::{self, Unit};
use crate::parameters::{Borders, PictureParameters, SequenceParameters};
use crate::slice::{self, Segment};

/// Most parameter sets of a kind that are read. Images have one.
pub(crate) const MOST_SETS: usize = 64;

/// A coded image.
#[derive(Debug)]
pub(crate) struct Coded<'a> {
    pub(crate) sequence: SequenceParameters,
    pub(crate) picture: PictureParameters,
    pub(crate) borders: Borders,
    /// The units of the first image.
    pub(crate) units: Vec<Unit<'a>>,
    /// The image that it is predicted from.
    pub(crate) reference: Option<Box<Self>>,
}

impl<'a> Coded<'a> {
    /// Reads the headers of the first image among these units.
    pub(crate) fn from_units(units: Vec<Unit<'a>>, first: First) -> Result<Self, Error> {
        let (units, id) = keep_first(units, first)?;
        let mut sequences = Vec::new();
        let of_kind = |kind: u8| units.iter().filter(move |unit| unit.kind == kind).take(MOST_SETS);
        let mut failure = Error::Truncated("the headers");
        for unit in of_kind(nal::SEQUENCE) {
            match SequenceParameters::read(&unit.unescape()) {
                Ok(sequence) => sequences.push(sequence),
                Err(error) => failure = error,
            }
        }
        let mut picture = None;
        for unit in of_kind(nal::PICTURE) {
            match PictureParameters::read(&unit.unescape(), &sequences) {
                Ok(read) if read.id == id => picture = Some(read),
                Ok(_) => {}
                Err(error) => failure = error,
            }
        }
        let picture = picture.ok_or(failure)?;
        // The last set of an id replaces the others.
        let sequence = sequences.into_iter().rfind(|known| known.id == picture.sequence).ok_or(failure)?;
        let borders = picture.borders(sequence.ctbs())?;
        Ok(Self { sequence, picture, borders, units, reference: None })
    }

    /// Returns the quantiser of the first slice.
    pub(crate) fn first_quantiser(&self) -> i32 {
        let mut slices = self.units.iter().filter(|unit| nal::SLICES.contains(&unit.kind));
        let read = slices
            .next()
            .and_then(|unit| Segment::read(unit.kind, &unit.start(), &self.sequence, &self.picture, None).ok());
        read.map_or(self.picture.first_qp, |segment| segment.slice.qp)
    }
}

/// The kind of the first image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    StandsAlone,
    Any,
}

/// Returns the id of the image parameters of the first image's first slice, and leaves out the images after it.
fn keep_first<'a>(units: Vec<Unit<'a>>, first: First) -> Result<(Vec<Unit<'a>>, u32), Error> {
    let mut id = None;
    let mut kept = Vec::new();
    for unit in units {
        if nal::SLICES.contains(&unit.kind) {
            let (picture, is_first) = slice::read_start(unit.kind, &unit.start())?;
            match id {
                None if first == First::Any || nal::RANDOM_ACCESS.contains(&unit.kind) => id = Some(picture),
                // What comes before the first image that stands alone is not decodable.
                None => continue,
                Some(_) if is_first => break,
                Some(_) => {}
            }
        }
        kept.push(unit);
    }
    id.map(|id| (kept, id)).ok_or(Error::Truncated("the image"))
}
