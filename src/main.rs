//! Runs the command line program `thumbs`, or serves renderings if it was started for that.

#![forbid(unsafe_code)]

mod cli;

use std::io;

use thumbs::serve_renderings;

fn main() {
    let words: Vec<_> = std::env::args_os().collect();
    if cli::is_asked_to_serve(&words) {
        let served = serve_renderings(&mut io::stdin().lock(), &mut io::stdout().lock());
        std::process::exit(served.is_err().into());
    }
    let args = cli::Args::read(cli::Start { words, renderer: cli::program() });
    let exit = cli::run(&args).unwrap_or_else(|error| {
        cli::complain(&error, args.error_color());
        cli::Exit::of_error(&error)
    });
    std::process::exit(exit.into());
}
