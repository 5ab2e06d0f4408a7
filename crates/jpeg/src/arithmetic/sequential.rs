//! Sequential scans (T.81, F.2.4): each block goes from decisions to samples at once.

use super::super::idct::Weights;
use super::super::plane::Raster;
use super::super::scan::Layout;
use super::super::tables::Conditioning;
use super::coder::Coder;
use super::decoder::Decoder;
use super::model::Model;
use crate::header::MAX_COMPONENTS;

/// Decodes the MCUs of a sequential scan.
#[derive(Debug)]
pub(crate) struct Sequential<'a, 's> {
    layout: &'a Layout,
    weights: &'a [Option<Weights>; MAX_COMPONENTS],
    rasters: &'a mut [Raster<'s>],
    model: Model,
}

impl<'a, 's> Sequential<'a, 's> {
    pub(crate) fn new(
        layout: &'a Layout,
        conditioning: &Conditioning,
        weights: &'a [Option<Weights>; MAX_COMPONENTS],
        rasters: &'a mut [Raster<'s>],
    ) -> Self {
        Self { layout, weights, rasters, model: Model::new(conditioning.clone()) }
    }
}

impl Decoder for Sequential<'_, '_> {
    fn restart(&mut self) {
        self.model.restart();
    }

    fn mcu(&mut self, coder: &mut Coder<'_>, x: usize, y: usize) -> Option<()> {
        for slot in &self.layout.slots {
            let mut values = [0; 64];
            // They wrap at 16 bits, as libjpeg's do.
            values[0] = self.model.dc(coder, slot.part)? as i16;
            self.model.ac(coder, slot.part.ac, (1, 63), |k, value| values[k] = value as i16)?;
            let component = slot.part.component;
            if let Some(weights) = &self.weights[component] {
                let (x, y) = slot.place(x, y);
                self.rasters[component].put_coefficients(x, y, &values, weights);
            }
        }
        Some(())
    }

    fn lost(&mut self, x: usize, y: usize) {
        for slot in &self.layout.slots {
            let (x, y) = slot.place(x, y);
            self.rasters[slot.part.component].grey(x, y);
        }
    }
}
