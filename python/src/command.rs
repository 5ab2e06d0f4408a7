//! Runs the command line inside a Python process.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use pyo3::prelude::*;
use thumbs::serve_renderings;

use crate::cli::{self, Args, Exit, Start};

/// Runs the command with these words, the program's name first, and returns its exit status. A word that asks to serve
/// renderings is obeyed.
#[pyfunction]
#[pyo3(signature = (words, renderer=None))]
pub(crate) fn command(py: Python<'_>, words: Vec<OsString>, renderer: Option<PathBuf>) -> i32 {
    py.detach(|| {
        if cli::is_asked_to_serve(&words) {
            return serve_renderings(&mut io::stdin().lock(), &mut io::stdout().lock()).is_err().into();
        }
        let args = Args::read(Start { words, renderer });
        let exit = cli::run(&args).unwrap_or_else(|error| {
            cli::complain(&error, args.error_color());
            Exit::of_error(&error)
        });
        exit.into()
    })
}
