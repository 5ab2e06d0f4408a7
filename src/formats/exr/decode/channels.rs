//! Chooses the layer to decode and its colour channels.

use exr::meta::attribute::SampleType;
use exr::meta::header::Header as Layer;
use exr::prelude::f16;

use crate::formats::error::{DecodeError, unsupported};
use crate::pixels::Model;

/// Indices of the colours and alpha among a layer's channels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Channels {
    pub(super) coding: Coding,
    /// One index per channel of the coding.
    colors: Vec<usize>,
    alpha: Option<usize>,
}

/// The coding of colours in channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Grey,
    Rgb,
    /// Y, (R − Y) / Y and (B − Y) / Y ("Technical Introduction to OpenEXR", "Luminance/Chroma Images").
    LuminanceChroma,
}

impl Channels {
    /// Returns the first layer with colours, its index and its channels.
    pub(super) fn choose(layers: &[Layer]) -> Result<(usize, &Layer, Self), DecodeError> {
        let flat = layers.iter().enumerate().filter(|(_, layer)| !layer.deep);
        let mut with_colors = flat.filter_map(|(index, layer)| Some((index, layer, Self::find(layer)?)));
        with_colors.next().ok_or_else(|| {
            let detail = if layers.iter().any(|layer| layer.deep) { "deep pixels" } else { "no layer has colours" };
            unsupported(detail)
        })
    }

    /// Finds red, green and blue, or luminance with or without chroma. A common prefix of their names may select a part
    /// of the layer.
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
            let all = |names: [&str; 3]| names.into_iter().map(at).collect::<Option<Vec<_>>>();
            let (coding, colors) = if let Some(colors) = all(["R", "G", "B"]) {
                (Coding::Rgb, colors)
            } else if let Some(colors) = all(["Y", "RY", "BY"]) {
                (Coding::LuminanceChroma, colors)
            } else {
                (Coding::Grey, vec![at("Y")?])
            };
            Some(Self { coding, colors, alpha: at("A") })
        })
    }

    /// Returns the model of the decoded pixels.
    pub(super) const fn model(&self) -> Model {
        match (self.coding, self.alpha) {
            (Coding::Grey, None) => Model::Grey,
            (Coding::Grey, Some(_)) => Model::GreyAlpha,
            (_, None) => Model::Rgb,
            (_, Some(_)) => Model::RgbAlpha,
        }
    }

    pub(super) const fn has_alpha(&self) -> bool {
        self.alpha.is_some()
    }

    /// Returns the plane of a channel, the colours first, then alpha. `None` if the channel is neither.
    pub(super) fn plane_of(&self, channel: usize) -> Option<usize> {
        self.colors.iter().copied().chain(self.alpha).position(|at| at == channel)
    }
}

/// Replaces `line` by the samples in `bytes`, which are in native byte order.
pub(super) fn read_samples(kind: SampleType, bytes: &[u8], line: &mut Vec<f32>) {
    line.clear();
    match kind {
        SampleType::F16 => line.extend(bytes.as_chunks().0.iter().map(|two| f16::from_ne_bytes(*two).to_f32())),
        SampleType::F32 => line.extend(bytes.as_chunks().0.iter().map(|four| f32::from_ne_bytes(*four))),
        // Whole numbers are labels of objects, not light.
        SampleType::U32 => line.resize(bytes.len() / 4, 0.0),
    }
}
