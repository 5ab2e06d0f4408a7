//! Writes the man page, and completions for each shell, from the definition of the command line:
//!     cargo run --example manual -- DIRECTORY

use std::fs::File;
use std::io;
use std::path::PathBuf;

use clap::{CommandFactory, ValueEnum};
use clap_complete::{Shell, generate_to};

#[allow(dead_code, reason = "only the definition is used")]
#[path = "../src/cli"]
mod cli {
    pub mod args;
    mod color;
    mod list;
    mod renderer;
    mod stream;
}

fn main() -> io::Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.ok_or_else(|| io::Error::other("usage: manual DIRECTORY"))?;
    std::fs::create_dir_all(&directory)?;
    let mut command = cli::args::Args::command();
    for shell in Shell::value_variants() {
        generate_to(*shell, &mut command, "thumbs", &directory)?;
    }
    cli::args::write_manual(command, &mut File::create(directory.join("thumbs.1"))?)
}
