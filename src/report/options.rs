//! Represents the options of a run in its report. Reads them back, so that a later run can repeat them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::wire::{PathText, read_hex};
use crate::geometry::{Bounds, Enlargement, Fit, Gravity, Shape};
use crate::options::{
    Background, Config, Damaged, Effect, Exactness, Existing, Exposure, Filter, Foreign, Layout, Light, Links, Options,
    Orphans, Previews, Profiles, Target,
};

/// The inputs, output and options of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionsEntry {
    #[serde(default)]
    version: String,
    /// The working directory, from which relative paths start.
    #[serde(default)]
    directory: String,
    inputs: Vec<String>,
    /// The exact inputs, if one of them is not valid Unicode.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs_hex: Vec<Option<String>>,
    output: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output_hex: Option<String>,
    sizes: Vec<Bounds>,
    #[serde(default)]
    fit: Fit,
    #[serde(default)]
    gravity: Gravity,
    #[serde(default)]
    enlargement: Enlargement,
    blur_px: f64,
    filter: Filter,
    format: String,
    quality: u8,
    background: String,
    profiles: Profiles,
    light: Light,
    #[serde(default)]
    exposure: Exposure,
    exactness: Exactness,
    previews: Previews,
    max_pixels: u64,
    max_file_size: u64,
    damaged: Damaged,
    links: Links,
    layout: Layout,
    #[serde(skip_deserializing)]
    existing: Existing,
    #[serde(skip_deserializing)]
    foreign: Foreign,
    #[serde(skip_deserializing)]
    orphans: Orphans,
    #[serde(skip_deserializing)]
    effect: Effect,
    #[serde(default)]
    workers: usize,
    #[serde(default)]
    max_memory: String,
    #[serde(default)]
    timeout_seconds: Option<f64>,
}

impl OptionsEntry {
    pub(super) fn of(config: &Config) -> Self {
        let options = &config.options;
        let inputs: Vec<PathText<'_>> = config.inputs.iter().map(|input| PathText::of(input)).collect();
        let output = PathText::of(&config.output);
        let hex = |path: &PathText<'_>| path.hex.as_ref().map(|hex| hex.0.to_string());
        let is_exact = inputs.iter().all(|input| input.hex.is_none());
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            directory: config.directory.to_string_lossy().into_owned(),
            inputs_hex: if is_exact { Vec::new() } else { inputs.iter().map(hex).collect() },
            inputs: inputs.iter().map(|input| input.text.0.to_string()).collect(),
            output_hex: hex(&output),
            output: output.text.0.to_string(),
            sizes: options.sizes.clone(),
            fit: options.shape.fit,
            gravity: options.shape.gravity,
            enlargement: options.shape.enlargement,
            blur_px: options.blur,
            filter: options.filter,
            format: options.target.to_string(),
            quality: options.quality,
            background: options.background.to_string(),
            profiles: options.profiles,
            light: options.light,
            exposure: options.exposure,
            exactness: options.exactness,
            previews: options.previews,
            max_pixels: options.max_pixels,
            max_file_size: options.max_file_size,
            damaged: options.damaged,
            links: config.links,
            layout: config.layout,
            existing: config.existing,
            foreign: config.foreign,
            orphans: config.orphans,
            effect: config.effect,
            workers: config.workers.get(),
            max_memory: config.memory.to_string(),
            timeout_seconds: config.timeout.map(|timeout| timeout.as_secs_f64()),
        }
    }

    /// Returns a configuration with the inputs, the output and the options of that run. Settings of the machine, or of that
    /// run alone, have their defaults. `None` if a value is out of range.
    #[must_use]
    pub fn to_config(&self) -> Option<Config> {
        let hex = |at: usize| self.inputs_hex.get(at).and_then(Option::as_deref);
        let path = |text: &str, hex: Option<&str>| hex.and_then(read_hex).unwrap_or_else(|| PathBuf::from(text));
        let mut config = Config::new(self.inputs.iter().enumerate().map(|(at, text)| path(text, hex(at))).collect());
        config.output = path(&self.output, self.output_hex.as_deref());
        config.directory = PathBuf::from(&self.directory);
        let is_in_range = !self.sizes.is_empty()
            && self.sizes.iter().all(|size| size.is_valid())
            && (0.0..=Options::MAX_BLUR).contains(&self.blur_px)
            && (1..=100).contains(&self.quality);
        config.options = Options {
            sizes: self.sizes.clone(),
            shape: Shape { fit: self.fit, gravity: self.gravity, enlargement: self.enlargement },
            blur: self.blur_px,
            filter: self.filter,
            target: self.format.parse::<Target>().ok()?,
            quality: self.quality,
            background: self.background.parse::<Background>().ok()?,
            profiles: self.profiles,
            light: self.light,
            exposure: self.exposure,
            exactness: self.exactness,
            previews: self.previews,
            max_pixels: self.max_pixels,
            max_file_size: self.max_file_size,
            damaged: self.damaged,
        };
        config.links = self.links;
        config.layout = self.layout;
        is_in_range.then_some(config)
    }
}
