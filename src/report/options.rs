//! Represents the options of a run in its report. Reads them back, so that a later run can repeat them.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::wire::{PathText, read_hex};
use crate::facts::nanoseconds;
use crate::options::{
    Config, Effect, Existing, Foreign, Gallery, Hidden, Layout, Links, Orphans, Packing, Pattern, Selection,
    SerializedOptions, Template,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    listed: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    listed_hex: Vec<Option<String>>,
    #[serde(default)]
    selection: SelectionEntry,
    output: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output_hex: Option<String>,
    #[serde(flatten)]
    options: SerializedOptions,
    links: Links,
    layout: Layout,
    #[serde(default)]
    packing: Packing,
    #[serde(default)]
    gallery: Gallery,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
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

/// The conditions on files of the input directories.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct SelectionEntry {
    include: Vec<String>,
    exclude: Vec<String>,
    suffixes: Vec<String>,
    max_depth: Option<usize>,
    /// ns since 1970.
    newer_than_ns: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    hidden: Hidden,
}

impl SelectionEntry {
    fn of(selection: &Selection) -> Self {
        let texts = |patterns: &[Pattern]| patterns.iter().map(Pattern::to_string).collect();
        Self {
            include: texts(&selection.include),
            exclude: texts(&selection.exclude),
            suffixes: selection.suffixes.clone(),
            max_depth: selection.max_depth,
            newer_than_ns: selection.newer_than.map(nanoseconds),
            shard: selection.shard.map(|shard| shard.to_string()),
            hidden: selection.hidden,
        }
    }

    fn to_selection(&self) -> Option<Selection> {
        let patterns = |texts: &[String]| texts.iter().map(|text| text.parse().ok()).collect::<Option<Vec<Pattern>>>();
        let since_1970 = |ns: i64| Duration::from_nanos(u64::try_from(ns).unwrap_or(0));
        Some(Selection {
            include: patterns(&self.include)?,
            exclude: patterns(&self.exclude)?,
            suffixes: self.suffixes.clone(),
            max_depth: self.max_depth,
            newer_than: self.newer_than_ns.map(|ns| SystemTime::UNIX_EPOCH + since_1970(ns)),
            resting: None,
            shard: self.shard.as_ref().map(|shard| shard.parse()).transpose().ok()?,
            hidden: self.hidden,
        })
    }
}

/// Paths as text, and exactly if one of them is not valid Unicode.
fn texts_of(paths: &[PathBuf]) -> (Vec<String>, Vec<Option<String>>) {
    let paths: Vec<PathText<'_>> = paths.iter().map(|path| PathText::of(path)).collect();
    let is_exact = paths.iter().all(|path| path.hex.is_none());
    let hex = if is_exact { Vec::new() } else { paths.iter().map(PathText::hex_text).collect() };
    (paths.iter().map(|path| path.text.0.to_string()).collect(), hex)
}

/// Reads paths back.
fn paths_of(texts: &[String], hex: &[Option<String>]) -> Vec<PathBuf> {
    let exact = |at: usize| hex.get(at).and_then(Option::as_deref).and_then(read_hex);
    texts.iter().enumerate().map(|(at, text)| exact(at).unwrap_or_else(|| PathBuf::from(text))).collect()
}

impl OptionsEntry {
    pub(super) fn of(config: &Config) -> Self {
        let (inputs, inputs_hex) = texts_of(&config.inputs);
        let (listed, listed_hex) = texts_of(&config.listed);
        let output = PathText::of(&config.output);
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            directory: config.directory.to_string_lossy().into_owned(),
            inputs,
            inputs_hex,
            listed,
            listed_hex,
            selection: SelectionEntry::of(&config.selection),
            output_hex: output.hex_text(),
            output: output.text.0.to_string(),
            options: config.options.clone().into(),
            links: config.links,
            layout: config.layout,
            packing: config.packing,
            gallery: config.gallery,
            template: config.template.as_ref().map(Template::to_string),
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
        let mut config = Config::new(paths_of(&self.inputs, &self.inputs_hex));
        config.listed = paths_of(&self.listed, &self.listed_hex);
        config.selection = self.selection.to_selection()?;
        config.output = self.output_hex.as_deref().and_then(read_hex).unwrap_or_else(|| PathBuf::from(&self.output));
        config.directory = PathBuf::from(&self.directory);
        config.options = self.options.clone().try_into().ok()?;
        config.links = self.links;
        config.layout = self.layout;
        config.packing = self.packing;
        config.gallery = self.gallery;
        config.template = self.template.as_deref().map(str::parse).transpose().ok()?;
        Some(config)
    }
}
