//! The decoder configuration of an item, from which its needs are known before its data are read.

use crate::coded::MOST_SETS;
use crate::error::Error;
use crate::filtering::Filtering;
use crate::memory;
use crate::nal;
use crate::parameters::{ColorDescription, PictureParameters, SequenceParameters};

/// The parameters in a decoder configuration (`hvcC`, ISO/IEC 14496-15, 8.3.3).
#[derive(Debug)]
pub struct Configuration {
    sequences: Vec<SequenceParameters>,
    pictures: Vec<PictureParameters>,
}

impl Configuration {
    /// Reads the parameters of a configuration. Invalid ones are left out.
    ///
    /// # Errors
    ///
    /// The configuration is truncated.
    pub fn read(configuration: &[u8]) -> Result<Self, Error> {
        let units = nal::of_item(configuration, &[])?;
        let of_kind =
            |kind: u8| units.iter().filter(move |unit| unit.kind == kind).take(MOST_SETS).map(nal::Unit::unescape);
        let sequences: Vec<_> =
            of_kind(nal::SEQUENCE).filter_map(|bytes| SequenceParameters::read(&bytes).ok()).collect();
        let pictures =
            of_kind(nal::PICTURE).filter_map(|bytes| PictureParameters::read(&bytes, &sequences).ok()).collect();
        Ok(Self { sequences, pictures })
    }

    /// Estimates the memory of decoding, in bytes, beside the item's data and as much again. `None` without parameters.
    ///
    /// Where there are several sets of parameters, the estimate holds for each.
    #[must_use]
    pub fn memory(&self, filtering: Filtering) -> Option<u64> {
        let estimates = self.pictures.iter().flat_map(|picture| {
            let own = self.sequences.iter().filter(|sequence| sequence.id == picture.sequence);
            own.filter_map(|sequence| {
                let borders = picture.borders(sequence.ctbs()).ok()?;
                Some(memory::estimate(sequence, &borders, filtering))
            })
        });
        estimates.max()
    }

    /// Estimates the memory of a whole image and its motion, in bytes: what another one that is predicted from it holds.
    #[must_use]
    pub fn picture_memory(&self) -> Option<u64> {
        self.sequences.iter().map(memory::whole).max()
    }

    /// Returns the colours that the parameters state.
    #[must_use]
    pub fn colors(&self) -> Option<ColorDescription> {
        self.sequences.iter().find_map(|sequence| sequence.colors)
    }
}
