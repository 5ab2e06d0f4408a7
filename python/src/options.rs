//! Reads options from the words of a command line, so that Python has the options, defaults and checks of the command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use thumbs::Config;

use crate::cli::{Args, Start};

/// The options of a call.
#[pyclass(frozen, module = "thumbs._thumbs")]
#[derive(Debug)]
pub struct Options {
    pub(crate) config: Config,
}

#[pymethods]
impl Options {
    /// Reads options from words such as `--size 256`, inputs included. `renderer` is the program that renders drawings.
    #[new]
    #[pyo3(signature = (words, renderer=None))]
    fn new(words: Vec<OsString>, renderer: Option<PathBuf>) -> PyResult<Self> {
        let words: Vec<OsString> = [OsString::from("thumbs")].into_iter().chain(words).collect();
        let mut args = Args::of_words(&words).map_err(|error| PyValueError::new_err(reason_of(&error)))?;
        args.set_start(Start { words, renderer });
        Ok(Self { config: args.to_config(None) })
    }
}

/// Returns the reason for which words were refused, in the terms of Python.
fn reason_of(error: &clap::Error) -> String {
    let text = error.to_string();
    let reason = text.split("\n\n").next().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ").trim();
    let (Some(ContextValue::String(argument)), Some(ContextValue::String(value))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue))
    else {
        return reason.to_string();
    };
    let option = argument.split_whitespace().next().unwrap_or_default().trim_start_matches('-').replace('-', "_");
    let reason = reason.split_once(&format!("'{argument}'")).map_or(reason, |(_, rest)| rest);
    format!("{option}={value}: {}", reason.trim_start_matches([':', '\n', ' ']))
}
