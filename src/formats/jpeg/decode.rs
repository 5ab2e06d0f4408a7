//! Decodes JPEGs, each component at its own scale: the main image straight into its thumbnails, previews onto a working grid.

use super::grid::{model_of, reported_factor, shape_of, to_grid};
use super::open::{OpenedJpeg, judge};
use super::scale::choose_scales;
use super::scans;
use crate::container::Input;
use crate::formats::codec::{Need, Plan, Receiver, Reduced, Strip};
use crate::formats::decoded::Decoded;
use crate::formats::error::DecodeError;
#[cfg(feature = "exact")]
use crate::formats::raster;
#[cfg(feature = "exact")]
use crate::geometry::Factors;
use crate::jpeg::{self, Coding, Damage, DamageKind, Process, Rows, Scale, Workspace};
use crate::options::Exactness;
use crate::pixels::{Model, PlaneShape};

impl OpenedJpeg {
    /// Decodes onto the coarsest grids that serve the targets.
    pub(super) fn decode_to_grid(
        &self,
        bytes: &[u8],
        plan: &Plan<'_>,
        workspace: &mut Workspace,
    ) -> Result<Decoded, DecodeError> {
        match plan.exactness {
            Exactness::Fast => {
                let needs: Vec<Need> = plan.targets.iter().map(|size| Need::whole(*size, 0.0)).collect();
                self.decode_at(bytes, &self.options_for(bytes, &needs), workspace)
            }
            // The exact mode uses another decoder.
            Exactness::Exact => self.decode_exactly(bytes, workspace),
        }
    }

    /// Decodes in full, components unupsampled.
    pub(super) fn decode_all(&self, bytes: &[u8], workspace: &mut Workspace) -> Result<Decoded, DecodeError> {
        self.decode_at(bytes, &jpeg::Options::default(), workspace)
    }

    /// Decodes at the coarsest scales that serve the receiver, which reduces the rows to thumbnails meanwhile.
    pub(super) fn push_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        workspace: &mut Workspace,
    ) -> Result<Reduced, DecodeError> {
        let model = model_of(&self.frame);
        let needs = receiver.begin(model, self.profile.clone());
        let bytes = scans::read(input, &self.frame, &needs)?;
        let options = self.options_for(bytes, &needs);
        let shape = |index| shape_of(&self.frame, index, options.scales[index]);
        let shapes: Vec<PlaneShape> = (0..model.planes()).map(shape).collect();
        let mut damage = None;
        receiver.receive(&shapes, &mut |rows: &mut [&mut dyn Rows]| {
            damage = jpeg::decode_rows(bytes, &self.frame, &options, workspace, rows).map_err(|error| judge(&error))?;
            Ok(())
        })?;
        Ok(Reduced { factor: reported_factor(options.scales[0]), damage: damage.map(|damage| damage_of(&damage)) })
    }

    /// Decodes the first rows at 1/8, at least this many. `None` if they are incomplete.
    ///
    /// The frame header's height is changed to the wanted rows, so that no others are decoded.
    pub(super) fn decode_first_rows(&self, mut start: Vec<u8>, rows: u32, workspace: &mut Workspace) -> Option<Strip> {
        let rows_of_mcu = 8 * self.frame.sampling_max().1;
        // One row of MCUs may be all border.
        let height = rows.div_ceil(rows_of_mcu).max(2).checked_mul(rows_of_mcu)?.min(self.frame.height);
        let frame = jpeg::segments(&start).find(|segment| matches!(segment.marker, 0xc0..=0xc3 | 0xc9 | 0xca))?.offset;
        start.get_mut(frame + 1..frame + 3)?.copy_from_slice(&u16::try_from(height).ok()?.to_be_bytes());
        let picture = jpeg::decode_with(&start, &jpeg::Options::at(Scale::Eighth), workspace).ok()?;
        // A progressive file lacks the last bits then.
        let is_whole =
            picture.damage.is_none_or(|damage| damage.kind == DamageKind::Truncated && damage.fraction == 1.0);
        is_whole.then(|| Strip { grid: to_grid(picture).0, height })
    }

    /// Decodes in full through another decoder, for comparison with this one. This one reports the damage, which the
    /// other decoder ignores. The other one also converts inks to red, green and blue without their profile, so this
    /// one decodes inks, rare codings, and files that the other one refuses.
    fn decode_exactly(&self, bytes: &[u8], workspace: &mut Workspace) -> Result<Decoded, DecodeError> {
        let own = self.decode_all(bytes, workspace)?;
        let is_ink = matches!(own.grid.model, Model::Cmyk | Model::CmykInverted | Model::Ycck | Model::YcckInverted);
        let is_common = self.frame.coding == Coding::Huffman
            && self.frame.process != Process::Lossless
            && self.frame.precision == 8;
        if own.damage.is_some() || is_ink || !is_common {
            return Ok(own);
        }
        // Two whole images in memory are one too many.
        #[cfg(feature = "exact")]
        drop(own);
        #[cfg(not(feature = "exact"))]
        return Ok(own);
        #[cfg(feature = "exact")]
        match raster::decode(bytes, &self.header, Factors::ONE) {
            Ok(other) => Ok(Decoded { profile: self.profile.clone(), ..other }),
            Err(_) => self.decode_all(bytes, workspace),
        }
    }

    fn options_for(&self, bytes: &[u8], needs: &[Need]) -> jpeg::Options {
        jpeg::Options { scales: choose_scales(bytes, &self.frame, needs), ..jpeg::Options::default() }
    }

    fn decode_at(
        &self,
        bytes: &[u8],
        options: &jpeg::Options,
        workspace: &mut Workspace,
    ) -> Result<Decoded, DecodeError> {
        let picture = jpeg::decode_with(bytes, options, workspace).map_err(|error| judge(&error))?;
        let (grid, damage) = to_grid(picture);
        Ok(Decoded {
            grid,
            factor: reported_factor(options.scales[0]),
            damage: damage.map(|damage| damage_of(&damage)),
            profile: self.profile.clone(),
        })
    }
}

fn damage_of(damage: &Damage) -> crate::outcome::Damage {
    crate::outcome::Damage { detail: damage.to_string(), present: damage.present }
}
