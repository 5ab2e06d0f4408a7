//! Defines the arguments that print what a shell and `man` need, from the definition of the arguments themselves.

use std::io::{self, Write};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

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
            // Writing to memory can't fail.
            let _ = write_manual(command, &mut text);
        } else {
            return false;
        }
        let _ = io::stdout().lock().write_all(&text);
        true
    }
}

/// The synopsis. The one of `clap_mangen` lists all options, without their values.
const SYNOPSIS: &str = ".SH SYNOPSIS\n\\fBthumbs\\fR [\\fIOPTION\\fR]... \\fIINPUT\\fR...\n";

/// Writes the man page. The examples and the exit status have sections of their own.
pub fn write_manual(command: Command, page: &mut dyn Write) -> io::Result<()> {
    let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    // Without its text otherwise (clap_mangen 0.3).
    let manual = Man::new(command.mut_args(|arg| arg.hide_short_help(false)));
    manual.render_title(page)?;
    manual.render_name_section(page)?;
    page.write_all(SYNOPSIS.as_bytes())?;
    manual.render_description_section(page)?;
    manual.render_options_section(page)?;
    for section in after.split("\n\n") {
        if let Some((title, text)) = section.split_once(':') {
            write!(page, ".SH {}\n.nf\n", title.to_uppercase())?;
            text.trim_start_matches('\n').lines().try_for_each(|line| write_line(line, page))?;
            page.write_all(b".fi\n")?;
        }
    }
    manual.render_version_section(page)
}

/// Writes a line as it is. A full stop or a quote at its start would make it a request to the formatter.
fn write_line(line: &str, page: &mut dyn Write) -> io::Result<()> {
    let line = line.strip_prefix("  ").unwrap_or(line);
    writeln!(page, "\\&{}", line.replace('\\', "\\e").replace('-', "\\-"))
}
