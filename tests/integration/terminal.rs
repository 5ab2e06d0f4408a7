//! Runs the program on a pseudoterminal. Implements only the behaviour that the program uses.

use std::fs::File;
use std::io::{self, Read};
use std::process::{ExitStatus, Stdio};

use image::ImageFormat;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::fixture::{Folder, encode, picture};

/// The program's streams that are connected to the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Streams {
    Errors,
    All,
}

/// The result of a program on the terminal.
struct Session {
    status: ExitStatus,
    bytes: Vec<u8>,
    screen: Screen,
}

/// Opens a terminal of this many columns. Returns the program's end and the screen's.
fn open_terminal(columns: u16) -> io::Result<(File, File)> {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&screen)?;
    unlockpt(&screen)?;
    tcsetwinsize(&screen, Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
    let program = rustix::fs::open(ptsname(&screen, Vec::new())?, OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;
    Ok((program.into(), screen.into()))
}

/// Runs the program on a terminal. If none is available, prints that and returns `None`.
fn run(folder: &Folder, words: &[&str], columns: u16, streams: Streams) -> Option<Session> {
    let (program, mut screen) = match open_terminal(columns) {
        Ok(terminal) => terminal,
        Err(error) => {
            println!("skipped: no pseudo-terminal here: {error}");
            return None;
        }
    };
    let mut command = folder.command(words);
    command.env("TERM", "xterm").env_remove("NO_COLOR").stderr(program.try_clone().unwrap()).stdin(Stdio::null());
    match streams {
        Streams::Errors => command.stdout(Stdio::null()),
        Streams::All => command.stdout(program.try_clone().unwrap()),
    };
    let mut child = command.spawn().unwrap();
    // The screen receives the end only when no one else holds the program's side.
    drop((command, program));
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    // Linux reports that end as an error.
    while let Ok(length @ 1..) = screen.read(&mut piece) {
        bytes.extend_from_slice(&piece[..length]);
    }
    let status = child.wait().unwrap();
    let screen = Screen::after(&bytes, columns.into());
    Some(Session { status, bytes, screen })
}

/// The rows of a terminal, with a flag for lines that continue in the next row.
struct Screen {
    columns: usize,
    rows: Vec<Vec<char>>,
    row: usize,
    column: usize,
    wraps: usize,
}

impl Screen {
    fn after(bytes: &[u8], columns: usize) -> Self {
        let mut screen = Self { columns, rows: vec![Vec::new()], row: 0, column: 0, wraps: 0 };
        let text = String::from_utf8_lossy(bytes);
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '\u{1b}' => screen.obey(&mut characters),
                '\r' => screen.column = 0,
                '\n' => screen.go_down(),
                other => screen.put(other),
            }
        }
        screen
    }

    /// Executes a control sequence (ECMA-48, 8.3). Those that only change the style are ignored.
    fn obey(&mut self, characters: &mut std::str::Chars<'_>) {
        assert_eq!(characters.next(), Some('['));
        let mut number = String::new();
        for character in characters {
            match character {
                'A' => self.row -= number.parse().unwrap_or(1).min(self.row),
                'K' if number == "2" => self.rows[self.row].clear(),
                'K' => self.rows[self.row].truncate(self.column),
                'm' | 'h' | 'l' => {}
                'J' => self.rows.truncate(self.row + 1),
                digit if digit.is_ascii_digit() || matches!(digit, ';' | '?') => {
                    number.push(digit);
                    continue;
                }
                other => panic!("the sequence [{number}{other} is unknown"),
            }
            return;
        }
    }

    fn go_down(&mut self) {
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.push(Vec::new());
        }
    }

    fn put(&mut self, character: char) {
        if self.column == self.columns {
            self.wraps += 1;
            self.column = 0;
            self.go_down();
        }
        let row = &mut self.rows[self.row];
        row.resize(row.len().max(self.column + 1), ' ');
        row[self.column] = character;
        self.column += 1;
    }

    /// Returns the rows that aren't empty.
    fn text(&self) -> Vec<String> {
        let rows = self.rows.iter().map(|row| row.iter().collect::<String>().trim_end().to_string());
        rows.filter(|row| !row.is_empty()).collect()
    }
}

/// Returns a folder of files that take 30 ms or more each.
fn slow_files(count: usize) -> Folder {
    let folder = Folder::new();
    let large = encode(&picture(2000, 1500), ImageFormat::Png);
    for i in 0..count {
        folder.write(&format!("in/{i:02}.png"), &large);
    }
    folder
}

/// Returns the displayed counts of finished files, each once.
fn counts_shown(bytes: &[u8], all: usize) -> Vec<usize> {
    let text = String::from_utf8_lossy(bytes);
    let all = format!("/{all}");
    let ends = text.match_indices(&all).map(|(at, _)| at);
    let mut counts: Vec<usize> =
        ends.filter_map(|at| text[..at].rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect();
    counts.dedup();
    counts
}

#[test]
fn the_bar_moves_fits_on_one_line_and_leaves_nothing() {
    let folder = slow_files(24);
    for columns in [120, 40, 20] {
        let words = ["in", "-j", "1"];
        let Some(session) = run(&folder, &words, columns, Streams::Errors) else { return };
        let counts = counts_shown(&session.bytes, 24);
        assert!(session.status.success());
        assert!(counts.is_sorted() && counts.iter().any(|count| (1..24).contains(count)), "{counts:?}");
        assert!(counts.len() >= 3, "at {columns} columns: {counts:?}");
        assert_eq!(session.screen.wraps, 0, "at {columns} columns: {}", String::from_utf8_lossy(&session.bytes));
        assert_eq!(session.screen.text(), [""; 0], "at {columns} columns");
    }
}

#[test]
fn lines_above_the_bar_are_whole_and_the_totals_are_last() {
    let folder = slow_files(12);
    folder.write("in/11.png", b"\x89PNG\r\n\x1a\nno more");
    let Some(session) = run(&folder, &["in", "-j", "2"], 150, Streams::All) else { return };
    let lines = session.screen.text();
    assert_eq!(session.status.code(), Some(1));
    assert_eq!(lines.len(), 13, "nothing is said twice: {lines:#?}");
    let mut files = lines[..12].to_vec();
    files.sort();
    assert!(files[0].starts_with("error: in/11.png: corrupt PNG: "), "{lines:#?}");
    for (i, line) in files[1..].iter().enumerate() {
        assert!(line.starts_with(&format!("in/{i:02}.png -> ")) && line.ends_with(" ms"), "{line}");
    }
    assert!(lines[12].starts_with("12 files in "), "{lines:#?}");
    let text = String::from_utf8_lossy(&session.bytes);
    assert!(text.contains("\u{1b}[1;31merror:\u{1b}[0m in/11.png"), "{text}");
}

#[test]
fn a_run_that_cannot_start_shows_no_bar() {
    let folder = slow_files(1);
    let Some(session) = run(&folder, &["in", "-o", "in"], 80, Streams::All) else { return };
    assert_eq!(session.status.code(), Some(2));
    let lines = session.screen.text().join(" ");
    assert!(lines.starts_with("error: output directory in is also an input;"), "{lines}");
    let text = String::from_utf8_lossy(&session.bytes);
    assert!(!text.contains('░') && !text.contains("files"), "{text}");
}

#[test]
fn colours_are_as_asked_for() {
    let folder = Folder::new();
    for (words, is_painted) in [(&["nowhere"][..], true), (&["nowhere", "--color", "never"], false)] {
        let Some(session) = run(&folder, words, 80, Streams::All) else { return };
        assert_eq!(session.bytes.contains(&b'\x1b'), is_painted, "{}", String::from_utf8_lossy(&session.bytes));
    }
    let in_pipe = |words: &[&str]| folder.thumbs(&[&["nowhere"], words].concat()).errors();
    assert!(in_pipe(&[]).starts_with("error: "));
    assert!(in_pipe(&["--color", "always"]).starts_with("\u{1b}[1;31merror:\u{1b}[0m "));
}
