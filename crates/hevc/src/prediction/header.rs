//! Reads the headers of predicted slices (ITU-T H.265, 7.3.6.1 and 7.3.6.3).

use crate::bits::Bits;
use crate::error::Error;
use crate::parameters::{PictureParameters, SequenceParameters};

/// The references of a slice, as its header states them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct References {
    /// Number of images from which this one may be predicted.
    pub(crate) used: u32,
    pub(crate) has_temporal_prediction: bool,
}

const NAME: &str = "a slice header";

/// The prediction of a slice, as its header states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prediction {
    /// Number of references; they differ by their weights only.
    pub(crate) references: u32,
    /// Most candidates for merging.
    pub(crate) candidates: u32,
    /// The set of initial models: 1 or 2.
    pub(crate) models: usize,
    /// Weights of the planes, for each reference.
    pub(crate) weights: Option<Vec<[Weight; 3]>>,
}

/// The weight of predicted samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) log2_one: u32,
    pub(crate) factor: i32,
    /// An offset for samples of 8 bits.
    pub(crate) offset: i32,
}

impl Prediction {
    /// Reads the part of a slice's header between the offsets and the quantiser (7.3.6.1).
    pub(crate) fn read(
        bits: &mut Bits<'_>,
        known: References,
        sequence: &SequenceParameters,
        picture: &PictureParameters,
    ) -> Result<Self, Error> {
        if known.used != 1 {
            return Err(Error::Unsupported("prediction from several pictures"));
        }
        if picture.is_intra_constrained {
            return Err(Error::Unsupported("constrained intra prediction"));
        }
        let references = if bits.flag()? { bits.up_to(14)? + 1 } else { picture.references };
        let models = if picture.chooses_models && bits.flag()? { 2 } else { 1 };
        if known.has_temporal_prediction && references > 1 {
            bits.up_to(references - 1)?;
        }
        let weights = if picture.has_weights { Some(read_weights(bits, references, sequence)?) } else { None };
        Ok(Self { references, candidates: 5 - bits.up_to(4)?, models, weights })
    }
}

/// Reads the weights of all references (7.3.6.3).
fn read_weights(
    bits: &mut Bits<'_>,
    references: u32,
    sequence: &SequenceParameters,
) -> Result<Vec<[Weight; 3]>, Error> {
    let has_chroma = sequence.planes() > 1;
    let log2_luma = bits.up_to(7)?;
    let mut log2_chroma = log2_luma;
    if has_chroma {
        log2_chroma =
            log2_luma.checked_add_signed(bits.signed(7)?).filter(|log2| *log2 < 8).ok_or(Error::Invalid(NAME))?;
    }
    let mut flags =
        |is_there: bool| (0..references).map(|_| Ok(is_there && bits.flag()?)).collect::<Result<Vec<_>, Error>>();
    let (luma, chroma) = (flags(true)?, flags(has_chroma)?);
    let one = |log2_one: u32| Weight { log2_one, factor: 1 << log2_one, offset: 0 };
    let mut weights = vec![[one(log2_luma), one(log2_chroma), one(log2_chroma)]; references as usize];
    for ((weights, has_luma), has_chroma) in weights.iter_mut().zip(luma).zip(chroma) {
        if has_luma {
            weights[0].factor += bits.signed(128)?;
            weights[0].offset = bits.signed(128)?;
        }
        if has_chroma {
            for weight in &mut weights[1..] {
                weight.factor += bits.signed(128)?;
                let middle = (128 * weight.factor) >> weight.log2_one;
                weight.offset = (128 + bits.signed(512)? - middle).clamp(-128, 127);
            }
        }
    }
    Ok(weights)
}
