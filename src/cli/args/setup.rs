//! Defines the arguments that print what a shell and `man` need, from the definition of the arguments themselves.

use std::io::{self, Write};

use clap::Command;
use clap_complete::Shell;

/// Arguments for installing the program.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Setup")]
pub(super) struct Setup {
    /// Print completions for a shell
    #[arg(long, value_name = "SHELL", value_enum, exclusive = true, hide_short_help = true)]
    completions: Option<Shell>,

    /// Print the man page
    #[arg(long, exclusive = true, hide_short_help = true)]
    man: bool,
}

impl Setup {
    /// Prints what was asked for to stdout; returns false if nothing was. A reader that has seen enough is no error.
    pub(super) fn print(&self, mut command: Command) -> bool {
        let mut text = Vec::new();
        if let Some(shell) = self.completions {
            clap_complete::generate(shell, &mut command, "thumbs", &mut text);
        } else if self.man {
            // Without its text otherwise (clap_mangen 0.3).
            let shown = command.mut_args(|arg| arg.hide_short_help(false));
            // Writing to memory can't fail.
            let _ = clap_mangen::Man::new(shown).render(&mut text);
        } else {
            return false;
        }
        let _ = io::stdout().lock().write_all(&text);
        true
    }
}
